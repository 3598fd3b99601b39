// SPDX-License-Identifier: GPL-2.0
#include <stdlib.h>

#include "grants.h"

/* More than a machine of the lab comes to; what is beyond is not judged. */
#define RANGES_MAX	65536

static void insert(struct grants *g, struct grant_ranges *rs, size_t at,
		   u64 start, u64 end)
{
	if (rs->n == RANGES_MAX) {
		g->full = true;
		return;
	}
	if (rs->n == rs->room) {
		rs->room = rs->room ? 2 * rs->room : 64;
		rs->r = realloc(rs->r, rs->room * sizeof(*rs->r));
		if (!rs->r)
			abort();
	}
	memmove(&rs->r[at + 1], &rs->r[at], (rs->n - at) * sizeof(*rs->r));
	rs->r[at] = (struct grant_range){ start, end };
	rs->n++;
}

static void erase(struct grant_ranges *rs, size_t from, size_t to)
{
	if (from == to)
		return;
	memmove(&rs->r[from], &rs->r[to], (rs->n - to) * sizeof(*rs->r));
	rs->n -= to - from;
}

/* The first of sorted ranges that ends behind @addr. */
static size_t first_behind(const struct grant_ranges *rs, u64 addr)
{
	size_t low = 0, high = rs->n;

	while (low < high) {
		size_t mid = (low + high) / 2;

		if (rs->r[mid].end > addr)
			high = mid;
		else
			low = mid + 1;
	}
	return low;
}

/* A range is not gone any more; what is left of one on either side stays so. */
static void cut(struct grants *g, u64 start, u64 end)
{
	struct grant_ranges *rs = &g->gone;
	size_t i = first_behind(rs, start);

	if (i < rs->n && rs->r[i].start < start) {
		insert(g, rs, i + 1, start, rs->r[i].end);
		rs->r[i++].end = start;
	}
	while (i < rs->n && rs->r[i].end <= end)
		erase(rs, i, i + 1);
	if (i < rs->n && rs->r[i].start < end)
		rs->r[i].start = end;
}

static void add(struct grants *g, u64 start, u64 end)
{
	struct grant_ranges *rs = &g->gone;
	size_t from = first_behind(rs, start - !!start), to = from;

	while (to < rs->n && rs->r[to].start <= end) {
		start = min_of(start, rs->r[to].start);
		end = max_of(end, rs->r[to].end);
		to++;
	}
	erase(rs, from, to);
	insert(g, rs, from, start, end);
}

/* Ends at the last address there is. */
static u64 end_of(u64 addr, u64 len)
{
	return addr + len < addr ? ~0ull : addr + len;
}

void grants_give(struct grants *g, u64 addr, u32 len)
{
	u64 end = end_of(addr, len);

	if (end == addr)
		return;
	insert(g, &g->live, g->live.n, addr, end);
	cut(g, addr, end);
}

void grants_take(struct grants *g, u64 addr, u32 len)
{
	u64 end = end_of(addr, len);
	size_t i;

	for (i = 0; i < g->live.n; i++)
		if (g->live.r[i].start == addr && g->live.r[i].end == end)
			break;
	if (i == g->live.n)
		return;
	erase(&g->live, i, i + 1);
	add(g, addr, end);
	for (i = 0; i < g->live.n; i++)
		cut(g, g->live.r[i].start, g->live.r[i].end);
}

bool grants_gone(const struct grants *g, u64 addr, u64 len)
{
	size_t i = first_behind(&g->gone, addr);

	return i < g->gone.n && g->gone.r[i].start < end_of(addr, len);
}

void grants_clear(struct grants *g)
{
	free(g->live.r);
	free(g->gone.r);
	memset(g, 0, sizeof(*g));
}
