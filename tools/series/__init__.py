# SPDX-License-Identifier: GPL-2.0
"""The patch series: kernel tree from patches, patches from kernel tree.

A patch of the series is stored in patches/ as a mail that `git am` takes:
author, subject, message, a line `---`, and behind it

  Adds: PATH     a new file that comes with this patch; its content is the
                 file at PATH in this repository, never in the patch
  other text     notes below the message, kept for the mail
  hunks          changes of files that the kernel has

Modules: patch (the stored form), scratch (git without a work tree), tree
(patches to commits), refresh (commits to patches), export (mails), check.
"""
