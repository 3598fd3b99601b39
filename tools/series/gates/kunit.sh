#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
#
# kunit.sh KUNITCONFIG...: run the KUnit tests of the series with the kernel's
# own kunit.py, on UML: all of them in one kernel, which is what takes long to
# build. That each configuration is enough for its tests, kconfig knows.
# /out/ktap is what the kernel said; /out/failed stands for a run without a good
# end, and /out/log says why.

set -euo pipefail
cd /src
kunit=(python3 tools/testing/kunit/kunit.py)

for config; do
	"${kunit[@]}" config --kunitconfig="$config" --build_dir=/obj \
		>>/out/log 2>&1 || touch /out/failed
done
"${kunit[@]}" run "${@/#/--kunitconfig=}" --build_dir=/obj \
	--jobs="$LAB_JOBS" --raw_output=all \
	--make_options CC="ccache gcc" --make_options HOSTCC="ccache gcc" \
	>/out/ktap 2>>/out/log || touch /out/failed
