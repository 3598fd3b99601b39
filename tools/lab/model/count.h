/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The link's counters: how often, how many bytes, how many TLPs. They are
 * the project's performance measure, so each transaction is counted once,
 * where it crosses the link. Guarded by the controller's lock.
 */
#ifndef MODEL_COUNT_H
#define MODEL_COUNT_H

#include <stdio.h>

#include "util.h"

#define LINK_MPS	256u	/* largest payload of a TLP, bytes */
#define LINK_MRRS	512u	/* largest read request, bytes */

enum counter {
	CNT_HOST_CFG_READ,
	CNT_HOST_CFG_WRITE,
	CNT_HOST_MEM_READ,
	CNT_HOST_MEM_WRITE,
	CNT_HOST_MEM_HELD,	/* writes that a fault made arrive late */
	CNT_EP_MEM_READ,
	CNT_EP_MEM_WRITE,
	CNT_DMA_MEM_READ,
	CNT_DMA_MEM_WRITE,
	CNT_IRQ_MSI,		/* raised by the endpoint's CPU */
	CNT_IRQ_IMWR,		/* engine messages to the host */
	CNT_IRQ_LOCAL,		/* engine lines to the endpoint */
	CNT_DMA_START,		/* doorbells that started an engine run */
	CNT_DMA_ELEMENT,
	CNT_DMA_ABORT,
	CNT_DMA_HIGH_HOST,	/* bursts that reach above 4 GiB there */
	CNT_DMA_HIGH_EP,
	CNT_VIOL_APP,		/* host reached the SoC's reset and mode block */
	CNT_VIOL_REGS,		/* host reached other registers */
	CNT_VIOL_WIDTH,		/* host used an engine register other than whole */
	CNT_VIOL_REQUESTER,	/* wrong requester function number */
	CNT_VIOL_BUSMASTER,	/* DMA or MSI while bus mastering is off */
	CNT_VIOL_UNMAPPED,	/* address that no memory answers to */
	CNT_VIOL_INBOUND,	/* host access to a BAR that no window takes */
	CNT_VIOL_OUTBOUND,	/* endpoint access that no window takes */
	CNT_VIOL_LIST,		/* a list element that no driver should write */
	CNT_VIOL_RUNNING,	/* a channel was programmed while it ran */
	CNT_VIOL_WITHDRAWN,	/* endpoint memory that was unmapped */
	NUM_COUNTERS
};

struct counters {
	struct {
		u64 count;
		u64 bytes;
		u64 tlps;
	} c[NUM_COUNTERS];
};

/**
 * count_add() - count transactions
 * @cs: counters
 * @which: which one
 * @n: requests
 * @bytes: payload
 * @tlps: TLPs that carry them (for reads: the requests, not the completions)
 */
void count_add(struct counters *cs, enum counter which, u64 n, u64 bytes,
	       u64 tlps);

static inline void count_one(struct counters *cs, enum counter which)
{
	count_add(cs, which, 1, 0, 0);
}

/**
 * count_tlps() - TLPs that @len bytes at @addr take
 * @addr: bus address
 * @len: bytes
 * @max: largest TLP, LINK_MPS or LINK_MRRS
 *
 * A TLP never crosses a 4 KiB boundary (PCIe base spec, 2.2.7).
 */
u64 count_tlps(u64 addr, u64 len, u32 max);

/* Its name in the output of count_print(). */
const char *count_name(enum counter which);

/* One line a counter, `NAME COUNT BYTES`; `NAME.tlp TLPS BYTES` for memory. */
void count_print(const struct counters *cs, FILE *out);

#endif
