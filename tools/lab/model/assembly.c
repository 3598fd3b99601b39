// SPDX-License-Identifier: GPL-2.0
#include <stdlib.h>

#include "assembly.h"
#include "edma_v0.h"
#include "epside.h"
#include "hdma.h"

static const struct layout *layout_of(const struct board *b)
{
	switch (b->dma_format) {
	case DMA_HDMA_COMPAT:
		return &edma_v0_compat;
	case DMA_HDMA_NATIVE:
		return &hdma_native;
	default:
		return &edma_v0_unroll;
	}
}

struct ctlr *ctlr_create(const struct board *b)
{
	struct ctlr *c = calloc(1, sizeof(*c));
	unsigned int i;

	if (!c)
		abort();
	pthread_mutex_init(&c->lock, NULL);
	c->board = *b;
	modes_init(&c->modes);
	chance_seed_any(&c->chance);
	irqset_init(&c->ep.irqs);
	for (i = 0; i < MAX_FUNCS; i++) {
		c->fn[i].ctlr = c;
		c->fn[i].index = i;
		irqset_init(&c->fn[i].irqs);
	}
	c->engine = engine_create(c, layout_of(b));
	epside_power_on(c);
	return c;
}

void ctlr_destroy(struct ctlr *c)
{
	unsigned int i;

	engine_destroy(c->engine);
	ctlr_end_reports(c);
	for (i = 0; i < MAX_FUNCS; i++) {
		guestmem_unmap_all(&c->fn[i].mem);
		irqset_clear(&c->fn[i].irqs);
	}
	guestmem_unmap_all(&c->ep.mem);
	irqset_clear(&c->ep.irqs);
	patch_clear(&c->patches);
	grants_clear(&c->grants);
	pthread_mutex_destroy(&c->lock);
	free(c);
}
