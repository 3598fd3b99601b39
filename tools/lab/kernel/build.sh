#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
#
# build.sh SIDE FRAGMENT...: configure and build the kernel of /src in /obj.
#
# /obj may hold an earlier build of another tree. Its files are then made older
# than anything that differs between the trees (see times.sh), and make builds
# just the difference.

set -euo pipefail
cd "$(dirname "$0")"
# shellcheck source-path=SCRIPTDIR source=arch.sh
. ./arch.sh "$1"

./configure.sh "$@"
./check-config.sh
kmake "${image##*/}" modules
# Headers for the programs that test it.
[[ $1 == ep ]] || kmake -s headers
ln -sf "$image" /obj/image
