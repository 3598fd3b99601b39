// SPDX-License-Identifier: GPL-2.0
/* Configuration space: who may write what, BARs of every kind, lists of
 * capabilities as each side sees them. */
#include <stdio.h>

#include "rig.h"
#include "tap.h"

#define MSI_FLAGS	(CFG_MSI + 2)

/* Offset of a capability as the host finds it; 0 if it does not. */
static u32 host_cap(struct rig *r, unsigned int func, u8 id)
{
	u32 at = rig_cfg(r, func, CFG_CAP_PTR, 1);
	unsigned int n;

	for (n = 0; at >= 0x40 && n < 48; n++) {
		if (rig_cfg(r, func, at, 1) == id)
			return at;
		at = rig_cfg(r, func, at + 1, 1);
	}
	return 0;
}

/* The same through DBI, as the endpoint's kernel looks for it. */
static u32 dbi_cap(struct rig *r, unsigned int func, u8 id)
{
	u32 base = func * REG_FUNC_STRIDE, v;
	u32 at = rig_reg(r, base + CFG_CAP_PTR) & 0xff;
	unsigned int n;

	for (n = 0; at >= 0x40 && n < 48; n++) {
		v = rig_reg(r, base + (at & ~3u)) >> 8 * (at & 3);
		if ((v & 0xff) == id)
			return at;
		at = v >> 8 & 0xff;
	}
	return 0;
}

static u32 size_bar(struct rig *r, unsigned int func, unsigned int bar)
{
	u32 off = CFG_BAR0 + 4 * bar, old = rig_cfg(r, func, off, 4), v;

	rig_set_cfg(r, func, off, 4, 0xffffffff);
	v = rig_cfg(r, func, off, 4);
	rig_set_cfg(r, func, off, 4, old);
	return v;
}

TEST(cfg_header_through_dbi)
{
	struct rig r;
	u16 vendor = 0x104c;
	u8 pin = 1;

	rig_open(&r, "generic");
	/* read-only without DBI_RO_WR_EN */
	epside_ops.write(r.c, EP_REG_BAR, CFG_VENDOR, &vendor, 2);
	CHECK_EQ(rig_cfg(&r, 0, CFG_VENDOR, 2), 0x16c3);
	rig_set_reg(&r, 0x8bc, 1);
	epside_ops.write(r.c, EP_REG_BAR, CFG_VENDOR, &vendor, 2);
	epside_ops.write(r.c, EP_REG_BAR, CFG_INT_PIN, &pin, 1);
	rig_set_reg(&r, 0x8bc, 0);
	CHECK_EQ(rig_cfg(&r, 0, CFG_VENDOR, 2), 0x104c);
	CHECK_EQ(rig_cfg(&r, 0, CFG_DEVICE, 2), 0xabcd);
	CHECK_EQ(rig_cfg(&r, 0, CFG_INT_LINE, 2), 0x0100);
	/* never writable for the host */
	rig_set_cfg(&r, 0, CFG_VENDOR, 4, 0);
	CHECK_EQ(rig_cfg(&r, 0, CFG_VENDOR, 4), 0xabcd104c);
	rig_close(&r);
}

/* What each side's kernel finds, dword by dword. */
static const struct shown { u32 off, v; } function_shows[] = {
	{ CFG_VENDOR, 0xabcd16c3 },
	{ CFG_REVISION, 0xff000000 },
	{ CFG_CAP_PTR, CFG_PM },
	{ CFG_PM, 0x0003 << 16 | CFG_MSI << 8 | 0x01 },
	{ CFG_PM + 4, 0x0008 },
	{ CFG_EXP, 0x0002 << 16 | 0x10 },
	{ CFG_EXP + 0x04, BIT(28) | BIT(15) | 1 },
	{ CFG_EXP + 0x08, 0x2810 },
	{ CFG_EXP + 0x0c, 2 << 4 | 4 },
	{ CFG_EXP + 0x10, (2u << 4 | 4) << 16 },
	{ CFG_EXP + 0x2c, 0x1e },
	{ CFG_EXP + 0x30, 4 },
	{ CFG_EXT, 0 },
}, device_shows[] = {
	{ CFG_VENDOR, EP_DEVICE_ID << 16 | EP_VENDOR_ID },
	{ CFG_REVISION, 0xff000000 },
	{ CFG_CAP_PTR, CFG_PM },
	{ CFG_PM, 0x0003 << 16 | CFG_MSI << 8 | 0x01 },
	{ CFG_MSI, (0x80 | 5u << 4 | 5u << 1 | 1) << 16 | CFG_EXP << 8 | 5 },
	{ CFG_EXP, 0x0002 << 16 | 0x10 },
	{ CFG_EXP + 0x04, BIT(15) | 1 },
	{ CFG_EXP + 0x0c, 2 << 4 | 4 },
	{ CFG_EXT, 0 },
};

TEST(cfg_header_and_capabilities)
{
	const struct shown *is;
	unsigned int i;
	struct rig r;
	u32 v;

	rig_open(&r, "generic");
	for (i = 0; i < ARRAY_SIZE(function_shows); i++) {
		is = &function_shows[i];
		if (!CHECK_EQ(rig_cfg(&r, 0, is->off, 4), is->v))
			printf("#   function, offset 0x%x\n", is->off);
	}
	for (i = 0; i < ARRAY_SIZE(device_shows); i++) {
		is = &device_shows[i];
		epside_ops.read(r.c, VFU_REGION_CONFIG, is->off, &v, 4);
		if (!CHECK_EQ(v, is->v))
			printf("#   device, offset 0x%x\n", is->off);
	}
	CHECK_EQ(hostside_ops.vectors(&r.c->fn[0], IRQ_INTX), 0);
	CHECK_EQ(hostside_ops.vectors(&r.c->fn[0], IRQ_MSI), 32);
	CHECK_EQ(epside_ops.vectors(r.c, IRQ_MSI), EP_MSI_VECTORS);
	rig_set_reg(&r, 0x8bc, 1);
	rig_set_reg(&r, CFG_INT_LINE, 1 << 8);
	CHECK_EQ(hostside_ops.vectors(&r.c->fn[0], IRQ_INTX), 1);
	rig_close(&r);
}

/* Without DBI_RO_WR_EN the endpoint may write what the host may. */
TEST(cfg_dbi_writes_as_the_host_does)
{
	struct rig r;

	rig_open(&r, "generic");
	rig_set_reg(&r, CFG_COMMAND, COMMAND_MEMORY);
	CHECK_EQ(rig_cfg(&r, 0, CFG_COMMAND, 2), COMMAND_MEMORY);
	rig_program_bar(&r, 0, 1, 0x1000, 0, 0, EP_RAM);
	rig_set_reg(&r, CFG_BAR0 + 4, 0xe0000fff);
	CHECK_EQ(rig_cfg(&r, 0, CFG_BAR0 + 4, 4), 0xe0000000);
	/* flags are read-only */
	rig_set_reg(&r, CFG_BAR0 + 4, 0xe000000c);
	CHECK_EQ(rig_cfg(&r, 0, CFG_BAR0 + 4, 4), 0xe0000000);
	rig_close(&r);
}

TEST(cfg_status_is_w1c)
{
	struct rig r;

	rig_open(&r, "generic");
	r.c->fn[0].cfg.val[CFG_STATUS + 1] = 0x20;
	rig_set_cfg(&r, 0, CFG_STATUS, 2, 0x1000);
	CHECK_EQ(rig_cfg(&r, 0, CFG_STATUS, 2), 0x2010);
	rig_set_cfg(&r, 0, CFG_STATUS, 2, 0xffff);
	CHECK_EQ(rig_cfg(&r, 0, CFG_STATUS, 2), 0x0010);
	rig_close(&r);
}

/* Others become writable with DBI_RO_WR_EN; these still clear themselves. */
TEST(cfg_w1c_bits_stay_so_for_dbi)
{
	static const struct { u32 off, bits; } regs[] = {
		{ CFG_COMMAND, 0xf9000000 },	/* Status */
		{ CFG_PM + 4, 0x8000 },		/* PME status */
		{ CFG_EXP + 8, 0xf0000 },	/* Device Status */
		{ CFG_EXP + 0x10, 0xc0000000 },	/* Link Status */
	};
	struct cfg *cfg;
	struct rig r;
	unsigned int i;
	u32 v;

	rig_open(&r, "generic");
	cfg = &r.c->fn[0].cfg;
	rig_set_reg(&r, 0x8bc, 1);
	for (i = 0; i < ARRAY_SIZE(regs); i++) {
		v = get32(&cfg->val[regs[i].off]);
		put32(&cfg->val[regs[i].off], v | regs[i].bits);
		/* zeros leave them, ones clear them and set nothing */
		rig_set_reg(&r, regs[i].off, v);
		CHECK_EQ(rig_reg(&r, regs[i].off), v | regs[i].bits);
		rig_set_reg(&r, regs[i].off, v | regs[i].bits);
		CHECK_EQ(rig_reg(&r, regs[i].off), v);
		rig_set_reg(&r, regs[i].off, v | regs[i].bits);
		CHECK_EQ(rig_reg(&r, regs[i].off), v);
	}
	rig_close(&r);
}

TEST(cfg_bar_programmable_32bit)
{
	struct rig r;

	rig_open(&r, "generic");
	CHECK_EQ(size_bar(&r, 0, 1), 0);
	rig_program_bar(&r, 0, 1, 0x20000, 0, 0, EP_RAM);
	CHECK_EQ(size_bar(&r, 0, 1), 0xfffe0000);
	rig_assign_bar(&r, 0, 1, 0xe0123456, false);
	CHECK_EQ(rig_cfg(&r, 0, CFG_BAR0 + 4, 4), 0xe0120000);
	CHECK_EQ(rig_reg(&r, CFG_BAR0 + 4), 0xe0120000);
	/* by any width */
	rig_set_cfg(&r, 0, CFG_BAR0 + 7, 1, 0xd0);
	CHECK_EQ(rig_cfg(&r, 0, CFG_BAR0 + 4, 4), 0xd0120000);
	rig_set_cfg(&r, 0, CFG_BAR0 + 4, 2, 0xffff);
	CHECK_EQ(rig_cfg(&r, 0, CFG_BAR0 + 6, 2), 0xd012);
	/* the smallest that the endpoint framework makes */
	rig_program_bar(&r, 0, 3, 128, 0, 1, EP_RAM);
	CHECK_EQ(size_bar(&r, 0, 3), 0xffffff80);
	CHECK_EQ(hostside_ops.region_size(&r.c->fn[0], 3), 128);
	rig_close(&r);
}

TEST(cfg_bar_programmable_64bit)
{
	struct rig r;

	rig_open(&r, "generic");
	rig_program_bar(&r, 0, 2, 0x200000000ull, 0xc, 0, EP_RAM);
	CHECK_EQ(size_bar(&r, 0, 2), 0x0000000c);
	CHECK_EQ(size_bar(&r, 0, 3), 0xfffffffe);
	CHECK_EQ(hostside_ops.region_size(&r.c->fn[0], 2), 0x200000000ull);
	CHECK_EQ(hostside_ops.region_size(&r.c->fn[0], 3), 0);
	rig_assign_bar(&r, 0, 2, 0x600000000ull, true);
	CHECK_EQ(cfg_bar_addr(&r.c->fn[0].cfg, 2), 0x600000000ull);
	CHECK_EQ(rig_reg(&r, CFG_BAR0 + 12), 6);
	/* clear_bar takes the address away */
	rig_set_reg(&r, 0x8bc, 1);
	rig_set_reg(&r, REG_DBI2 + CFG_BAR0 + 8, 0);
	rig_set_reg(&r, CFG_BAR0 + 8, 0);
	rig_set_reg(&r, REG_DBI2 + CFG_BAR0 + 12, 0);
	rig_set_reg(&r, CFG_BAR0 + 12, 0);
	CHECK_EQ(size_bar(&r, 0, 2), 0);
	CHECK_EQ(size_bar(&r, 0, 3), 0);
	rig_close(&r);
}

/* R-Car S4: BAR0 and BAR2 resizable, BAR4 fixed at 256 bytes, others off. */
TEST(cfg_bars_of_rcar_s4)
{
	struct rig r;
	u32 fn1 = REG_FUNC_STRIDE;

	rig_open(&r, "rcar-s4");
	CHECK_EQ(rig_cfg(&r, 0, CFG_EXT, 4) & 0xffff, 0x15);
	CHECK_EQ(rig_cfg(&r, 0, CFG_EXT + 4, 4), BIT(4));
	CHECK_EQ(rig_cfg(&r, 0, CFG_EXT + 8, 4), 2 << 5 | 0);
	CHECK_EQ(rig_cfg(&r, 0, CFG_EXT + 16, 4) & 7, 2);

	/* off until enabled through DBI2 */
	CHECK_EQ(size_bar(&r, 1, 0), 0);
	rig_set_reg(&r, 0x8bc, 1);
	rig_set_reg(&r, REG_DBI2 + fn1 + CFG_BAR0, 1);
	rig_set_reg(&r, fn1 + CFG_BAR0, 0);
	/* a supported size selects itself: 4 MiB */
	rig_set_reg(&r, fn1 + CFG_EXT + 4, BIT(6));
	CHECK_EQ(size_bar(&r, 1, 0), 0xffc00000);
	CHECK_EQ(rig_cfg(&r, 1, CFG_EXT + 8, 4) >> 8 & 0x3f, 2);
	/* the host cannot select what is not supported */
	rig_set_cfg(&r, 1, CFG_EXT + 8, 4, 0x3f << 8);
	CHECK_EQ(size_bar(&r, 1, 0), 0xffc00000);
	/* another one of two */
	rig_set_reg(&r, fn1 + CFG_EXT + 4, BIT(6) | BIT(7));
	rig_set_cfg(&r, 1, CFG_EXT + 8, 4, 3 << 8);
	CHECK_EQ(size_bar(&r, 1, 0), 0xff800000);

	/* one at least, and that is the smallest */
	rig_set_reg(&r, fn1 + CFG_EXT + 4, 0);
	CHECK_EQ(rig_cfg(&r, 1, CFG_EXT + 4, 4), BIT(4));
	CHECK_EQ(size_bar(&r, 1, 0), 0xfff00000);

	/* fixed: the mask that is written does not matter */
	rig_set_reg(&r, REG_DBI2 + fn1 + CFG_BAR0 + 16, 0xffff);
	rig_set_reg(&r, fn1 + CFG_BAR0 + 16, 0);
	CHECK_EQ(size_bar(&r, 1, 4), 0xffffff00);
	/* disabled: nothing turns it on */
	rig_set_reg(&r, REG_DBI2 + fn1 + CFG_BAR0 + 4, 0xffff);
	CHECK_EQ(size_bar(&r, 1, 1), 0);
	/* function 0 is another function */
	CHECK_EQ(size_bar(&r, 0, 0), 0);
	rig_close(&r);
}

TEST(cfg_reserved_bar_is_always_there)
{
	struct rig r;

	rig_open(&r, "rk3588");
	CHECK_EQ(size_bar(&r, 0, 4), 0xfff00000);
	rig_set_reg(&r, 0x8bc, 1);
	rig_set_reg(&r, REG_DBI2 + CFG_BAR0 + 16, 0);
	CHECK_EQ(size_bar(&r, 0, 4), 0xfff00000);
	rig_close(&r);
}

TEST(cfg_msi)
{
	struct rig r;

	rig_open(&r, "generic");
	CHECK_EQ(host_cap(&r, 0, 0x05), CFG_MSI);
	CHECK_EQ(dbi_cap(&r, 0, 0x05), CFG_MSI);
	/* the endpoint sees what the host wrote */
	CHECK_EQ(rig_reg(&r, CFG_MSI) >> 16 & 0xff, 1 | 5 << 1 | 5 << 4 | 0x80);
	CHECK_EQ(rig_reg(&r, CFG_MSI + 4), HOST_MSI);
	/* the host cannot change what the endpoint offers */
	rig_set_cfg(&r, 0, MSI_FLAGS, 2, 0);
	CHECK_EQ(rig_cfg(&r, 0, MSI_FLAGS, 2), 5 << 1 | 0x80);
	rig_close(&r);
}

/* Q24: an MSI-X capability that nobody placed is not shown to the host. */
TEST(cfg_msix_is_hidden_until_it_is_placed)
{
	struct rig r;
	u8 byte;

	rig_open(&r, "generic");
	CHECK_EQ(dbi_cap(&r, 0, 0x11), CFG_MSIX);
	CHECK_EQ(host_cap(&r, 0, 0x11), 0);
	CHECK_EQ(host_cap(&r, 0, 0x10), CFG_EXP);
	hostside_ops.read(&r.c->fn[0], VFU_REGION_CONFIG, CFG_EXP + 1, &byte,
			  1);
	CHECK_EQ(byte, 0);
	CHECK_EQ(hostside_ops.vectors(&r.c->fn[0], IRQ_MSIX), 0);
	rig_set_reg(&r, 0x8bc, 1);
	rig_set_reg(&r, CFG_MSIX, (rig_reg(&r, CFG_MSIX) & 0xffff) | 15 << 16);
	rig_set_reg(&r, CFG_MSIX + 4, 0x1000 | 2);
	rig_set_reg(&r, 0x8bc, 0);
	CHECK_EQ(host_cap(&r, 0, 0x11), CFG_MSIX);
	CHECK_EQ(hostside_ops.vectors(&r.c->fn[0], IRQ_MSIX), 16);
	CHECK_EQ(cfg_msix_bar(&r.c->fn[0].cfg), 2);
	CHECK_EQ(cfg_msix_offset(&r.c->fn[0].cfg), 0x1000);
	rig_close(&r);

	rig_open(&r, "rcar-s4");
	CHECK_EQ(dbi_cap(&r, 0, 0x11), 0);
	rig_close(&r);
}

TEST(cfg_function_level_reset)
{
	struct rig r;

	rig_open(&r, "rcar-s4");
	rig_program_bar(&r, 1, 4, 256, 0, 0, EP_RAM);
	rig_assign_bar(&r, 1, 4, 0xe0000000, false);
	rig_set_cfg(&r, 1, CFG_EXP + 8, 2, 0x8000);
	CHECK_EQ(rig_cfg(&r, 1, CFG_COMMAND, 2), 0);
	CHECK_EQ(rig_cfg(&r, 1, CFG_BAR0 + 16, 4), 0);
	CHECK_EQ(rig_cfg(&r, 1, MSI_FLAGS, 2), 5 << 1 | 0x80);
	/* still programmed, and function 0 is untouched */
	CHECK_EQ(size_bar(&r, 1, 4), 0xffffff00);
	CHECK(cfg_command(&r.c->fn[0].cfg, COMMAND_MASTER));
	rig_close(&r);
}

/* The endpoint's own device does not offer one: it is reset by its machine. */
TEST(cfg_function_level_reset_is_of_functions)
{
	struct rig r;
	u32 caps;

	rig_open(&r, "generic");
	CHECK(rig_cfg(&r, 0, CFG_EXP + 4, 4) & BIT(28));
	epside_ops.read(r.c, VFU_REGION_CONFIG, CFG_EXP + 4, &caps, 4);
	CHECK_EQ(caps, BIT(15) | 1);
	rig_close(&r);
}

static void flr(struct rig *r)
{
	rig_set_cfg(r, 0, CFG_EXP + 8, 2, 0x8000);
}

static void hot_reset(struct rig *r)
{
	link_hot_reset(r->c);
}

static void lose_link(struct rig *r)
{
	link_set_unplugged(r->c, true);
	link_set_unplugged(r->c, false);
}

static void stop_training(struct rig *r)
{
	rig_set_reg(r, REG_CONTROL + CTL_LINK_CTRL, 0);
	rig_set_reg(r, REG_CONTROL + CTL_LINK_CTRL, CTL_LTSSM_ENABLE);
}

static void reset_by_machine(struct rig *r)
{
	hostside_ops.reset(&r->c->fn[0]);
}

/* The other function's client holds the link. */
static void next_client(struct rig *r)
{
	hostside_ops.disconnected(&r->c->fn[0]);
	hostside_ops.connected(&r->c->fn[0]);
}

/* The whole of what the host sees; @dword of its offsets. */
static void see(struct rig *r, u32 *dword)
{
	u32 off;

	for (off = 0; off < PORT_LOGIC; off += 4)
		dword[off / 4] = rig_cfg(r, 0, off, 4);
}

/* The endpoint set up MSI-X and two BARs; the host has written nothing yet. */
static void untouched(struct rig *r, const char *board)
{
	rig_open(r, board);
	rig_program_bar(r, 0, 0, MIB(1), 0, 0, EP_RAM);
	rig_program_bar(r, 0, 4, 256, 0, 1, EP_RAM);
	rig_set_reg(r, 0x8bc, 1);
	rig_set_reg(r, CFG_MSIX, (rig_reg(r, CFG_MSIX) & 0xffff) | 3 << 16);
	rig_set_reg(r, CFG_MSIX + 4, 0x800);
	rig_set_reg(r, 0x8bc, 0);
	rig_set_cfg(r, 0, CFG_COMMAND, 2, 0);
	rig_set_cfg(r, 0, MSI_FLAGS, 2, 0);
	rig_set_cfg(r, 0, CFG_MSI + 4, 4, 0);
	rig_set_cfg(r, 0, CFG_MSI + 12, 2, 0);
}

static void write_ones_everywhere(struct rig *r)
{
	u32 off;

	/* but for the bit that starts a reset */
	for (off = 0; off < PORT_LOGIC; off += 4)
		rig_set_cfg(r, 0, off, 4,
			    off == CFG_EXP + 8 ? ~0x8000u : ~0u);
}

TEST(cfg_resets_take_what_the_host_wrote)
{
	static void (* const resets[])(struct rig *r) = {
		flr, hot_reset, lose_link, stop_training, reset_by_machine,
		next_client,
	};
	static const char * const boards[] = { "generic", "rcar-s4", "rk3588" };
	/* sticky: the link's target speed */
	const u32 sticky = CFG_EXP + 0x30;
	u32 before[PORT_LOGIC / 4], after[PORT_LOGIC / 4];
	unsigned int i, b, at, changed;
	struct rig r;

	for (i = 0; i < ARRAY_SIZE(resets) * ARRAY_SIZE(boards); i++) {
		b = i / ARRAY_SIZE(resets);
		untouched(&r, boards[b]);
		see(&r, before);
		write_ones_everywhere(&r);
		see(&r, after);
		for (at = 0, changed = 0; at < ARRAY_SIZE(after); at++)
			changed += after[at] != before[at];
		CHECK(changed > 10);
		/* an error that the function has seen */
		r.c->fn[0].cfg.val[CFG_STATUS + 1] = 0x20;
		resets[i % ARRAY_SIZE(resets)](&r);
		see(&r, after);
		after[sticky / 4] = before[sticky / 4];
		for (at = 0; at < ARRAY_SIZE(after); at++)
			if (!CHECK_EQ(after[at], before[at]))
				printf("#   %s, reset %zu: offset 0x%x\n",
				       boards[b], i % ARRAY_SIZE(resets),
				       4 * at);
		rig_close(&r);
	}
}

/* What a function has not is not there to be written. */
TEST(cfg_bits_that_the_host_writes)
{
	static const struct { u32 off, bits; } some[] = {
		{ CFG_COMMAND, 0x0546 },	/* no ports */
		{ CFG_EXP + 8, 0x78ff },	/* Device Control */
		{ CFG_EXP + 0x10, 0x00cb },	/* Link Control */
		{ CFG_EXP + 0x28, 0 },		/* Device Control 2 */
		{ CFG_EXP + 0x30, 0x000f },	/* Link Control 2 */
		{ CFG_CACHE_LINE, 0x00ff },	/* no latency timer */
		{ CFG_INT_LINE, 0x00ff },
		{ CFG_PM + 4, 0x000b },		/* a bit of the endpoint's */
		{ 0x30, 0 },			/* expansion ROM */
	};
	struct rig r;
	unsigned int i;

	rig_open(&r, "generic");
	for (i = 0; i < ARRAY_SIZE(some); i++) {
		rig_set_cfg(&r, 0, some[i].off, 2, 0x7fff);
		CHECK_EQ(rig_cfg(&r, 0, some[i].off, 2), some[i].bits);
	}
	rig_close(&r);
}

/* The bit that starts it lies in the upper byte of Device Control. */
TEST(cfg_function_level_reset_by_any_width)
{
	static const struct { u32 off, len, v, reset; } writes[] = {
		{ CFG_EXP + 8, 1, 0x80, 0 },
		{ CFG_EXP + 9, 1, 0x28, 0 },
		{ CFG_EXP + 10, 2, 0x8000, 0 },
		{ CFG_EXP + 9, 1, 0x80, 1 },
		{ CFG_EXP + 8, 2, 0xa810, 1 },
		{ CFG_EXP + 8, 4, 0x8000, 1 },
	};
	struct rig r;
	unsigned int i;

	rig_open(&r, "generic");
	for (i = 0; i < ARRAY_SIZE(writes); i++) {
		rig_set_cfg(&r, 0, CFG_COMMAND, 2, COMMAND_MASTER);
		rig_set_cfg(&r, 0, writes[i].off, writes[i].len, writes[i].v);
		CHECK_EQ(rig_cfg(&r, 0, CFG_COMMAND, 2),
			 writes[i].reset ? 0 : COMMAND_MASTER);
	}
	rig_close(&r);
}

/* The size field is not sticky on all parts: the endpoint has to write the
 * capability again, as it does when it hears that the link was lost. */
TEST(cfg_resizable_bar_after_a_reset)
{
	static const u64 after[] = {
		[REBAR_RESET_SMALLEST] = MIB(1),
		[REBAR_RESET_STICKY] = MIB(4),
		[REBAR_RESET_SUPPORTED] = MIB(2),
	};
	const u32 cap = CFG_EXT + 4, ctrl = CFG_EXT + 8;
	struct cfg *cfg;
	struct rig r;
	u32 mode;

	for (mode = 0; mode < ARRAY_SIZE(after); mode++) {
		rig_open(&r, "rk3588");
		CHECK_EQ(r.c->modes.v[MODE_REBAR_RESET], REBAR_RESET_SMALLEST);
		r.c->modes.v[MODE_REBAR_RESET] = mode;
		cfg = &r.c->fn[0].cfg;
		rig_program_bar(&r, 0, 0, MIB(2), 0, 0, EP_RAM);
		/* 2 MiB and 4 MiB; the host takes the larger one */
		rig_set_reg(&r, 0x8bc, 1);
		rig_set_reg(&r, cap, BIT(5) | BIT(6));
		rig_set_reg(&r, 0x8bc, 0);
		CHECK_EQ(cfg_bar_size(cfg, 0), MIB(2));
		rig_set_cfg(&r, 0, ctrl, 4, 2 << 8);
		CHECK_EQ(cfg_bar_size(cfg, 0), MIB(4));

		link_hot_reset(r.c);
		CHECK_EQ(cfg_bar_size(cfg, 0), after[mode]);
		CHECK_EQ(rig_cfg(&r, 0, cap, 4), BIT(5) | BIT(6));
		/* other writes change nothing, the capability's does */
		rig_set_cfg(&r, 0, CFG_COMMAND, 2, COMMAND_MEMORY);
		CHECK_EQ(cfg_bar_size(cfg, 0), after[mode]);
		rig_set_reg(&r, 0x8bc, 1);
		rig_set_reg(&r, cap, BIT(5));
		CHECK_EQ(cfg_bar_size(cfg, 0), MIB(2));
		rig_close(&r);
	}
}

TEST(dbi_of_a_function_that_is_not_there)
{
	struct rig r;

	rig_open(&r, "generic");
	CHECK_EQ(rig_reg(&r, REG_FUNC_STRIDE), 0xffffffff);
	rig_set_reg(&r, REG_FUNC_STRIDE + CFG_BAR0, 1);
	rig_set_reg(&r, REG_DBI2 + REG_FUNC_STRIDE + CFG_BAR0, 1);
	CHECK_EQ(rig_reg(&r, REG_FUNC_STRIDE + CFG_BAR0), 0xffffffff);
	rig_close(&r);
}

TEST(dbi_port_logic)
{
	struct rig r;

	rig_open(&r, "generic");
	CHECK_EQ(rig_reg(&r, 0x8f8), 0x3534302a);
	CHECK_EQ(rig_reg(&r, 0x900), 0xffffffff);
	CHECK_EQ(rig_reg(&r, 0x72c), BIT(4));
	CHECK_EQ(rig_reg(&r, 0x728), 0x11);
	rig_set_reg(&r, 0x8f8, 0);
	CHECK_EQ(rig_reg(&r, 0x8f8), 0x3534302a);
	rig_set_reg(&r, 0x710, 0x70120);
	CHECK_EQ(rig_reg(&r, 0x710), 0x70120);
	link_set_unplugged(r.c, true);
	CHECK_EQ(rig_reg(&r, 0x72c), 0);
	rig_close(&r);
}

TEST(control_page)
{
	static const struct { const char *board; u32 off, v; } pages[] = {
		{ "rcar-s4", CTL_MAGIC, CTL_MAGIC_VALUE },
		{ "rcar-s4", CTL_VERSION, CTL_VERSION_VALUE },
		{ "rcar-s4", CTL_FUNCTIONS, 2 },
		{ "rcar-s4", CTL_DMA_FORMAT, DMA_UNROLL },
		{ "hdma-native", CTL_DMA_FORMAT, DMA_HDMA_NATIVE },
		{ "rcar-s4", CTL_CHANNELS, 4 | 4 << 16 },
		{ "rcar-s4", CTL_DMA_IRQS, 1 },
		{ "rk3588", CTL_DMA_IRQS, 4 },
		{ "rk3588", CTL_ALIGN, 65536 },
		{ "rcar-s4", CTL_FEATURES, FEAT_MSI | FEAT_SUBRANGE },
		{ "rk3588", CTL_FEATURES,
		  FEAT_MSI | FEAT_MSIX | FEAT_LINKUP | FEAT_SUBRANGE },
		{ "rcar-s4", CTL_BAR(0), BAR_RESIZABLE },
		{ "rcar-s4", CTL_BAR(4), BAR_FIXED },
		{ "rcar-s4", CTL_BAR_SIZE(4), 256 },
		{ "rcar-s4", CTL_DMA_OFFSET, 0x35000 },
		{ "rcar-s4", CTL_DMA_SIZE, 0x1200 },
		{ "rcar-s4", CTL_DBI_OFFSET, REG_DBI },
		{ "rcar-s4", CTL_DBI_SIZE, MAX_FUNCS * REG_FUNC_STRIDE },
		{ "rcar-s4", CTL_DBI2_OFFSET, REG_DBI2 },
		{ "rcar-s4", CTL_DBI2_SIZE, MAX_FUNCS * REG_FUNC_STRIDE },
		{ "rcar-s4", CTL_ATU_OFFSET, REG_ATU },
		{ "rcar-s4", CTL_ATU_SIZE, REG_ATU_SIZE },
		{ "rcar-s4", CTL_RSVD_BAR, CTL_RSVD_NONE },
		{ "rk3588", CTL_RSVD_BAR, 4 },
		{ "rk3588", CTL_RSVD_OFFSET, 0 },
		{ "rk3588", CTL_RSVD_SIZE, 0x2000 },
		{ "rk3588", CTL_LINK_CTRL, CTL_LTSSM_ENABLE },
		{ "rk3588", CTL_LINK_STATUS, CTL_LINK_IS_UP },
		{ "rk3588", CTL_EVENTS, 0 },
		{ "rk3588", 0xffc, 0 },
	};
	struct rig r;
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(pages); i++) {
		rig_open(&r, pages[i].board);
		if (!CHECK_EQ(rig_reg(&r, REG_CONTROL + pages[i].off),
			      pages[i].v))
			printf("#   %s, offset 0x%x\n", pages[i].board,
			       pages[i].off);
		rig_close(&r);
	}
	rig_open(&r, "rk3588");
	r.c->board.dma_bar_offset = 0x1000;
	CHECK_EQ(rig_reg(&r, REG_CONTROL + CTL_RSVD_OFFSET), 0x1000);
	r.c->board.dma_ram_offset = 0x2040000000ull;
	CHECK_EQ(rig_reg(&r, REG_CONTROL + CTL_DMA_RAM_OFFSET), 0x40000000);
	CHECK_EQ(rig_reg(&r, REG_CONTROL + CTL_DMA_RAM_OFFSET + 4), 0x20);
	rig_close(&r);
}
