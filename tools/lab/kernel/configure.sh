#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
#
# configure.sh SIDE FRAGMENT...: allnoconfig and the fragments into /obj/.config,
# and an error for every line of a fragment that did not come out as asked: a
# symbol that is gone, or whose dependency is missing, is not left to be found
# in a guest.

set -euo pipefail
cd "$(dirname "$0")"
# shellcheck source-path=SCRIPTDIR source=arch.sh
. ./arch.sh "$1"
shift

cat "$@" >/obj/fragments
kmake -s allnoconfig
cat /obj/fragments >>/obj/.config
kmake -s olddefconfig 2>&1 | grep -v 'warning: override' || true

lost=0
while IFS== read -r symbol value; do
	got=$(sed -n "s/^$symbol=//p" /obj/.config)
	if [[ ${got:-n} != "$value" ]]; then
		echo "error: $symbol=$value was asked for, ${got:-n} came out"
		lost=1
	fi
done < <(grep '^CONFIG_' /obj/fragments)
exit $lost
