#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
#
# walk.sh SIDE FRAGMENT...: put the patches on /src one after the other and
# compile each in /obj, which holds a build of the pristine tree: what the patch
# touches and what depends on it, built in or as a module. For each patch
# /out/NAME.log is what make said and /out/NAME.status its exit status.
#
# Nothing is linked: that costs more than all the rest, and the kernel with all
# patches is linked and booted elsewhere.

set -euo pipefail
# shellcheck source-path=SCRIPTDIR source=../../lab/kernel/arch.sh
. /lab/tools/lab/kernel/arch.sh "$1"

build_step()
{
	python3 -m series apply /src --only "$1" &&
		/lab/tools/lab/kernel/configure.sh "${@:2}" &&
		kmake KBUILD_MODULES=y .
}

for patch in /lab/patches/*.patch; do
	[[ -e $patch ]] || continue
	name=$(basename "$patch" .patch)
	status=0
	build_step "$name.patch" "$@" >"/out/$name.log" 2>&1 || status=$?
	echo $status >"/out/$name.status"
	((status == 0)) || touch /out/failed
done
