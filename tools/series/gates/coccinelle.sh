#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
#
# coccinelle.sh TREE FILE...: the kernel's own coccicheck on those of the files
# that /src has. For each semantic patch /out/TREE/NAME is what it reported;
# /out/TREE/skipped names those that could not be tried, /out/failed stands for
# one that broke.
#
# TREE is next, which is checked first, or base: then only what had something to
# say of next is asked again.

set -euo pipefail
tree=$1
shift

# Copies, because coccicheck takes a folder and not a list of files.
export srcroot=. srctree=/src objtree=/obj MODE=report J=$LAB_JOBS
export LINUXINCLUDE=-I/src/include

skip()			# NAME WHY
{
	echo "$1: $2" >>"/out/$tree/skipped"
}

check()			# SEMANTIC-PATCH
{
	local name

	name=$(basename "$1" .cocci)
	[[ $tree == next || -s /out/next/$name ]] || return 0
	if ! grep -qE 'virtual[[:space:]]+report' "$1"; then
		skip "$name" "has no report"
	elif grep -qE '^@.*:[[:space:]]*ocaml\b' "$1"; then
		skip "$name" "is written in OCaml"
	elif COCCI=$1 DEBUG_FILE=/obj/$name.log /src/scripts/coccicheck \
	     >"/obj/$name"; then
		sed -E '/^$|^Please check|^When using/d' "/obj/$name" \
			>"/out/$tree/$name"
	else
		cat "/obj/$name" "/obj/$name.log"
		touch /out/failed
	fi
}

mkdir -p "/out/$tree" /tmp/files
for file; do
	[[ ! -e /src/$file ]] || install -D -m 644 "/src/$file" "/tmp/files/$file"
done
cd /tmp/files
while read -r cocci; do
	check "$cocci"
done < <(find /src/scripts/coccinelle -name '*.cocci' | sort)
