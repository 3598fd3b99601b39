# SPDX-License-Identifier: GPL-2.0
# shellcheck shell=bash
#
# make compares times, and cache entries are made in any order. So times are
# set, not taken: the pristine tree is older than every build of it, and those
# are older than every file that the series changes.

time_of_base='2026-01-01 00:00:00'
time_of_build='2026-01-01 01:00:00'
time_of_change='2026-01-01 02:00:00'

set_times()		# TIME FOLDER
{
	find "$2" -exec touch -h -d "$1" {} +
}
