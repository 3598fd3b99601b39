#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
#
# base-git.sh NAME: import the pristine tree of /src into a bare repository
# in /out, as one commit on the branch base. Same tree, same commit.

set -euo pipefail

export GIT_DIR=/out GIT_WORK_TREE=/src
export GIT_AUTHOR_NAME=lab GIT_AUTHOR_EMAIL=lab@localhost
export GIT_COMMITTER_NAME=lab GIT_COMMITTER_EMAIL=lab@localhost
export GIT_AUTHOR_DATE='2026-01-01T00:00:00Z'
export GIT_COMMITTER_DATE='2026-01-01T00:00:00Z'

git init -q --initial-branch=base
git config core.bare false
git config gc.auto 0
git config core.compression 1
# Above the threshold a file goes into a pack right away: not 95000 of them, of which
# repack makes one. The kernel's own .gitignore must not hide a file of the package.
git -c core.bigFileThreshold=1 add -A -f
git commit -q -m "$1"
git config core.bare true
