/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The DMA engine: its channels, and the thread that has them take turns. What
 * its registers look like is a struct layout. A step is bounded, and the lock
 * is free every few steps, so that register accesses of both machines are
 * served in between.
 */
#ifndef MODEL_ENGINE_H
#define MODEL_ENGINE_H

#include <pthread.h>
#include <stdio.h>

#include "signals.h"
#include "walk.h"

struct engine;

/**
 * struct layout - the registers of an engine
 * @size: bytes of its state, which begins with the struct engine
 * @reset: power-on state; the channels are reset already
 * @read: dword at @off in the register window
 * @write: likewise; @from is a host function or ORIGIN_EP
 * @begin: a channel begins, as its registers say
 * @pending: local lines (a bit each) that are asserted
 * @walk: what becomes of what the channels did
 */
struct layout {
	size_t size;
	void (*reset)(struct engine *e);
	u32 (*read)(struct engine *e, u32 off);
	void (*write)(struct engine *e, u32 off, u32 v, int from);
	void (*begin)(struct walk *w);
	u32 (*pending)(struct engine *e);
	struct walk_ops walk;
};

struct engine {
	const struct layout *layout;
	struct ctlr *ctlr;
	struct walk walk[NUM_DIRS][MAX_CHANS];
	struct signals signals;
	unsigned int turn;	/* the channel that may go next */

	pthread_t thread;
	bool threaded;
	bool stop;
	pthread_cond_t kick;
};

/**
 * engine_create() - an engine
 * @c: controller with its board; it is not powered on
 * @layout: what its registers look like
 *
 * Its thread does not run yet.
 */
struct engine *engine_create(struct ctlr *c, const struct layout *layout);

/**
 * engine_start() - run the engine's thread
 * @e: engine
 * Return: 0 or -errno. Called without the lock, as is engine_destroy().
 */
int engine_start(struct engine *e);
void engine_destroy(struct engine *e);

/* Power-on state; faults stay. */
void engine_reset(struct engine *e);

/* Channels of a direction that the board has; the line of one of them. */
unsigned int engine_chans(const struct engine *e, enum dma_dir dir);
unsigned int engine_line(const struct engine *e, const struct walk *w);

/**
 * engine_ring() - a doorbell: let a channel begin, or go on
 * @e: engine
 * @w: one of its channels
 * @from: who rang, a host function or ORIGIN_EP
 *
 * One that is off, or runs, does not hear it. A host that rings must have the
 * engine speak with its own function number, or the transfer would pass as
 * another function's: it aborts.
 */
void engine_ring(struct engine *e, struct walk *w, int from);

/* Somebody programs a channel, which is not to be done while it runs. */
void engine_check_rest(struct walk *w);

/**
 * engine_retell() - software has written a mask, or cleared a status
 * @e: engine
 * @lines: those that this status asserted before, or does now, a bit each
 *
 * The engine's lines are levels, and the endpoint's interrupts are messages,
 * that is, edges. So a line that is still asserted, by whatever shares it, or
 * newly so, is told again.
 */
void engine_retell(struct engine *e, u32 lines);

/* Count an error of a channel, and log it. */
void engine_report_abort(struct walk *w);

/* One line a channel, for the control socket. */
void engine_show(const struct engine *e, FILE *out);

/* Tell the thread that there may be work. What is put off to later tells it
 * by itself. */
void engine_kick(struct engine *e);

/* One step. Return: false when there is no work; then no step was taken. */
bool engine_step(struct engine *e);

#define ENGINE_RUN_MAX	1000000u

/**
 * engine_run() - work until there is none, in the caller's thread
 * @e: engine
 *
 * For tests, which have no thread. What is to be done later than that stays
 * where it is. Ends after ENGINE_RUN_MAX steps: a list may have no end.
 * Return: number of steps that did something.
 */
unsigned int engine_run(struct engine *e);

#endif
