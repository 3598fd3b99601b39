# SPDX-License-Identifier: GPL-2.0
# shellcheck shell=bash
#
# ./lab selftest: programs of the kernel's own test suites, built static and added
# to the images of the guests (see tools/lab/kernel/selftest.sh).

selftest_kernels=next	# base when one side is of a tree without the series

selftest_tree()		# SIDE
{
	local -n ours=${selftest_kernels}_src

	echo "${user_tree[$1]:-$ours}"
}

make_selftests()	# SIDE [NAME...] FOLDER
{
	local side=$1 which=$selftest_kernels folder=${*: -1}
	local -a names=("${@:2:$#-2}")

	: >"$folder/selftests.cpio"
	((${#names[@]} == 0)) ||
		sandbox --ro-bind "$(selftest_tree "$side")" /src \
			--ro-bind "${artifacts[$side.$which.obj]}" /obj \
			--bind "$folder" /out -- \
			/lab/tools/lab/kernel/selftest.sh "$side" "${names[@]}"
	cat "${artifacts[$side.$which.initramfs]}" "$folder/selftests.cpio" \
		>"$folder/initramfs.cpio"
}

need_selftests()	# SIDE [NAME...]
{
	local id title="selftests of the ${side_name[$1]}"

	if [[ ${user_tree[$1]-} ]]; then
		# What was built of it is the tree's state of today
		entry=$run_dir/selftest-$1
		mkdir "$entry"
		step "$title" make_selftests "$@" "$entry"
	else
		id=$({
			echo "$* ${artifacts[$1.$selftest_kernels.initramfs]}"
			in_repo content tools/lab/kernel/{arch,selftest}.sh
		} | key)
		cache_entry "selftest-$1" "$id" "$title" make_selftests "$@"
	fi
	artifacts[$1.selftest.initramfs]=$entry/initramfs.cpio
}

# Each suite, in the tree of its side.
selftest_sides()	# [SIDE:]NAME...
{
	sandbox --ro-bind "$(selftest_tree ep)" /run/ep \
		--ro-bind "$(selftest_tree host)" /run/host -- \
		python3 -m run.selftest sides /run/ep /run/host "$@"
}

run_selftest()		# [SIDE:]NAME...
{
	local -A names=([ep]= [host]=)
	local -a words
	local side name list

	(($#)) || usage_error "selftest wants the name of a suite"
	for name; do
		[[ $name =~ ^((ep|host):)?[A-Za-z0-9_./-]+$ && $name != -* ]] ||
			usage_error "'$name' is no name of a selftest"
	done
	enter selftest
	has_series ep && has_series host || selftest_kernels=base
	[[ ${user_tree[ep]-} && ${user_tree[host]-} ]] ||
		"need_$selftest_kernels"
	list=$(selftest_sides "$@") || return 2
	while read -r side name; do
		names[$side]+=" $name"
	done <<<"$list"
	need_model
	need_board
	for side in ep host; do
		need_guest "$selftest_kernels" "$side"
		read -r -a words <<<"${names[$side]}"
		need_selftests "$side" "${words[@]}"
	done
	write_artifacts
	play python3 -m run.selftest play "$@"
	return "$played"
}
