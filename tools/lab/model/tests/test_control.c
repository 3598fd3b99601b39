// SPDX-License-Identifier: GPL-2.0
/* The commands of the control socket. */
#include <stdio.h>
#include <stdlib.h>

#include "commands.h"
#include "rig.h"
#include "tap.h"

static char *answer;
static struct command_wait wait_for;

static enum command_result run(struct rig *r, const char *line)
{
	enum command_result res;
	char copy[3 * 4096];
	size_t len;
	FILE *out;

	free(answer);
	answer = NULL;
	out = open_memstream(&answer, &len);
	snprintf(copy, sizeof(copy), "%s", line);
	res = command_run(r->c, copy, out, &wait_for);
	fclose(out);
	return res;
}

static bool is(struct rig *r, const char *line, const char *want)
{
	bool ok;

	CHECK_EQ(run(r, line), COMMAND_DONE);
	ok = !strcmp(answer, want);
	if (!ok)
		printf("#   '%s' answers '%s'\n", line, answer);
	return ok;
}

TEST(control_errors)
{
	struct rig r;

	rig_open(&r, "rcar-s4");
	CHECK(is(&r, "", "error: empty line\n"));
	CHECK(is(&r, "dance", "error: unknown command 'dance', see 'help'\n"));
	CHECK(is(&r, "a b c d e f g h i", "error: too many words\n"));
	CHECK(is(&r, "link", "error: usage: link up|down\n"));
	CHECK(is(&r, "link sideways",
		 "error: a link goes up or down, not 'sideways'\n"));
	CHECK(is(&r, "reset cold", "error: 'cold' is not a kind of reset (hot, perst)\n"));
	CHECK(is(&r, "counters set", "error: counters takes 'reset', not 'set'\n"));
	CHECK(is(&r, "wait forever 1",
		 "error: cannot wait for 'forever': started, linkup or linkdown\n"));
	CHECK(is(&r, "wait linkup soon",
		 "error: 'soon' is no number from 0 to 86400\n"));
	CHECK(is(&r, "wait linkup 010",
		 "error: '010' is no number from 0 to 86400\n"));
	CHECK(is(&r, "fault flood 1",
		 "error: unknown fault 'flood', see 'help'\n"));
	CHECK(is(&r, "fault stuck up 1 on", "error: 'up' is neither wr nor rd\n"));
	CHECK(is(&r, "fault stuck wr 4 on",
		 "error: '4' is no number from 0 to 3\n"));
	CHECK(is(&r, "fault stuck wr 1 maybe",
		 "error: 'maybe' is neither on nor off\n"));
	CHECK(is(&r, "fault inbound maybe",
		 "error: 'maybe' is neither on nor off\n"));
	CHECK(is(&r, "fault inbound on off", "error: fault inbound on|off\n"));
	CHECK(is(&r, "fault stuck wr 1",
		 "error: fault stuck wr|rd N on|off\n"));
	CHECK(is(&r, "fault abort wr", "error: fault abort wr|rd N\n"));
	CHECK(is(&r, "fault abort rd 4",
		 "error: '4' is no number from 0 to 3\n"));
	CHECK(is(&r, "fault lost-irq 1000001",
		 "error: '1000001' is no number from 0 to 1000000\n"));
	CHECK(is(&r, "fault late-irq 1000001",
		 "error: '1000001' is no number from 0 to 1000000\n"));
	CHECK(is(&r, "fault posted 1 2", "error: fault posted N\n"));
	CHECK(is(&r, "fault doubled-irq 1 2",
		 "error: fault doubled-irq PERMILLE\n"));
	CHECK(is(&r, "peek 2 0 0 4",
		 "error: '2' is no number from 0 to 1\n"));
	CHECK(is(&r, "peek 0 6 0 4",
		 "error: '6' is no number from 0 to 5\n"));
	CHECK(is(&r, "peek 0 0 -1 4",
		 "error: '-1' is no number from 0 to 9223372036854775807\n"));
	CHECK(is(&r, "peek 0 0 0 4097",
		 "error: '4097' is no number from 0 to 4096\n"));
	CHECK(is(&r, "poke 0 0 0 abc",
		 "error: 'abc' is not pairs of hex digits\n"));
	CHECK(is(&r, "poke 0 0 0 xy",
		 "error: 'xy' is not pairs of hex digits\n"));
	CHECK(is(&r, "patch 0 0 0 00 1",
		 "error: patch FUNC BAR OFFSET HEX [SKIP COUNT], or clear\n"));
	free(answer);
	answer = NULL;
	rig_close(&r);
}

TEST(control_peek_and_poke)
{
	struct rig r;

	rig_open(&r, "rcar-s4");
	rig_program_bar(&r, 0, 4, 256, 0, 0, EP_RAM);
	rig_assign_bar(&r, 0, 4, 0xe0000000, false);
	memset(&r.c->count, 0, sizeof(r.c->count));
	CHECK(is(&r, "poke 0 4 0x3 0102030405", "ok\n"));
	CHECK(!memcmp(r.ep_ram + 3, "\1\2\3\4\5", 5));
	CHECK(is(&r, "peek 0 4 2 7", "00010203040500\nok\n"));
	CHECK(is(&r, "peek 0 4 254 4", "0000\nerror: nothing answers in BAR4\n"));
	CHECK(is(&r, "poke 0 1 0 00", "error: nothing answers in BAR1\n"));
	CHECK_EQ(rig_count(&r, CNT_HOST_MEM_READ), 0);
	CHECK_EQ(rig_count(&r, CNT_HOST_MEM_WRITE), 0);

	CHECK(is(&r, "patch 0 4 4 ffff 0 1", "ok\n"));
	CHECK_EQ(rig_bar(&r, 0, 4, 4), 0x0504ffff);
	CHECK_EQ(rig_bar(&r, 0, 4, 4), 0x05040302);
	CHECK(is(&r, "patch clear", "ok\n"));

	/* A window that leads nowhere is not one that is away */
	rig_program_bar(&r, 0, 4, 256, 0, 0, EP_RAM + EP_RAM_SIZE);
	CHECK(is(&r, "poke 0 4 0 00", "error: nothing answers in BAR4\n"));
	rig_set_reg(&r, REG_ATU + 0x104, 0);
	CHECK(is(&r, "poke 0 4 0 00", "error: no window for BAR4\n"));
	CHECK(is(&r, "peek 0 4 0 1", "\nerror: no window for BAR4\n"));
	CHECK_EQ(rig_count(&r, CNT_VIOL_INBOUND), 3);
	free(answer);
	answer = NULL;
	rig_close(&r);
}

TEST(control_counters_and_status)
{
	struct rig r;

	rig_open(&r, "generic");
	rig_cfg(&r, 0, 0, 4);
	run(&r, "counters");
	CHECK(strstr(answer, "host.cfg.read 1 4\n"));
	CHECK(strstr(answer, "dma.mem.write.tlp 0 0\n"));
	CHECK(strstr(answer, "violation.app 0 0\n"));
	run(&r, "counters reset");
	CHECK(strstr(answer, "host.cfg.read 1 4\n"));
	CHECK_EQ(rig_count(&r, CNT_HOST_CFG_READ), 0);
	run(&r, "status");
	CHECK(strstr(answer, "board generic\n"));
	CHECK(strstr(answer, "link up\n"));
	CHECK(strstr(answer, "function 0 16c3:abcd connected memory master msi on\n"));
	CHECK(strstr(answer, "channel rd 1 idle"));
	CHECK(!strcmp(answer + strlen(answer) - 4, "\nok\n"));
	free(answer);
	answer = NULL;
	rig_close(&r);
}

/* What there is, by line; a mode that is not, a value that does not fit. */
TEST(control_modes)
{
	struct rig r;

	rig_open(&r, "generic");
	run(&r, "modes");
	CHECK(strstr(answer, "bad-element aborts default aborts of aborts passes\n"));
	CHECK(is(&r, "mode bad-element passes", "ok\n"));
	power_on(r.c);
	run(&r, "modes");
	CHECK(strstr(answer, "bad-element passes default aborts of aborts passes\n"));
	CHECK(is(&r, "mode bad-element sometimes",
		 "error: mode bad-element is one of aborts passes, not 'sometimes'\n"));
	CHECK(is(&r, "mode kindness 1",
		 "error: unknown mode 'kindness', see 'modes'\n"));
	CHECK(is(&r, "mode bad-element", "error: usage: mode NAME VALUE\n"));
	run(&r, "modes");
	CHECK(strstr(answer, "bad-element passes "));
	free(answer);
	answer = NULL;
	rig_close(&r);
}

TEST(control_seed_and_random_faults)
{
	struct rig r;

	rig_open(&r, "generic");
	CHECK(is(&r, "seed 0x10", "ok\n"));
	CHECK(is(&r, "seed", "16\nok\n"));
	CHECK(is(&r, "seed today",
		 "error: 'today' is no number from 0 to 18446744073709551615\n"));
	CHECK(is(&r, "fault late-irq 30 random", "ok\n"));
	CHECK(r.c->engine->signals.random);
	CHECK(is(&r, "fault late-irq 0", "ok\n"));
	CHECK(!r.c->engine->signals.random);
	CHECK(is(&r, "fault late-irq 30 often",
		 "error: fault late-irq STEPS [random]\n"));
	CHECK(is(&r, "fault doubled-irq 100", "ok\n"));
	CHECK(is(&r, "fault stale-irq 1000", "ok\n"));
	CHECK_EQ(r.c->engine->signals.doubled, 100);
	CHECK_EQ(r.c->engine->signals.stale, 1000);
	CHECK(is(&r, "fault stale-irq 1001",
		 "error: '1001' is no number from 0 to 1000\n"));
	free(answer);
	answer = NULL;
	rig_close(&r);
}

TEST(control_link_and_faults)
{
	struct rig r;

	rig_open(&r, "generic");
	CHECK(is(&r, "link down", "ok\n"));
	CHECK(!r.c->link_up);
	CHECK_EQ(run(&r, "wait linkup 3"), COMMAND_WAIT);
	CHECK_EQ(wait_for.seconds, 3);
	CHECK(!wait_for.over(r.c));
	CHECK(is(&r, "link up", "ok\n"));
	CHECK(wait_for.over(r.c));
	CHECK_EQ(run(&r, "wait linkdown 3"), COMMAND_WAIT);
	CHECK(!wait_for.over(r.c));
	CHECK_EQ(run(&r, "wait started 3"), COMMAND_WAIT);
	CHECK(wait_for.over(r.c));
	CHECK(is(&r, "reset hot", "ok\n"));
	CHECK(r.c->events & EVENT_HOT_RESET);
	CHECK(is(&r, "fault stuck rd 1 on", "ok\n"));
	CHECK_EQ(r.c->engine->walk[DMA_READ][1].stuck, true);
	CHECK(is(&r, "fault stuck rd 1 off", "ok\n"));
	CHECK_EQ(r.c->engine->walk[DMA_READ][1].stuck, false);
	CHECK(is(&r, "fault abort wr 0", "ok\n"));
	CHECK_EQ(r.c->engine->walk[DMA_WRITE][0].fail, true);
	CHECK(is(&r, "fault inbound on", "ok\n"));
	CHECK(r.c->iatu.no_enable);
	CHECK(is(&r, "fault inbound off", "ok\n"));
	CHECK(!r.c->iatu.no_enable);
	CHECK(is(&r, "fault lost-irq 2", "ok\n"));
	CHECK_EQ(r.c->engine->signals.lost, 2);
	CHECK(is(&r, "fault late-irq 30", "ok\n"));
	CHECK(is(&r, "fault posted 64", "ok\n"));
	CHECK_EQ(r.c->posted.steps, 64);
	CHECK(is(&r, "fault posted on",
		 "error: 'on' is no number from 0 to 1000000\n"));
	CHECK(is(&r, "fault posted 0", "ok\n"));
	CHECK_EQ(r.c->engine->signals.late, 30);
	CHECK_EQ(run(&r, "quit"), COMMAND_QUIT);
	free(answer);
	answer = NULL;
	rig_close(&r);
}

TEST(control_help)
{
	struct rig r;

	rig_open(&r, "generic");
	CHECK_EQ(run(&r, "help"), COMMAND_DONE);
	CHECK(strstr(answer, "\nlink up|down\n"));
	CHECK(strstr(answer, "\nhelp\n"));
	CHECK(is(&r, "help me", "error: usage: help\n"));
	rig_close(&r);
}
