/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The commands of the control socket. One line in; zero or more lines out,
 * then `ok` or `error: REASON`. README.md lists them.
 */
#ifndef MODEL_COMMANDS_H
#define MODEL_COMMANDS_H

#include <stdio.h>

#include "ctlr.h"

enum command_result {
	COMMAND_DONE,	/* the answer is complete */
	COMMAND_WAIT,	/* the answer comes when @wait is over */
	COMMAND_QUIT,	/* the answer is complete, and the server ends */
};

/**
 * struct command_wait - what a `wait` waits for
 * @over: condition; called with the lock held
 * @what: word for it
 * @seconds: how long at most
 */
struct command_wait {
	bool (*over)(const struct ctlr *c);
	const char *what;
	unsigned int seconds;
};

/**
 * command_run() - run one line
 * @c: controller, locked
 * @line: NUL-terminated, changed
 * @out: gets the answer
 * @wait: set with COMMAND_WAIT
 */
enum command_result command_run(struct ctlr *c, char *line, FILE *out,
				struct command_wait *wait);

#endif
