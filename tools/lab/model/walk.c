// SPDX-License-Identifier: GPL-2.0
#include "epmem.h"
#include "walk.h"

#define ELEMENT_LEN	24

/*
 * Links that lead only to links end somewhere. Real parts would walk them
 * for ever; the model calls it an error of the list.
 */
#define MAX_LINKS	64

struct element {
	u32 control;
	u32 size;
	u64 sar;
	u64 dar;
};

void walk_reset(struct walk *w)
{
	*w = (struct walk){
		.ctlr = w->ctlr,
		.ops = w->ops,
		.dir = w->dir,
		.n = w->n,
		.stuck = w->stuck,
		.fail = w->fail,
	};
}

static void take(struct walk *w)
{
	w->busy = true;
	w->first = true;
	count_add(&w->ctlr->count, CNT_DMA_ELEMENT, 1, w->size, 0);
}

void walk_switch(struct walk *w, bool on)
{
	w->on = on;
	w->drain |= !on && walk_runs(w);
}

void walk_start(struct walk *w)
{
	w->state = WALK_RUNNING;
	if (!w->list)
		take(w);
}

bool walk_stop(struct walk *w)
{
	if (!walk_runs(w))
		return false;
	if (w->stuck) {
		w->drain = true;
		return false;
	}
	walk_end(w, WALK_STOPPED);
	return true;
}

void walk_end(struct walk *w, enum walk_state state)
{
	w->state = state;
	w->drain = false;
	w->told = false;
	w->busy = false;
}

/* The control word first: what it vouches for was written before it. */
static bool fetch(const struct walk *w, u64 at, struct element *el)
{
	u8 rest[ELEMENT_LEN - 4];

	if (at > UINT64_MAX - ELEMENT_LEN ||
	    epmem_read(w->ctlr, at, &el->control, 4) ||
	    epmem_read(w->ctlr, at + 4, rest, sizeof(rest)))
		return false;
	el->size = get32(rest);
	memcpy(&el->sar, rest + 4, 8);
	memcpy(&el->dar, rest + 12, 8);
	return true;
}

/*
 * Nobody has use for an element of no bytes, and what a part makes of it, or
 * of a list that is not on dwords, is not written down.
 */
static bool is_bad(const struct walk *w, const struct element *el)
{
	bool empty = !(el->control & ELEMENT_LLP) && !el->size;

	if (!(w->llp & 3) && !empty)
		return false;
	ctlr_report(w->ctlr, CNT_VIOL_LIST, "element at 0x%llx %s",
		    (unsigned long long)w->llp,
		    empty ? "has no bytes" : "is not on a dword");
	return w->ctlr->modes.v[MODE_BAD_ELEMENT] == BAD_ELEMENT_ABORTS;
}

static bool is_our_turn(const struct walk *w, const struct element *el)
{
	return !(el->control & ELEMENT_CB) == !w->cycle;
}

/* Follow links up to a data element. Return: the state that this leads to. */
static enum walk_state look_ahead(struct walk *w, struct element *el)
{
	unsigned int links;

	for (links = 0; links < MAX_LINKS; links++) {
		if (!fetch(w, w->llp, el))
			return WALK_HALTED;
		if (!(el->control & ELEMENT_LLP) && !is_our_turn(w, el))
			return WALK_STOPPED;
		if (is_bad(w, el))
			return WALK_HALTED;
		if (!(el->control & ELEMENT_LLP))
			return WALK_RUNNING;
		w->control = el->control;
		if (el->control & ELEMENT_TCB)
			w->cycle = !w->cycle;
		w->llp = el->sar;	/* a link's pointer is in that place */
	}
	return WALK_HALTED;
}

/* Find the next thing to do, if there is one. */
static void next_element(struct walk *w)
{
	enum walk_state next = WALK_STOPPED;
	struct element el;

	w->told = false;
	if (w->list)
		next = look_ahead(w, &el);
	if (next != WALK_RUNNING) {
		walk_end(w, next);
		return;
	}
	w->llp += ELEMENT_LEN;
	w->size = el.size;
	w->sar = el.sar;
	w->dar = el.dar;
	w->control = el.control;
	take(w);
}

static void tell_end(struct walk *w)
{
	if (w->state == WALK_STOPPED)
		w->ops->stopped(w);
	else if (w->state == WALK_HALTED)
		w->ops->aborted(w, WALK_ERROR_LIST);
}

static void finish_element(struct walk *w)
{
	u32 control = w->control;
	u64 next = w->llp;
	bool early = w->list && w->ctlr->modes.v[MODE_DONE_ORDER] ==
				DONE_ORDER_EARLY;
	bool told;

	w->busy = false;
	if (!early)
		next_element(w);
	told = w->ops->done(w, control, next);
	if (early)
		w->told = told;
	else
		tell_end(w);
}

/* A transfer without a list has as little use for no bytes as an element. */
static bool is_empty_bad(const struct walk *w)
{
	ctlr_report(w->ctlr, CNT_VIOL_LIST, "a transfer has no bytes");
	return w->ctlr->modes.v[MODE_BAD_ELEMENT] == BAD_ELEMENT_ABORTS;
}

static enum burst_error move(struct walk *w, u32 len)
{
	u64 local = w->dir == DMA_WRITE ? w->sar : w->dar;
	u64 link = w->dir == DMA_WRITE ? w->dar : w->sar;

	if (w->fail) {
		w->fail = false;
		return BURST_LINK;
	}
	if (!len)
		return w->list || !is_empty_bad(w) ? BURST_OK : BURST_LOCAL;
	return burst_move(w->ctlr, w->dir, w->func, local, link, len, w->first);
}

static void burst(struct walk *w)
{
	u64 link = w->dir == DMA_WRITE ? w->dar : w->sar;
	u32 len = burst_len(w->ctlr, link, w->size);
	enum burst_error err = move(w, len);

	if (err) {
		walk_end(w, WALK_HALTED);
		w->ops->aborted(w, err == BURST_LINK && w->dir == DMA_READ ?
				WALK_ERROR_LINK : WALK_ERROR_DATA);
		return;
	}
	w->first = false;
	w->size -= len;
	w->sar += len;
	w->dar += len;
	if (!w->size)
		finish_element(w);
}

bool walk_step(struct walk *w)
{
	if (!walk_runs(w) || w->stuck)
		return false;
	if (w->drain) {
		walk_end(w, WALK_STOPPED);
		w->ops->stopped(w);
	} else if (w->busy) {
		burst(w);
	} else {
		next_element(w);
		tell_end(w);
	}
	return true;
}
