# SPDX-License-Identifier: GPL-2.0
#
# For those whose fingers type make: each target is a verb of ./lab.

verbs := demo check bench clean doctor help

help:
.PHONY: $(verbs)
$(verbs):
	@./lab $@
