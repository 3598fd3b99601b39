#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
#
# walk.sh SIDE FRAGMENT...: put the patches on /src one after the other and
# build each in /obj, which holds a build of the pristine tree. For each patch
# /out/NAME.log is what make said and /out/NAME.status its exit status.

set -euo pipefail
# shellcheck source-path=SCRIPTDIR source=../../lab/kernel/arch.sh
. /lab/tools/lab/kernel/arch.sh "$1"

build_step()
{
	python3 -m series apply /src --only "$1" &&
		/lab/tools/lab/kernel/configure.sh "${@:2}" &&
		kmake vmlinux modules
}

for patch in /lab/patches/*.patch; do
	[[ -e $patch ]] || continue
	name=$(basename "$patch" .patch)
	status=0
	build_step "$name.patch" "$@" >"/out/$name.log" 2>&1 || status=$?
	echo $status >"/out/$name.status"
	((status == 0)) || touch /out/failed
done
