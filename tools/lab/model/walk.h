/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The walk of one DMA channel through its list. It knows elements and no
 * registers: a register layout fills in where to start, and is told what
 * came of it.
 *
 * A data element is executed when its cycle bit equals the channel's cycle
 * state; otherwise the channel stops in front of it. A link element is
 * followed whatever its cycle bit says, and toggles the cycle state if it
 * carries TCB. An element is told to be done a step before the engine looks at
 * what comes next, so software that refills the list from its interrupt
 * handler can meet a channel that still runs; or after that, as the mode says.
 */
#ifndef MODEL_WALK_H
#define MODEL_WALK_H

#include "burst.h"

/* Control word of an element. */
#define ELEMENT_CB	BIT(0)	/* cycle bit */
#define ELEMENT_TCB	BIT(1)	/* of a link: toggle the cycle state */
#define ELEMENT_LLP	BIT(2)	/* is a link */
#define ELEMENT_LIE	BIT(3)	/* tell the endpoint when it is done */
#define ELEMENT_RIE	BIT(4)	/* tell the host */

/* The numbers are those that status registers show. */
enum walk_state {
	WALK_IDLE,
	WALK_RUNNING,
	WALK_HALTED,		/* by an error */
	WALK_STOPPED,
};

enum walk_error {
	WALK_ERROR_DATA,	/* endpoint memory; of a write: either side */
	WALK_ERROR_LIST,
	WALK_ERROR_LINK,	/* of a read: the link's side */
};

struct walk;

/**
 * struct walk_ops - what the owner of a walk is told
 * @done: an element with this control word was executed; @next is the place
 *        in the list behind it, which the walk may have passed already;
 *        returns whether anybody hears of it
 * @stopped: the walk came to its end, by itself or because it drained
 * @aborted: it ended with an error
 *
 * In the callbacks the state is the one after what is told.
 */
struct walk_ops {
	bool (*done)(struct walk *w, u32 control, u64 next);
	void (*stopped)(struct walk *w);
	void (*aborted)(struct walk *w, enum walk_error error);
};

/**
 * struct walk - one channel
 * @ctlr: controller
 * @ops: the owner's
 * @dir: which way it moves data
 * @n: its number in that direction
 * @stuck: fault: it makes no progress
 * @fail: fault: its next burst fails
 * @list: walk a list; else what stands in @size, @sar and @dar is all
 * @cycle: cycle state
 * @func: requester function number; not to be changed while it runs
 * @llp: next element
 * @size: bytes that are left of the element
 * @sar: source of the next one
 * @dar: its destination
 * @control: control word of the element, or of the link that was followed last
 * @on: what walk_switch() said last
 * @state: the walk's own, as are those below
 * @drain: it was switched off while it ran: stop at the next opportunity
 * @told: somebody heard that an element is done, and the list was not looked
 *        at since
 * @busy: in the middle of an element
 * @first: nothing of it was moved yet
 */
struct walk {
	struct ctlr *ctlr;
	const struct walk_ops *ops;
	enum dma_dir dir;
	unsigned int n;
	bool stuck;
	bool fail;

	bool list;
	bool cycle;
	unsigned int func;
	u64 llp;
	u32 size;
	u64 sar;
	u64 dar;
	u32 control;
	bool on;

	enum walk_state state;
	bool drain;
	bool told;
	bool busy;
	bool first;
};

/* Power-on state; who it is and its faults stay. */
void walk_reset(struct walk *w);

static inline bool walk_runs(const struct walk *w)
{
	return w->state == WALK_RUNNING;
}

/* It runs, and nobody was given reason to think that it came to its end. */
static inline bool walk_works(const struct walk *w)
{
	return walk_runs(w) && !w->told;
}

/**
 * walk_switch() - switch a walk on or off
 * @w: channel
 * @on: without it doorbells are to be ignored
 *
 * Off drains a walk that runs. That it is switched on again meanwhile does not
 * keep it running.
 */
void walk_switch(struct walk *w, bool on);

/* Begin, or go on with the list where it stopped: behind an element that was
 * begun, the rest of which is lost. Not while it runs. */
void walk_start(struct walk *w);

/**
 * walk_stop() - stop a walk in the middle
 * @w: channel
 *
 * One that is stuck comes to rest when it moves again, as if it was switched off.
 *
 * Return: whether it ran and has stopped.
 */
bool walk_stop(struct walk *w);

/* End a walk that runs, now, with an error or without; the owner knows. */
void walk_end(struct walk *w, enum walk_state state);

/**
 * walk_step() - one burst, or one look at the list
 * @w: channel
 * Return: false when there is nothing to do.
 */
bool walk_step(struct walk *w);

#endif
