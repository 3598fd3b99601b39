// SPDX-License-Identifier: GPL-2.0
#include <errno.h>
#include <stdlib.h>
#include <time.h>

#include "engine.h"

/* Steps between two moments in which the lock is free. */
#define ENGINE_STEPS	16

#define IDLE_STEP_NS	1000000L

static struct walk *walk_at(struct engine *e, unsigned int i)
{
	return &e->walk[i / MAX_CHANS][i % MAX_CHANS];
}

static void wake(void *arg)
{
	engine_kick(arg);
}

struct engine *engine_create(struct ctlr *c, const struct layout *layout)
{
	struct engine *e = calloc(1, layout->size);
	pthread_condattr_t attr;
	unsigned int i;

	if (!e)
		abort();
	e->layout = layout;
	e->ctlr = c;
	e->signals.ctlr = c;
	c->later.wake = wake;
	c->later.wake_arg = e;
	for (i = 0; i < NUM_DIRS * MAX_CHANS; i++) {
		walk_at(e, i)->ctlr = c;
		walk_at(e, i)->ops = &layout->walk;
		walk_at(e, i)->dir = i / MAX_CHANS;
		walk_at(e, i)->n = i % MAX_CHANS;
	}
	pthread_condattr_init(&attr);
	pthread_condattr_setclock(&attr, CLOCK_MONOTONIC);
	pthread_cond_init(&e->kick, &attr);
	pthread_condattr_destroy(&attr);
	return e;
}

void engine_reset(struct engine *e)
{
	unsigned int i;

	later_clear(&e->ctlr->later);
	e->signals.last = 0;
	e->turn = 0;
	for (i = 0; i < NUM_DIRS * MAX_CHANS; i++)
		walk_reset(walk_at(e, i));
	e->layout->reset(e);
}

unsigned int engine_chans(const struct engine *e, enum dma_dir dir)
{
	const struct board *b = &e->ctlr->board;

	return dir == DMA_WRITE ? b->wr_chans : b->rd_chans;
}

unsigned int engine_line(const struct engine *e, const struct walk *w)
{
	const struct board *b = &e->ctlr->board;

	if (b->dma_irqs == 1)
		return 0;
	return w->dir == DMA_WRITE ? w->n : b->wr_chans + w->n;
}

/* ---- channels ---- */

static const char *dir_name(enum dma_dir dir)
{
	return dir == DMA_WRITE ? "write" : "read";
}

static bool requester_ok(const struct walk *w, int from)
{
	if (from == ORIGIN_EP || (int)w->func == from)
		return true;
	ctlr_report(w->ctlr, CNT_VIOL_REQUESTER,
		    "function %d starts a transfer of function %u", from,
		    w->func);
	return false;
}

void engine_check_rest(struct walk *w)
{
	if (walk_works(w))
		ctlr_report(w->ctlr, CNT_VIOL_RUNNING,
			    "%s channel %u is programmed while it runs",
			    dir_name(w->dir), w->n);
}

void engine_ring(struct engine *e, struct walk *w, int from)
{
	engine_check_rest(w);
	if (!w->on || walk_runs(w))
		return;
	e->layout->begin(w);
	count_one(&e->ctlr->count, CNT_DMA_START);
	if (!requester_ok(w, from)) {
		walk_end(w, WALK_HALTED);
		w->ops->aborted(w, WALK_ERROR_DATA);
		return;
	}
	walk_start(w);
	engine_kick(e);
}

void engine_retell(struct engine *e, u32 lines)
{
	unsigned int line;

	lines &= e->layout->pending(e);
	for (line = 0; lines; line++, lines >>= 1)
		if (lines & 1)
			signals_local(&e->signals, line);
}

void engine_report_abort(struct walk *w)
{
	ctlr_report(w->ctlr, CNT_DMA_ABORT, "%s channel %u aborts",
		    dir_name(w->dir), w->n);
}

void engine_show(const struct engine *e, FILE *out)
{
	static const char * const states[] = {
		[WALK_IDLE] = "idle",
		[WALK_RUNNING] = "running",
		[WALK_HALTED] = "halted",
		[WALK_STOPPED] = "stopped",
	};
	const struct walk *w;
	enum dma_dir dir;
	unsigned int n;

	for (dir = 0; dir < NUM_DIRS; dir++) {
		for (n = 0; n < engine_chans(e, dir); n++) {
			w = &e->walk[dir][n];
			fprintf(out, "channel %s %u %s function %u llp 0x%llx%s\n",
				dir == DMA_WRITE ? "wr" : "rd", n,
				states[w->state], w->func,
				(unsigned long long)w->llp,
				w->stuck ? " stuck" : "");
		}
	}
}

/* ---- the thread ---- */

void engine_kick(struct engine *e)
{
	pthread_cond_signal(&e->kick);
}

/* The channels take turns. */
static bool step_one(struct engine *e)
{
	unsigned int i, at;

	for (i = 0; i < NUM_DIRS * MAX_CHANS; i++) {
		at = (e->turn + i) % (NUM_DIRS * MAX_CHANS);
		if (walk_step(walk_at(e, at))) {
			e->turn = at + 1;
			return true;
		}
	}
	return false;
}

bool engine_step(struct engine *e)
{
	if (!step_one(e))
		return false;
	later_step(&e->ctlr->later);
	return true;
}

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
		if (!engine_step(e))
			break;
	return n;
}

static void arm(struct timespec *due)
{
	clock_gettime(CLOCK_MONOTONIC, due);
	due->tv_nsec += IDLE_STEP_NS;
	if (due->tv_nsec >= 1000000000L) {
		due->tv_sec++;
		due->tv_nsec -= 1000000000L;
	}
}

/*
 * Without work a step is a moment in which nothing else happened. @due: when
 * the next one is, kept while others wake the engine for nothing; 0 s: not
 * known yet.
 */
static void idle(struct engine *e, struct timespec *due)
{
	if (!later_waits(&e->ctlr->later)) {
		due->tv_sec = 0;
		pthread_cond_wait(&e->kick, &e->ctlr->lock);
		return;
	}
	if (!due->tv_sec)
		arm(due);
	if (pthread_cond_timedwait(&e->kick, &e->ctlr->lock, due) == ETIMEDOUT) {
		due->tv_sec = 0;
		later_step(&e->ctlr->later);
	}
}

static void *run(void *arg)
{
	struct timespec due = { 0 };
	struct engine *e = arg;

	pthread_mutex_lock(&e->ctlr->lock);
	while (!e->stop) {
		if (some_steps(e)) {
			due.tv_sec = 0;
			let_others(e);
		} else {
			idle(e, &due);
		}
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
