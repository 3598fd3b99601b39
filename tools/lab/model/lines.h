/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Interrupts of the endpoint's machine: messages of the device that it sees.
 * Vectors 0 to n-1 are the DMA lines, vector n is the link; a machine that
 * granted fewer gets the rest on vector 0.
 */
#ifndef MODEL_LINES_H
#define MODEL_LINES_H

#include "ctlr.h"

/* A DMA line is asserted; the link has something to tell. */
void lines_raise_dma(struct ctlr *c, unsigned int line);
void lines_raise_link(struct ctlr *c);

/**
 * lines_tell_again() - messages for what nobody could be told before
 * @c: controller
 * @dma: asserted DMA lines, a bit each
 */
void lines_tell_again(struct ctlr *c, u32 dma);

#endif
