/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The way of the engine's interrupts to either machine. Every one of them
 * passes here, so that the faults of the control socket hit every one.
 *
 * Interrupts are posted writes: whatever their delay, none overtakes one that
 * was sent before it. What is on its way to a function when that is reset does
 * not arrive.
 */
#ifndef MODEL_SIGNALS_H
#define MODEL_SIGNALS_H

#include "ctlr.h"

struct signals {
	struct ctlr *ctlr;
	u32 lost;	/* fault: still to drop */
	u32 late;	/* fault: delay of each, in steps of the engine, */
	bool random;	/* or the most that chance may take */
	u32 doubled;	/* fault: of a thousand, how many come twice */
	u32 stale;	/* fault: and how many come again when all is over */
	u64 last;	/* step at which the last one is due */
};

#define SIGNALS_STALE	64u	/* most steps until a stale one comes */

/* A line of the endpoint; a 32-bit write to the host, usually a message. */
void signals_local(struct signals *s, unsigned int line);
void signals_host(struct signals *s, unsigned int func, u64 addr, u32 data);

#endif
