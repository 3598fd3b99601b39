# SPDX-License-Identifier: GPL-2.0
# shellcheck shell=bash
#
# Which kernel is which. Sourced in the toolchain root with the side (ep or
# host) as $1; sets how to call make for it.

case $1 in
ep)	ARCH=arm64 cross=aarch64-linux-gnu- image=arch/arm64/boot/Image ;;
host)	ARCH=x86 cross=x86_64-linux-gnu- image=arch/x86/boot/bzImage ;;
*)	echo "fatal: no such side: $1"; exit 1 ;;
esac

# The same tree gives the same image, whoever builds it and when.
export KBUILD_BUILD_TIMESTAMP='2026-01-01' KBUILD_BUILD_USER=lab
export KBUILD_BUILD_HOST=lab KBUILD_BUILD_VERSION=1

# The kernel's own Kconfig and, behind it, the drivers of the lab.
export KBUILD_KCONFIG=/lab/Kconfig

kmake()
{
	make -C /src O=/obj ARCH="$ARCH" CROSS_COMPILE="$cross" \
		CC="/lab/tools/lab/kernel/cc ${cross}gcc" -j"$LAB_JOBS" "$@"
}
