// SPDX-License-Identifier: GPL-2.0
/* Board files: those that there are, and what is refused, with its line. */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "board.h"
#include "assembly.h"
#include "tap.h"

static const char good[] =
	"name = x\ncore-version = 0x3534302a\nfunctions = 2\nalign = 4K\n"
	"inbound = 16\noutbound = 16\nmsi = yes\nmsix = no\n"
	"linkup-notifier = no\nsubrange = yes\nbar0 = resizable\n"
	"bar1 = disabled\nbar2 = programmable 64bit\nbar3 = disabled\n"
	"bar4 = fixed 256\nbar5 = disabled # nothing\ndma-format = unroll\n"
	"dma-offset = 0x35000\ndma-size = 0x1200\ndma-write = 4\n"
	"dma-read = 4\ndma-irqs = 8\n";

static int load(struct board *b, const char *name, char *err)
{
	char path[512];

	snprintf(path, sizeof(path), "%s/%s", boards_dir, name);
	return board_load(b, path, err);
}

TEST(board_files_that_there_are)
{
	char err[BOARD_ERR_LEN];
	struct board b;

	if (CHECK_EQ(load(&b, "rcar-s4", err), 0)) {
		CHECK_EQ(b.functions, 2);
		CHECK_EQ(b.bar[0].type, BAR_RESIZABLE);
		CHECK_EQ(b.bar[4].size, 256);
		CHECK_EQ(b.app_offset, 0x36000);
		CHECK_EQ(b.dma_irqs, 1);
		CHECK(!b.linkup_notifier && !b.msix);
		CHECK_EQ(b.dma_bar, -1);
	}
	if (CHECK_EQ(load(&b, "rk3588", err), 0)) {
		CHECK_EQ(b.align, 65536);
		CHECK_EQ(b.dma_bar, 4);
		CHECK_EQ(b.dma_bar_size, 0x2000);
		CHECK_EQ(b.bar[4].type, BAR_RESERVED);
	}
	if (CHECK_EQ(load(&b, "generic", err), 0))
		CHECK_EQ(b.dma_irqs, b.wr_chans + b.rd_chans);
	if (CHECK_EQ(load(&b, "hdma-compat", err), 0))
		CHECK_EQ(b.dma_format, DMA_HDMA_COMPAT);
	if (CHECK_EQ(load(&b, "hdma-native", err), 0))
		CHECK_EQ(b.dma_format, DMA_HDMA_NATIVE);
}

TEST(board_text)
{
	char err[BOARD_ERR_LEN] = "";
	struct board b;

	CHECK_EQ(board_parse(&b, "f", good, err), 0);
	CHECK_EQ(b.align, 4096);
	CHECK(b.bar[2].only_64bit);
	CHECK_EQ(b.bar[4].type, BAR_FIXED);
	CHECK_EQ(b.rd_chans, 4);
}

/* The good text with line @line replaced must fail at line @at, with @want. */
static void refuse_at(unsigned int line, unsigned int at_line, const char *with,
		      const char *want)
{
	char text[2048], err[BOARD_ERR_LEN] = "", at[32];
	const char *from = good, *end;
	struct board b;
	size_t n;

	for (n = 1; n < line; n++)
		from = strchr(from, '\n') + 1;
	end = strchr(from, '\n');
	snprintf(text, sizeof(text), "%.*s%s%s", (int)(from - good), good,
		 with, end);
	CHECK_EQ(board_parse(&b, "f", text, err), -EINVAL);
	snprintf(at, sizeof(at), "f:%u: ", at_line);
	if (!CHECK(!strncmp(err, at, strlen(at)) && strstr(err, want)))
		printf("#   %s, not %s%s\n", err, at, want);
}

static void refuse(unsigned int line, const char *with, const char *want)
{
	refuse_at(line, line, with, want);
}

TEST(board_errors_name_file_and_line)
{
	refuse(3, "functions 2", "not 'key = value'");
	refuse(3, "functoins = 2", "unknown key 'functoins'");
	refuse(3, "name = y", "given before, in line 1");
	refuse(3, "functions =", "has no value");
	refuse(3, "functions = two", "not a 32-bit number");
	refuse(3, "functions = 5G", "not a 32-bit number");
	refuse(3, "functions = 9", "not in 1..8");
	refuse(4, "align = 5000", "power of two");
	refuse(4, "align = 010000", "not a 32-bit number");
	refuse(4, "align = 0b1000000000000", "not a 32-bit number");
	refuse(5, "inbound = 33", "not in 1..32");
	refuse(7, "msi = maybe", "neither yes nor no");
	refuse(11, "bar0 = rubber", "not a BAR type");
	refuse(11, "bar0 = resizable 1M", "'1M' is not understood");
	refuse(15, "bar4 = fixed", "needs a size");
	refuse(15, "bar4 = fixed 300", "power of two");
	refuse(16, "bar5 = programmable 64bit", "64-bit BAR is even");
	refuse(17, "dma-format = legacy", "not a register layout");
	refuse(18, "dma-offset = 0x35004", "page-aligned");
	refuse(18, "dma-offset = 0xf0000", "page-aligned");
	refuse(19, "dma-size = 0x400", "do not hold");
	refuse(20, "dma-write = 0", "not in 1..8");
	refuse(22, "dma-irqs = 3", "one line, or one a channel (8)");
	refuse(22, "dma-ram-offset = 1T", "not a 64-bit number");
	refuse(22, "dma-ram-offset = 17179869184G", "not a 64-bit number");
}

TEST(board_more_than_there_can_be)
{
	refuse(1, "name = abcdefghijklmnopqrstuvwxyzabcdef", "longer than 31");
	refuse(4, "align = 2K", "4K to 64K");
	refuse(4, "align = 128K", "4K to 64K");
	refuse(6, "outbound = 33", "not in 1..32");
	refuse(16, "bar6 = disabled", "unknown key 'bar6'");
	refuse_at(19, 18, "dma-size = 0x9000", "at most 0x8000 bytes");
	refuse_at(19, 18, "dma-size = 0x1202", "at most 0x8000 bytes");
	refuse(20, "dma-write = 9", "dma-write is 9, not in 1..8");
	refuse(21, "dma-read = 9", "dma-read is 9, not in 1..8");
	refuse(21, "dma-read = 0", "dma-read is 0, not in 1..8");
	refuse(22, "dma-bar = 6 0 0x100", "neither none nor BAR OFFSET SIZE");
	refuse_at(22, 23, "dma-irqs = 8\ndma-bar = 0 0 0x100",
		  "BAR0 is not a reserved BAR");
	refuse_at(15, 16, "bar4 = reserved 4K\ndma-bar = 4 0xf80 0x100",
		  "do not fit into BAR4");
	refuse_at(22, 23, "dma-irqs = 8\napp = 0x36004", "page-aligned");
	refuse_at(22, 23, "dma-irqs = 8\napp = 0x23000", "within 0x24000");
}

/* @word behind more room than anybody needs: still not understood. */
static void refuse_far(unsigned int line, const char *key, const char *want)
{
	char with[256];

	snprintf(with, sizeof(with), "%s%*s", key, 240 - (int)strlen(key),
		 "junk");
	refuse(line, with, want);
}

TEST(board_whole_lines_are_read)
{
	refuse_far(11, "bar0 = resizable", "'junk' is not understood");
	refuse_far(15, "bar4 = fixed 256", "'junk' is not understood");
	refuse_far(22, "dma-bar = 4 0 0x100", "'4 0 0x100 ");
}

TEST(board_file_that_is_none)
{
	char path[] = "/tmp/model-board-XXXXXX", err[BOARD_ERR_LEN] = "";
	const size_t len = sizeof(good);
	int fd = mkstemp(path);
	struct board b;

	CHECK_EQ(write(fd, good, len - 1), len - 1);
	CHECK_EQ(board_load(&b, path, err), 0);
	/* what stands behind it is not read */
	CHECK_EQ(write(fd, "\0functions = 9\n", 16), 16);
	CHECK_EQ(board_load(&b, path, err), -EINVAL);
	CHECK(strstr(err, "not a board file"));
	CHECK_EQ(ftruncate(fd, 65537), 0);
	CHECK_EQ(board_load(&b, path, err), -EINVAL);
	CHECK(strstr(err, "not a board file"));
	CHECK_EQ(board_load(&b, "/tmp", err), -EINVAL);
	CHECK(strstr(err, "not a board file"));
	close(fd);
	unlink(path);
}

TEST(board_dma_ram_offset)
{
	static const struct { const char *key; u64 v; } some[] = {
		{ "", 128 * MIB(1024) },
		{ "dma-ram-offset = 0\n", 0 },
		{ "dma-ram-offset = 256G\n", 256 * MIB(1024) },
		{ "dma-ram-offset = 0x40000000\n", MIB(1024) },
		{ "dma-ram-offset = 512M\n", ~0ull },
		{ "dma-ram-offset = 257G\n", ~0ull },
	};
	char text[2048], err[BOARD_ERR_LEN] = "";
	struct board b;
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(some); i++) {
		snprintf(text, sizeof(text), "%s%s", good, some[i].key);
		if (some[i].v == ~0ull) {
			CHECK_EQ(board_parse(&b, "f", text, err), -EINVAL);
			CHECK(strstr(err, "f:23: dma-ram-offset is 0x"));
			continue;
		}
		CHECK_EQ(board_parse(&b, "f", text, err), 0);
		CHECK_EQ(b.dma_ram_offset, some[i].v);
	}
}

TEST(board_errors_without_a_line)
{
	char err[BOARD_ERR_LEN] = "";
	struct board b;

	CHECK_EQ(board_parse(&b, "f", "name = x\n", err), -EINVAL);
	CHECK(!strcmp(err, "f: key 'core-version' is missing"));
	CHECK_EQ(board_load(&b, "/nonexistent/board", err), -ENOENT);
	CHECK(strstr(err, "/nonexistent/board"));
}
