// SPDX-License-Identifier: GPL-2.0
#include "lines.h"

static void raise_vector(struct ctlr *c, unsigned int vector)
{
	if (!cfg_msi_enabled(&c->ep.cfg))
		return;
	if (vector >= cfg_msi_granted(&c->ep.cfg))
		vector = 0;
	irqset_fire(&c->ep.irqs, IRQ_MSI, vector);
}

void lines_raise_dma(struct ctlr *c, unsigned int line)
{
	count_one(&c->count, CNT_IRQ_LOCAL);
	raise_vector(c, line);
}

void lines_raise_link(struct ctlr *c)
{
	raise_vector(c, c->board.dma_irqs);
}

void lines_tell_again(struct ctlr *c, u32 dma)
{
	unsigned int line;

	for (line = 0; dma; line++, dma >>= 1)
		if (dma & 1)
			raise_vector(c, line);
	if (c->events)
		lines_raise_link(c);
}
