// SPDX-License-Identifier: GPL-2.0
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

#include "ctlr.h"
#include "dbi.h"
#include "engine.h"
#include "epside.h"
#include "link.h"
#include "log.h"

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

static void end_limits(struct ctlr *c)
{
	unsigned int i;

	for (i = 0; i < NUM_COUNTERS; i++)
		log_limit_end(&c->reports[i], "%s", count_name(i));
	log_limit_end(&c->resets, "resets");
	log_limit_end(&c->link_changes, "changes of the link");
}

void ctlr_reset_counters(struct ctlr *c)
{
	end_limits(c);
	memset(&c->count, 0, sizeof(c->count));
}

void ctlr_power_on(struct ctlr *c)
{
	unsigned int i;

	link_power_on(c);
	for (i = 0; i < c->board.functions; i++)
		cfg_init_function(&c->fn[i].cfg, &c->board, i);
	iatu_reset(&c->iatu, &c->board);
	dbi_reset(c);
	engine_reset(c->engine);
	epside_reset(c);
}

struct ctlr *ctlr_create(const struct board *b, char err[BOARD_ERR_LEN])
{
	struct ctlr *c = calloc(1, sizeof(*c));
	unsigned int i;

	if (!c)
		abort();
	pthread_mutex_init(&c->lock, NULL);
	c->board = *b;
	modes_init(&c->modes);
	irqset_init(&c->ep.irqs);
	for (i = 0; i < MAX_FUNCS; i++) {
		c->fn[i].ctlr = c;
		c->fn[i].index = i;
		irqset_init(&c->fn[i].irqs);
	}
	c->engine = engine_create(c, err);
	if (!c->engine) {
		pthread_mutex_destroy(&c->lock);
		free(c);
		return NULL;
	}
	ctlr_power_on(c);
	return c;
}

void ctlr_destroy(struct ctlr *c)
{
	unsigned int i;

	engine_destroy(c->engine);
	end_limits(c);
	for (i = 0; i < MAX_FUNCS; i++) {
		guestmem_unmap_all(&c->fn[i].mem);
		irqset_clear(&c->fn[i].irqs);
	}
	guestmem_unmap_all(&c->ep.mem);
	irqset_clear(&c->ep.irqs);
	patch_clear(&c->patches);
	pthread_mutex_destroy(&c->lock);
	free(c);
}
