#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
#
# kunit.sh KUNITCONFIG...: run the KUnit tests of the series with the kernel's
# own kunit.py, on UML. /out/NUMBER.ktap is what the kernel said; /out/failed
# stands for a run without a good end.

set -euo pipefail
cd /src

number=0
for config; do
	number=$((number + 1))
	python3 tools/testing/kunit/kunit.py run --kunitconfig="$config" \
		--build_dir=/obj --jobs="$LAB_JOBS" --raw_output=all \
		--make_options CC="ccache gcc" --make_options HOSTCC="ccache gcc" \
		>/out/$number.ktap 2>/out/$number.log || touch /out/failed
done
