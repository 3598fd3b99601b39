/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Things to be done so many steps of the engine from now. Delays are counted
 * in steps and never in time, so that the same run has the same order of
 * events. An engine that has no work takes a step each millisecond while
 * something waits here, or nothing would ever be due. Guarded by the
 * controller's lock.
 */
#ifndef MODEL_LATER_H
#define MODEL_LATER_H

#include "util.h"

#define LATER_MAX	256
#define LATER_DATA	32

typedef void later_fn(void *arg, const void *data);

struct later {
	u64 now;	/* steps taken */
	void (*wake)(void *arg);	/* who takes them may be asleep */
	void *wake_arg;
	unsigned int n;
	struct {
		u64 due;
		later_fn *run;
		void *arg;
		_Alignas(8) u8 data[LATER_DATA];
	} entry[LATER_MAX];	/* in the order in which they are due */
};

/**
 * later_add() - have something done
 * @l: queue
 * @due: step, compare @l->now; of those due at one step the first added is
 *       the first done
 * @run: what to do; may add more
 * @arg: for @run
 * @data: copied, for @run
 * @len: bytes of it, at most LATER_DATA
 *
 * A full queue makes room by letting the time pass until what is due first.
 */
void later_add(struct later *l, u64 due, later_fn *run, void *arg,
	       const void *data, size_t len);

/* A step passes; what is due is done. */
void later_step(struct later *l);

/* Forget what waits; the count of steps goes on. */
void later_clear(struct later *l);

static inline bool later_waits(const struct later *l)
{
	return l->n;
}

#endif
