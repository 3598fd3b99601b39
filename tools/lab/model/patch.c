// SPDX-License-Identifier: GPL-2.0
#include <errno.h>

#include "patch.h"

/* Those that are used up make room. */
static void drop_spent(struct patches *ps)
{
	unsigned int i, kept = 0;

	for (i = 0; i < ps->n; i++)
		if (!ps->patch[i].spent)
			ps->patch[kept++] = ps->patch[i];
	ps->n = kept;
}

int patch_add(struct patches *ps, unsigned int func, unsigned int bar, u64 off,
	      const u8 *data, u32 len, u32 skip, u32 count)
{
	struct patch *p;

	if (!len || len > PATCH_LEN)
		return -EINVAL;
	drop_spent(ps);
	if (ps->n == PATCH_MAX)
		return -ENOSPC;
	p = &ps->patch[ps->n++];
	*p = (struct patch) {
		.func = func,
		.bar = bar,
		.off = off,
		.len = len,
		.skip = skip,
		.count = count,
	};
	memcpy(p->data, data, len);
	return 0;
}

void patch_clear(struct patches *ps)
{
	ps->n = 0;
}

static void apply_one(struct patch *p, u64 off, u8 *buf, u32 len)
{
	u64 from = off > p->off ? off : p->off;
	u64 to = min_of(off + len, p->off + p->len);

	if (p->skip) {
		p->skip--;
		return;
	}
	memcpy(buf + (from - off), p->data + (from - p->off), to - from);
	if (p->count && !--p->count)
		p->spent = true;
}

void patch_apply(struct patches *ps, unsigned int func, unsigned int bar,
		 u64 off, u8 *buf, u32 len)
{
	struct patch *p;

	for (p = ps->patch; p < ps->patch + ps->n; p++)
		if (!p->spent && p->func == func && p->bar == bar &&
		    off < p->off + p->len && p->off < off + len)
			apply_one(p, off, buf, len);
}
