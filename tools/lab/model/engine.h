/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The DMA engine: what every register layout shares. A layout is a
 * struct engine_ops; the engine's thread calls its step() while there is
 * work. A step is bounded, and the lock is free every few steps, so that
 * register accesses of both machines are served in between.
 *
 * Interrupts leave through signals.h.
 */
#ifndef MODEL_ENGINE_H
#define MODEL_ENGINE_H

#include <pthread.h>
#include <stdio.h>

#include "ctlr.h"
#include "signals.h"

enum dma_dir {
	DMA_WRITE,	/* endpoint to host */
	DMA_READ,	/* host to endpoint */
	NUM_DIRS
};

#define ENGINE_BURST	16384u	/* most bytes moved in a step */

struct engine;

/**
 * struct engine_ops - one register layout
 * @reset: power-on state
 * @read: dword at @off in the register window; @from is a host function or
 *        ORIGIN_EP
 * @write: likewise
 * @step: do one burst of work; false when there is none
 * @pending: local lines (a bit each) that have an unmasked cause
 * @show: one line a channel, for the control socket
 */
struct engine_ops {
	void (*reset)(struct engine *e);
	u32 (*read)(struct engine *e, u32 off);
	void (*write)(struct engine *e, u32 off, u32 v, int from);
	bool (*step)(struct engine *e);
	u32 (*pending)(struct engine *e);
	void (*show)(struct engine *e, FILE *out);
};

struct engine {
	const struct engine_ops *ops;
	struct ctlr *ctlr;

	pthread_t thread;
	bool threaded;
	bool stop;
	pthread_cond_t kick;

	struct {
		u32 stuck[NUM_DIRS];	/* a bit a channel: makes no progress */
		u32 abort[NUM_DIRS];	/* a bit a channel: next element fails */
	} fault;
	struct signals signals;

	u8 burst[ENGINE_BURST];
};

/* The generic part of an engine whose layout was allocated; its thread does
 * not run yet. */
void engine_init(struct engine *e, struct ctlr *c);

/**
 * engine_start() - run the engine's thread
 * @e: engine
 * Return: 0 or -errno. Called without the lock, as is engine_destroy().
 */
int engine_start(struct engine *e);
void engine_destroy(struct engine *e);

void engine_reset(struct engine *e);

/* Tell the thread that there may be work, or something to be done later. */
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

/**
 * engine_burst_len() - bytes of the next burst
 * @e: engine
 * @link: address on the link's side, as in engine_move()
 * @left: bytes of the transfer that are left
 *
 * At most ENGINE_BURST, ending on a 4 KiB boundary of the link unless the
 * transfer ends first; never across the edge of an outbound window.
 */
u32 engine_burst_len(const struct engine *e, u64 link, u32 left);

/**
 * enum move_error - what stopped a burst
 * @MOVE_OK: nothing
 * @MOVE_LOCAL: endpoint memory did not answer
 * @MOVE_LINK: the link's side did not
 */
enum move_error {
	MOVE_OK,
	MOVE_LOCAL,
	MOVE_LINK,
};

/**
 * engine_move() - move one burst
 * @e: engine
 * @dir: which way
 * @func: requester function number
 * @local: address in the endpoint's memory
 * @link: address on the link's side; passes the outbound iATU
 * @len: bytes, at most what engine_burst_len() said
 * @first: it is the first burst of an element
 *
 * Both sides are checked in full before a byte is written. Local addresses
 * reach the endpoint's memory only, never registers of this device.
 */
enum move_error engine_move(struct engine *e, enum dma_dir dir,
			    unsigned int func, u64 local, u64 link, u32 len,
			    bool first);

#endif
