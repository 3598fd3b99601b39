#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
#
# configure.sh SIDE FRAGMENT...: allnoconfig and the fragments into /obj/.config.

set -euo pipefail
cd "$(dirname "$0")"
# shellcheck source-path=SCRIPTDIR source=arch.sh
. ./arch.sh "$1"
shift

cat "$@" >/obj/fragments
kmake -s allnoconfig
cat /obj/fragments >>/obj/.config
kmake -s olddefconfig 2>&1 | { grep -v 'warning: override' || true; }
