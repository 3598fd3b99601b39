/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Which memory the endpoint's kernel has given its controller by the DMA API,
 * and which it has taken back since. A module in the endpoint tells it; without
 * that module nothing was ever given, and so nothing is ever gone. Ranges are
 * DMA addresses. Guarded by the controller's lock.
 */
#ifndef MODEL_GRANTS_H
#define MODEL_GRANTS_H

#include "util.h"

struct grant_range {
	u64 start;
	u64 end;	/* the first address behind it */
};

struct grant_ranges {
	struct grant_range *r;
	size_t n, room;
};

struct grants {
	struct grant_ranges live;	/* one for each mapping, in no order */
	struct grant_ranges gone;	/* sorted, none touches another */
	u64 addr;		/* where the range starts that is told of next */
	bool full;		/* not every range is known */
};

/**
 * grants_give() - memory was mapped
 * @g: grants
 * @addr: DMA address
 * @len: bytes
 *
 * The same memory may be given several times. There is an end to what is kept:
 * @full says that it was reached, and that what is gone may no longer show.
 */
void grants_give(struct grants *g, u64 addr, u32 len);

/**
 * grants_take() - such a mapping is no more
 * @g: grants
 * @addr: DMA address
 * @len: bytes
 *
 * The memory is gone but for what other mappings still have of it. What was
 * never given is not gone either.
 */
void grants_take(struct grants *g, u64 addr, u32 len);

/* Is a byte of these gone? */
bool grants_gone(const struct grants *g, u64 addr, u64 len);

/* The machine begins anew. */
void grants_clear(struct grants *g);

#endif
