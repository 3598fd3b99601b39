// SPDX-License-Identifier: GPL-2.0
/* What the endpoint's kernel gave its controller, and took back. */
#include <stdlib.h>

#include "grants.h"
#include "rig.h"
#include "tap.h"

TEST(grants_nothing_is_gone_that_was_never_given)
{
	struct grants g = { 0 };

	CHECK(!grants_gone(&g, 0, ~0ull));
	grants_take(&g, 0x1000, 0x1000);
	CHECK(!grants_gone(&g, 0, ~0ull));
	grants_give(&g, 0x1000, 0x1000);
	CHECK(!grants_gone(&g, 0, ~0ull));
	grants_take(&g, 0x1000, 0x800);
	CHECK(!grants_gone(&g, 0, ~0ull));
	grants_take(&g, 0x1000, 0);
	CHECK(!grants_gone(&g, 0, ~0ull));
	grants_clear(&g);
}

TEST(grants_first_and_last_byte)
{
	struct grants g = { 0 };

	grants_give(&g, 0x1000, 0x1000);
	grants_take(&g, 0x1000, 0x1000);
	CHECK(!grants_gone(&g, 0xfff, 1));
	CHECK(grants_gone(&g, 0xfff, 2));
	CHECK(grants_gone(&g, 0x1fff, 1));
	CHECK(!grants_gone(&g, 0x2000, 1));
	CHECK(grants_gone(&g, 0, ~0ull));
	grants_clear(&g);
	CHECK(!grants_gone(&g, 0, ~0ull));
}

TEST(grants_at_the_end_of_all_addresses)
{
	struct grants g = { 0 };

	grants_give(&g, ~0ull - 7, 64);
	grants_take(&g, ~0ull - 7, 64);
	CHECK(grants_gone(&g, ~0ull - 4, 64));
	CHECK(!grants_gone(&g, 0, 64));
	grants_clear(&g);
}

/* One by one, in a small world, against a plain table of bytes. */
TEST(grants_like_a_table)
{
	enum { WORLD = 48, MAPPINGS = 8 };
	struct { u64 addr; u32 len; } live[MAPPINGS] = { 0 };
	struct grants g = { 0 };
	bool ever[WORLD] = { 0 };
	unsigned int i, round, wrong = 0;
	u64 addr;

	srandom(1);
	for (round = 0; round < 20000; round++) {
		i = (unsigned int)random() % MAPPINGS;
		if (live[i].len) {
			grants_take(&g, live[i].addr, live[i].len);
			live[i].len = 0;
		} else {
			live[i].addr = (u64)random() % (WORLD - 8);
			live[i].len = 1 + (u32)random() % 8;
			grants_give(&g, live[i].addr, live[i].len);
			memset(ever + live[i].addr, true, live[i].len);
		}
		for (addr = 0; addr < WORLD; addr++) {
			bool gone = ever[addr];

			for (i = 0; i < MAPPINGS; i++)
				if (addr - live[i].addr < live[i].len)
					gone = false;
			wrong += gone != grants_gone(&g, addr, 1);
		}
	}
	CHECK_EQ(wrong, 0);
	grants_clear(&g);
}

/* A machine that gives all its memory back in crumbs, or never any. */
TEST(grants_are_bounded)
{
	struct grants g = { 0 };
	u64 addr;

	for (addr = 0; addr < 70000; addr++) {
		grants_give(&g, 2 * addr, 1);
		grants_take(&g, 2 * addr, 1);
	}
	CHECK_EQ(g.live.n, 0);
	CHECK_EQ(g.gone.n, 65536);
	CHECK(g.full);
	CHECK(grants_gone(&g, 0, 1));
	CHECK(!grants_gone(&g, 1, 1));
	grants_clear(&g);
	CHECK(!g.full);

	for (addr = 0; addr < 70000; addr++)
		grants_give(&g, 2 * addr, 1);
	CHECK_EQ(g.live.n, 65536);
	CHECK(g.full);
	grants_clear(&g);
}

#define BAR_ADDR	0xe0000000ull

static void tell(struct rig *r, u32 what, u64 addr, u32 len)
{
	rig_set_reg(r, REG_CONTROL + CTL_GRANT_ADDR, (u32)addr);
	rig_set_reg(r, REG_CONTROL + CTL_GRANT_ADDR + 4, (u32)(addr >> 32));
	rig_set_reg(r, REG_CONTROL + what, len);
}

/* What cannot be judged any more is no silence. */
TEST(grants_that_are_too_many)
{
	struct rig r;
	u32 i;

	rig_open(&r, "generic");
	for (i = 0; i <= 65536; i++)
		tell(&r, CTL_GRANT_GIVE, EP_RAM + 2 * i, 1);
	CHECK_EQ(rig_count(&r, CNT_VIOL_WITHDRAWN), 1);
	tell(&r, CTL_GRANT_GIVE, EP_RAM + 2 * i, 1);
	CHECK_EQ(rig_count(&r, CNT_VIOL_WITHDRAWN), 1);
	rig_close(&r);
}

/* The host, through a window that was left open. */
TEST(grants_of_the_host)
{
	struct rig r;

	rig_open(&r, "generic");
	rig_program_bar(&r, 0, 0, KIB(4), 0, 0, EP_RAM);
	rig_assign_bar(&r, 0, 0, BAR_ADDR, false);
	tell(&r, CTL_GRANT_GIVE, EP_RAM, KIB(4));
	rig_set_bar(&r, 0, 0, 0x40, 1);
	CHECK_EQ(rig_bar(&r, 0, 0, 0x40), 1);
	CHECK_EQ(rig_count(&r, CNT_VIOL_WITHDRAWN), 0);
	tell(&r, CTL_GRANT_TAKE, EP_RAM, KIB(4));
	rig_set_bar(&r, 0, 0, 0x40, 2);
	CHECK_EQ(rig_count(&r, CNT_VIOL_WITHDRAWN), 1);
	rig_bar(&r, 0, 0, 0x40);
	CHECK_EQ(rig_count(&r, CNT_VIOL_WITHDRAWN), 2);
	/* A machine that begins anew has given nothing */
	epside_ops.reset(r.c);
	CHECK(!grants_gone(&r.c->grants, EP_RAM, KIB(4)));
	rig_close(&r);
}

/* The engine, where the controller sees memory elsewhere than the CPU. */
TEST(grants_of_the_engine)
{
	const u64 offset = 0x2000000000ull;
	struct rig r;
	u32 dma;

	rig_open(&r, "generic");
	r.c->board.dma_ram_offset = offset;
	dma = r.c->board.dma_offset;
	tell(&r, CTL_GRANT_GIVE, offset + EP_RAM, KIB(4));
	tell(&r, CTL_GRANT_TAKE, offset + EP_RAM, KIB(4));
	rig_set_reg(&r, dma + 0x00c, 1);		/* write engine */
	rig_set_reg(&r, dma + 0x208, 4);		/* size */
	rig_set_reg(&r, dma + 0x20c, (u32)EP_RAM);	/* source */
	rig_set_reg(&r, dma + 0x210, (u32)(offset >> 32));
	rig_set_reg(&r, dma + 0x214, (u32)HOST_RAM);
	rig_set_reg(&r, dma + 0x218, 0);
	rig_set_reg(&r, dma + 0x010, 0);		/* doorbell */
	engine_run(r.c->engine);
	CHECK_EQ(rig_count(&r, CNT_VIOL_WITHDRAWN), 1);
	CHECK_EQ(rig_count(&r, CNT_DMA_ABORT), 0);
	rig_close(&r);
}
