// SPDX-License-Identifier: GPL-2.0
#include <errno.h>
#include <poll.h>

#include "loop.h"

void loop_init(struct loop *l)
{
	unsigned int i;

	memset(l, 0, sizeof(*l));
	for (i = 0; i < LOOP_MAX_SOURCES; i++)
		l->source[i].fd = -1;
}

static struct source *find(struct loop *l, int fd)
{
	unsigned int i;

	for (i = 0; i < LOOP_MAX_SOURCES; i++)
		if (l->source[i].fd == fd)
			return &l->source[i];
	return NULL;
}

int loop_add(struct loop *l, int fd, short events,
	     void (*ready)(void *arg, short revents), void *arg)
{
	struct source *s = find(l, -1);

	if (!s)
		return -ENOSPC;
	*s = (struct source) {
		.fd = fd,
		.events = events,
		.ready = ready,
		.arg = arg,
	};
	return 0;
}

void loop_set_events(struct loop *l, int fd, short events)
{
	struct source *s = fd < 0 ? NULL : find(l, fd);

	if (s)
		s->events = events;
}

void loop_remove(struct loop *l, int fd)
{
	struct source *s = fd < 0 ? NULL : find(l, fd);

	if (s)
		s->fd = -1;
}

void loop_again(struct loop *l, int fd)
{
	struct source *s = fd < 0 ? NULL : find(l, fd);

	if (s)
		s->again = true;
}

static bool anyone_again(const struct loop *l)
{
	unsigned int i;

	for (i = 0; i < LOOP_MAX_SOURCES; i++)
		if (l->source[i].fd >= 0 && l->source[i].again)
			return true;
	return false;
}

static void call(struct source *s, const struct pollfd *p)
{
	bool again = s->again;

	if (s->fd < 0 || s->fd != p->fd || !(p->revents || again))
		return;
	s->again = false;
	s->ready(s->arg, p->revents);
}

int loop_run(struct loop *l, int (*timeout)(void *arg), void (*tick)(void *arg),
	     void *arg)
{
	struct pollfd p[LOOP_MAX_SOURCES];
	unsigned int i, n;

	while (!l->quit) {
		for (i = 0, n = 0; i < LOOP_MAX_SOURCES; i++) {
			p[i] = (struct pollfd) {
				.fd = l->source[i].fd,
				.events = l->source[i].events,
			};
			if (p[i].fd >= 0)
				n = i + 1;
		}
		if (poll(p, n, anyone_again(l) ? 0 : timeout(arg)) < 0) {
			if (errno == EINTR)
				continue;
			return -errno;
		}
		/*
		 * A handler may have removed a later source; a slot that was
		 * given to a new descriptor with the old number is asked
		 * again in the next round, so a stale event does no harm:
		 * every handler copes with "nothing to read".
		 */
		for (i = 0; i < n; i++)
			call(&l->source[i], &p[i]);
		tick(arg);
	}
	return 0;
}
