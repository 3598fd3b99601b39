/* SPDX-License-Identifier: GPL-2.0 */
/* The one event loop: poll() over a few descriptors, in one thread. */
#ifndef MODEL_LOOP_H
#define MODEL_LOOP_H

#include "util.h"

#define LOOP_MAX_SOURCES 64

struct loop {
	struct source {
		int fd;			/* -1: free */
		short events;
		void (*ready)(void *arg, short revents);
		void *arg;
		bool again;
	} source[LOOP_MAX_SOURCES];
	bool quit;
};

void loop_init(struct loop *l);

/**
 * loop_add() - watch a descriptor
 * @l: loop
 * @fd: descriptor, stays the caller's
 * @events: POLLIN, POLLOUT
 * @ready: called from loop_run(); may add and remove sources
 * @arg: for @ready
 *
 * Return: 0, or -ENOSPC with LOOP_MAX_SOURCES in use.
 */
int loop_add(struct loop *l, int fd, short events,
	     void (*ready)(void *arg, short revents), void *arg);
void loop_set_events(struct loop *l, int fd, short events);
void loop_remove(struct loop *l, int fd);
/* Call its handler in the next round whatever poll() says: it has more to
 * do than it did. */
void loop_again(struct loop *l, int fd);

/**
 * loop_run() - serve until loop.quit is set
 * @l: loop
 * @timeout: milliseconds until the next @tick is due, -1 for none
 * @tick: called after every round
 * @arg: for @timeout and @tick
 *
 * Return: 0, or -errno when poll() failed.
 */
int loop_run(struct loop *l, int (*timeout)(void *arg), void (*tick)(void *arg),
	     void *arg);

#endif
