#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
#
# fits.sh FOLDER: does the series apply to the kernel source whose tar file is
# there? Ends with 3 if it does not; any other status but 0 says that it could
# not be found out. Only the files that the series changes are unpacked.

set -euo pipefail

work=$(mktemp -d)
mkdir "$work/tree"
listed=$(python3 -m series files)
mapfile -t files <<<"$listed"
tar=$(echo "$1"/*.tar.xz)

set +e
xz -dc "$tar" | LC_ALL=C tar -x -C "$work/tree" --strip-components=1 \
	--wildcards -f - "${files[@]/#/*/}" 2>"$work/complaints"
status=("${PIPESTATUS[@]}")
set -e
((status[0] == 0)) || exit 1
# tar complains of files that are not there: the series adds them, or it is a
# misfit, which apply says better. It ends with 2 then as for all that is wrong.
if ((status[1] != 0 && status[1] != 2)) ||
	grep -vE ': Not found in archive$|: Exiting with failure status' \
		"$work/complaints"; then
	exit 1
fi
python3 -m series apply "$work/tree"
