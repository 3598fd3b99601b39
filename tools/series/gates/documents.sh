#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
#
# documents.sh TREE FOLDER...: build the documents of these folders, and no
# others. /out/TREE.log is what Sphinx said, /out/failed stands for a build
# without an end. A folder is below Documentation and has an index.

set -euo pipefail

make -s -C /src O=/obj SPHINXDIRS="${*:2}" htmldocs >"/out/$1.log" 2>&1 ||
	touch /out/failed
