#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
#
# fits.sh FOLDER: does the series apply to the kernel source whose tar file is
# there? Only the files that it changes are unpacked.

set -euo pipefail

mkdir /tmp/fits
mapfile -t files <<<"$(python3 -m series files)"
# tar complains of files that are not there: the series adds them, or it is a
# misfit, which apply says better.
tar=$(echo "$1"/*.tar.xz)
xz -l "$tar"
tar -x -C /tmp/fits --strip-components=1 --wildcards -f "$tar" \
	"${files[@]/#/*/}" 2>/dev/null || true
python3 -m series apply /tmp/fits
