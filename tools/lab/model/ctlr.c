// SPDX-License-Identifier: GPL-2.0
#include <stdarg.h>
#include <stdio.h>

#include "ctlr.h"

void ctlr_report(struct ctlr *c, enum counter which, const char *fmt, ...)
{
	char what[256];
	va_list ap;

	count_one(&c->count, which);
	va_start(ap, fmt);
	vsnprintf(what, sizeof(what), fmt, ap);
	va_end(ap);
	log_limited(&c->reports[which], "%s: %s",
		    which == CNT_DMA_ABORT ? "dma" : "violation", what);
}

void ctlr_end_reports(struct ctlr *c)
{
	unsigned int i;

	for (i = 0; i < NUM_COUNTERS; i++)
		log_limit_end(&c->reports[i], "%s", count_name(i));
	log_limit_end(&c->resets, "resets");
	log_limit_end(&c->link_changes, "changes of the link");
	log_limit_end(&c->faults, "faults");
}

void ctlr_reset_counters(struct ctlr *c)
{
	ctlr_end_reports(c);
	memset(&c->count, 0, sizeof(c->count));
}
