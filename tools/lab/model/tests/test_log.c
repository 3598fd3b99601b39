// SPDX-License-Identifier: GPL-2.0
/* What a machine can cause without end does not fill the disk. */
#include <errno.h>
#include <linux/vfio.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "commands.h"
#include "rig.h"
#include "tap.h"

static char path[64];

static void log_start(void)
{
	int fd;

	strcpy(path, "/tmp/model-log-XXXXXX");
	fd = mkstemp(path);
	CHECK(fd >= 0);
	close(fd);
	CHECK_EQ(log_open(path), 0);
}

static void log_end(void)
{
	CHECK_EQ(log_open("/dev/null"), 0);
	unlink(path);
}

/* Lines of the log that hold @what. */
static unsigned int lines_with(const char *what)
{
	FILE *f = fopen(path, "re");
	unsigned int n = 0;
	char line[512];

	while (f && fgets(line, sizeof(line), f))
		n += !!strstr(line, what);
	if (f)
		fclose(f);
	return n;
}

static void command(struct rig *r, const char *line)
{
	struct command_wait wait;
	FILE *out = fopen("/dev/null", "we");
	char copy[64];

	snprintf(copy, sizeof(copy), "%s", line);
	command_run(r->c, copy, out, &wait);
	fclose(out);
}

TEST(log_of_resets_and_the_link_is_limited)
{
	struct rig r;
	unsigned int i;

	rig_open(&r, "generic");
	command(&r, "counters reset");
	log_start();
	for (i = 0; i < 1000; i++) {
		rig_set_cfg(&r, 0, CFG_EXP + 8, 2, 0x8000);
		hostside_ops.reset(&r.c->fn[0]);
		command(&r, "reset hot");
		command(&r, "link down");
		command(&r, "link up");
	}
	CHECK_EQ(lines_with("reset"), LOG_LIMIT);
	CHECK_EQ(lines_with("link"), LOG_LIMIT);
	/* a fresh start with the counters, which tells what was left out */
	command(&r, "counters reset");
	CHECK_EQ(lines_with("resets: 2984 more not shown"), 1);
	CHECK_EQ(lines_with("changes of the link: 1984 more not shown"), 1);
	command(&r, "reset hot");
	CHECK_EQ(lines_with("hot reset"), LOG_LIMIT / 3 + 1);
	rig_close(&r);
	log_end();
}

TEST(log_of_faults_is_limited)
{
	struct rig r;
	unsigned int i;

	rig_open(&r, "generic");
	log_start();
	command(&r, "fault lost-irq 100");
	for (i = 0; i < 100; i++)
		signals_local(&r.c->engine->signals, 0);
	CHECK_EQ(lines_with("interrupt lost"), LOG_LIMIT);
	rig_close(&r);
	CHECK_EQ(lines_with("faults: 84 more not shown"), 1);
	log_end();
}

TEST(log_of_violations_tells_what_it_leaves_out)
{
	struct rig r;
	unsigned int i;

	rig_open(&r, "generic");
	log_start();
	for (i = 0; i < 100; i++)
		epside_ops.write(r.c, EP_OUT_BAR, 0, &i, 4);
	CHECK_EQ(lines_with("violation: no outbound"), LOG_LIMIT);
	rig_close(&r);
	CHECK_EQ(lines_with("violation.outbound: 84 more not shown"), 1);
	log_end();
}

static u64 no_region(void *dev, unsigned int region)
{
	(void)dev;
	(void)region;
	return 0;
}

TEST(log_of_refused_messages_is_limited)
{
	static const struct vfu_ops ops = {
		.region_size = no_region,
	};
	static struct frame f;
	static u8 reply[sizeof(struct vfu_header) + VFU_MAX_PAYLOAD];
	struct vfu_device v = { .ops = &ops, .name = "test" };
	unsigned int i;

	log_start();
	f.hdr.size = sizeof(f.hdr);
	f.hdr.command = VFU_DMA_READ;
	for (i = 0; i < 1000; i++)
		CHECK_EQ(vfu_message(&v, &f, reply), sizeof(f.hdr));
	CHECK_EQ(lines_with("refused"), LOG_LIMIT);
	log_end();
}

TEST(log_and_trace)
{
	char trace[] = "/tmp/model-trace-XXXXXX";
	int fd = mkstemp(trace);

	CHECK(fd >= 0);
	close(fd);
	log_start();
	log_trace("nobody asked");
	CHECK_EQ(log_open_trace("/nowhere/trace"), -ENOENT);
	CHECK_EQ(log_open_trace(trace), 0);
	log_info("said to both");
	log_trace("an %s access", "odd");
	CHECK_EQ(lines_with("said to both"), 1);
	CHECK_EQ(lines_with("access"), 0);
	CHECK_EQ(lines_with("nobody asked"), 0);
	log_end();

	strcpy(path, trace);
	CHECK_EQ(lines_with("said to both"), 1);
	CHECK_EQ(lines_with("an odd access"), 1);
	CHECK_EQ(lines_with("nobody asked"), 0);
	unlink(path);
	CHECK_EQ(log_open_trace("/dev/null"), 0);
}
