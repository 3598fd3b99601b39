/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The way of the engine's interrupts to either machine. Every one of them
 * passes here, so that the faults of the control socket hit every one.
 *
 * Interrupts are posted writes: whatever their delay, none overtakes one that
 * was sent before it.
 */
#ifndef MODEL_SIGNALS_H
#define MODEL_SIGNALS_H

#include "ctlr.h"

struct signals {
	struct ctlr *ctlr;
	u32 lost;	/* fault: still to drop */
	u32 late;	/* fault: delay of each, in steps of the engine */
	u64 last;	/* step at which the last one is due */
};

/* A line of the endpoint; a 32-bit write to the host, usually a message. */
void signals_local(struct signals *s, unsigned int line);
void signals_host(struct signals *s, unsigned int func, u64 addr, u32 data);

#endif
