#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
#
# variant.sh ARCH gcc|clang CONFIG FILE...: compile the C files in another world:
# 32 bits, another compiler, everything as modules or built in. CONFIG is a
# target like allmodconfig; it sets WERROR, so a warning is an error. Result in
# /out/log, and /out/failed if there is none.

set -euo pipefail
arch=$1 compiler=$2 config=$3
shift 3
cc=/lab/tools/lab/kernel/cc

case $arch-$compiler in
*-clang)	tools=(LLVM=1 "CC=$cc clang") ;;
i386-gcc)	tools=("CC=$cc gcc") ;;
arm-gcc)	tools=(CROSS_COMPILE=arm-linux-gnueabi-
		       "CC=$cc arm-linux-gnueabi-gcc") ;;
*)		echo "fatal: no such variant: $arch-$compiler"; exit 1 ;;
esac

export KBUILD_BUILD_TIMESTAMP='2026-01-01' KBUILD_BUILD_USER=lab
export KBUILD_BUILD_HOST=lab

# Drivers that Kconfig gives to one architecture only.
declare -A home=(
	[drivers/pci/controller/dwc/pcie-rcar-gen4.c]=arm64
)
# Without KUnit, as most people have it, on one of them: what tests alone use is
# static there, and nothing may be left over, or be missing when it is linked.
fragment=CONFIG_DEBUG_INFO_NONE=y
[[ $arch != arm ]] || fragment+=$'\n# CONFIG_KUNIT is not set'
files=()
for file; do
	[[ $arch != arm || $file != *-test.c ]] ||
		! grep -qs '<kunit/test.h>' "/src/$file" || continue
	[[ ${home[$file]-$arch} != "$arch" ]] || files+=("$file")
done

vmake()
{
	make -C /src O=/obj ARCH="$arch" "${tools[@]}" \
		HOSTCC="$cc gcc" -j"$LAB_JOBS" "$@"
}

# One list: what is called from a condition has no other way to end at a
# failure.
build()
{
	# Debug information costs minutes and shows nothing here.
	echo "$fragment" >/obj/fragment &&
	vmake -s KCONFIG_ALLCONFIG=/obj/fragment "$config" &&
	{ [[ $arch != arm ]] || without_kunit; } &&
	vmake -k "${@/%.c/.o}"
}

without_kunit()
{
	if grep '^CONFIG_KUNIT=' /obj/.config; then
		echo "error: KUnit was to be off"
		return 1
	fi
}

# An object for each file: make does not mind to build none.
complete()
{
	local file wanted

	for file; do
		if [[ ! -s /obj/${file%.c}.o ]]; then
			echo "error: $file was not compiled"
			return 1
		fi
		[[ $arch == arm ]] || continue
		wanted=$(arm-linux-gnueabi-nm -u "/obj/${file%.c}.o") || return
		if [[ $wanted == *kunit* ]]; then
			echo "error: $file wants KUnit, which is off"
			return 1
		fi
	done
}

if ((${#files[@]} == 0)); then
	echo "no C file" >/out/log
	exit
fi
{ build "${files[@]}" && complete "${files[@]}"; } >/out/log 2>&1 || touch /out/failed
