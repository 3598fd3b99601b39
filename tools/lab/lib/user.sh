# SPDX-License-Identifier: GPL-2.0
# shellcheck shell=bash
#
# Kernels of the user's trees. What is built of a tree lies in user/KEY of the
# cache, KEY being a hash of its path, with a folder for each side:
#
#   tree            that path
#   SIDE/building   while it is built; left behind by a run that was killed
#   SIDE/obj        build folder, kept, so that the next build is incremental
#   SIDE/guest      the guest's image
#
# A run locks what is built of a tree until its end: nobody builds under it.

user_locked=		# 1 when all trees of this run are locked

user_folder_of()	# TREE
{
	echo "$cache/user/$(key <<<"$1")"
}

# All at once and in order: of two runs with the same trees one waits for the
# other, whichever side each tree is for.
lock_user_trees()
{
	local id tree lock

	[[ ! $user_locked ]] || return 0
	while read -r id tree; do
		exec {lock}>"$cache/lock/user-$id"
		take_lock "$lock" "another run uses what was built of $tree" -x
	done < <(for tree in "${user_tree[@]}"; do
		echo "$(key <<<"$tree") $tree"
	done | sort -u)
	user_locked=1
}

# The symbols of the series' fragment that the tree does not have, one a line.
missing_symbols()	# SIDE TREE
{
	local symbol

	sed -n 's/^CONFIG_\(\w*\)=.*/\1/p' \
		"$repo/tools/lab/kernel/$1-next.config" |
		while read -r symbol; do
			grep -rqsE "^(menu)?config $symbol\$" \
				--include='Kconfig*' "$2/drivers" ||
				echo "$symbol"
		done
}

has_series()		# SIDE, with a tree of the user's or ours
{
	[[ ! ${user_tree[$1]-} || ! $(missing_symbols "$1" "${user_tree[$1]}") ]]
}

# For what needs the series on both sides.
need_series()		# WHAT
{
	local side missing

	for side in ep host; do
		[[ ${user_tree[$side]-} ]] || continue
		missing=$(missing_symbols $side "${user_tree[$side]}" | xargs)
		[[ ! $missing ]] ||
			die "$1 needs the series, and the kernel tree '${user_tree[$side]}' has no $missing; ./lab tree makes a tree that has it"
	done
}

build_user_kernel()	# SIDE TREE FOLDER
{
	local tree=base
	local -a fragments

	! has_series "$1" || tree=next
	[[ $gdb != "$1" ]] || tree+=-gdb
	read -r -d '' -a fragments < <(kernel_fragments "$tree" "$1") || true
	mkdir -p "$3/obj"
	sandbox --ro-bind "$2" /src --bind "$3/obj" /obj -- \
		/lab/tools/lab/kernel/build.sh "$1" "${fragments[@]}"
	{
		echo "tree $2"
		echo "version $(<"$3/obj/include/config/kernel.release")"
		echo "config ${fragments[*]} $(key <"$3/obj/fragments")"
		echo "toolchain $toolchain"
	} >"$3/obj/about"
	rm -rf "$3/guest"
	mkdir "$3/guest"
	make_guest "$1" "$2" "$3/obj" "$3/guest"
}

# As the artifacts of a kernel of ours: it stands for the pristine one, and for
# the patched one if it has the series.
need_user_kernel()	# SIDE
{
	local side=$1 tree=${user_tree[$1]} folder name

	[[ ! ${artifacts[$side.base.obj]-} ]] || return 0
	folder=$(user_folder_of "$tree")
	lock_user_trees
	# A build that was cut off is no base for another.
	[[ ! -e $folder/$side/building ]] || rm -rf "${folder:?}/$side"
	[[ -d $folder/$side ]] || cache_grew
	mkdir -p "$folder/$side"
	echo "$tree" >"$folder/tree"
	touch "$folder" "$folder/$side/building"
	try_step "kernel of the ${side_name[$side]}, $tree" \
		build_user_kernel "$side" "$tree" "$folder/$side"
	((step_status > 128)) || rm -f "$folder/$side/building"
	if ((step_status)); then
		! grep -q '^error: CONFIG_.* was asked for' "$step_log" ||
			say "lab: a file for --config can set what a symbol depends on, and a line '# CONFIG_NAME is not set' in it takes back one that you can do without"
		die "no kernel from $tree"
	fi
	for name in base next; do
		[[ $name == base ]] || has_series "$side" || continue
		artifacts[$side.$name.obj]=$folder/$side/obj
		artifacts[$side.$name.image]=$folder/$side/obj/image
		artifacts[$side.$name.initramfs]=$folder/$side/guest/initramfs.cpio
		artifacts[$side.$name.modules]=$folder/$side/guest/modules
	done
}

board_inside=		# the user's board as it is named in the sandbox

# The model has the last word on a file.
need_board()
{
	local name=${user_board##*/} said

	[[ $user_board && ! $board_inside ]] || return 0
	if [[ $user_board != /* ]]; then
		board_inside=$user_board
		return 0
	fi
	mkdir "$run_dir/board"
	cp "$user_board" "$run_dir/board/$name"
	board_inside=/run/lab/board/$name
	said=$(sandbox -- "$(inside "${artifacts[model]}")" --check \
		--board "$board_inside" 2>&1) ||
		die "${said//"$board_inside"/"$user_board"}"
}
