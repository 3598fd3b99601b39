#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
#
# guest.sh SIDE: with the kernel built in /obj from /src, make in /out
#
#   modules/         the lab's test-only modules
#   root/            the kernel's own modules, and what modprobe knows of them
#   tests/           kselftests, static (host only)
#   initramfs.cpio   the image of the guest, which holds all of these

set -euo pipefail
cd "$(dirname "$0")"
# shellcheck source-path=SCRIPTDIR source=arch.sh
. ./arch.sh "$1"

# What the host runs besides the kernel's own suite comes with the series.
suites=(pci_endpoint pci_ep_dma)

build_tests()
{
	local suite folder

	mkdir /out/tests
	for suite in "${suites[@]}"; do
		folder=/src/tools/testing/selftests/$suite
		[[ -d $folder ]] || continue
		make -C "$folder" OUTPUT=/out/tests CC=gcc USERLDFLAGS=-static \
			USERCFLAGS=-Werror KHDR_INCLUDES="-isystem /obj/usr/include"
	done
}

kmake M=/lab/tools/lab/guest MO=/out/modules modules
kmake -s modules_install INSTALL_MOD_PATH=/out/root
# Links to this machine's folders
find /out/root -type l -delete

files=(-d /lib/modules=/out/root/lib/modules)
if [[ $1 == host ]]; then
	build_tests
	files+=(-b /usr/bin/busybox -p /usr/bin/lspci)
else
	files+=(-b /opt/guest-arm64/usr/bin/busybox)
fi
for file in /out/modules/*.ko; do
	files+=(-f "/modules/${file##*/}=$file")
done
for file in /out/tests/*; do
	[[ ! -x $file ]] || files+=(-f "/tests/${file##*/}=$file")
done
/lab/tools/lab/guest/mkinitramfs -g /obj/usr/gen_init_cpio \
	-o /out/initramfs.cpio "${files[@]}"
