// SPDX-License-Identifier: GPL-2.0
/*
 * Board files: a table of keys, one small reader for each kind of value,
 * and cross-checks that name the line of the key that does not fit.
 */
#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

#include "board.h"
#include "regmap.h"

#define LINE_LEN	256

struct parser {
	struct board *b;
	const char *file;
	unsigned int line;
	char *err;
};

static int fail(struct parser *p, unsigned int line, const char *fmt, ...)
	__attribute__((format(printf, 3, 4)));

static int fail(struct parser *p, unsigned int line, const char *fmt, ...)
{
	va_list ap;
	int n;

	if (line)
		n = snprintf(p->err, BOARD_ERR_LEN, "%s:%u: ", p->file, line);
	else
		n = snprintf(p->err, BOARD_ERR_LEN, "%s: ", p->file);
	if (n < 0 || n >= BOARD_ERR_LEN)
		return -EINVAL;
	va_start(ap, fmt);
	vsnprintf(p->err + n, BOARD_ERR_LEN - (size_t)n, fmt, ap);
	va_end(ap);
	return -EINVAL;
}

/* "4K", "0x1000", "12": false on anything else or beyond @max. */
static bool to_number(const char *s, u64 max, u64 *out)
{
	unsigned long long v;
	unsigned int shift = 0;
	char *end;

	if (!starts_number(s))
		return false;
	errno = 0;
	v = strtoull(s, &end, 0);
	if (errno)
		return false;
	switch (*end) {
	case 'G':
		shift += 10;
		/* fall through */
	case 'M':
		shift += 10;
		/* fall through */
	case 'K':
		shift += 10;
		end++;
		break;
	}
	if (*end || v > max >> shift)
		return false;
	*out = (u64)v << shift;
	return true;
}

static bool to_u32(const char *s, u32 *out)
{
	u64 v;

	if (!to_number(s, UINT32_MAX, &v))
		return false;
	*out = (u32)v;
	return true;
}

static int read_name(struct parser *p, void *field, const char *val)
{
	if (strlen(val) >= sizeof(p->b->name))
		return fail(p, p->line, "name '%s' is longer than %zu letters",
			    val, sizeof(p->b->name) - 1);
	strcpy(field, val);
	return 0;
}

static int read_number(struct parser *p, void *field, const char *val)
{
	if (!to_u32(val, field))
		return fail(p, p->line, "'%s' is not a 32-bit number", val);
	return 0;
}

static int read_number64(struct parser *p, void *field, const char *val)
{
	if (!to_number(val, UINT64_MAX, field))
		return fail(p, p->line, "'%s' is not a 64-bit number", val);
	return 0;
}

static int read_bool(struct parser *p, void *field, const char *val)
{
	bool yes = !strcmp(val, "yes");

	if (!yes && strcmp(val, "no"))
		return fail(p, p->line, "'%s' is neither yes nor no", val);
	*(bool *)field = yes;
	return 0;
}

static int read_format(struct parser *p, void *field, const char *val)
{
	static const struct {
		const char *word;
		enum dma_format format;
	} formats[] = {
		{ "unroll", DMA_UNROLL },
		{ "hdma-compat", DMA_HDMA_COMPAT },
		{ "hdma-native", DMA_HDMA_NATIVE },
	};
	size_t i;

	for (i = 0; i < ARRAY_SIZE(formats); i++) {
		if (!strcmp(val, formats[i].word)) {
			*(enum dma_format *)field = formats[i].format;
			return 0;
		}
	}
	return fail(p, p->line,
		    "'%s' is not a register layout (unroll, hdma-compat, hdma-native)",
		    val);
}

static bool takes_size(enum bar_type t)
{
	return t == BAR_FIXED || t == BAR_RESERVED;
}

/* TYPE [SIZE] [64bit] */
static int read_bar(struct parser *p, void *field, const char *val)
{
	static const char * const types[] = {
		[BAR_PROGRAMMABLE] = "programmable",
		[BAR_FIXED] = "fixed",
		[BAR_RESIZABLE] = "resizable",
		[BAR_RESERVED] = "reserved",
		[BAR_DISABLED] = "disabled",
	};
	struct board_bar *bar = field;
	char copy[LINE_LEN], *word, *save;
	unsigned int t;

	snprintf(copy, sizeof(copy), "%s", val);
	word = strtok_r(copy, " \t", &save);
	for (t = 0; t < ARRAY_SIZE(types); t++)
		if (word && !strcmp(word, types[t]))
			break;
	if (t == ARRAY_SIZE(types))
		return fail(p, p->line, "'%s' is not a BAR type", val);
	bar->type = (enum bar_type)t;
	bar->size = 0;
	bar->only_64bit = false;

	word = strtok_r(NULL, " \t", &save);
	if (takes_size(bar->type)) {
		if (!word || !to_u32(word, &bar->size) || bar->size < 16 ||
		    bar->size & (bar->size - 1))
			return fail(p, p->line,
				    "a %s BAR needs a size, a power of two from 16 bytes up",
				    types[t]);
		word = strtok_r(NULL, " \t", &save);
	}
	if (word && !strcmp(word, "64bit")) {
		bar->only_64bit = true;
		word = strtok_r(NULL, " \t", &save);
	}
	if (word)
		return fail(p, p->line, "'%s' is not understood here", word);
	return 0;
}

/* none, or BAR OFFSET SIZE */
static int read_dma_bar(struct parser *p, void *field, const char *val)
{
	char copy[LINE_LEN], *save, *word;
	u32 v[3];
	size_t i;

	if (!strcmp(val, "none")) {
		*(int *)field = -1;
		return 0;
	}
	snprintf(copy, sizeof(copy), "%s", val);
	word = strtok_r(copy, " \t", &save);
	for (i = 0; i < 3; i++) {
		if (!word || !to_u32(word, &v[i]))
			return fail(p, p->line,
				    "'%s' is neither none nor BAR OFFSET SIZE",
				    val);
		word = strtok_r(NULL, " \t", &save);
	}
	if (word || v[0] >= NUM_BARS)
		return fail(p, p->line,
			    "'%s' is neither none nor BAR OFFSET SIZE", val);
	*(int *)field = (int)v[0];
	p->b->dma_bar_offset = v[1];
	p->b->dma_bar_size = v[2];
	return 0;
}

enum key_id {
	K_NAME, K_VERSION, K_FUNCTIONS, K_ALIGN, K_INBOUND, K_OUTBOUND, K_MSI,
	K_MSIX, K_LINKUP, K_SUBRANGE, K_BAR0, K_BAR1, K_BAR2, K_BAR3, K_BAR4,
	K_BAR5, K_FORMAT, K_DMA_OFFSET, K_DMA_SIZE, K_WRITE, K_READ, K_IRQS,
	K_DMA_BAR, K_APP, K_RAM_OFFSET, NUM_KEYS
};

struct key {
	const char *word;
	size_t field;
	int (*read)(struct parser *p, void *field, const char *val);
	bool optional;
};

#define KEY(w, f, r) \
	{ .word = (w), .field = offsetof(struct board, f), .read = (r) }
#define OPTIONAL_KEY(w, f, r) \
	{ .word = (w), .field = offsetof(struct board, f), .read = (r), \
	  .optional = true }

static const struct key keys[NUM_KEYS] = {
	[K_NAME]	= KEY("name", name, read_name),
	[K_VERSION]	= KEY("core-version", core_version, read_number),
	[K_FUNCTIONS]	= KEY("functions", functions, read_number),
	[K_ALIGN]	= KEY("align", align, read_number),
	[K_INBOUND]	= KEY("inbound", inbound, read_number),
	[K_OUTBOUND]	= KEY("outbound", outbound, read_number),
	[K_MSI]		= KEY("msi", msi, read_bool),
	[K_MSIX]	= KEY("msix", msix, read_bool),
	[K_LINKUP]	= KEY("linkup-notifier", linkup_notifier, read_bool),
	[K_SUBRANGE]	= KEY("subrange", subrange, read_bool),
	[K_BAR0]	= KEY("bar0", bar[0], read_bar),
	[K_BAR1]	= KEY("bar1", bar[1], read_bar),
	[K_BAR2]	= KEY("bar2", bar[2], read_bar),
	[K_BAR3]	= KEY("bar3", bar[3], read_bar),
	[K_BAR4]	= KEY("bar4", bar[4], read_bar),
	[K_BAR5]	= KEY("bar5", bar[5], read_bar),
	[K_FORMAT]	= KEY("dma-format", dma_format, read_format),
	[K_DMA_OFFSET]	= KEY("dma-offset", dma_offset, read_number),
	[K_DMA_SIZE]	= KEY("dma-size", dma_size, read_number),
	[K_WRITE]	= KEY("dma-write", wr_chans, read_number),
	[K_READ]	= KEY("dma-read", rd_chans, read_number),
	[K_IRQS]	= KEY("dma-irqs", dma_irqs, read_number),
	[K_DMA_BAR]	= OPTIONAL_KEY("dma-bar", dma_bar, read_dma_bar),
	[K_APP]		= OPTIONAL_KEY("app", app_offset, read_number),
	[K_RAM_OFFSET]	= OPTIONAL_KEY("dma-ram-offset", dma_ram_offset,
				       read_number64),
};

static char *trim(char *s)
{
	char *end;

	while (isspace((unsigned char)*s))
		s++;
	end = s + strlen(s);
	while (end > s && isspace((unsigned char)end[-1]))
		*--end = '\0';
	return s;
}

static int read_line(struct parser *p, char *line, unsigned int *seen)
{
	char *val, *word;
	size_t i;

	line[strcspn(line, "#")] = '\0';
	word = trim(line);
	if (!*word)
		return 0;
	val = strchr(word, '=');
	if (!val)
		return fail(p, p->line, "'%s' is not 'key = value'", word);
	*val++ = '\0';
	word = trim(word);
	val = trim(val);
	for (i = 0; i < NUM_KEYS; i++)
		if (!strcmp(word, keys[i].word))
			break;
	if (i == NUM_KEYS)
		return fail(p, p->line, "unknown key '%s'", word);
	if (seen[i])
		return fail(p, p->line, "'%s' was given before, in line %u",
			    word, seen[i]);
	if (!*val)
		return fail(p, p->line, "'%s' has no value", word);
	seen[i] = p->line;
	return keys[i].read(p, (char *)p->b + keys[i].field, val);
}

static int check_range(struct parser *p, const unsigned int *seen,
		       enum key_id key, u32 v, u32 max)
{
	if (v && v <= max)
		return 0;
	return fail(p, seen[key], "%s is %u, not in 1..%u", keys[key].word, v,
		    max);
}

static int check_bars(struct parser *p, const unsigned int *seen)
{
	const struct board *b = p->b;
	unsigned int i;

	for (i = 0; i < NUM_BARS; i++) {
		if (!b->bar[i].only_64bit)
			continue;
		if (i & 1 || b->bar[i + 1].type != BAR_DISABLED)
			return fail(p, seen[K_BAR0 + i],
				    "a 64-bit BAR is even and the next one disabled");
	}
	if (b->dma_bar < 0)
		return 0;
	if (b->bar[b->dma_bar].type != BAR_RESERVED)
		return fail(p, seen[K_DMA_BAR], "BAR%d is not a reserved BAR",
			    b->dma_bar);
	if (!b->dma_bar_size || b->dma_bar_size > b->dma_size ||
	    b->dma_bar_offset > b->bar[b->dma_bar].size ||
	    b->dma_bar_size > b->bar[b->dma_bar].size - b->dma_bar_offset)
		return fail(p, seen[K_DMA_BAR],
			    "the registers do not fit into BAR%d", b->dma_bar);
	return 0;
}

/* [@off, @off + @size) within the hole that regmap.h leaves to boards. */
static bool in_board_space(u32 off, u32 size)
{
	return off >= REG_BOARD && off <= REG_CONTROL && size &&
	       size <= REG_CONTROL - off;
}

static int check_dma(struct parser *p, const unsigned int *seen)
{
	const struct board *b = p->b;

	if (b->dma_irqs != 1 && b->dma_irqs != b->wr_chans + b->rd_chans)
		return fail(p, seen[K_IRQS],
			    "dma-irqs is %u: one line, or one a channel (%u)",
			    b->dma_irqs, b->wr_chans + b->rd_chans);
	if (b->dma_offset & 0xfff || b->dma_size & 3 ||
	    b->dma_size > REG_DMA_MAX ||
	    !in_board_space(b->dma_offset, b->dma_size))
		return fail(p, seen[K_DMA_OFFSET],
			    "DMA registers at 0x%x+0x%x: page-aligned, at most 0x%x bytes, within 0x%x..0x%x",
			    b->dma_offset, b->dma_size, REG_DMA_MAX, REG_BOARD,
			    REG_CONTROL - 1);
	if (b->dma_size < 0x200 + 0x200 * (b->wr_chans > b->rd_chans ?
					  b->wr_chans : b->rd_chans))
		return fail(p, seen[K_DMA_SIZE],
			    "0x%x bytes do not hold the registers of %u+%u channels",
			    b->dma_size, b->wr_chans, b->rd_chans);
	if (b->app_offset && (b->app_offset & 0xfff ||
			      !in_board_space(b->app_offset, 0x1000)))
		return fail(p, seen[K_APP],
			    "app page at 0x%x: page-aligned, within 0x%x..0x%x",
			    b->app_offset, REG_BOARD, REG_CONTROL - 1);
	return 0;
}

static int check(struct parser *p, const unsigned int *seen)
{
	const struct board *b = p->b;
	int ret;

	if (b->align < 4096 || b->align & (b->align - 1) || b->align > 65536)
		return fail(p, seen[K_ALIGN],
			    "align is %u: a power of two, 4K to 64K", b->align);
	if (b->dma_ram_offset % DMA_RAM_OFFSET_UNIT ||
	    b->dma_ram_offset > DMA_RAM_OFFSET_MAX)
		return fail(p, seen[K_RAM_OFFSET],
			    "dma-ram-offset is 0x%llx: whole GiB, at most 256",
			    (unsigned long long)b->dma_ram_offset);
	ret = check_range(p, seen, K_FUNCTIONS, b->functions, MAX_FUNCS);
	if (!ret)
		ret = check_range(p, seen, K_INBOUND, b->inbound, MAX_WINDOWS);
	if (!ret)
		ret = check_range(p, seen, K_OUTBOUND, b->outbound,
				  MAX_WINDOWS);
	if (!ret)
		ret = check_range(p, seen, K_WRITE, b->wr_chans, MAX_CHANS);
	if (!ret)
		ret = check_range(p, seen, K_READ, b->rd_chans, MAX_CHANS);
	if (!ret)
		ret = check_bars(p, seen);
	if (!ret)
		ret = check_dma(p, seen);
	return ret;
}

int board_parse(struct board *b, const char *file, const char *text,
		char err[BOARD_ERR_LEN])
{
	struct parser p = { .b = b, .file = file, .err = err };
	unsigned int seen[NUM_KEYS] = { 0 };
	char line[LINE_LEN];
	size_t i, len;
	int ret;

	memset(b, 0, sizeof(*b));
	b->dma_bar = -1;
	b->dma_ram_offset = DMA_RAM_OFFSET_DEFAULT;
	while (*text) {
		p.line++;
		len = strcspn(text, "\n");
		if (len >= sizeof(line))
			return fail(&p, p.line, "line is longer than %zu letters",
				    sizeof(line) - 1);
		memcpy(line, text, len);
		line[len] = '\0';
		text += len + (text[len] == '\n');
		ret = read_line(&p, line, seen);
		if (ret)
			return ret;
	}
	for (i = 0; i < NUM_KEYS; i++)
		if (!seen[i] && !keys[i].optional)
			return fail(&p, 0, "key '%s' is missing", keys[i].word);
	return check(&p, seen);
}

int board_load(struct board *b, const char *path, char err[BOARD_ERR_LEN])
{
	char *text;
	size_t n;
	FILE *f;
	int ret;

	f = fopen(path, "re");
	if (!f) {
		ret = -errno;
		snprintf(err, BOARD_ERR_LEN, "%s: %s", path, strerror(-ret));
		return ret;
	}
	text = malloc(KIB(64) + 1);
	n = text ? fread(text, 1, KIB(64) + 1, f) : 0;
	if (!text || ferror(f) || n > KIB(64) || memchr(text, 0, n)) {
		snprintf(err, BOARD_ERR_LEN, "%s: not a board file", path);
		ret = -EINVAL;
	} else {
		text[n] = '\0';
		ret = board_parse(b, path, text, err);
	}
	free(text);
	fclose(f);
	return ret;
}
