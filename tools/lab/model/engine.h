/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The DMA engine: what every register layout shares. A layout is a
 * struct engine_ops; the engine's thread calls its step() while there is
 * work. A step is bounded, and the lock is free every few steps, so that
 * register accesses of both machines are served in between.
 *
 * Interrupts leave through engine_signal_*(), where the faults of the
 * control socket (lost, late) act.
 */
#ifndef MODEL_ENGINE_H
#define MODEL_ENGINE_H

#include <pthread.h>
#include <stdio.h>
#include <time.h>

#include "ctlr.h"

enum dma_dir {
	DMA_WRITE,	/* endpoint to host */
	DMA_READ,	/* host to endpoint */
	NUM_DIRS
};

#define ENGINE_BURST	16384u	/* most bytes moved in a step */
#define ENGINE_MAX_LATE	256

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

/* An interrupt on its way. */
struct signal {
	bool local;
	unsigned int line;	/* local */
	unsigned int func;	/* to the host */
	u64 addr;
	u32 data;
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
		u32 lost;		/* interrupts still to drop */
		u32 late_ms;		/* delay of each interrupt */
	} fault;

	struct {
		struct signal signal;
		struct timespec due;
	} late[ENGINE_MAX_LATE];	/* in order of their time */
	unsigned int nlate;

	u8 burst[ENGINE_BURST];
};

/**
 * engine_create() - the engine of a board
 * @c: controller with the board set
 * @err: message when the board's layout is not emulated
 *
 * Return: the engine, its thread not running yet; or NULL with @err set.
 */
struct engine *engine_create(struct ctlr *c, char err[BOARD_ERR_LEN]);

/**
 * engine_start() - run the engine's thread
 * @e: engine
 * Return: 0 or -errno. Called without the lock, as is engine_destroy().
 */
int engine_start(struct engine *e);
void engine_destroy(struct engine *e);

void engine_reset(struct engine *e);

/* Tell the thread that there may be work. */
void engine_kick(struct engine *e);

#define ENGINE_RUN_MAX	1000000u

/**
 * engine_run() - work until there is none, in the caller's thread
 * @e: engine
 *
 * For tests, which have no thread. Late interrupts stay where they are. Ends
 * after ENGINE_RUN_MAX steps: a list may have no end.
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

void engine_signal_local(struct engine *e, unsigned int line);
void engine_signal_host(struct engine *e, unsigned int func, u64 addr,
			u32 data);

extern const struct engine_ops edma_v0_ops;
/* Allocates the layout's state behind the generic part. */
struct engine *edma_v0_alloc(void);

#endif
