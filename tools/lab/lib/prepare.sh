# SPDX-License-Identifier: GPL-2.0
# shellcheck shell=bash
#
# What has to be there before a verb can do its work. Each need_* makes one
# cache entry, or finds it, and sets a variable to its folder.

toolchain=		# hash of the versions of all build tools
base_src=		# the pristine kernel, unpacked
base_git=		# the same as one commit in a bare repository
next_src=		# the kernel with the series
obj=			# result of need_kernel
declare -A artifacts	# what the runner finds in artifacts.json
declare -A side_name=([ep]=endpoint [host]=host)

in_repo()
{
	(cd "$repo" && "$@")
}

# Everything before the first sandbox.
enter()			# VERB
{
	need_flock
	cache_open "$1"
	announce "$1"
	need_host
	need_root
	place_configs
}

make_root()		# FOLDER
{
	apt_acquire_settings |
		"$repo/tools/lab/root/recipe.sh" "$(debian_mirror)" "$1"
	root=$1
	has_vfio_user qemu-system-x86_64
	has_vfio_user qemu-system-aarch64
}

has_vfio_user()		# QEMU
{
	[[ $(sandbox -- "$1" -machine none -device help) == *'"vfio-user-pci"'* ]] || {
		echo "fatal: $1 of the toolchain root has no vfio-user-pci; is trixie-backports on the mirror $(debian_mirror)?"
		return 1
	}
}

need_root()
{
	local id

	id=$(root_key)
	[[ -d $cache/root-$id ]] || need_subuid
	cache_entry root "$id" "make the toolchain root" make_root
	root=$entry
	toolchain=$(toolchain_key <"$root/etc/lab/packages")
}

# Disk and time from an empty cache on two cores, for each verb.
announce()		# VERB
{
	local gigabytes minutes

	[[ ! -d $cache/root-$(root_key) ]] || return 0
	case $1 in
	check)	gigabytes=10 minutes=50 ;;
	demo|bench|shell|run|selftest) gigabytes=7 minutes=20 ;;
	*)	gigabytes=5 minutes=3 ;;
	esac
	say "first run: downloads about 0.7 GB, then takes $gigabytes GB in $cache"
	say "and about $minutes minutes on two cores; later runs need neither. That"
	say "folder never keeps more than $((cache_limit >> 20)) GB."
	need_space "$cache" $gigabytes LAB_CACHE
	need_space "${TMPDIR:-/var/tmp}" 3 TMPDIR
}

root_key()
{
	in_repo content tools/lab/root | key
}

unpack_base()		# FOLDER
{
	sandbox --bind "$1" /src --ro-bind "$kernel_source" /out -- bash -c \
		'tar -x -C /src --strip-components=1 --no-same-owner -f /out/*.tar.xz'
	set_times "$time_of_base" "$1"
}

need_base()
{
	local id

	need_source
	id=$({
		cat "$kernel_source/about"
		in_repo content tools/lab/kernel/times.sh
	} | key)
	cache_entry base "$id" "unpack $base" unpack_base
	base_src=$entry
}

make_base_git()		# FOLDER
{
	sandbox --ro-bind "$base_src" /src --bind "$1" /out -- \
		/lab/tools/series/base-git.sh "$base"
}

need_base_git()
{
	local id

	need_base
	id=$({
		echo "${base_src##*/}"
		in_repo content tools/series/base-git.sh
	} | key)
	cache_entry base-git "$id" "import it into git" make_base_git
	base_git=$entry
}

# The files that the patches say they add. One that is missing is for the
# series' own tool to report.
added_files()
{
	local path

	in_repo find patches -name '*.patch' -exec sed -n 's/^Adds: //p' {} + |
		sort -u | while read -r path; do
			[[ ! -f $repo/$path ]] || echo "$path"
		done
}

make_next()		# FOLDER
{
	# Hard links: nothing writes to a file of the base in place.
	cp -al "$base_src/." "$1"
	sandbox --bind "$1" /src -- python3 -m series apply /src
	find "$1" -type f -newermt "$time_of_base" \
		-exec touch -d "$time_of_change" {} +
}

need_next()
{
	local id

	need_base
	id=$({
		echo "${base_src##*/}"
		series_content
	} | key)
	cache_entry next "$id" "apply the series" make_next
	next_src=$entry
}

series_content()
{
	local -a files

	mapfile -t files < <(added_files; in_repo find patches -name '*.patch')
	in_repo content tools/series/{patch,parts,added,tree}.py "${files[@]}"
	# Of a cover letter what the order of the patches is made of
	in_repo find patches -name cover-letter -exec awk \
		'/^Depends-on:/ { print FILENAME, $0 }' {} + | LC_ALL=C sort
}

# TREE is base or next, or one of these with -gdb, or next-kasan; SIDE is ep or
# host. What the user adds comes last and so counts.
kernel_fragments()	# TREE SIDE
{
	echo "common.config $2.config"
	[[ $1 == base* ]] || echo "$2-next.config"
	[[ $1 != *-gdb ]] || echo gdb.config
	[[ $1 != *-kasan ]] || echo "kasan.config"
	echo "${extra_fragments[$2]-}"
}

build_kernel()		# TREE SIDE SRC EARLIER-BUILD FOLDER
{
	local -a fragments

	read -r -d '' -a fragments < <(kernel_fragments "$1" "$2") || true
	if [[ $4 ]]; then
		cp -a "$4/." "$5"
		set_times "$time_of_build" "$5"
	fi
	sandbox --ro-bind "$3" /src --bind "$5" /obj -- \
		/lab/tools/lab/kernel/build.sh "$2" "${fragments[@]}"
	{
		cat "$kernel_source/about"
		echo "tree ${3##*/}"
		echo "config ${fragments[*]} $(key <"$5/fragments")"
		echo "toolchain $toolchain"
	} >"$5/about"
}

need_kernel()		# TREE SIDE: sets obj
{
	local tree=$1 side=$2 src earlier= title id

	need_base
	src=$base_src
	title="kernel of the ${side_name[$side]}, pristine"
	if [[ $tree == next ]]; then
		need_kernel base "$side"
		earlier=$obj
		need_next
		src=$next_src
		title="kernel of the ${side_name[$side]}, patched"
	elif [[ $tree == next-kasan ]]; then
		need_next
		src=$next_src
		title="kernel of the ${side_name[$side]}, patched, with KASAN"
	elif [[ $tree == *-gdb ]]; then
		title="kernel of the ${side_name[$side]}, for gdb"
		if [[ $tree == next-gdb ]]; then
			need_next
			src=$next_src
		fi
	fi
	id=$(kernel_key "$src" "$tree" "$side")
	cache_entry "kernel-$tree-$side" "$id" "$title" \
		build_kernel "$tree" "$side" "$src" "$earlier"
	obj=$entry
}

kernel_key()		# SRC TREE SIDE
{
	local fragment
	local -a fragments

	read -r -d '' -a fragments < <(kernel_fragments "$2" "$3") || true
	{
		echo "$toolchain ${1##*/} $2 $3"
		cd "$repo/tools/lab"
		content ../../Kconfig guest/Kconfig \
			kernel/{arch,configure,check-config,build,times}.sh kernel/cc
		for fragment in "${fragments[@]}"; do
			case $fragment in
			/run/lab/*)	cat "$run_dir/${fragment##*/}" ;;
			*)		content "kernel/$fragment" ;;
			esac
		done
	} | key
}

make_guest()		# SIDE SRC OBJ FOLDER
{
	sandbox --ro-bind "$2" /src --ro-bind "$3" /obj \
		--bind "$4" /out -- /lab/tools/lab/kernel/guest.sh "$1"
}

need_guest()		# TREE SIDE: kernel and initramfs, as artifacts
{
	local tree=$1 side=$2 src id

	if [[ ${user_tree[$side]-} ]]; then
		# The run holds its lock
		[[ ! $is_second ]] || exit 0
		need_user_kernel "$side"
		return 0
	fi
	need_kernel "$tree" "$side"
	src=$base_src
	[[ $tree == base* ]] || src=$next_src
	id=$({
		echo "${obj##*/}"
		versions_of "${guest_programs[@]}" <"$root/etc/lab/packages"
		key <"$root/opt/guest-arm64/usr/bin/busybox"
		in_repo content tools/lab/{guest,model/regmap.h} \
			tools/lab/kernel/{arch,guest}.sh
	} | key)
	cache_entry "guest-$tree-$side" "$id" \
		"image of the ${side_name[$side]}" \
		make_guest "$side" "$src" "$obj"
	artifacts[$side.$tree.obj]=$obj
	artifacts[$side.$tree.image]=$obj/image
	artifacts[$side.$tree.initramfs]=$entry/initramfs.cpio
	artifacts[$side.$tree.modules]=$entry/modules
}

make_model()		# FOLDER
{
	sandbox --bind "$1" /out -- make -C /lab/tools/lab/model -j"$(nproc)" O=/out
}

need_model()
{
	local id

	id=$({
		echo "$toolchain"
		in_repo content tools/lab/model
	} | key)
	cache_entry model "$id" "emulated endpoint controller" make_model
	artifacts[model]=$entry/epmodel
	artifacts[boards]=/lab/tools/lab/boards
}

# The same path inside the sandbox; what is not in the cache is unchanged.
inside()		# PATH
{
	echo "${1/#"$cache"//cache}"
}

write_artifacts()
{
	local name separator=

	{
		echo {
		for name in "${!artifacts[@]}"; do
			printf '%s  "%s": "%s"' "$separator" "$name" \
				"$(inside "${artifacts[$name]}")"
			separator=$',\n'
		done
		printf '\n}\n'
	} >"$run_dir/artifacts.json" ||
		die "cannot write $run_dir/artifacts.json; is the disk full?"
}

# For the demo and its like: what runs one pair of kernels, the patched ones if
# none are named.
prepare()		# VERB [TREE]
{
	local tree=${2-next}

	[[ $tree != next ]] || need_series "./lab $1"
	enter "$1"
	need_model
	need_board
	need_all_of_base need_machine ep host
	write_artifacts
}

# Two hands would both begin with it.
need_all_of_base()	# FUNCTION NEED...
{
	(($# < 3)) || [[ ${user_tree[*]-} ]] || need_base
	need_all "$@"
}

need_machine()		# SIDE, of the tree that is prepared
{
	need_guest "$tree" "$1"
}

# For the tests: which there are, and what they need.
choose_tests()		# [PYTEST ARGUMENT...]
{
	enter check
	select_tests "$@"
	find_needs
	case " ${needs[*]} " in
	*" next "*|*" gdb."*)
		need_series "./lab check${*:+ $*}" ;;
	esac
	if [[ " ${needs[*]}" == *" "@(gate|gdb).* ]] && has_choice; then
		die "the gates of the series and the test of gdb are for its own kernels; leave them out, or --board, --kernel and --config"
	fi
	write_artifacts
}

# That, and no more.
prepare_check()
{
	need_all_of_base need_for_tests "${needs[@]}"
	write_artifacts
}

need_for_tests()	# NEED
{
	local side

	case $1 in
	nothing) ;;
	base|next)
		need_model
		# It lies in the folder of the run
		[[ $is_second ]] || need_board
		for side in ep host; do
			need_guest "$1" $side
		done ;;
	# Of variants of the setup
	kasan)
		need_guest next-kasan ep
		need_guest next-kasan host ;;
	selftest)
		need_guest next ep
		need_guest next host
		need_selftests ep size
		need_selftests host size pci_endpoint ;;
	gdb.*)
		need_guest next-gdb "${1#gdb.}" ;;
	next-src)
		need_next
		artifacts[next.src]=$next_src ;;
	base-git)
		need_base_git ;;
	gate.*)
		need_gate "${1#gate.}" ;;
	*)
		die "bug: no such need of a test: '$1'" ;;
	esac
}
