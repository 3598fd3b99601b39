/* SPDX-License-Identifier: GPL-2.0 */
/*
 * What parts do differently, or what no source settles. Each such behaviour
 * is a mode: a name, and a word. The default is what a source says; without
 * one, the least kind that the drivers of the pristine kernel survive. Modes
 * are the model's, not the board's: they outlive a power cycle. The table in
 * modes.c says what each means, README.md where that is known from.
 */
#ifndef MODEL_MODES_H
#define MODEL_MODES_H

#include <stdio.h>

#include "util.h"

#define MODE_ERR_LEN	160
#define MODE_CHOICES	4

enum mode {
	MODE_BAD_ELEMENT,
	MODE_ABORT_LINE,
	MODE_ABORT_STATUS,
	MODE_DONE_STATUS,
	MODE_STOP,
	MODE_WRITE_FAULT,
	MODE_DONE_ORDER,
	MODE_HDMA_LLP,
	MODE_WATERMARK_EN,
	MODE_REBAR_RESET,
	MODE_BAR_MATCH,
	NUM_MODES
};

/* Their values, strictest first. */
enum { BAD_ELEMENT_ABORTS, BAD_ELEMENT_PASSES };
enum { ABORT_LINE_ENABLED, ABORT_LINE_ALWAYS };
enum { ABORT_STATUS_ENABLED, ABORT_STATUS_ALWAYS };
enum { DONE_STATUS_LOCAL, DONE_STATUS_EITHER };
enum { STOP_ABORTS, STOP_SILENT };
enum { WRITE_FAULT_UNSEEN, WRITE_FAULT_ABORTS };
enum { DONE_ORDER_EARLY, DONE_ORDER_LATE };
enum { HDMA_LLP_WATERMARK, HDMA_LLP_REST };
enum { WATERMARK_EN_REQUIRED, WATERMARK_EN_IGNORED };
enum { REBAR_RESET_SMALLEST, REBAR_RESET_STICKY, REBAR_RESET_SUPPORTED };
enum { BAR_MATCH_MASKED, BAR_MATCH_ADDED };

struct modes {
	u32 v[NUM_MODES];
};

/* All to their defaults. */
void modes_init(struct modes *m);

/**
 * modes_set() - change one
 * @m: modes
 * @name: of the mode
 * @value: one of its words
 * @err: one message on failure
 *
 * Return: 0, or -EINVAL with @err set and nothing changed.
 */
int modes_set(struct modes *m, const char *name, const char *value,
	      char err[MODE_ERR_LEN]);

/* A line for each: `NAME VALUE default VALUE of WORD...`, the words from the
 * strictest to the kindest. */
void modes_show(const struct modes *m, FILE *out);

#endif
