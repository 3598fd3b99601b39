/* SPDX-License-Identifier: GPL-2.0 */
/* Writes of the host on their way to the endpoint's memory, in order. */
#ifndef MODEL_POSTED_H
#define MODEL_POSTED_H

#include "util.h"

#define POSTED_MAX	1024

struct posted_write {
	u64 addr;
	u64 due;		/* step of the engine at which it arrives */
	unsigned int len;
	u8 data[8];
};

struct posted {
	u32 steps;		/* fault: how long each is held; 0: not at all */
	bool armed;		/* somebody will look for what is due */
	unsigned int first;
	unsigned int n;
	struct posted_write w[POSTED_MAX];
};

/* The oldest; NULL if there is none. Valid until posted_take(). */
const struct posted_write *posted_oldest(const struct posted *p);
void posted_take(struct posted *p);

/* Add one; there must be room. @len is at most 8. */
void posted_add(struct posted *p, u64 addr, u64 due, const void *data,
		unsigned int len);

/* None is on its way; the fault stays. */
void posted_clear(struct posted *p);

#endif
