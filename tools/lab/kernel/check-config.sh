#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
#
# check-config.sh: an error for every symbol of /obj/fragments that did not come
# out as asked in /obj/.config. A symbol that is gone, or whose dependency is
# missing, is not left to be found in a guest. The last line for a symbol counts.

set -euo pipefail

asked=$(sed -nE 's/^# (CONFIG_\w+) is not set$/\1=n/; /^CONFIG_/p' /obj/fragments |
	awk -F = '{ last[$1] = $0 } END { for (name in last) print last[name] }' |
	sort)
lost=0
while IFS="=" read -r symbol value; do
	got=$(sed -n "s/^$symbol=//p" /obj/.config)
	if [[ ${got:-n} != "$value" ]]; then
		echo "error: $symbol=$value was asked for, ${got:-n} came out"
		lost=1
	fi
done <<<"$asked"
exit $lost
