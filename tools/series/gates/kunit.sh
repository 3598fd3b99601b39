#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
#
# kunit.sh KUNITCONFIG...: run the KUnit tests of the series with the kernel's
# own kunit.py, on UML: all of them in one kernel, which is what takes long to
# build. That each configuration has tests and all that it asks for, kconfig knows.
# /out/ktap is what the kernel said; /out/failed stands for a run without a good
# end, and /out/log says why.

set -euo pipefail
cd /src
cc=/lab/tools/lab/kernel/cc
kunit=(python3 tools/testing/kunit/kunit.py)

for config; do
	"${kunit[@]}" config --kunitconfig="$config" --build_dir=/obj \
		>>/out/log 2>&1 || touch /out/failed
	grep -q '^CONFIG_[A-Z0-9_]*_KUNIT_TEST=y$' /obj/.config || {
		echo "error: $config has no test"
		touch /out/failed
	} >>/out/log
done
"${kunit[@]}" run "${@/#/--kunitconfig=}" --build_dir=/obj \
	--jobs="$LAB_JOBS" --raw_output=all \
	--make_options CC="$cc gcc" --make_options HOSTCC="$cc gcc" \
	>/out/ktap 2>>/out/log || touch /out/failed
# kunit.py is content with a kernel that was killed.
awk '/^1\.\.[0-9]+$/ { planned = substr($1, 4) }
	/^ok [0-9]/ { passed++ }
	/^reboot: System halted/ { halted = 1 }
	END { exit !(halted && passed && passed == planned) }' /out/ktap ||
	touch /out/failed
