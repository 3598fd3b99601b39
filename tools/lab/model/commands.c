// SPDX-License-Identifier: GPL-2.0
#include <ctype.h>
#include <errno.h>
#include <inttypes.h>
#include <stdlib.h>

#include "commands.h"
#include "engine.h"
#include "hostside.h"
#include "link.h"
#include "power.h"
#include "log.h"

#define MAX_WORDS	8
#define MAX_BYTES	4096u	/* of one peek or poke */

/* A command under work. */
struct job {
	struct ctlr *c;
	FILE *out;
	char *word[MAX_WORDS];	/* word[0] is the command */
	unsigned int n;
	struct command_wait *wait;
	char error[MODE_ERR_LEN];
};

static int fail(struct job *j, const char *fmt, const char *what)
{
	snprintf(j->error, sizeof(j->error), fmt, what);
	return -EINVAL;
}

static int number(struct job *j, unsigned int word, u64 max, u64 *v)
{
	const char *s = j->word[word];
	bool ok = starts_number(s);
	char *end;

	errno = 0;
	*v = ok ? strtoull(s, &end, 0) : 0;
	if (ok && !*end && !errno && *v <= max)
		return 0;
	snprintf(j->error, sizeof(j->error),
		 "'%s' is no number from 0 to %" PRIu64, s, max);
	return -EINVAL;
}

/* FUNC BAR OFFSET, in words 1 to 3. */
static int place(struct job *j, unsigned int *func, unsigned int *bar, u64 *off)
{
	u64 f, b;

	if (number(j, 1, j->c->board.functions - 1, &f) ||
	    number(j, 2, NUM_BARS - 1, &b) || number(j, 3, UINT64_MAX / 2, off))
		return -EINVAL;
	*func = (unsigned int)f;
	*bar = (unsigned int)b;
	return 0;
}

static int nibble(char c)
{
	static const char digits[] = "0123456789abcdef";
	const char *d = c ? strchr(digits, tolower((unsigned char)c)) : NULL;

	return d ? (int)(d - digits) : -1;
}

/* HEX: pairs of digits, the byte at the lowest address first. */
static int hex(struct job *j, unsigned int word, u8 *buf, u32 max, u32 *len)
{
	const char *s = j->word[word];
	u32 n;

	for (n = 0; s[2 * n]; n++) {
		if (n == max)
			return fail(j, "'%.16s...' is too long", s);
		if (nibble(s[2 * n]) < 0 || nibble(s[2 * n + 1]) < 0)
			return fail(j, "'%.32s' is not pairs of hex digits", s);
		buf[n] = (u8)(nibble(s[2 * n]) << 4 | nibble(s[2 * n + 1]));
	}
	*len = n;
	return 0;
}

/* ---- watching ---- */

static bool is_started(const struct ctlr *c)
{
	return c->started;
}

static bool is_up(const struct ctlr *c)
{
	return c->link_up;
}

static bool is_down(const struct ctlr *c)
{
	return !c->link_up;
}

static int cmd_wait(struct job *j)
{
	static const struct {
		const char *what;
		bool (*over)(const struct ctlr *c);
	} waits[] = {
		{ "started", is_started },
		{ "linkup", is_up },
		{ "linkdown", is_down },
	};
	u64 seconds;
	size_t i;

	for (i = 0; i < ARRAY_SIZE(waits); i++)
		if (!strcmp(j->word[1], waits[i].what))
			break;
	if (i == ARRAY_SIZE(waits))
		return fail(j, "cannot wait for '%s': started, linkup or linkdown",
			    j->word[1]);
	if (number(j, 2, 86400, &seconds))
		return -EINVAL;
	j->wait->what = waits[i].what;
	j->wait->over = waits[i].over;
	j->wait->seconds = (unsigned int)seconds;
	return COMMAND_WAIT;
}

static void show_function(struct job *j, const struct func *f)
{
	const struct cfg *cfg = &f->cfg;
	unsigned int bar;

	fprintf(j->out, "function %u %04x:%04x %s%s%s msi %s\n", f->index,
		get16(&cfg->val[CFG_VENDOR]), get16(&cfg->val[CFG_DEVICE]),
		f->connected ? "connected" : "no host",
		cfg_command(cfg, COMMAND_MEMORY) ? " memory" : "",
		cfg_command(cfg, COMMAND_MASTER) ? " master" : "",
		cfg_msix_enabled(cfg) ? "x" : cfg_msi_enabled(cfg) ? "on" :
		"off");
	for (bar = 0; bar < NUM_BARS; bar++)
		if (cfg_bar_size(cfg, bar))
			fprintf(j->out,
				"bar %u %u address 0x%" PRIx64 " size 0x%" PRIx64 "\n",
				f->index, bar, cfg_bar_addr(cfg, bar),
				cfg_bar_size(cfg, bar));
}

static int cmd_status(struct job *j)
{
	struct ctlr *c = j->c;
	unsigned int i;

	fprintf(j->out, "board %s\n", c->board.name);
	fprintf(j->out, "endpoint %s%s\n",
		c->ep.connected ? "connected" : "absent",
		c->ltssm ? " training" : "");
	fprintf(j->out, "link %s%s\n", c->link_up ? "up" : "down",
		c->unplugged ? " unplugged" : "");
	fprintf(j->out, "windows inbound %u outbound %u\n",
		iatu_enabled(&c->iatu, true), iatu_enabled(&c->iatu, false));
	iatu_show(&c->iatu, j->out);
	for (i = 0; i < c->board.functions; i++)
		show_function(j, &c->fn[i]);
	engine_show(c->engine, j->out);
	return 0;
}

static int cmd_counters(struct job *j)
{
	bool reset = j->n == 2;

	if (reset && strcmp(j->word[1], "reset"))
		return fail(j, "counters takes 'reset', not '%s'", j->word[1]);
	count_print(&j->c->count, j->out);
	if (reset)
		ctlr_reset_counters(j->c);
	return 0;
}

/* ---- the link ---- */

static int cmd_link(struct job *j)
{
	bool down = !strcmp(j->word[1], "down");

	if (!down && strcmp(j->word[1], "up"))
		return fail(j, "a link goes up or down, not '%s'", j->word[1]);
	link_set_unplugged(j->c, down);
	return 0;
}

static int cmd_reset(struct job *j)
{
	if (!strcmp(j->word[1], "hot"))
		link_hot_reset(j->c);
	else if (!strcmp(j->word[1], "perst"))
		power_perst(j->c);
	else
		return fail(j, "'%s' is not a kind of reset (hot, perst)",
			    j->word[1]);
	return 0;
}

static int cmd_mode(struct job *j)
{
	return modes_set(&j->c->modes, j->word[1], j->word[2], j->error);
}

static int cmd_modes(struct job *j)
{
	modes_show(&j->c->modes, j->out);
	return 0;
}

static int cmd_seed(struct job *j)
{
	struct chance *chance = &j->c->chance;
	u64 seed;

	if (j->n == 1) {
		fprintf(j->out, "%" PRIu64 "\n", chance->seed);
		return 0;
	}
	if (number(j, 1, UINT64_MAX, &seed))
		return -EINVAL;
	chance_seed(chance, seed);
	return 0;
}

/* ---- faults ---- */

/* wr|rd N in words 2 and 3. */
static int channel(struct job *j, struct walk **w)
{
	struct engine *e = j->c->engine;
	enum dma_dir dir;
	u64 n;

	if (!strcmp(j->word[2], "wr"))
		dir = DMA_WRITE;
	else if (!strcmp(j->word[2], "rd"))
		dir = DMA_READ;
	else
		return fail(j, "'%s' is neither wr nor rd", j->word[2]);
	if (number(j, 3, engine_chans(e, dir) - 1, &n))
		return -EINVAL;
	*w = &e->walk[dir][n];
	return 0;
}

static int on_off(struct job *j, unsigned int word, bool *on)
{
	bool yes = !strcmp(j->word[word], "on");

	if (!yes && strcmp(j->word[word], "off"))
		return fail(j, "'%s' is neither on nor off", j->word[word]);
	*on = yes;
	return 0;
}

static int fault_stuck(struct job *j)
{
	struct walk *w;

	if (j->n != 5 || channel(j, &w))
		return j->n == 5 ? -EINVAL :
		       fail(j, "fault %s wr|rd N on|off", j->word[1]);
	if (on_off(j, 4, &w->stuck))
		return -EINVAL;
	engine_kick(j->c->engine);
	return 0;
}

static int fault_abort(struct job *j)
{
	struct walk *w;

	if (j->n != 4 || channel(j, &w))
		return j->n == 4 ? -EINVAL :
		       fail(j, "fault %s wr|rd N", j->word[1]);
	w->fail = true;
	return 0;
}

static int fault_count(struct job *j, u32 *what)
{
	u64 n;

	if (j->n != 3)
		return fail(j, "fault %s N", j->word[1]);
	if (number(j, 2, 1000000, &n))
		return -EINVAL;
	*what = (u32)n;
	return 0;
}

static int fault_late(struct job *j)
{
	struct signals *s = &j->c->engine->signals;
	u64 n;

	if (j->n < 3 || j->n > 4 ||
	    (j->n == 4 && strcmp(j->word[3], "random")))
		return fail(j, "fault %s STEPS [random]", j->word[1]);
	if (number(j, 2, 1000000, &n))
		return -EINVAL;
	s->late = (u32)n;
	s->random = j->n == 4;
	return 0;
}

static int fault_permille(struct job *j, u32 *what)
{
	u64 n;

	if (j->n != 3)
		return fail(j, "fault %s PERMILLE", j->word[1]);
	if (number(j, 2, 1000, &n))
		return -EINVAL;
	*what = (u32)n;
	return 0;
}

static int fault_inbound(struct job *j)
{
	if (j->n != 3)
		return fail(j, "fault %s on|off", j->word[1]);
	return on_off(j, 2, &j->c->iatu.no_enable);
}

static int cmd_fault(struct job *j)
{
	struct engine *e = j->c->engine;
	const char *kind = j->word[1];

	if (!strcmp(kind, "stuck"))
		return fault_stuck(j);
	if (!strcmp(kind, "abort"))
		return fault_abort(j);
	if (!strcmp(kind, "inbound"))
		return fault_inbound(j);
	if (!strcmp(kind, "lost-irq"))
		return fault_count(j, &e->signals.lost);
	if (!strcmp(kind, "late-irq"))
		return fault_late(j);
	if (!strcmp(kind, "doubled-irq"))
		return fault_permille(j, &e->signals.doubled);
	if (!strcmp(kind, "stale-irq"))
		return fault_permille(j, &e->signals.stale);
	if (!strcmp(kind, "posted"))
		return fault_count(j, &j->c->posted.steps);
	return fail(j, "unknown fault '%s', see 'help'", kind);
}

/* ---- BARs ---- */

static int cmd_patch(struct job *j)
{
	unsigned int func, bar;
	u64 off, skip = 0, count = 0;
	u8 data[PATCH_LEN];
	u32 len;

	if (j->n == 2 && !strcmp(j->word[1], "clear")) {
		patch_clear(&j->c->patches);
		return 0;
	}
	if (j->n != 5 && j->n != 7)
		return fail(j, "%s FUNC BAR OFFSET HEX [SKIP COUNT], or clear",
			    j->word[0]);
	if (place(j, &func, &bar, &off) || hex(j, 4, data, sizeof(data), &len))
		return -EINVAL;
	if (j->n == 7 && (number(j, 5, UINT32_MAX, &skip) ||
			  number(j, 6, UINT32_MAX, &count)))
		return -EINVAL;
	if (patch_add(&j->c->patches, func, bar, off, data, len, (u32)skip,
		      (u32)count))
		return fail(j, "%s: no bytes, or too many patches", j->word[0]);
	return 0;
}

/* Of an access of hostside.h that failed with @err. */
static int no_answer(struct job *j, int err)
{
	return fail(j, err == -ENOENT ? "no window for BAR%s" :
		    "nothing answers in BAR%s", j->word[2]);
}

/* Registers want dwords, so nothing wider is used. */
static int cmd_peek(struct job *j)
{
	unsigned int func, bar, n, i;
	u8 buf[4];
	u64 off, len;
	int err;

	if (place(j, &func, &bar, &off) || number(j, 4, MAX_BYTES, &len))
		return -EINVAL;
	for (; len; off += n, len -= n) {
		n = aligned_piece(off, len, 4);
		err = hostside_mem_read(j->c, func, bar, off, buf, n);
		if (err) {
			fputc('\n', j->out);
			return no_answer(j, err);
		}
		for (i = 0; i < n; i++)
			fprintf(j->out, "%02x", buf[i]);
	}
	fputc('\n', j->out);
	return 0;
}

static int cmd_poke(struct job *j)
{
	unsigned int func, bar, n;
	u8 data[MAX_BYTES];
	u32 len, at;
	u64 off;
	int err;

	if (place(j, &func, &bar, &off) || hex(j, 4, data, sizeof(data), &len))
		return -EINVAL;
	for (at = 0; at < len; at += n) {
		n = aligned_piece(off + at, len - at, 4);
		err = hostside_mem_write(j->c, func, bar, off + at, data + at,
					 n);
		if (err)
			return no_answer(j, err);
	}
	return 0;
}

static int cmd_quit(struct job *j)
{
	(void)j;
	return COMMAND_QUIT;
}

static int cmd_help(struct job *j);

static const struct {
	const char *word;
	unsigned int min, max;	/* arguments */
	const char *usage;
	int (*run)(struct job *j);
} commands[] = {
	{ "wait", 2, 2, "wait started|linkup|linkdown SECONDS", cmd_wait },
	{ "status", 0, 0, "status", cmd_status },
	{ "counters", 0, 1, "counters [reset]", cmd_counters },
	{ "link", 1, 1, "link up|down", cmd_link },
	{ "reset", 1, 1, "reset hot|perst", cmd_reset },
	{ "fault", 2, 4, "fault stuck|abort|inbound|lost-irq|late-irq|doubled-irq|stale-irq|posted ...", cmd_fault },
	{ "mode", 2, 2, "mode NAME VALUE", cmd_mode },
	{ "modes", 0, 0, "modes", cmd_modes },
	{ "seed", 0, 1, "seed [N]", cmd_seed },
	{ "patch", 1, 6, "patch FUNC BAR OFFSET HEX [SKIP COUNT]", cmd_patch },
	{ "peek", 4, 4, "peek FUNC BAR OFFSET LEN", cmd_peek },
	{ "poke", 4, 4, "poke FUNC BAR OFFSET HEX", cmd_poke },
	{ "help", 0, 0, "help", cmd_help },
	{ "quit", 0, 0, "quit", cmd_quit },
};

static int cmd_help(struct job *j)
{
	size_t i;

	for (i = 0; i < ARRAY_SIZE(commands); i++)
		fprintf(j->out, "%s\n", commands[i].usage);
	return 0;
}

static int run(struct job *j)
{
	size_t i;

	for (i = 0; i < ARRAY_SIZE(commands); i++) {
		if (strcmp(j->word[0], commands[i].word))
			continue;
		if (j->n - 1 < commands[i].min || j->n - 1 > commands[i].max)
			return fail(j, "usage: %s", commands[i].usage);
		return commands[i].run(j);
	}
	return fail(j, "unknown command '%s', see 'help'", j->word[0]);
}

enum command_result command_run(struct ctlr *c, char *line, FILE *out,
				struct command_wait *wait)
{
	struct job j = { .c = c, .out = out, .wait = wait };
	char *save, *word;
	int ret;

	for (word = strtok_r(line, " \t\r", &save); word && j.n < MAX_WORDS;
	     word = strtok_r(NULL, " \t\r", &save))
		j.word[j.n++] = word;
	if (!j.n || word)
		ret = fail(&j, "%s", word ? "too many words" : "empty line");
	else
		ret = run(&j);
	if (ret == COMMAND_WAIT)
		return COMMAND_WAIT;
	if (ret < 0)
		fprintf(out, "error: %s\n", j.error);
	else
		fprintf(out, "ok\n");
	return ret < 0 ? COMMAND_DONE : (enum command_result)ret;
}
