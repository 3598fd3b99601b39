// SPDX-License-Identifier: GPL-2.0
#include "regtable.h"

const struct reg *reg_find(const struct reg *table, size_t n, u32 off,
			   struct reg_at *at)
{
	u32 start;
	size_t i;

	for (i = 0; i < n; i++) {
		start = table[i].off[at->w->dir];
		if (start == REG_NONE || off < start ||
		    off >= start + 4u * table[i].words)
			continue;
		at->word = (off - start) / 4;
		return &table[i];
	}
	return NULL;
}

static u8 *field(const struct reg *r, const struct reg_at *at)
{
	return r->bank ? (u8 *)r->bank(at) + r->field + 4 * at->word : NULL;
}

u32 reg_get(const struct reg *r, const struct reg_at *at)
{
	const u8 *p = field(r, at);

	if (r->get)
		return r->get(at);
	return p ? get32(p) : 0;
}

void reg_set(const struct reg *r, const struct reg_at *at, u32 v)
{
	u8 *p = field(r, at);

	if (r->set)
		r->set(at, v);
	else if (p)
		put32(p, (get32(p) & ~r->mask) | (v & r->mask));
}

void *reg_walk(const struct reg_at *at)
{
	return at->w;
}
