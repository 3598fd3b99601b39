# SPDX-License-Identifier: GPL-2.0
"""The patch series: kernel tree from patches, patches from kernel tree.

The series is one or more parts, each a mail series of its own. A part is a folder
patches/PART/ with its patches, numbered, and a file cover-letter:

  Subject: TEXT        of the cover letter
  Change-id: ID        DATE-WORDS-HEX, as b4 has it; the same in all versions
  Version: N           if it was sent before
  Depends-on: PART...  that it needs; without this line it goes on the bare base

and behind an empty line the text. The order of the parts follows from what they
depend on.

A patch is stored as a mail that `git am` takes: author, subject, message, a line
`---`, and behind it

  Adds: PATH     a new file that comes with this patch; its content is the
                 file at PATH in this repository, never in the patch
  other text     notes below the message, kept for the mail
  hunks          changes of files that are there

A commit of a tree for editing has its part in a line `Part: NAME` behind the `---`.
One without is of the part of the commit before it.

Modules: patch and parts (the stored form), scratch (git without a work tree), added
(earlier versions of added files), tree (patches to commits), refresh (commits to
patches), taken (what a tree had of the repository), export (mails), check.
"""
