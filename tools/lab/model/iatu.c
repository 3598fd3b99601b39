// SPDX-License-Identifier: GPL-2.0
#include <inttypes.h>

#include "iatu.h"

/* Registers of a window. */
#define ATU_CTRL1		0x00
#define ATU_CTRL2		0x04
#define ATU_LOWER_BASE		0x08
#define ATU_UPPER_BASE		0x0c
#define ATU_LIMIT		0x10
#define ATU_LOWER_TARGET	0x14
#define ATU_UPPER_TARGET	0x18
#define ATU_UPPER_LIMIT		0x20

#define CTRL1_TYPE		GENMASK(4, 0)	/* 0: memory */
#define CTRL1_BIG		BIT(13)		/* upper limit is used */
#define CTRL1_FUNC(v)		(((v) >> 20) & 0x1fu)
#define CTRL2_ENABLE		BIT(31)
#define CTRL2_BAR_MODE		BIT(30)
#define CTRL2_FUNC_MATCH	BIT(19)
#define CTRL2_BAR(v)		(((v) >> 8) & 7u)

/* Implemented bits of the upper limit: a window ends within the TiB that it
 * begins in. */
#define UPPER_LIMIT		GENMASK(7, 0)

void iatu_reset(struct iatu *a, const struct board *b)
{
	bool no_enable = a->no_enable;

	memset(a, 0, sizeof(*a));
	a->no_enable = no_enable;
	a->align = b->align;
	a->nin = b->inbound;
	a->nout = b->outbound;
}

static struct window *window_at(struct iatu *a, u32 off)
{
	unsigned int i = off >> 9;

	if (off & 0x100)
		return i < a->nin ? &a->in[i] : NULL;
	return i < a->nout ? &a->out[i] : NULL;
}

static u64 with_low(u64 v, u32 low)
{
	return (v & ~(u64)UINT32_MAX) | low;
}

static u64 with_high(u64 v, u32 high)
{
	return (v & UINT32_MAX) | (u64)high << 32;
}

u32 iatu_read(const struct iatu *a, u32 off)
{
	const struct window *w = window_at((struct iatu *)a, off);

	if (!w)
		return 0;
	switch (off & 0xff) {
	case ATU_CTRL1:
		return w->ctrl1;
	case ATU_CTRL2:
		return w->ctrl2;
	case ATU_LOWER_BASE:
		return (u32)w->base;
	case ATU_UPPER_BASE:
		return (u32)(w->base >> 32);
	case ATU_LIMIT:
		/* the bits below the alignment are ones: drivers find it so */
		return w->limit | (a->align - 1);
	case ATU_LOWER_TARGET:
		return (u32)w->target;
	case ATU_UPPER_TARGET:
		return (u32)(w->target >> 32);
	case ATU_UPPER_LIMIT:
		return w->upper_limit;
	default:
		return 0;
	}
}

void iatu_write(struct iatu *a, u32 off, u32 v)
{
	struct window *w = window_at(a, off);

	if (!w)
		return;
	switch (off & 0xff) {
	case ATU_CTRL1:
		w->ctrl1 = v;
		break;
	case ATU_CTRL2:
		if (a->no_enable && off & 0x100)
			v &= ~CTRL2_ENABLE;
		w->ctrl2 = v;
		break;
	case ATU_LOWER_BASE:
		w->base = with_low(w->base, v & ~(a->align - 1));
		break;
	case ATU_UPPER_BASE:
		w->base = with_high(w->base, v);
		break;
	case ATU_LIMIT:
		w->limit = v;
		break;
	case ATU_LOWER_TARGET:
		w->target = with_low(w->target, v & ~(a->align - 1));
		break;
	case ATU_UPPER_TARGET:
		w->target = with_high(w->target, v);
		break;
	case ATU_UPPER_LIMIT:
		w->upper_limit = v & UPPER_LIMIT;
		break;
	}
}

static bool is_live(const struct window *w)
{
	return w->ctrl2 & CTRL2_ENABLE && !(w->ctrl1 & CTRL1_TYPE);
}

/* The last address of a window that matches addresses. */
static u64 last_of(const struct iatu *a, const struct window *w)
{
	u64 limit = with_low(w->base, w->limit | (a->align - 1));

	if (w->ctrl1 & CTRL1_BIG)
		limit = with_high(limit, (u32)(w->base >> 32 & ~UPPER_LIMIT) |
				  w->upper_limit);
	return limit;
}

static bool covers(const struct iatu *a, const struct window *w, u64 addr)
{
	return addr >= w->base && addr <= last_of(a, w);
}

bool iatu_inbound(const struct iatu *a, unsigned int func, unsigned int bar,
		  u64 unit, u64 offset, u64 addr, u64 *out)
{
	const struct window *w;
	unsigned int i;

	for (i = 0; i < a->nin; i++) {
		w = &a->in[i];
		if (!is_live(w))
			continue;
		if (w->ctrl2 & CTRL2_FUNC_MATCH && CTRL1_FUNC(w->ctrl1) != func)
			continue;
		if (w->ctrl2 & CTRL2_BAR_MODE) {
			if (CTRL2_BAR(w->ctrl2) != bar)
				continue;
			*out = (w->target & ~(unit - 1)) + offset;
			return true;
		}
		if (covers(a, w, addr)) {
			*out = w->target + (addr - w->base);
			return true;
		}
	}
	return false;
}

bool iatu_outbound(const struct iatu *a, u64 addr, u64 *out,
		   unsigned int *func, u64 *run)
{
	const struct window *w, *hit = NULL;
	u64 last = UINT64_MAX;	/* of those that fare as @addr does */
	unsigned int i;

	for (i = 0; i < a->nout && !hit; i++) {
		w = &a->out[i];
		if (!is_live(w))
			continue;
		if (covers(a, w, addr)) {
			hit = w;
			last = min_of(last, last_of(a, w));
		} else if (w->base > addr && last_of(a, w) >= w->base) {
			last = min_of(last, w->base - 1);
		}
	}
	*run = last - addr;
	*run += *run < UINT64_MAX;
	if (!hit)
		return false;
	*out = hit->target + (addr - hit->base);
	*func = CTRL1_FUNC(hit->ctrl1);
	return true;
}

unsigned int iatu_enabled(const struct iatu *a, bool inbound)
{
	const struct window *w = inbound ? a->in : a->out;
	unsigned int i, n = 0;

	for (i = 0; i < (inbound ? a->nin : a->nout); i++)
		n += !!(w[i].ctrl2 & CTRL2_ENABLE);
	return n;
}

static void show_window(const struct iatu *a, bool inbound, unsigned int n,
			FILE *out)
{
	const struct window *w = inbound ? &a->in[n] : &a->out[n];

	if (!(w->ctrl2 & CTRL2_ENABLE))
		return;
	fprintf(out, "window %s %u function ", inbound ? "in" : "out", n);
	if (inbound && !(w->ctrl2 & CTRL2_FUNC_MATCH))
		fputs("any", out);
	else
		fprintf(out, "%u", CTRL1_FUNC(w->ctrl1));
	if (inbound && w->ctrl2 & CTRL2_BAR_MODE)
		fprintf(out, " bar %u", CTRL2_BAR(w->ctrl2));
	else
		fprintf(out, " address 0x%" PRIx64 " last 0x%" PRIx64, w->base,
			last_of(a, w));
	fprintf(out, " target 0x%" PRIx64 "\n", w->target);
}

void iatu_show(const struct iatu *a, FILE *out)
{
	unsigned int i;

	for (i = 0; i < a->nin; i++)
		show_window(a, true, i, out);
	for (i = 0; i < a->nout; i++)
		show_window(a, false, i, out);
}
