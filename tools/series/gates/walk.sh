#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
#
# walk.sh SIDE FRAGMENT...: put the patches on /src one after the other and
# compile each in /obj, which holds a build of the pristine tree: what the patch
# touches and what depends on it, built in or as a module. For each patch
# /out/PART/NAME.log is what make said and /out/PART/NAME.status its exit status.
#
# make takes longer to look at the whole tree than to compile a driver. So where a
# patch touches nothing but sources of drivers, it looks only into their folders. A
# link costs more than many patches, so there is one at the end of a part only; at
# the end of the last one there is none, because the kernel with all patches is
# linked and booted elsewhere.

set -euo pipefail
# shellcheck source-path=SCRIPTDIR source=../../lab/kernel/arch.sh
. /lab/tools/lab/kernel/arch.sh "$1"

# What make is to look at, for files on standard input; nothing for documents.
targets()
{
	local file

	while read -r file; do
		case $file in
		Documentation/*|MAINTAINERS|*/.kunitconfig) ;;
		tools/pci/*|tools/testing/*) ;;
		drivers/*/*.c|drivers/*/Makefile) echo "${file%/*}/" ;;
		*)	echo . ;;
		esac
	done | sort -u
}

# Which of the headers on standard input something that was built includes.
included()
{
	local header
	local -a headers=()

	while read -r header; do
		[[ $header != *.h || ! -e /src/$header ]] ||
			headers+=(-e "/src/$header \\")
	done
	((${#headers[@]})) || return 0
	{ grep -rhoF --include='.*.cmd' "${headers[@]}" /obj || (($? == 1)); } |
		sort -u | sed 's,^/src/\(.*\) \\$,  INCLUDED \1,'
}

build_step()		# PATCH NEXT-PATCH SIDE FRAGMENT...
{
	local files
	local -a where

	files=$(python3 -m series files "$1") || return
	mapfile -t where < <(targets <<<"$files")
	[[ " ${where[*]} " != *" . "* ]] || where=(.)
	python3 -m series apply /src --only "$1" || return
	if [[ ! -e /obj/walked || $files == *Kconfig* ]]; then
		/lab/tools/lab/kernel/configure.sh "${@:3}" || return
		where=(.)
		touch /obj/walked
	fi
	((${#where[@]} == 0)) ||
		kmake KBUILD_MODULES=y "${where[@]}" || return
	included <<<"$files" || return
	if [[ $2 && ${1%/*} != "${2%/*}" ]]; then
		kmake vmlinux modules
	fi
}

listed=$(python3 -m series list)
[[ $listed ]] || exit 0
mapfile -t patches <<<"$listed"
for i in "${!patches[@]}"; do
	name=${patches[i]%.patch}
	status=0
	mkdir -p "/out/${name%/*}"
	build_step "${patches[i]}" "${patches[i + 1]-}" "$@" \
		>"/out/$name.log" 2>&1 || status=$?
	echo $status >"/out/$name.status"
	((status == 0)) || touch /out/failed
done
