# SPDX-License-Identifier: GPL-2.0
# shellcheck shell=bash
#
# The gates of the series that need a compiler: each makes a folder of results
# that the tests judge (tools/lab/tests/test_series_*.py). The scripts that do
# the work are in tools/series/gates.

# What the series touches or adds: kernel code, and documents.
c_files=()
headers=()
documents=()

# What a gate's script reads besides the kernel.
gate_inputs()		# FUNCTION [SIDE]
{
	local script=${1#gate_}.sh

	echo "tools/series/gates/$script"
	case $1 in
	gate_warnings)	echo tools/series/gates/sparse ;;
	gate_walk)	echo tools/series/__main__.py ;;
	esac
	case $1 in
	gate_walk|gate_warnings|gate_symbols|gate_variant|gate_kunit)
		echo tools/lab/kernel/cc ;;
	esac
	case $1 in
	gate_walk|gate_warnings|gate_symbols)
		echo Kconfig tools/lab/guest/Kconfig
		echo tools/lab/kernel/{arch,configure,times}.sh ;;
	esac
	case $1 in
	gate_walk|gate_warnings)
		built_fragments next "$2" ;;
	gate_symbols)
		echo tools/lab/kernel/check-config.sh
		echo tools/lab/kernel/{common,"$2","$2-next"}.config ;;
	esac
}

# Configuration of a kernel that a gate builds and nobody boots: with the tests of
# the series, which select what nothing else may have selected yet.
built_fragments()	# TREE SIDE
{
	local -a names

	read -r -d '' -a names < <(kernel_fragments "$1" "$2") || true
	printf 'tools/lab/kernel/%s\n' "${names[@]}"
	kunit_configs
}

gate_key()		# NAME FUNCTION [ARGUMENT...]
{
	local -a inputs

	read -r -d '' -a inputs < <(gate_inputs "${@:2}") || true
	{
		echo "$toolchain ${next_src##*/} $*"
		versions_of "${check_tools[@]}" <"$root/etc/lab/packages"
		in_repo content "${inputs[@]}"
	} | key
}

# A gate works on copies below its folder and leaves only results there.
gate_sandbox()		# FOLDER SRC OBJ COMMAND...
{
	local folder=$1 src=$2 before=$3 how=--ro-bind

	shift 3
	[[ $src != "$folder"/* ]] || how=--bind
	mkdir "$folder/obj"
	if [[ $before ]]; then
		cp -a "$before/." "$folder/obj"
		set_times "$time_of_build" "$folder/obj"
	fi
	sandbox "$how" "$src" /src --bind "$folder/obj" /obj \
		--bind "$folder" /out -- "$@"
	rm -rf "$folder/obj"
}

gate_walk()		# SIDE FOLDER
{
	local -a fragments

	mapfile -t fragments < <(built_fragments next "$1")
	mkdir "$2/src"
	cp -al "$base_src/." "$2/src"
	gate_sandbox "$2" "$2/src" "${artifacts[$1.base.obj]}" \
		/lab/tools/series/gates/walk.sh "$1" "${fragments[@]/#//lab/}"
	rm -rf "$2/src"
}

gate_warnings()		# SIDE FOLDER
{
	local tree
	local -a fragments
	local -A src=([base]=$base_src [next]=$next_src)

	for tree in base next; do
		mapfile -t fragments < <(built_fragments "$tree" "$1")
		gate_sandbox "$2" "${src[$tree]}" "${artifacts[$1.$tree.obj]}" \
			/lab/tools/series/gates/warnings.sh "$1" "$tree" \
			"${fragments[@]/#//lab/}" -- "${c_files[@]}"
	done
}

gate_symbols()		# SIDE n|m FOLDER
{
	gate_sandbox "$3" "$next_src" "${artifacts[$1.next.obj]}" \
		/lab/tools/series/gates/symbols.sh "$1" "$2"
}

gate_variant()		# ARCH COMPILER CONFIG FOLDER
{
	gate_sandbox "$4" "$next_src" "" \
		/lab/tools/series/gates/variant.sh "$1" "$2" "$3" "${c_files[@]}"
}

kunit_configs()
{
	added_files | grep '/\.kunitconfig$' || true
}

gate_kunit()		# FOLDER
{
	local -a configs

	mapfile -t configs < <(kunit_configs)
	gate_sandbox "$1" "$next_src" "" \
		/lab/tools/series/gates/kunit.sh "${configs[@]}"
}

gate_coccinelle()	# FOLDER
{
	local tree
	local -A src=([base]=$base_src [next]=$next_src)

	for tree in next base; do
		gate_sandbox "$1" "${src[$tree]}" "" \
			/lab/tools/series/gates/coccinelle.sh "$tree" \
			"${c_files[@]}" "${headers[@]}"
	done
}

# The folders with an index that hold documents of the series.
document_folders()
{
	local file folder

	for file in "${documents[@]}"; do
		folder=${file%/*}
		until [[ -e $next_src/$folder/index.rst ]]; do
			folder=${folder%/*}
		done
		echo "${folder#Documentation/}"
	done | sort -u
}

gate_documents()	# FOLDER
{
	local tree
	local -a folders
	local -A src=([base]=$base_src [next]=$next_src)

	mapfile -t folders < <(document_folders)
	for tree in base next; do
		gate_sandbox "$1" "${src[$tree]}" "" \
			/lab/tools/series/gates/documents.sh "$tree" \
			"${folders[@]}"
	done
}

gate()			# NAME TITLE FUNCTION [ARGUMENT...]
{
	local id

	id=$(gate_key "$1" "${@:3}")
	cache_entry "gate-$1" "$id" "$2" "${@:3}"
	artifacts[gate.$1]=$entry
}

# The C files of the kernel that the gates look at.
need_c_files()
{
	local files

	((${#c_files[@]} == 0)) || return 0
	files=$(sandbox -- python3 -m series files)
	mapfile -t c_files < <(grep '\.c$' <<<"$files" | grep -v '^tools/')
	mapfile -t headers < <(grep '\.h$' <<<"$files" | grep -v '^tools/')
	mapfile -t documents < <(grep '^Documentation/.*\.rst$' <<<"$files")
}

# A gate's result as the artifact gate.NAME, with the builds that it starts from.
need_gate()		# NAME
{
	local side=${1#*-}

	need_c_files
	need_next
	case $1 in
	walk-*)
		need_guest base "$side" ;;
	warnings-*|off-*|modules-*)
		need_guest next "$side"
		need_guest base "$side" ;;
	esac
	case $1 in
	walk-ep|walk-host)
		gate "$1" "each patch builds, ${side_name[$side]}" \
			gate_walk "$side" ;;
	warnings-ep|warnings-host)
		gate "$1" "sparse and W=1, ${side_name[$side]}" \
			gate_warnings "$side" ;;
	off-ep|off-host)
		gate "$1" "symbols of the series off, ${side_name[$side]}" \
			gate_symbols "$side" n ;;
	modules-ep|modules-host)
		gate "$1" "the series as modules, ${side_name[$side]}" \
			gate_symbols "$side" m ;;
	i386)	gate "$1" "32 bit, i386 allmodconfig" \
			gate_variant i386 gcc allmodconfig ;;
	arm)	gate "$1" "32 bit, arm allmodconfig" \
			gate_variant arm gcc allmodconfig ;;
	clang)	gate "$1" "clang, arm64 allyesconfig" \
			gate_variant arm64 clang allyesconfig ;;
	kunit)	gate "$1" "KUnit on UML" gate_kunit ;;
	coccinelle)
		gate "$1" "coccicheck" gate_coccinelle ;;
	documents)
		gate "$1" "documents of the series" gate_documents ;;
	*)	die "bug: no such gate: '$1'" ;;
	esac
}
