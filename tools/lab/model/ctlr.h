/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The emulated controller: everything that endpoint and host share.
 *
 *	endpoint machine                       host machine
 *	   epside.c ----------- outbound ------- link.c
 *	       |                                    |
 *	    regs.c: dbi.c iatu.c ctlpage.c       engine.c
 *	       |                                    |
 *	       +---------------- epbus.c ------ hostside.c
 *
 * The files are layers: none takes from one that takes from it. This one
 * knows what there is, and nothing of what it does.
 *
 * One lock, ctlr.lock, guards all of it. It is taken by the event loop
 * around each message and command, and by the engine's thread around a few
 * bursts; nothing waits for a machine while it is held, so no access of a
 * machine ever waits longer than those take. All functions of the files
 * above are called with the lock held unless they say otherwise.
 *
 * Lifetimes: struct ctlr and its engine live as long as the process. Memory
 * maps and interrupt descriptors live as long as the client that brought
 * them; they are dropped under the lock.
 */
#ifndef MODEL_CTLR_H
#define MODEL_CTLR_H

#include <pthread.h>

#include "board.h"
#include "cfg.h"
#include "chance.h"
#include "count.h"
#include "grants.h"
#include "guestmem.h"
#include "iatu.h"
#include "irqset.h"
#include "later.h"
#include "modes.h"
#include "log.h"
#include "patch.h"
#include "posted.h"

struct engine;

/* Who makes an access to registers: a host function, or the endpoint. */
#define ORIGIN_EP	(-1)

/* Port logic registers, shared by all functions. */
#define PORT_LOGIC	0x700u

struct ctlr;

/* One function, as the host sees it. */
struct func {
	struct ctlr *ctlr;
	unsigned int index;
	struct cfg cfg;
	struct guestmem mem;	/* the host's memory, as mapped for us */
	struct irqset irqs;
	bool connected;
	u32 reset_count;	/* what was sent before the last is lost */
};

/* The device that the endpoint's machine sees. */
struct epdev {
	struct cfg cfg;
	struct guestmem mem;
	struct irqset irqs;
	bool connected;
};

struct ctlr {
	pthread_mutex_t lock;
	struct board board;
	struct counters count;
	struct modes modes;
	struct later later;
	struct chance chance;
	struct posted posted;
	struct grants grants;
	struct log_limit reports[NUM_COUNTERS];
	struct log_limit resets;	/* lines about resets, */
	struct log_limit link_changes;	/* about the link, */
	struct log_limit faults;	/* about faults that struck */
	struct epdev ep;
	struct func fn[MAX_FUNCS];	/* board.functions of them exist */
	struct iatu iatu;
	u8 port_logic[CFG_SIZE - PORT_LOGIC];
	struct engine *engine;
	struct patches patches;

	/* link.c */
	bool ltssm;		/* the endpoint enabled link training */
	bool unplugged;		/* control socket: link down */
	bool link_up;
	u32 events;		/* EVENT_*, not cleared yet */
	bool started;		/* trained since power-on */
};

/**
 * ctlr_report() - count something that is worth a line in the log
 * @c: controller
 * @which: a violation, or an abort
 * @fmt: what happened
 *
 * Only the first few of a kind are logged, until the counters are reset: a
 * driver that copies a page to the wrong place would fill the disk.
 */
void ctlr_report(struct ctlr *c, enum counter which, const char *fmt, ...)
	__attribute__((format(printf, 3, 4)));

/* Have the log tell what it did not show, and start over. */
void ctlr_end_reports(struct ctlr *c);

/* All counters to zero, and ctlr_end_reports(). */
void ctlr_reset_counters(struct ctlr *c);

#endif
