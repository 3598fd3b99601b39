// SPDX-License-Identifier: GPL-2.0
/* Address translation, both ways, hits and misses. */
#include <stdlib.h>

#include "rig.h"
#include "tap.h"

#define IN(w)	(REG_ATU + (w) * 0x200 + 0x100)
#define OUT(w)	(REG_ATU + (w) * 0x200)

#define BAR_ADDR 0xe0000000ull

/* What the kernel does to find windows, alignment and limit. */
TEST(iatu_probing)
{
	struct rig r;
	unsigned int n;

	rig_open(&r, "rk3588");
	for (n = 0; n < MAX_WINDOWS; n++) {
		rig_set_reg(&r, OUT(n) + 0x14, 0x11110000);
		rig_set_reg(&r, IN(n) + 0x14, 0x11110000);
		CHECK_EQ(rig_reg(&r, OUT(n) + 0x14), n < 16 ? 0x11110000 : 0);
		CHECK_EQ(rig_reg(&r, IN(n) + 0x14), n < 16 ? 0x11110000 : 0);
	}
	rig_set_reg(&r, OUT(0) + 0x10, 0);
	CHECK_EQ(rig_reg(&r, OUT(0) + 0x10), 0xffff);
	rig_set_reg(&r, OUT(0) + 0x20, 0xffffffff);
	CHECK_EQ(rig_reg(&r, OUT(0) + 0x20), 0xff);
	rig_close(&r);
	rig_open(&r, "rcar-s4");
	rig_set_reg(&r, OUT(0) + 0x10, 0);
	CHECK_EQ(rig_reg(&r, OUT(0) + 0x10), 0xfff);
	rig_close(&r);
}

TEST(iatu_bar_match)
{
	struct rig r;

	rig_open(&r, "rcar-s4");
	rig_program_bar(&r, 0, 0, MIB(1), 0, 3, EP_RAM + MIB(1));
	rig_assign_bar(&r, 0, 0, BAR_ADDR, false);
	rig_set_bar(&r, 0, 0, 0x40, 0x12345678);
	CHECK_EQ(get32(r.ep_ram + MIB(1) + 0x40), 0x12345678);
	/* the window follows the BAR, wherever it goes */
	rig_assign_bar(&r, 0, 0, 0xf0000000, false);
	CHECK_EQ(rig_bar(&r, 0, 0, 0x40), 0x12345678);
	CHECK_EQ(rig_count(&r, CNT_VIOL_INBOUND), 0);
	rig_close(&r);
}

/* A target inside a piece of the BAR's size: the bits below are not there. */
TEST(iatu_bar_match_target_is_as_aligned_as_the_bar)
{
	struct rig r;

	rig_open(&r, "generic");
	rig_program_bar(&r, 0, 1, MIB(1), 0, 0, EP_RAM + MIB(1) + KIB(64));
	rig_assign_bar(&r, 0, 1, BAR_ADDR, false);
	rig_set_bar(&r, 0, 1, 0x40, 0x12345678);
	CHECK_EQ(get32(r.ep_ram + MIB(1) + KIB(64) + 0x40), 0);
	CHECK_EQ(get32(r.ep_ram + MIB(1) + 0x40), 0x12345678);
	r.c->modes.v[MODE_BAR_MATCH] = BAR_MATCH_ADDED;
	CHECK_EQ(rig_bar(&r, 0, 1, 0x40), 0);
	r.c->modes.v[MODE_BAR_MATCH] = BAR_MATCH_MASKED;
	CHECK_EQ(rig_bar(&r, 0, 1, 0x40), 0x12345678);
	/* a smaller BAR leaves it more bits */
	rig_program_bar(&r, 0, 1, KIB(64), 0, 0, EP_RAM + MIB(1) + KIB(64));
	rig_set_bar(&r, 0, 1, 0x40, 0x9abcdef0);
	CHECK_EQ(get32(r.ep_ram + MIB(1) + KIB(64) + 0x40), 0x9abcdef0);
	rig_close(&r);
}

/* With the fault a window takes everything but the enable bit, for ever. */
TEST(iatu_fault_inbound)
{
	struct rig r;

	rig_open(&r, "rcar-s4");
	rig_program_bar(&r, 0, 0, MIB(1), 0, 3, EP_RAM);
	r.c->iatu.no_enable = true;
	rig_program_bar(&r, 0, 2, MIB(1), 0, 4, EP_RAM + MIB(1));
	CHECK_EQ(rig_reg(&r, IN(4) + 0x14), EP_RAM + MIB(1));
	CHECK_EQ(rig_reg(&r, IN(4) + 0x04) & BIT(31), 0);
	/* what is enabled stays so, the other direction is not concerned */
	CHECK_EQ(rig_reg(&r, IN(3) + 0x04) & BIT(31), BIT(31));
	rig_window_out(&r, 0, EP_OUT, MIB(1), HOST_RAM, 0);
	CHECK_EQ(rig_reg(&r, OUT(0) + 0x04) & BIT(31), BIT(31));
	power_on(r.c);
	CHECK(r.c->iatu.no_enable);
	r.c->iatu.no_enable = false;
	rig_window_in(&r, 4, BAR_ADDR, MIB(1), EP_RAM);
	CHECK_EQ(rig_reg(&r, IN(4) + 0x04) & BIT(31), BIT(31));
	rig_close(&r);
}

TEST(iatu_show)
{
	char *text = NULL;
	struct rig r;
	size_t len;
	FILE *out;

	rig_open(&r, "rcar-s4");
	rig_program_bar(&r, 1, 2, MIB(1), 0, 3, EP_RAM);
	rig_window_in(&r, 4, BAR_ADDR, 0x2000, EP_RAM + 0x1000);
	rig_window_out(&r, 0, EP_OUT, MIB(1), HOST_RAM, 1);
	out = open_memstream(&text, &len);
	iatu_show(&r.c->iatu, out);
	fclose(out);
	CHECK(!strcmp(text,
		      "window in 3 function 1 bar 2 target 0x40000000\n"
		      "window in 4 function any address 0xe0000000 last 0xe0001fff target 0x40001000\n"
		      "window out 0 function 1 address 0x8000000000 last 0x80000fffff target 0x100000\n"));
	free(text);
	rig_close(&r);
}

/* Function match: the same BAR of another function has no window. */
TEST(iatu_function_match)
{
	struct rig r;

	rig_open(&r, "rcar-s4");
	rig_program_bar(&r, 1, 4, 256, 0, 0, EP_RAM);
	rig_set_reg(&r, 0x8bc, 1);
	rig_set_reg(&r, REG_DBI2 + CFG_BAR0 + 16, 1);
	rig_set_reg(&r, CFG_BAR0 + 16, 0);
	put32(r.ep_ram, 7);
	CHECK_EQ(rig_bar(&r, 1, 4, 0), 7);
	CHECK_EQ(rig_bar(&r, 0, 4, 0), 0xffffffff);
	CHECK_EQ(rig_count(&r, CNT_VIOL_INBOUND), 1);
	/* without the match bit it takes both */
	rig_set_reg(&r, IN(0) + 4, BIT(31) | BIT(30) | 4 << 8);
	CHECK_EQ(rig_bar(&r, 0, 4, 0), 7);
	rig_close(&r);
}

/* Q40: address match works on the address that the host assigned; a window
 * that was made for an old one is a miss. */
TEST(iatu_address_match)
{
	struct rig r;

	rig_open(&r, "rcar-s4");
	rig_program_bar(&r, 0, 2, MIB(1), 0, 0, EP_RAM);
	rig_set_reg(&r, IN(0) + 4, 0);
	rig_assign_bar(&r, 0, 2, BAR_ADDR, false);
	rig_window_in(&r, 0, BAR_ADDR, 0x1000, EP_RAM + 0x3000);
	rig_window_in(&r, 5, BAR_ADDR + 0x1000, MIB(1) - 0x1000, EP_RAM);
	rig_set_bar(&r, 0, 2, 0xffc, 1);
	rig_set_bar(&r, 0, 2, 0x1000, 2);
	rig_set_bar(&r, 0, 2, MIB(1) - 4, 3);
	CHECK_EQ(get32(r.ep_ram + 0x3ffc), 1);
	CHECK_EQ(get32(r.ep_ram), 2);
	CHECK_EQ(get32(r.ep_ram + MIB(1) - 0x1004), 3);
	CHECK_EQ(rig_count(&r, CNT_VIOL_INBOUND), 0);

	rig_assign_bar(&r, 0, 2, BAR_ADDR + MIB(16), false);
	CHECK_EQ(rig_bar(&r, 0, 2, 0x1000), 0xffffffff);
	rig_set_bar(&r, 0, 2, 0x1000, 9);
	CHECK_EQ(get32(r.ep_ram), 2);
	CHECK_EQ(rig_count(&r, CNT_VIOL_INBOUND), 2);
	rig_close(&r);
}

TEST(iatu_lower_window_wins)
{
	struct rig r;

	rig_open(&r, "generic");
	rig_program_bar(&r, 0, 0, 0x10000, 0, 6, EP_RAM);
	rig_assign_bar(&r, 0, 0, BAR_ADDR, false);
	rig_window_in(&r, 2, BAR_ADDR, 0x1000, EP_RAM + 0x8000);
	rig_set_bar(&r, 0, 0, 0, 1);
	rig_set_bar(&r, 0, 0, 0x1000, 2);
	CHECK_EQ(get32(r.ep_ram + 0x8000), 1);
	CHECK_EQ(get32(r.ep_ram + 0x1000), 2);
	/* a window of another TLP type takes no memory access */
	rig_set_reg(&r, IN(2), 2);
	rig_set_bar(&r, 0, 0, 0, 3);
	CHECK_EQ(get32(r.ep_ram), 3);
	rig_close(&r);
}

/* The upper limit counts only when the window is said to be big. */
TEST(iatu_limits)
{
	struct iatu a = { .align = 4096, .nin = 1, .nout = 1 };
	unsigned int func;
	u64 out, run;

	iatu_write(&a, 0x08, 0xfffff000);
	iatu_write(&a, 0x0c, 1);
	iatu_write(&a, 0x10, 0x2fff);
	iatu_write(&a, 0x20, 2);
	iatu_write(&a, 0x14, 0x5000);
	iatu_write(&a, 0x04, BIT(31));
	CHECK(!iatu_outbound(&a, 0x1fffff000ull, &out, &func, &run));
	iatu_write(&a, 0x00, BIT(13) | 3 << 20);
	CHECK(iatu_outbound(&a, 0x200002fffull, &out, &func, &run));
	CHECK_EQ(out, 0x5000 + 0x3fff);
	CHECK_EQ(func, 3);
	CHECK(!iatu_outbound(&a, 0x200003000ull, &out, &func, &run));
	CHECK(!iatu_outbound(&a, 0x1ffffefffull, &out, &func, &run));
	/* far above: the bits that the limit lacks are the base's */
	iatu_write(&a, 0x0c, 0x8001);
	iatu_write(&a, 0x20, 0x8002);
	CHECK(iatu_outbound(&a, 0x800200002fffull, &out, &func, &run));
	CHECK(!iatu_outbound(&a, 0x200002fffull, &out, &func, &run));
	iatu_write(&a, 0x04, 0);
	CHECK(!iatu_outbound(&a, 0x800200000000ull, &out, &func, &run));
}

/* How far an answer holds: to the end of the window, to one that wins, and
 * of a miss to the next window. */
TEST(iatu_outbound_run)
{
	unsigned int func;
	struct rig r;
	u64 out, run;

	rig_open(&r, "generic");
	CHECK(!iatu_outbound(&r.c->iatu, 0, &out, &func, &run));
	CHECK_EQ(run, UINT64_MAX);
	rig_window_out(&r, 1, 0x70000000, 0x10000, HOST_RAM, 0);
	rig_window_out(&r, 0, 0x70004000, 0x1000, HOST_RAM + MIB(1), 0);
	rig_window_out(&r, 2, 0x7000f000, 0x2000, HOST_RAM + MIB(2), 0);
	CHECK(!iatu_outbound(&r.c->iatu, 0x6ffff123, &out, &func, &run));
	CHECK_EQ(run, 0xedd);
	CHECK(iatu_outbound(&r.c->iatu, 0x70000008, &out, &func, &run));
	CHECK_EQ(run, 0x3ff8);
	CHECK(iatu_outbound(&r.c->iatu, 0x70004ffc, &out, &func, &run));
	CHECK_EQ(out, HOST_RAM + MIB(1) + 0xffc);
	CHECK_EQ(run, 4);
	/* window 2 begins here, and loses */
	CHECK(iatu_outbound(&r.c->iatu, 0x7000e000, &out, &func, &run));
	CHECK_EQ(run, 0x2000);
	CHECK(iatu_outbound(&r.c->iatu, 0x70010000, &out, &func, &run));
	CHECK_EQ(out, HOST_RAM + MIB(2) + 0x1000);
	CHECK_EQ(run, 0x1000);
	CHECK(!iatu_outbound(&r.c->iatu, 0x70011000, &out, &func, &run));
	CHECK_EQ(run, UINT64_MAX - 0x70011000 + 1);
	/* one that ends before it begins is in nobody's way */
	rig_set_reg(&r, OUT(3) + 0x08, 0x80002000);
	rig_set_reg(&r, OUT(3) + 0x10, 0x80000fff);
	rig_set_reg(&r, OUT(3) + 0x04, BIT(31));
	CHECK(!iatu_outbound(&r.c->iatu, 0x80000000, &out, &func, &run));
	CHECK_EQ(run, UINT64_MAX - 0x80000000 + 1);
	CHECK(!iatu_outbound(&r.c->iatu, 0x80002000, &out, &func, &run));
	rig_close(&r);
}

TEST(iatu_outbound_window)
{
	struct rig r;
	u64 v = 0x1122334455667788ull;

	rig_open(&r, "rcar-s4");
	rig_window_out(&r, 1, EP_OUT + 0x10000, 0x2000, HOST_RAM + 0x4000, 1);
	epside_ops.write(r.c, EP_OUT_BAR, 0x10008, &v, 8);
	CHECK(!memcmp(r.host_ram + 0x4008, &v, 8));
	v = 0;
	epside_ops.read(r.c, EP_OUT_BAR, 0x10008, &v, 8);
	CHECK_EQ(v, 0x1122334455667788ull);
	CHECK_EQ(rig_count(&r, CNT_EP_MEM_WRITE), 1);
	CHECK_EQ(rig_count(&r, CNT_EP_MEM_READ), 1);
	/* outside: all ones, dropped */
	epside_ops.read(r.c, EP_OUT_BAR, 0x12000, &v, 8);
	CHECK_EQ(v, UINT64_MAX);
	epside_ops.write(r.c, EP_OUT_BAR, 0x12000, &v, 8);
	CHECK_EQ(rig_count(&r, CNT_VIOL_OUTBOUND), 2);
	CHECK_EQ(rig_count(&r, CNT_EP_MEM_WRITE), 1);
	rig_close(&r);
}
