// SPDX-License-Identifier: GPL-2.0
#include <stdio.h>
#include <stdlib.h>

#include "assembly.h"
#include "edma_v0.h"
#include "epside.h"

/* NULL with @err set for a layout that is not emulated. */
static const struct layout *layout_of(const struct board *b,
				      char err[BOARD_ERR_LEN])
{
	if (b->dma_format == DMA_UNROLL)
		return &edma_v0_unroll;
	snprintf(err, BOARD_ERR_LEN,
		 "board %s: its DMA engine has the %s register layout, which is not emulated yet; "
		 "use a board with dma-format = unroll",
		 b->name, b->dma_format == DMA_HDMA_NATIVE ? "hdma-native" :
		 "hdma-compat");
	return NULL;
}

struct ctlr *ctlr_create(const struct board *b, char err[BOARD_ERR_LEN])
{
	const struct layout *layout = layout_of(b, err);
	struct ctlr *c;
	unsigned int i;

	if (!layout)
		return NULL;
	c = calloc(1, sizeof(*c));
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
	c->engine = engine_create(c, layout);
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
	pthread_mutex_destroy(&c->lock);
	free(c);
}
