// SPDX-License-Identifier: GPL-2.0
#include <errno.h>
#include <stdlib.h>
#include <time.h>

#include "engine.h"
#include "link.h"
#include "log.h"

/* Steps between two moments in which the lock is free. */
#define ENGINE_STEPS	16

#define IDLE_STEP_NS	1000000L

void engine_init(struct engine *e, struct ctlr *c)
{
	pthread_condattr_t attr;

	e->ctlr = c;
	e->signals.ctlr = c;
	pthread_condattr_init(&attr);
	pthread_condattr_setclock(&attr, CLOCK_MONOTONIC);
	pthread_cond_init(&e->kick, &attr);
	pthread_condattr_destroy(&attr);
}

void engine_reset(struct engine *e)
{
	later_clear(&e->ctlr->later);
	e->signals.last = 0;
	e->ops->reset(e);
}

void engine_kick(struct engine *e)
{
	pthread_cond_signal(&e->kick);
}

/* ---- the thread ---- */

/*
 * Between bursts the lock is let go. A pthread mutex is not fair, so the
 * event loop would starve while a long list runs; a short pause gives it
 * its turn.
 */
static void let_others(struct engine *e)
{
	struct timespec nap = { .tv_nsec = 1000 };

	pthread_mutex_unlock(&e->ctlr->lock);
	nanosleep(&nap, NULL);
	pthread_mutex_lock(&e->ctlr->lock);
}

bool engine_step(struct engine *e)
{
	if (!e->ops->step(e))
		return false;
	later_step(&e->ctlr->later);
	return true;
}

static bool some_steps(struct engine *e)
{
	unsigned int n;

	for (n = 0; n < ENGINE_STEPS; n++)
		if (!engine_step(e))
			break;
	return n;
}

/* Without work a step is a moment in which nothing else happened. */
static void idle(struct engine *e)
{
	struct timespec t;

	if (!later_waits(&e->ctlr->later)) {
		pthread_cond_wait(&e->kick, &e->ctlr->lock);
		return;
	}
	clock_gettime(CLOCK_MONOTONIC, &t);
	t.tv_nsec += IDLE_STEP_NS;
	if (t.tv_nsec >= 1000000000L) {
		t.tv_sec++;
		t.tv_nsec -= 1000000000L;
	}
	if (pthread_cond_timedwait(&e->kick, &e->ctlr->lock, &t) == ETIMEDOUT)
		later_step(&e->ctlr->later);
}

static void *run(void *arg)
{
	struct engine *e = arg;

	pthread_mutex_lock(&e->ctlr->lock);
	while (!e->stop) {
		if (some_steps(e))
			let_others(e);
		else
			idle(e);
	}
	pthread_mutex_unlock(&e->ctlr->lock);
	return NULL;
}

int engine_start(struct engine *e)
{
	int ret = pthread_create(&e->thread, NULL, run, e);

	if (ret)
		return -ret;
	e->threaded = true;
	return 0;
}

void engine_destroy(struct engine *e)
{
	if (e->threaded) {
		pthread_mutex_lock(&e->ctlr->lock);
		e->stop = true;
		engine_kick(e);
		pthread_mutex_unlock(&e->ctlr->lock);
		pthread_join(e->thread, NULL);
	}
	pthread_cond_destroy(&e->kick);
	free(e);
}

unsigned int engine_run(struct engine *e)
{
	unsigned int n = 0;

	while (n < ENGINE_RUN_MAX && engine_step(e))
		n++;
	return n;
}

/* ---- moving data ---- */

u32 engine_burst_len(const struct engine *e, u64 link, u32 left)
{
	u32 n = ENGINE_BURST - (u32)(link & 4095);
	unsigned int func;
	u64 bus, run;

	iatu_outbound(&e->ctlr->iatu, link, &bus, &func, &run);
	n = min_of(n, left);
	return (u32)min_of(n, run);
}

static enum move_error move_out(struct engine *e, unsigned int func, u64 local,
				u64 link, u32 len, bool first)
{
	struct ctlr *c = e->ctlr;

	if (guestmem_read(&c->ep.mem, local, e->burst, len))
		return MOVE_LOCAL;
	if (link_write(c, FROM_DMA, func, link, e->burst, len, first))
		return MOVE_LINK;
	return MOVE_OK;
}

static enum move_error move_in(struct engine *e, unsigned int func, u64 local,
			       u64 link, u32 len, bool first)
{
	struct ctlr *c = e->ctlr;

	if (link_read(c, FROM_DMA, func, link, e->burst, len, first))
		return MOVE_LINK;
	if (guestmem_write(&c->ep.mem, local, e->burst, len))
		return MOVE_LOCAL;
	return MOVE_OK;
}

enum move_error engine_move(struct engine *e, enum dma_dir dir,
			    unsigned int func, u64 local, u64 link, u32 len,
			    bool first)
{
	unsigned int window_func;
	enum move_error err;
	u64 bus, run;

	/* The engine's own function number wins over the window's. */
	if (!iatu_outbound(&e->ctlr->iatu, link, &bus, &window_func, &run))
		bus = link;
	if (dir == DMA_WRITE)
		err = move_out(e, func, local, bus, len, first);
	else
		err = move_in(e, func, local, bus, len, first);
	if (err)
		log_trace("dma: function %u, %s 0x%llx+0x%x: %s", func,
			  dir == DMA_WRITE ? "write to" : "read from",
			  (unsigned long long)bus, len, err == MOVE_LOCAL ?
			  "endpoint memory does not answer" : "no answer");
	return err;
}
