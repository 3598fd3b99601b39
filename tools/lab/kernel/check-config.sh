#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
#
# check-config.sh: an error for every symbol of /obj/fragments that did not come
# out as asked in /obj/.config. A symbol that is gone, or whose dependency is
# missing, is not left to be found in a guest. The last line for a symbol counts.

set -euo pipefail

# Why it may be so. /lab has the symbols of the lab's own drivers.
reason()		# SYMBOL WANTED
{
	local -a places=(/src)

	[[ ! -d /lab/tools/lab/guest ]] || places+=(/lab/tools/lab/guest)
	if ! grep -rqsE "^[[:space:]]*(menu)?config ${1#CONFIG_}[[:space:]]*$" \
	     --include='Kconfig*' "${places[@]}"; then
		echo "this tree has no such symbol"
	elif [[ $2 == n ]]; then
		echo "it cannot be off, or another symbol selects it"
	else
		echo "what it depends on is not set, or it cannot have that value"
	fi
}

asked=$(sed -nE 's/^# (CONFIG_\w+) is not set$/\1=n/; /^CONFIG_/p' /obj/fragments |
	awk -F = '{ last[$1] = $0 } END { for (name in last) print last[name] }' |
	sort)
lost=0
while IFS="=" read -r symbol value; do
	got=$(sed -n "s/^$symbol=//p" /obj/.config)
	if [[ ${got:-n} != "$value" ]]; then
		echo "error: $symbol=$value was asked for, ${got:-n} came out: $(reason "$symbol" "$value")"
		lost=1
	fi
done <<<"$asked"
exit $lost
