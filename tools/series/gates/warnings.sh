#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
#
# warnings.sh SIDE LOG FILE...: build each of the C files that the configuration
# in /obj builds once more, with W=1 and sparse, and keep what is said in LOG.

set -euo pipefail
# shellcheck source-path=SCRIPTDIR source=../../lab/kernel/arch.sh
. /lab/tools/lab/kernel/arch.sh "$1"
log=$2
shift 2

objects=()
for file; do
	[[ ! -e /obj/${file%.c}.o ]] || objects+=("${file%.c}.o")
done
: >"$log"
((${#objects[@]} == 0)) || kmake -s -k W=1 C=2 "${objects[@]}" >"$log" 2>&1
