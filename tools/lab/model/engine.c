// SPDX-License-Identifier: GPL-2.0
#include <errno.h>
#include <stdlib.h>

#include "engine.h"
#include "lines.h"
#include "link.h"
#include "log.h"

/* Steps between two moments in which the lock is free. */
#define ENGINE_STEPS	16

struct engine *engine_create(struct ctlr *c, char err[BOARD_ERR_LEN])
{
	pthread_condattr_t attr;
	struct engine *e;

	if (c->board.dma_format != DMA_UNROLL) {
		snprintf(err, BOARD_ERR_LEN,
			 "board %s: its DMA engine has the %s register layout, which is not emulated yet; "
			 "use a board with dma-format = unroll",
			 c->board.name,
			 c->board.dma_format == DMA_HDMA_NATIVE ?
			 "hdma-native" : "hdma-compat");
		return NULL;
	}
	e = edma_v0_alloc();
	e->ops = &edma_v0_ops;
	e->ctlr = c;
	pthread_condattr_init(&attr);
	pthread_condattr_setclock(&attr, CLOCK_MONOTONIC);
	pthread_cond_init(&e->kick, &attr);
	pthread_condattr_destroy(&attr);
	return e;
}

void engine_reset(struct engine *e)
{
	e->nlate = 0;
	e->ops->reset(e);
}

void engine_kick(struct engine *e)
{
	pthread_cond_signal(&e->kick);
}

/* ---- interrupts ---- */

static void deliver(struct engine *e, const struct signal *s)
{
	if (s->local)
		lines_raise_dma(e->ctlr, s->line);
	else
		link_message(e->ctlr, s->func, s->addr, s->data);
}

static bool is_due(const struct timespec *t)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return now.tv_sec > t->tv_sec ||
	       (now.tv_sec == t->tv_sec && now.tv_nsec >= t->tv_nsec);
}

static void send(struct engine *e, const struct signal *s)
{
	struct timespec t;

	if (e->fault.lost) {
		e->fault.lost--;
		log_info("fault: interrupt lost");
		return;
	}
	if (!e->fault.late_ms || e->nlate == ENGINE_MAX_LATE) {
		deliver(e, s);
		return;
	}
	clock_gettime(CLOCK_MONOTONIC, &t);
	t.tv_sec += e->fault.late_ms / 1000;
	t.tv_nsec += e->fault.late_ms % 1000 * 1000000L;
	if (t.tv_nsec >= 1000000000L) {
		t.tv_sec++;
		t.tv_nsec -= 1000000000L;
	}
	e->late[e->nlate].signal = *s;
	e->late[e->nlate].due = t;
	e->nlate++;
	engine_kick(e);
}

void engine_signal_local(struct engine *e, unsigned int line)
{
	send(e, &(struct signal){ .local = true, .line = line });
}

void engine_signal_host(struct engine *e, unsigned int func, u64 addr,
			u32 data)
{
	send(e, &(struct signal){ .func = func, .addr = addr, .data = data });
}

static bool deliver_late(struct engine *e)
{
	struct signal s;

	if (!e->nlate || !is_due(&e->late[0].due))
		return false;
	s = e->late[0].signal;
	e->nlate--;
	memmove(&e->late[0], &e->late[1], e->nlate * sizeof(e->late[0]));
	deliver(e, &s);
	return true;
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

static bool some_steps(struct engine *e)
{
	unsigned int n;

	for (n = 0; n < ENGINE_STEPS; n++)
		if (!e->ops->step(e))
			break;
	return n;
}

static void *run(void *arg)
{
	struct engine *e = arg;
	bool worked;

	pthread_mutex_lock(&e->ctlr->lock);
	while (!e->stop) {
		worked = deliver_late(e);
		worked |= some_steps(e);
		if (worked)
			let_others(e);
		else if (e->nlate)
			pthread_cond_timedwait(&e->kick, &e->ctlr->lock,
					       &e->late[0].due);
		else
			pthread_cond_wait(&e->kick, &e->ctlr->lock);
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

	while (n < ENGINE_RUN_MAX && e->ops->step(e))
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
