#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
#
# warnings.sh SIDE TREE FRAGMENT... -- FILE...: build with W=1 and sparse those of the
# C files that are part of the kernel in /obj, and those that the fragments add: a
# KUnit test, the driver of a board. What is said goes to /out/TREE.log.

set -euo pipefail
# shellcheck source-path=SCRIPTDIR source=../../lab/kernel/arch.sh
. /lab/tools/lab/kernel/arch.sh "$1"
side=$1 log=/out/$2.log
shift 2
fragments=()
while [[ $1 != -- ]]; do
	fragments+=("$1")
	shift
done
shift

# Whether the configuration has the object of a file in the Makefile beside it, on
# its own or as part of another.
configured()		# FILE
{
	local object=${1##*/} symbol

	object=${object%.c}.o
	symbol=$(sed -nE 's/^[a-z0-9-]+-\$\((CONFIG_\w+)\)\s*\+=\s*'"$object"'$/\1/p' \
		"/src/${1%/*}/Makefile")
	[[ $symbol ]] && grep -q "^$symbol=[my]$" /obj/.config
}

/lab/tools/lab/kernel/configure.sh "$side" "${fragments[@]}"
objects=()
for file; do
	[[ -e /src/$file ]] || continue
	if [[ -e /obj/${file%.c}.o ]] || configured "$file"; then
		objects+=("${file%.c}.o")
	fi
done
if ((${#objects[@]} == 0)); then
	: >"$log"
	exit
fi

kmake -k W=1 C=2 CHECK=/lab/tools/series/gates/sparse "${objects[@]}" \
	>"$log" 2>&1 || touch /out/failed
