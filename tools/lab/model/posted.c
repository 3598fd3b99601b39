// SPDX-License-Identifier: GPL-2.0
#include "posted.h"

const struct posted_write *posted_oldest(const struct posted *p)
{
	return p->n ? &p->w[p->first] : NULL;
}

void posted_take(struct posted *p)
{
	p->first = (p->first + 1) % POSTED_MAX;
	p->n--;
}

void posted_add(struct posted *p, u64 addr, u64 due, const void *data,
		unsigned int len)
{
	struct posted_write *w = &p->w[(p->first + p->n++) % POSTED_MAX];

	w->addr = addr;
	w->due = due;
	w->len = len;
	memcpy(w->data, data, len);
}

void posted_clear(struct posted *p)
{
	p->armed = false;
	p->first = 0;
	p->n = 0;
}
