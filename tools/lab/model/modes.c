// SPDX-License-Identifier: GPL-2.0
#include <errno.h>

#include "modes.h"

static const struct {
	const char *name;
	const char *word[MODE_CHOICES];	/* strictest first */
	u32 def;
} table[NUM_MODES] = {
	/* a list element of no bytes, or one that is not on a dword */
	[MODE_BAD_ELEMENT] = {
		.name = "bad-element",
		.word = { "aborts", "passes" },
		.def = BAD_ELEMENT_ABORTS,
	},
	/* eDMA: an abort asserts the local line if that is enabled for the
	 * channel, or whatever is enabled */
	[MODE_ABORT_LINE] = {
		.name = "abort-line",
		.word = { "enabled", "always" },
		.def = ABORT_LINE_ENABLED,
	},
	/* eDMA: an abort shows in int_status likewise. The kernel's remote
	 * driver enables the message alone, and looks for the bit. */
	[MODE_ABORT_STATUS] = {
		.name = "abort-status",
		.word = { "enabled", "always" },
		.def = ABORT_STATUS_ALWAYS,
	},
	/* eDMA: an element that tells the host alone shows in int_status */
	[MODE_DONE_STATUS] = {
		.name = "done-status",
		.word = { "local", "either" },
		.def = DONE_STATUS_LOCAL,
	},
	/* eDMA: a stop doorbell interrupts as an abort does */
	[MODE_STOP] = {
		.name = "stop",
		.word = { "aborts", "silent" },
		.def = STOP_ABORTS,
	},
	/* data that no memory of the host takes: a write is posted, and the
	 * engine does not learn of it, or the transfer aborts */
	[MODE_WRITE_FAULT] = {
		.name = "write-fault",
		.word = { "unseen", "aborts" },
		.def = WRITE_FAULT_UNSEEN,
	},
	/* an element of a list is told to be done before the engine looks at
	 * the next, or after that. The kernel's driver writes the next list
	 * when it is told, and a channel that still runs walks into it. */
	[MODE_DONE_ORDER] = {
		.name = "done-order",
		.word = { "early", "late" },
		.def = DONE_ORDER_LATE,
	},
	/* HDMA: the LLP register moves at watermarks, or also when the
	 * channel comes to rest */
	[MODE_HDMA_LLP] = {
		.name = "hdma-llp",
		.word = { "watermark", "rest" },
		.def = HDMA_LLP_WATERMARK,
	},
	/* HDMA: watermark_en must allow what an element asks for */
	[MODE_WATERMARK_EN] = {
		.name = "watermark-en",
		.word = { "required", "ignored" },
		.def = WATERMARK_EN_REQUIRED,
	},
	/* size of a resizable BAR after a reset from the bus */
	[MODE_REBAR_RESET] = {
		.name = "rebar-reset",
		.word = { "smallest", "sticky", "supported" },
		.def = REBAR_RESET_SMALLEST,
	},
	/* bits below the BAR's size in the target of a BAR match */
	[MODE_BAR_MATCH] = {
		.name = "bar-match",
		.word = { "masked", "added" },
		.def = BAR_MATCH_MASKED,
	},
};

void modes_init(struct modes *m)
{
	unsigned int i;

	for (i = 0; i < NUM_MODES; i++)
		m->v[i] = table[i].def;
}

static bool to_value(enum mode i, const char *text, u32 *v)
{
	for (*v = 0; *v < MODE_CHOICES && table[i].word[*v]; (*v)++)
		if (!strcmp(text, table[i].word[*v]))
			return true;
	return false;
}

static void show_choices(enum mode i, FILE *out)
{
	unsigned int w;

	for (w = 0; w < MODE_CHOICES && table[i].word[w]; w++)
		fprintf(out, " %s", table[i].word[w]);
}

static int refuse(enum mode i, const char *value, char err[MODE_ERR_LEN])
{
	char choices[80] = "";
	FILE *out = fmemopen(choices, sizeof(choices), "w");

	if (out) {
		show_choices(i, out);
		fclose(out);
	}
	snprintf(err, MODE_ERR_LEN, "mode %s is one of%s, not '%.32s'",
		 table[i].name, choices, value);
	return -EINVAL;
}

int modes_set(struct modes *m, const char *name, const char *value,
	      char err[MODE_ERR_LEN])
{
	unsigned int i;
	u32 v;

	for (i = 0; i < NUM_MODES; i++) {
		if (strcmp(name, table[i].name))
			continue;
		if (!to_value(i, value, &v))
			return refuse(i, value, err);
		m->v[i] = v;
		return 0;
	}
	snprintf(err, MODE_ERR_LEN, "unknown mode '%.32s', see 'modes'", name);
	return -EINVAL;
}

void modes_show(const struct modes *m, FILE *out)
{
	unsigned int i;

	for (i = 0; i < NUM_MODES; i++) {
		fprintf(out, "%s %s default %s of", table[i].name,
			table[i].word[m->v[i]], table[i].word[table[i].def]);
		show_choices(i, out);
		fputc('\n', out);
	}
}
