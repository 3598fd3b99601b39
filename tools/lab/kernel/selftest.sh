#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
#
# selftest.sh SIDE NAME...: the kselftests NAME of /src, built static for the side
# with the kernel of /obj, as /out/selftests.cpio, to be put behind an initramfs.
# In a guest each is a folder /selftests/NAME; its programs are listed in
# /selftests/NAME/PROGRAMS.

set -euo pipefail
cd "$(dirname "$0")"
# shellcheck source-path=SCRIPTDIR source=arch.sh
. ./arch.sh "$1"
shift

# The kernel's build folder is read only
make -s -C /src O=/tmp/headers ARCH="$ARCH" headers
headers=/tmp/headers/usr/include

build()			# NAME TARGET [VARIABLE=VALUE...]
{
	make -s -C "/src/tools/testing/selftests/$1" OUTPUT="/tmp/build/$1" \
		ARCH="$ARCH" CC="${cross}gcc" LLVM= USERLDFLAGS=-static \
		KHDR_INCLUDES="-isystem $headers" "${@:2}"
}

folders()		# PATH: it and all above it, the uppermost first
{
	[[ $1 == / ]] || { folders "$(dirname "$1")"; echo "dir $1 755 0 0"; }
}

for name; do
	folder=/tmp/install/$name
	mkdir -p "/tmp/build/$name" "$folder"
	build "$name" all >&2
	build "$name" install INSTALL_PATH="$folder" >&2
	build "$name" emit_tests COLLECTION="$name" |
		sed -n 's/^.*://p' >"$folder/PROGRAMS"
	[[ -s $folder/PROGRAMS ]] || {
		echo "fatal: selftest $name has no program to run"
		exit 1
	}
	folders "/selftests/$name"
	find "$folder" -mindepth 1 -type d -printf "dir /selftests/$name/%P 755 0 0\n"
	find "$folder" -type f -printf "file /selftests/$name/%P %p 755 0 0\n"
done | awk '!seen[$0]++' >/tmp/list
/obj/usr/gen_init_cpio -t 0 /tmp/list >/out/selftests.cpio
