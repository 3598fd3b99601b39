/* SPDX-License-Identifier: GPL-2.0 */
/* The control socket: clients, lines, and commands that wait. */
#ifndef MODEL_CONTROL_H
#define MODEL_CONTROL_H

#include "commands.h"
#include "loop.h"

#define CONTROL_MAX_CLIENTS	8
#define CONTROL_LINE		(3 * 4096)

struct control;

struct control_client {
	struct control *control;
	int sock;		/* -1: free */
	char in[CONTROL_LINE];
	size_t in_len;
	char *out;		/* answer, or what is left of it */
	size_t out_len;
	size_t out_sent;
	bool waiting;
	struct command_wait wait;
	u64 deadline;		/* milliseconds, CLOCK_MONOTONIC */
};

struct control {
	struct ctlr *ctlr;
	struct loop *loop;
	int listener;
	char path[108];
	struct control_client client[CONTROL_MAX_CLIENTS];
};

/**
 * control_open() - listen
 * @t: filled in
 * @c: controller
 * @l: event loop
 * @path: socket to create
 *
 * Return: 0 or -errno.
 */
int control_open(struct control *t, struct ctlr *c, struct loop *l,
		 const char *path);
void control_close(struct control *t);

/* For loop_run(): milliseconds until a wait ends, and end those that do. */
int control_timeout(const struct control *t);
void control_tick(struct control *t);

#endif
