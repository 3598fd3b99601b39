#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
#
# symbols.sh SIDE n|m: build the patched kernel of /src with every symbol of the
# series off, or as a module where it can be one, and with it the drivers of the
# base that the series adds files to: only a module needs what it uses exported.
# Result in /out/log, and /out/failed if there is none.

set -euo pipefail
# shellcheck source-path=SCRIPTDIR source=../../lab/kernel/arch.sh
. /lab/tools/lab/kernel/arch.sh "$1"

# One list: what is called from a || has no other way to end at a failure.
build()
{
	cd /lab/tools/lab/kernel &&
	sed "s/=y\$/=$2/" "$1-next.config" >/tmp/fragment &&
	{ [[ $2 == n ]] ||
		sed -nE 's/^(CONFIG_DW_EDMA(_PCIE)?)=y$/\1=m/p' \
			common.config "$1.config" >>/tmp/fragment; } &&
	./configure.sh "$1" common.config "$1.config" /tmp/fragment &&
	./check-config.sh &&
	kmake vmlinux modules
}

build "$@" >/out/log 2>&1 || touch /out/failed
