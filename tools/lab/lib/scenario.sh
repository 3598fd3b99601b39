# SPDX-License-Identifier: GPL-2.0
# shellcheck shell=bash
#
# ./lab run: a script of the user's, with the lab as its library. Inside it lies
# in /run/script, with all that is beside it.

run_run()		# [--timeout SECONDS] SCRIPT
{
	local -a options=()
	local script side

	if [[ ${1-} == --timeout ]]; then
		[[ ${2-} =~ ^[1-9][0-9]{0,4}$ ]] && (($2 <= 86400)) ||
			usage_error "--timeout wants seconds, 1 to 86400, not '${2-}'"
		options=(--timeout "$2")
		shift 2
	fi
	[[ ${1-} && $1 != -* ]] ||
		usage_error "run wants a script, not '${1-}'"
	(($# == 1)) || usage_error "run takes one script, not '$2' too"
	[[ -f $1 ]] || usage_error "there is no script $1"
	script=$(readlink -f "$1")
	sandbox_more+=(--ro-bind "${script%/*}/" /run/script)
	enter run
	need_model
	need_board
	for side in ep host; do
		need_guest base "$side"
		need_guest next "$side"
	done
	write_artifacts
	play python3 -m run.scenario "${options[@]}" "/run/script/${script##*/}"
	return "$played"
}
