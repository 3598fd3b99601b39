// SPDX-License-Identifier: GPL-2.0
/* The endpoint's memory as its controller reaches it. */
#include "epmem.h"
#include "rig.h"
#include "tap.h"

#define BAR_ADDR	0xe0000000ull
#define OFFSET		0x2000000000ull

/* Registers of the write direction, channel 0, and of the read direction. */
#define WR_EN		0x00cu
#define WR_DOORBELL	0x010u
#define RD_EN		0x02cu
#define RD_DOORBELL	0x030u
#define WR_CH		0x200u
#define RD_CH		0x300u
#define CONTROL1	0x00u
#define SIZE		0x08u
#define SAR		0x0cu
#define DAR		0x14u
#define LLP		0x1cu

static void dma(struct rig *r, u32 off, u32 v)
{
	rig_set_reg(r, r->c->board.dma_offset + off, v);
}

static void dma64(struct rig *r, u32 off, u64 v)
{
	dma(r, off, (u32)v);
	dma(r, off + 4, (u32)(v >> 32));
}

static void with_offset(struct rig *r)
{
	rig_open(r, "generic");
	r->c->board.dma_ram_offset = OFFSET;
	dma(r, WR_EN, 1);
	dma(r, RD_EN, 1);
}

/* A window to memory takes a DMA address; one to registers, the CPU's. */
TEST(epmem_offset_of_inbound_windows)
{
	struct rig r;

	with_offset(&r);
	rig_program_bar(&r, 0, 0, KIB(4), 0, 0, OFFSET + EP_RAM);
	rig_assign_bar(&r, 0, 0, BAR_ADDR, false);
	rig_set_bar(&r, 0, 0, 0x40, 0x12345678);
	CHECK_EQ(get32(r.ep_ram + 0x40), 0x12345678);
	CHECK_EQ(rig_bar(&r, 0, 0, 0x40), 0x12345678);
	/* whoever publishes what the CPU uses publishes nothing */
	rig_program_bar(&r, 0, 0, KIB(4), 0, 0, EP_RAM);
	rig_set_bar(&r, 0, 0, 0x40, 0x9abcdef0);
	CHECK_EQ(get32(r.ep_ram + 0x40), 0x12345678);
	CHECK_EQ(rig_bar(&r, 0, 0, 0x40), 0xffffffff);

	rig_program_bar(&r, 0, 0, KIB(4), 0, 0,
			EP_REGS + r.c->board.dma_offset);
	CHECK_EQ(rig_bar(&r, 0, 0, WR_EN), 1);
	rig_program_bar(&r, 0, 0, KIB(4), 0, 0,
			OFFSET + EP_REGS + r.c->board.dma_offset);
	CHECK_EQ(rig_bar(&r, 0, 0, WR_EN), 0xffffffff);
	rig_close(&r);
}

/* The engine's local side, both ways, with and without the offset. */
TEST(epmem_offset_of_data)
{
	u64 offset;
	struct rig r;

	for (offset = 0; offset <= OFFSET; offset += OFFSET) {
		with_offset(&r);
		put32(r.ep_ram, 0x11111111);
		put32(r.host_ram + 64, 0x22222222);
		dma(&r, WR_CH + SIZE, 4);
		dma64(&r, WR_CH + SAR, offset + EP_RAM);
		dma64(&r, WR_CH + DAR, HOST_RAM);
		dma(&r, WR_DOORBELL, 0);
		dma(&r, RD_CH + SIZE, 4);
		dma64(&r, RD_CH + SAR, HOST_RAM + 64);
		dma64(&r, RD_CH + DAR, offset + EP_RAM + 64);
		dma(&r, RD_DOORBELL, 0);
		engine_run(r.c->engine);
		CHECK_EQ(get32(r.host_ram), offset ? 0x11111111 : 0);
		CHECK_EQ(get32(r.ep_ram + 64), offset ? 0x22222222 : 0);
		CHECK_EQ(rig_count(&r, CNT_DMA_ABORT), offset ? 0 : 2);
		rig_close(&r);
	}
}

/* The list, and the pointer of a link element in it. */
TEST(epmem_offset_of_lists)
{
	static const struct { u64 llp, link; bool works; } lists[] = {
		{ OFFSET, OFFSET, true },
		{ 0, OFFSET, false },
		{ OFFSET, 0, false },
	};
	struct rig r;
	unsigned int i;
	u64 v;

	for (i = 0; i < ARRAY_SIZE(lists); i++) {
		with_offset(&r);
		put32(r.ep_ram + KIB(64), 0x33333333);
		put32(r.ep_ram, BIT(2));
		v = lists[i].link + EP_RAM + 0x100;
		memcpy(r.ep_ram + 8, &v, 8);
		put32(r.ep_ram + 0x100, BIT(0));
		put32(r.ep_ram + 0x104, 4);
		v = OFFSET + EP_RAM + KIB(64);
		memcpy(r.ep_ram + 0x108, &v, 8);
		v = HOST_RAM;
		memcpy(r.ep_ram + 0x110, &v, 8);
		dma(&r, WR_CH + CONTROL1, BIT(9) | BIT(8));
		dma64(&r, WR_CH + LLP, lists[i].llp + EP_RAM);
		dma(&r, WR_DOORBELL, 0);
		engine_run(r.c->engine);
		CHECK_EQ(get32(r.host_ram), lists[i].works ? 0x33333333 : 0);
		CHECK_EQ(rig_count(&r, CNT_DMA_ELEMENT), lists[i].works);
		rig_close(&r);
	}
}

#define STEPS	8

/* BAR0 shows 64 KiB of memory, BAR1 the engine's registers. */
static void with_posted(struct rig *r)
{
	rig_open(r, "generic");
	rig_program_bar(r, 0, 0, KIB(64), 0, 0, EP_RAM);
	rig_assign_bar(r, 0, 0, BAR_ADDR, false);
	rig_program_bar(r, 0, 1, KIB(4), 0, 1,
			EP_REGS + r->c->board.dma_offset);
	rig_assign_bar(r, 0, 1, BAR_ADDR + MIB(1), false);
	r->c->posted.steps = STEPS;
}

/* What a host's driver does: an element, then the doorbell. */
static void write_list(struct rig *r, u64 data)
{
	const u32 element[] = {
		BIT(0), 4, (u32)data, (u32)(data >> 32), (u32)HOST_RAM, 0,
	};
	unsigned int i;

	for (i = 1; i < ARRAY_SIZE(element); i++)
		rig_set_bar(r, 0, 0, 4 * i, element[i]);
	rig_set_bar(r, 0, 0, 0, element[0]);
}

static void ring(struct rig *r)
{
	rig_set_bar(r, 0, 1, WR_EN, 1);
	rig_set_bar(r, 0, 1, WR_CH + CONTROL1, BIT(9) | BIT(8));
	rig_set_bar(r, 0, 1, WR_CH + LLP, (u32)EP_RAM);
	rig_set_bar(r, 0, 1, WR_CH + LLP + 4, (u32)(EP_RAM >> 32));
	rig_set_bar(r, 0, 1, WR_DOORBELL, 0);
	engine_run(r->c->engine);
}

/* A driver that does not read back before it rings has the engine look at
 * what the list was before. */
TEST(epmem_posted_list_needs_a_read_back)
{
	bool reads;
	struct rig r;

	for (reads = false; ; reads = true) {
		with_posted(&r);
		put32(r.ep_ram + KIB(1), 0x44444444);
		write_list(&r, EP_RAM + KIB(1));
		CHECK_EQ(rig_count(&r, CNT_HOST_MEM_HELD), 6);
		if (reads)
			CHECK_EQ(rig_bar(&r, 0, 0, 0), 1);
		ring(&r);
		CHECK_EQ(get32(r.host_ram), reads ? 0x44444444 : 0);
		CHECK_EQ(rig_count(&r, CNT_DMA_ELEMENT), reads);
		rig_close(&r);
		if (reads)
			break;
	}
}

/* Not for ever: each has its time. */
TEST(epmem_posted_arrives_after_some_steps)
{
	struct rig r;
	unsigned int i;

	with_posted(&r);
	rig_set_bar(&r, 0, 0, 0, 1);
	later_step(&r.c->later);
	rig_set_bar(&r, 0, 0, 4, 2);
	for (i = 1; i < STEPS; i++) {
		CHECK_EQ(get32(r.ep_ram), 0);
		later_step(&r.c->later);
	}
	CHECK_EQ(get32(r.ep_ram), 1);
	CHECK_EQ(get32(r.ep_ram + 4), 0);
	later_step(&r.c->later);
	CHECK_EQ(get32(r.ep_ram + 4), 2);
	CHECK(!later_waits(&r.c->later));
	rig_close(&r);
}

/* Only a read of memory pushes; one of registers or configuration does not. */
TEST(epmem_posted_what_pushes)
{
	struct rig r;
	unsigned int i;

	with_posted(&r);
	rig_set_bar(&r, 0, 0, 0, 1);
	CHECK_EQ(rig_bar(&r, 0, 1, WR_EN), 0);
	CHECK_EQ(rig_cfg(&r, 0, CFG_VENDOR, 2), 0x16c3);
	CHECK_EQ(get32(r.ep_ram), 0);
	rig_set_bar(&r, 0, 1, WR_EN, 1);
	CHECK_EQ(rig_bar(&r, 0, 1, WR_EN), 1);
	CHECK_EQ(get32(r.ep_ram), 0);
	/* any memory will do */
	rig_bar(&r, 0, 0, 0x1000);
	CHECK_EQ(get32(r.ep_ram), 1);
	/* with the fault gone, what comes does not overtake what is held */
	rig_set_bar(&r, 0, 0, 0, 2);
	r.c->posted.steps = 0;
	rig_set_bar(&r, 0, 0, 0, 3);
	CHECK_EQ(get32(r.ep_ram), 3);
	for (i = 0; i < STEPS; i++)
		later_step(&r.c->later);
	CHECK_EQ(get32(r.ep_ram), 3);
	rig_close(&r);
}

/* More than can be held: the oldest arrive, all in order. */
TEST(epmem_posted_in_order)
{
	struct rig r;
	unsigned int i;

	with_posted(&r);
	for (i = 0; i < POSTED_MAX + 5; i++)
		rig_set_bar(&r, 0, 0, 0, i + 1);
	CHECK_EQ(get32(r.ep_ram), 5);
	for (i = 0; i < STEPS; i++)
		later_step(&r.c->later);
	CHECK_EQ(get32(r.ep_ram), POSTED_MAX + 5);
	rig_close(&r);
}

/* A reset loses what is on its way, and leaves nothing in the way of what
 * comes then. */
TEST(epmem_posted_writes_are_lost_by_a_reset)
{
	struct rig r;
	unsigned int i;

	with_posted(&r);
	put32(r.ep_ram, 0x600d);
	for (i = 0; i < 3; i++)
		rig_set_bar(&r, 0, 0, 0, 0xbad);
	power_perst(r.c);
	for (i = 0; i < 2 * STEPS; i++)
		later_step(&r.c->later);
	epmem_push(r.c);
	CHECK_EQ(get32(r.ep_ram), 0x600d);

	/* the fault stays */
	rig_set_reg(&r, REG_CONTROL + CTL_LINK_CTRL, CTL_LTSSM_ENABLE);
	rig_program_bar(&r, 0, 0, KIB(64), 0, 0, EP_RAM);
	rig_assign_bar(&r, 0, 0, BAR_ADDR, false);
	rig_set_cfg(&r, 0, CFG_COMMAND, 2, COMMAND_MEMORY);
	rig_set_bar(&r, 0, 0, 0, 1);
	for (i = 0; i < STEPS; i++) {
		CHECK_EQ(get32(r.ep_ram), 0x600d);
		later_step(&r.c->later);
	}
	CHECK_EQ(get32(r.ep_ram), 1);
	rig_close(&r);
}

/* They are past the link: what the host does to it then is too late. */
TEST(epmem_posted_writes_outlive_the_link)
{
	struct rig r;
	unsigned int i;

	with_posted(&r);
	rig_set_bar(&r, 0, 0, 0, 1);
	link_hot_reset(r.c);
	rig_set_cfg(&r, 0, CFG_COMMAND, 2, COMMAND_MEMORY);
	rig_set_bar(&r, 0, 0, 4, 2);
	hostside_ops.disconnected(&r.c->fn[0]);
	for (i = 0; i < STEPS; i++)
		later_step(&r.c->later);
	CHECK_EQ(get32(r.ep_ram), 1);
	CHECK_EQ(get32(r.ep_ram + 4), 2);
	rig_close(&r);
}

/* Memory that is gone when they arrive: they are dropped, others are not. */
TEST(epmem_posted_writes_to_memory_that_is_gone)
{
	struct rig r;
	unsigned int i;

	with_posted(&r);
	rig_set_bar(&r, 0, 0, 0, 1);
	rig_set_bar(&r, 0, 0, 0x1000, 2);
	guestmem_unmap_all(&r.c->ep.mem);
	CHECK_EQ(guestmem_map(&r.c->ep.mem, EP_RAM + 0x1000, 0x1000,
			      GUESTMEM_WRITE, r.ep_mem_fd, 0x1000), 0);
	for (i = 0; i < STEPS; i++)
		later_step(&r.c->later);
	CHECK(!posted_oldest(&r.c->posted));
	CHECK_EQ(get32(r.ep_ram), 0);
	CHECK_EQ(get32(r.ep_ram + 0x1000), 2);
	rig_close(&r);
}
