# SPDX-License-Identifier: GPL-2.0
# shellcheck shell=bash
#
# What has to be there before a verb can do its work. Each need_* makes one
# cache entry, or finds it, and sets a variable to its folder.

base=			# version of linux-source-7.3
toolchain=		# hash of every package version in the root
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
	cache_open "$1"
	announce "$1"
	need_host
	need_root
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
	[[ -d $cache/root-$(root_key) ]] || need_subuid
	cache_entry root "$(root_key)" "make the toolchain root" make_root
	root=$entry
	toolchain=$(key <"$root/etc/lab/packages")
	base=$(<"$root/etc/lab/base")
	say "base: linux-source-7.3 $base"
}

# Disk and time from an empty cache on two cores, for each verb.
announce()		# VERB
{
	local gigabytes minutes

	[[ ! -d $cache/root-$(root_key) ]] || return 0
	case $1 in
	check)	gigabytes=10 minutes=50 ;;
	demo|bench|shell) gigabytes=7 minutes=20 ;;
	*)	gigabytes=5 minutes=3 ;;
	esac
	say "first run: downloads about 0.6 GB, then takes $gigabytes GB in $cache"
	say "and about $minutes minutes on two cores; later runs need neither"
	need_space "$cache" $gigabytes LAB_CACHE
	need_space "${TMPDIR:-/var/tmp}" 3 TMPDIR
}

root_key()
{
	in_repo content tools/lab/root | key
}

unpack_base()		# FOLDER
{
	sandbox --bind "$1" /src -- tar -x -C /src --strip-components=1 \
		--no-same-owner -f /usr/src/linux-source-7.3.tar.xz
	set_times "$time_of_base" "$1"
}

need_base()
{
	cache_entry base "$(echo "$base" | key)" \
		"unpack linux-source-7.3 $base" unpack_base
	base_src=$entry
}

make_base_git()		# FOLDER
{
	sandbox --ro-bind "$base_src" /src --bind "$1" /out -- \
		/lab/tools/series/base-git.sh "$base"
}

need_base_git()
{
	need_base
	cache_entry base-git \
		"$( (echo "$base"; in_repo content tools/series/base-git.sh) | key)" \
		"import it into git" make_base_git
	base_git=$entry
}

# The files at in-tree paths: all but those of the project itself.
added_files()
{
	in_repo find . -mindepth 2 -type f \
		! -path './.*/*' ! -path './patches/*' ! -path './linux/*' \
		! -path './tools/lab/*' ! -path './tools/series/*' | sort
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
	need_base
	cache_entry next "$( (echo "$base"; series_content) | key)" \
		"apply the series" make_next
	next_src=$entry
}

series_content()
{
	local -a added

	mapfile -t added < <(added_files)
	in_repo content patches tools/series/{patch,tree}.py "${added[@]}"
}

# TREE is base or next, SIDE is ep or host.
kernel_fragments()	# TREE SIDE
{
	echo "common.config $2.config"
	[[ $1 == base ]] || echo "$2-next.config"
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
}

need_kernel()		# TREE SIDE: sets obj
{
	local tree=$1 side=$2 src earlier= title

	need_base
	src=$base_src
	title="kernel of the ${side_name[$side]}, pristine"
	if [[ $tree == next ]]; then
		need_kernel base "$side"
		earlier=$obj
		need_next
		src=$next_src
		title="kernel of the ${side_name[$side]}, patched"
	fi
	cache_entry "kernel-$tree-$side" "$(kernel_key "$src" "$tree" "$side")" \
		"$title" build_kernel "$tree" "$side" "$src" "$earlier"
	obj=$entry
}

kernel_key()		# SRC TREE SIDE
{
	local -a fragments

	read -r -d '' -a fragments < <(kernel_fragments "$2" "$3") || true
	{
		echo "$toolchain ${1##*/} $2 $3"
		cd "$repo/tools/lab"
		content ../../Kconfig guest/Kconfig \
			kernel/{arch,configure,check-config,build,times}.sh \
			"${fragments[@]/#/kernel/}"
	} | key
}

make_guest()		# SIDE SRC OBJ FOLDER
{
	sandbox --ro-bind "$2" /src --ro-bind "$3" /obj --bind "$4" /out -- \
		/lab/tools/lab/kernel/guest.sh "$1"
}

need_guest()		# TREE SIDE: kernel and initramfs, as artifacts
{
	local tree=$1 side=$2 src

	need_kernel "$tree" "$side"
	src=$base_src
	[[ $tree == base ]] || src=$next_src
	cache_entry "guest-$tree-$side" "$({
			echo "${obj##*/}"
			in_repo content tools/lab/{guest,model/regmap.h} \
				tools/lab/kernel/{arch,guest}.sh
		} | key)" "image of the ${side_name[$side]}" \
		make_guest "$side" "$src" "$obj"
	artifacts[$side.$tree.obj]=$obj
	artifacts[$side.$tree.image]=$obj/image
	artifacts[$side.$tree.initramfs]=$entry/initramfs.cpio
}

make_model()		# FOLDER
{
	sandbox --bind "$1" /out -- make -C /lab/tools/lab/model -j"$(nproc)" O=/out
}

need_model()
{
	cache_entry model "$({
			echo "$toolchain"
			in_repo content tools/lab/model
		} | key)" "emulated endpoint controller" make_model
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
	} >"$run_dir/artifacts.json"
}

# For the demo and its like: what runs the patched kernels.
prepare()		# VERB
{
	enter "$1"
	need_model
	need_guest next ep
	need_guest next host
	write_artifacts
}

# For the tests: the pristine kernels and the gates of the series as well; the
# gates only if the tests that judge them are among those asked for.
prepare_check()		# [PYTEST ARGUMENT...]
{
	enter check
	need_model
	need_guest base ep
	need_guest base host
	need_guest next ep
	need_guest next host
	need_base_git
	artifacts[next.src]=$next_src
	case "$*" in
	*test_series.py*)	need_gates ;;
	*test_*.py*)		;;
	*)			need_gates ;;
	esac
	write_artifacts
}
