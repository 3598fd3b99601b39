#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
#
# take-source.sh PACKAGE: make of the Debian package in /out the tar file of its
# kernel, and /out/about: name, version, and hash of that file.

set -euo pipefail

tar=$1.tar.xz
cd /out
dpkg-deb --fsys-tarfile ./*.deb | tar -x -O "./usr/src/$tar" >"$tar"
{
	echo "package $1"
	echo "version $(dpkg-deb -f ./*.deb Version)"
	echo "sha256 $(sha256sum <"$tar" | cut -d ' ' -f 1)"
} >about
rm ./*.deb
