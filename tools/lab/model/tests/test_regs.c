// SPDX-License-Identifier: GPL-2.0
/* Which block a register access reaches, and what its width means. */
#include "rig.h"
#include "tap.h"

#define BAR_ADDR	0xe0000000ull
#define INT_MASK	0x54u		/* of the write direction */

/* The engine's registers are read and written whole. */
TEST(regs_width_of_host_accesses)
{
	static const unsigned int lens[] = { 1, 2, 8 };
	const struct board *b;
	unsigned int i;
	u64 v = 0;
	struct rig r;

	rig_open(&r, "generic");
	b = &r.c->board;
	rig_program_bar(&r, 0, 0, KIB(4), 0, 0, EP_REGS + b->dma_offset);
	rig_assign_bar(&r, 0, 0, BAR_ADDR, false);
	rig_set_bar(&r, 0, 0, INT_MASK, 0x10001);
	CHECK_EQ(rig_bar(&r, 0, 0, INT_MASK), 0x10001);
	CHECK_EQ(rig_count(&r, CNT_VIOL_WIDTH), 0);
	for (i = 0; i < ARRAY_SIZE(lens); i++) {
		hostside_ops.read(&r.c->fn[0], 0, 0x200, &v, lens[i]);
		CHECK_EQ(rig_count(&r, CNT_VIOL_WIDTH), 2 * i + 1);
		hostside_ops.write(&r.c->fn[0], 0, 0x200, &v, lens[i]);
		CHECK_EQ(rig_count(&r, CNT_VIOL_WIDTH), 2 * i + 2);
	}
	/* the endpoint's CPU is nearer to them */
	epside_ops.read(r.c, EP_REG_BAR, b->dma_offset + INT_MASK, &v, 1);
	CHECK_EQ(rig_count(&r, CNT_VIOL_WIDTH), 6);
	CHECK_EQ(rig_count(&r, CNT_VIOL_REGS), 0);
	rig_close(&r);
}
