#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
#
# warnings.sh SIDE TREE FRAGMENTS FILE...: build those of the C files that are
# part of the kernel in /obj, and KUnit tests beside them, with W=1 and sparse.
# What is said goes to /out/TREE.log. FRAGMENTS is one word, commas between.

set -euo pipefail
# shellcheck source-path=SCRIPTDIR source=../../lab/kernel/arch.sh
. /lab/tools/lab/kernel/arch.sh "$1"
side=$1 log=/out/$2.log
IFS=, read -r -a fragments <<<"$3"
shift 3

objects=()
for file; do
	[[ -e /src/$file ]] || continue
	if [[ -e /obj/${file%.c}.o ||
	      $file == *-test.c && -e /obj/${file%-test.c}.o ]]; then
		objects+=("${file%.c}.o")
	fi
done
if ((${#objects[@]} == 0)); then
	: >"$log"
	exit
fi

/lab/tools/lab/kernel/configure.sh "$side" "${fragments[@]}"
kmake -k W=1 C=2 CHECK=/lab/tools/series/gates/sparse "${objects[@]}" \
	>"$log" 2>&1 || touch /out/failed
