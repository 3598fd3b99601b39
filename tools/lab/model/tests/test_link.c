// SPDX-License-Identifier: GPL-2.0
/* The link: up and down, bus mastering, messages, who may do what, and that
 * everything is counted once. */
#include <errno.h>
#include <unistd.h>

#include "rig.h"
#include "tap.h"

#define BAR_ADDR 0xe0000000ull
#define EVENTS (REG_CONTROL + CTL_EVENTS)

static void with_bar(struct rig *r, const char *board)
{
	rig_open(r, board);
	rig_program_bar(r, 0, 0, MIB(1), 0, 0, EP_RAM);
	rig_assign_bar(r, 0, 0, BAR_ADDR, false);
	put32(r->ep_ram, 0x600d);
	memset(&r->c->count, 0, sizeof(r->c->count));
}

/* Q8: a dead link reads all ones and drops writes. */
TEST(link_down_reads_ones_and_drops_writes)
{
	struct rig r;
	u32 v;

	with_bar(&r, "rcar-s4");
	CHECK_EQ(rig_bar(&r, 0, 0, 0), 0x600d);
	link_set_unplugged(r.c, true);
	CHECK_EQ(rig_reg(&r, EVENTS), EVENT_LINK_DOWN);
	CHECK_EQ(rig_ep_irqs(&r, 1), 1);
	CHECK_EQ(rig_reg(&r, REG_CONTROL + CTL_LINK_STATUS), 0);
	CHECK_EQ(rig_bar(&r, 0, 0, 0), 0xffffffff);
	CHECK_EQ(hostside_mem_read(r.c, 0, 0, 0, &v, 4), -ENOLINK);
	CHECK_EQ(rig_cfg(&r, 0, 0, 4), 0xffffffff);
	CHECK_EQ(rig_cfg(&r, 0, 0, 1), 0xff);
	rig_set_bar(&r, 0, 0, 0, 0xbad);
	rig_set_cfg(&r, 0, CFG_COMMAND, 2, 6);
	CHECK_EQ(get32(r.ep_ram), 0x600d);
	/* what does not cross the link is not counted */
	CHECK_EQ(rig_count(&r, CNT_HOST_MEM_READ), 1);
	CHECK_EQ(rig_count(&r, CNT_HOST_MEM_WRITE), 0);
	CHECK_EQ(rig_count(&r, CNT_HOST_CFG_READ), 0);
	CHECK_EQ(rig_count(&r, CNT_HOST_CFG_WRITE), 0);

	/* back: the host's settings are gone, the endpoint's stay */
	rig_set_reg(&r, EVENTS, ~0u);
	link_set_unplugged(r.c, false);
	CHECK_EQ(rig_reg(&r, EVENTS), EVENT_LINK_UP);
	CHECK_EQ(rig_cfg(&r, 0, CFG_COMMAND, 2), 0);
	CHECK_EQ(rig_cfg(&r, 0, CFG_BAR0, 4), 0);
	CHECK_EQ(rig_bar(&r, 0, 0, 0), 0xffffffff);
	rig_assign_bar(&r, 0, 0, BAR_ADDR, false);
	rig_set_cfg(&r, 0, CFG_COMMAND, 2, COMMAND_MEMORY);
	CHECK_EQ(rig_bar(&r, 0, 0, 0), 0x600d);
	CHECK_EQ(rig_count(&r, CNT_HOST_CFG_WRITE), 2);
	rig_close(&r);
}

TEST(link_needs_training_and_a_host)
{
	struct rig r;

	rig_open(&r, "generic");
	CHECK(r.c->link_up && r.c->started);
	rig_set_reg(&r, REG_CONTROL + CTL_LINK_CTRL, 0);
	CHECK(!r.c->link_up);
	rig_set_reg(&r, REG_CONTROL + CTL_LINK_CTRL, 1);
	CHECK(r.c->link_up);
	/* the host reboots */
	hostside_ops.disconnected(&r.c->fn[0]);
	CHECK(!r.c->link_up);
	hostside_ops.connected(&r.c->fn[0]);
	CHECK(r.c->link_up);
	/* the endpoint reboots: power-on state, not started */
	epside_ops.disconnected(r.c);
	CHECK(!r.c->link_up && !r.c->started);
	CHECK_EQ(rig_cfg(&r, 0, 0, 4), 0xffffffff);
	epside_ops.connected(r.c);
	CHECK(!r.c->link_up);
	rig_set_reg(&r, REG_CONTROL + CTL_LINK_CTRL, 1);
	CHECK(r.c->link_up);
	rig_close(&r);
}

/* PERST#: the endpoint's kernel finds a controller that it must set up. */
TEST(link_perst)
{
	struct rig r;

	rig_open(&r, "rk3588");
	rig_program_bar(&r, 0, 0, MIB(1), 0, 0, EP_RAM);
	rig_assign_bar(&r, 0, 0, 0xe0000000, false);
	rig_set_reg(&r, r.c->board.dma_offset + 0x0c, 1);
	link_event(r.c, EVENT_BUS_MASTER);
	power_perst(r.c);
	CHECK(!r.c->link_up);
	CHECK_EQ(rig_bar(&r, 0, 0, 0), 0xffffffff);
	CHECK_EQ(rig_reg(&r, r.c->board.dma_offset + 0x0c), 0);
	CHECK_EQ(rig_reg(&r, REG_ATU + 0x104), 0);
	CHECK_EQ(cfg_bar_size(&r.c->fn[0].cfg, 0), 0);
	/* what happened before it means nothing any more */
	CHECK_EQ(rig_reg(&r, REG_CONTROL + CTL_EVENTS), EVENT_PERST);
	CHECK_EQ(rig_ep_irqs(&r, 4), 2);
	/* the endpoint's device is not below the reset */
	CHECK(cfg_command(&r.c->ep.cfg, COMMAND_MEMORY));
	CHECK_EQ(rig_reg(&r, REG_CONTROL + CTL_LINK_CTRL), 0);
	rig_set_reg(&r, REG_CONTROL + CTL_EVENTS, ~0u);
	rig_set_reg(&r, REG_CONTROL + CTL_LINK_CTRL, CTL_LTSSM_ENABLE);
	CHECK(r.c->link_up);
	CHECK_EQ(rig_reg(&r, REG_CONTROL + CTL_EVENTS), EVENT_LINK_UP);
	rig_close(&r);
}

static void machine_reset(struct rig *r)
{
	epside_ops.reset(r->c);
}

static void machine_dies(struct rig *r)
{
	epside_ops.disconnected(r->c);
	epside_ops.connected(r->c);
}

/* The endpoint's machine starts over, under a host that runs on: registers of
 * the device and of the controller have reset values. */
TEST(link_endpoint_starts_over)
{
	static void (* const ways[])(struct rig *r) = {
		machine_reset, machine_dies,
	};
	const u32 dma_en = 0x0c;
	unsigned int i;
	struct rig r;
	u32 v;

	for (i = 0; i < ARRAY_SIZE(ways); i++) {
		with_bar(&r, "generic");
		rig_set_reg(&r, r.c->board.dma_offset + dma_en, 1);
		rig_set_reg(&r, 0x710, 0x70120);
		rig_set_reg(&r, 0x8bc, 1);
		rig_set_reg(&r, CFG_VENDOR, 0x1234);
		link_event(r.c, EVENT_BUS_MASTER);
		ways[i](&r);
		CHECK(!r.c->link_up && !r.c->started);
		CHECK(r.c->ep.connected);
		CHECK_EQ(rig_reg(&r, REG_CONTROL + CTL_LINK_CTRL), 0);
		CHECK_EQ(rig_reg(&r, EVENTS), 0);
		CHECK_EQ(rig_reg(&r, r.c->board.dma_offset + dma_en), 0);
		CHECK_EQ(rig_reg(&r, REG_ATU + 0x104), 0);
		CHECK_EQ(rig_reg(&r, 0x710), 0);
		CHECK_EQ(rig_reg(&r, 0x8bc), 0);
		CHECK_EQ(rig_reg(&r, 0x8fc), 0x67612a2a);
		CHECK_EQ(rig_reg(&r, CFG_VENDOR), 0xabcd16c3);
		CHECK(!cfg_command(&r.c->ep.cfg, COMMAND_MEMORY));
		CHECK(!cfg_msi_enabled(&r.c->ep.cfg));
		epside_ops.read(r.c, VFU_REGION_CONFIG, CFG_BAR0, &v, 4);
		CHECK_EQ(v, 0);
		CHECK_EQ(rig_bar(&r, 0, 0, 0), 0xffffffff);
		rig_close(&r);
	}
}

TEST(link_hot_reset)
{
	struct rig r;

	with_bar(&r, "rcar-s4");
	link_hot_reset(r.c);
	CHECK_EQ(rig_reg(&r, EVENTS), EVENT_HOT_RESET | EVENT_LINK_UP);
	CHECK_EQ(rig_cfg(&r, 0, CFG_BAR0, 4), 0);
	CHECK_EQ(rig_cfg(&r, 1, CFG_COMMAND, 2), 0);
	CHECK(r.c->link_up);
	rig_close(&r);
}

/* Events are messages: what comes while one is handled is told again. */
TEST(link_events)
{
	struct rig r;

	rig_open(&r, "generic");
	rig_set_cfg(&r, 0, CFG_COMMAND, 2, 0);
	rig_set_cfg(&r, 0, CFG_COMMAND, 2, COMMAND_MASTER);
	CHECK_EQ(rig_reg(&r, EVENTS), EVENT_BUS_MASTER);
	CHECK_EQ(rig_ep_irqs(&r, 4), 1);
	link_event(r.c, EVENT_HOT_RESET);
	rig_ep_irqs(&r, 4);
	rig_set_reg(&r, EVENTS, EVENT_BUS_MASTER);
	CHECK_EQ(rig_ep_irqs(&r, 4), 1);
	rig_set_reg(&r, EVENTS, EVENT_HOT_RESET);
	CHECK_EQ(rig_ep_irqs(&r, 4), 0);
	rig_close(&r);
}

/* Fewer vectors than lines: the rest is on vector 0. */
TEST(link_events_fold_onto_vector_0)
{
	u32 one = 1;
	struct rig r;

	rig_open(&r, "generic");
	epside_ops.write(r.c, VFU_REGION_CONFIG, CFG_MSI + 2, &one, 2);
	link_event(r.c, EVENT_HOT_RESET);
	CHECK_EQ(rig_ep_irqs(&r, 4), 0);
	CHECK_EQ(rig_ep_irqs(&r, 0), 1);
	rig_close(&r);
}

static void out32(struct rig *r, u64 off, u32 v)
{
	epside_ops.write(r->c, EP_OUT_BAR, off, &v, 4);
}

TEST(link_bus_master_off_means_no_dma_and_no_message)
{
	struct rig r;
	u32 v;

	rig_open(&r, "rcar-s4");
	rig_window_out(&r, 0, EP_OUT, 0x1000, HOST_RAM, 0);
	rig_window_out(&r, 1, EP_OUT + 0x1000, 0x1000, HOST_MSI, 0);
	rig_set_cfg(&r, 0, CFG_COMMAND, 2, COMMAND_MEMORY);
	out32(&r, 0, 0xbad);
	out32(&r, 0x1000, HOST_MSI_DATA);
	epside_ops.read(r.c, EP_OUT_BAR, 0, &v, 4);
	CHECK_EQ(v, 0xffffffff);
	CHECK_EQ(get32(r.host_ram), 0);
	CHECK_EQ(rig_host_irqs(&r, 0, 0), 0);
	CHECK_EQ(rig_count(&r, CNT_VIOL_BUSMASTER), 3);
	CHECK_EQ(rig_count(&r, CNT_EP_MEM_WRITE), 0);
	CHECK_EQ(rig_count(&r, CNT_IRQ_MSI), 0);
	rig_close(&r);
}

TEST(link_messages)
{
	struct rig r;

	rig_open(&r, "rcar-s4");
	rig_window_out(&r, 0, EP_OUT, 0x1000, HOST_MSI, 0);
	rig_window_out(&r, 1, EP_OUT + 0x1000, 0x1000, HOST_MSI + 0x1000, 1);
	rig_window_out(&r, 2, EP_OUT + 0x2000, 0x1000, HOST_MSI + 0x1000, 0);
	out32(&r, 0, HOST_MSI_DATA + 31);
	CHECK_EQ(rig_host_irqs(&r, 0, 31), 1);
	out32(&r, 0x1000, HOST_MSI_DATA + 2);
	CHECK_EQ(rig_host_irqs(&r, 1, 2), 1);
	CHECK_EQ(rig_host_irqs(&r, 0, 2), 0);
	CHECK_EQ(rig_count(&r, CNT_IRQ_MSI), 2);
	CHECK_EQ(rig_count(&r, CNT_EP_MEM_WRITE), 0);
	CHECK_EQ(rig_count(&r, CNT_VIOL_REQUESTER), 0);
	/* function 1's message from function 0 */
	out32(&r, 0x2000, HOST_MSI_DATA);
	CHECK_EQ(rig_count(&r, CNT_VIOL_REQUESTER), 1);
	/* data of nobody: a write to where no memory is */
	out32(&r, 0, HOST_MSI_DATA + 32);
	CHECK_EQ(rig_count(&r, CNT_VIOL_UNMAPPED), 1);
	/* one vector granted: the low data bits are the host's */
	rig_set_cfg(&r, 0, CFG_MSI + 2, 2, 1);
	out32(&r, 0, HOST_MSI_DATA);
	CHECK_EQ(rig_host_irqs(&r, 0, 0), 1);
	out32(&r, 0, HOST_MSI_DATA + 1);
	CHECK_EQ(rig_count(&r, CNT_VIOL_UNMAPPED), 2);
	rig_close(&r);
}

/* QEMU keeps the MSI-X table, so the endpoint's copy is filled in. */
TEST(link_msix)
{
	struct rig r;
	int fd;

	with_bar(&r, "generic");
	rig_set_reg(&r, 0x8bc, 1);
	rig_set_reg(&r, CFG_MSIX, CFG_MSIX | 3 << 16);
	rig_set_reg(&r, CFG_MSIX + 4, 0x800);
	rig_set_reg(&r, 0x8bc, 0);
	rig_set_cfg(&r, 0, CFG_MSIX + 2, 2, 0x8000);
	/* what is held back arrives: a host reads entries back */
	r.c->posted.steps = 8;
	fd = dup(r.host_irq[0][5]);
	irqset_set(&r.c->fn[0].irqs, IRQ_MSIX, 2, fd);
	hostside_ops.irqs_changed(&r.c->fn[0], IRQ_MSIX, 0, 4);
	CHECK_EQ(get32(r.ep_ram + 0x800 + 2 * 16), LINK_MSIX_BASE);
	CHECK_EQ(get32(r.ep_ram + 0x800 + 2 * 16 + 8), 2);
	CHECK_EQ(get32(r.ep_ram + 0x800 + 2 * 16 + 12), 0);
	CHECK_EQ(get32(r.ep_ram + 0x800 + 1 * 16 + 12), 1);
	rig_window_out(&r, 0, EP_OUT, 0x1000, LINK_MSIX_BASE, 0);
	out32(&r, 0, 2);
	CHECK_EQ(rig_host_irqs(&r, 0, 5), 1);
	CHECK_EQ(rig_count(&r, CNT_IRQ_MSI), 1);
	rig_close(&r);
}

TEST(link_requester_that_is_not_there)
{
	struct rig r;

	rig_open(&r, "rcar-s4");
	rig_window_out(&r, 0, EP_OUT, 0x1000, HOST_RAM, 5);
	out32(&r, 0, 1);
	CHECK_EQ(get32(r.host_ram), 0);
	CHECK_EQ(rig_count(&r, CNT_VIOL_REQUESTER), 1);
	CHECK_EQ(rig_count(&r, CNT_VIOL_BUSMASTER), 0);
	rig_close(&r);
}

/* Of the host's memory and of what is beside it. */
TEST(link_reads_of_the_endpoint)
{
	struct rig r;
	u32 v;

	rig_open(&r, "generic");
	put32(r.host_ram, 0x600d);
	rig_window_out(&r, 0, EP_OUT, 0x1000, HOST_RAM, 0);
	rig_window_out(&r, 1, EP_OUT + 0x1000, 0x1000, HOST_MSI, 0);
	rig_window_out(&r, 2, EP_OUT + 0x2000, 0x1000, HOST_RAM + HOST_RAM_SIZE,
		       0);
	epside_ops.read(r.c, EP_OUT_BAR, 0, &v, 4);
	CHECK_EQ(v, 0x600d);
	CHECK_EQ(rig_count(&r, CNT_VIOL_UNMAPPED), 0);
	/* a range for messages is no memory */
	epside_ops.read(r.c, EP_OUT_BAR, 0x1000, &v, 4);
	CHECK_EQ(v, 0);
	CHECK_EQ(rig_count(&r, CNT_VIOL_UNMAPPED), 0);
	epside_ops.read(r.c, EP_OUT_BAR, 0x2000, &v, 4);
	CHECK_EQ(v, 0xffffffff);
	CHECK_EQ(rig_count(&r, CNT_VIOL_UNMAPPED), 1);
	CHECK_EQ(rig_count(&r, CNT_VIOL_OUTBOUND), 0);
	epside_ops.read(r.c, EP_OUT_BAR, 0x3000, &v, 4);
	CHECK_EQ(v, 0xffffffff);
	CHECK_EQ(rig_count(&r, CNT_VIOL_OUTBOUND), 1);
	rig_close(&r);
}

/* A message to an address above 4 GiB. */
TEST(link_message_above_4_gib)
{
	const u64 addr = 0x123400001000ull;
	struct rig r;

	rig_open(&r, "generic");
	rig_set_cfg(&r, 0, CFG_MSI + 4, 4, (u32)addr);
	rig_set_cfg(&r, 0, CFG_MSI + 8, 4, (u32)(addr >> 32));
	rig_window_out(&r, 0, EP_OUT, 0x1000, addr, 0);
	rig_window_out(&r, 1, EP_OUT + 0x1000, 0x1000, (u32)addr, 0);
	out32(&r, 0, HOST_MSI_DATA + 7);
	CHECK_EQ(rig_host_irqs(&r, 0, 7), 1);
	out32(&r, 0x1000, HOST_MSI_DATA + 7);
	CHECK_EQ(rig_host_irqs(&r, 0, 7), 0);
	CHECK_EQ(rig_count(&r, CNT_VIOL_UNMAPPED), 1);
	rig_close(&r);
}

/* Q14: the page behind the DMA registers must never be exported. */
TEST(link_host_reaches_the_app_page)
{
	struct rig r;

	rig_open(&r, "rcar-s4");
	rig_program_bar(&r, 0, 0, MIB(1), 0, 0, EP_REGS);
	rig_set_reg(&r, REG_ATU + 0x104, 0);
	rig_assign_bar(&r, 0, 0, BAR_ADDR, false);
	rig_window_in(&r, 0, BAR_ADDR, 0x2000, EP_REGS + 0x35000);
	CHECK_EQ(rig_bar(&r, 0, 0, 8), 4 | 4 << 16);
	CHECK_EQ(rig_count(&r, CNT_VIOL_APP), 0);
	rig_bar(&r, 0, 0, 0x1000);
	rig_set_bar(&r, 0, 0, 0x1ffc, 0);
	CHECK_EQ(rig_count(&r, CNT_VIOL_APP), 2);
	/* other registers of the controller */
	rig_window_in(&r, 0, BAR_ADDR, 0x2000, EP_REGS);
	CHECK_EQ(rig_bar(&r, 0, 0, 0), 0xabcd16c3);
	CHECK_EQ(rig_count(&r, CNT_VIOL_REGS), 1);
	rig_close(&r);
}

/* Q13: BAR4 of the RK3588 shows the DMA registers without any window. */
TEST(link_reserved_bar_shows_registers)
{
	struct rig r;

	rig_open(&r, "rk3588");
	rig_assign_bar(&r, 0, 4, BAR_ADDR, false);
	CHECK_EQ(rig_bar(&r, 0, 4, 8), 2 | 2 << 16);
	rig_set_bar(&r, 0, 4, 0x60, 0x1234);
	CHECK_EQ(rig_reg(&r, 0xa0060), 0x1234);
	CHECK_EQ(rig_bar(&r, 0, 4, 0x2000), 0);
	CHECK_EQ(rig_count(&r, CNT_VIOL_REGS), 0);
	CHECK_EQ(rig_count(&r, CNT_VIOL_INBOUND), 0);
	rig_close(&r);
}

#define NOWHERE_BAR	0xe8000000ull

/* BAR2 leads to @target: both directions are refused, and told. */
static void leads_nowhere(struct rig *r, u64 target, u64 off)
{
	const u64 before = rig_count(r, CNT_VIOL_INBOUND);
	u32 v = 0;

	rig_program_bar(r, 0, 2, KIB(64), 0xc, 1, target);
	rig_assign_bar(r, 0, 2, NOWHERE_BAR, true);
	CHECK_EQ(rig_bar(r, 0, 2, off), 0xffffffff);
	CHECK_EQ(hostside_mem_read(r->c, 0, 2, off, &v, 4), -EFAULT);
	CHECK_EQ(v, 0xffffffff);
	CHECK_EQ(rig_count(r, CNT_VIOL_INBOUND), before + 2);
	rig_set_bar(r, 0, 2, off, 0);
	CHECK_EQ(hostside_mem_write(r->c, 0, 2, off, &v, 4), -EFAULT);
	CHECK_EQ(rig_count(r, CNT_VIOL_INBOUND), before + 4);
}

/* It leads to the endpoint's memory: nothing is told. */
static void leads_to_memory(struct rig *r, u64 target, u32 word)
{
	const u64 before = rig_count(r, CNT_VIOL_INBOUND);

	rig_program_bar(r, 0, 2, KIB(64), 0xc, 1, target);
	rig_assign_bar(r, 0, 2, NOWHERE_BAR, true);
	rig_set_bar(r, 0, 2, 0, word);
	CHECK_EQ(rig_bar(r, 0, 2, 0), word);
	CHECK_EQ(get32(r->ep_ram), word);
	CHECK_EQ(rig_count(r, CNT_VIOL_INBOUND), before);
}

/* A window to where no memory of the endpoint is, at once or when held. */
TEST(link_inbound_to_nowhere)
{
	const u64 offset = 0x2000000000ull, hole = EP_RAM - KIB(64);
	u32 steps, none = 0;
	struct rig r;

	for (steps = 0; steps <= 8; steps += 8) {
		with_bar(&r, "generic");
		r.c->posted.steps = steps;
		leads_to_memory(&r, EP_RAM, 1);
		leads_nowhere(&r, 0, 0);
		leads_nowhere(&r, hole, KIB(64) - 4);
		leads_nowhere(&r, EP_RAM + EP_RAM_SIZE, 0);
		leads_nowhere(&r, UINT64_MAX - KIB(64) + 1, KIB(64) - 4);
		leads_nowhere(&r, EP_OUT, 0);
		leads_nowhere(&r, EP_REGS + EP_REG_SIZE, 0);
		/* a range of the machine that has no file */
		CHECK_EQ(guestmem_map(&r.c->ep.mem, hole, KIB(64), 3, -1, 0),
			 0);
		leads_nowhere(&r, hole, 0);
		/* an address of the CPU in the place of a DMA address */
		r.c->board.dma_ram_offset = offset;
		leads_nowhere(&r, EP_RAM, 0);
		leads_nowhere(&r, offset + EP_REGS, 0);
		leads_to_memory(&r, offset + EP_RAM, 2);
		/* registers that their machine switched off */
		epside_ops.write(r.c, VFU_REGION_CONFIG, CFG_COMMAND, &none, 2);
		leads_nowhere(&r, EP_REGS + r.c->board.dma_offset, 0);
		CHECK_EQ(rig_count(&r, CNT_VIOL_REGS), 0);
		CHECK_EQ(get32(r.ep_ram), 2);
		rig_close(&r);
	}
}

/* Memory that the endpoint's machine cannot write, say a boot ROM. */
TEST(link_inbound_to_read_only_memory)
{
	u32 steps, v = 0x12345678;
	struct rig r;

	for (steps = 0; steps <= 8; steps += 8) {
		with_bar(&r, "generic");
		r.c->posted.steps = steps;
		CHECK_EQ(guestmem_unmap(&r.c->ep.mem, EP_RAM, EP_RAM_SIZE), 0);
		CHECK_EQ(guestmem_map(&r.c->ep.mem, EP_RAM, EP_RAM_SIZE,
				      GUESTMEM_READ, r.ep_mem_fd, 0), 0);
		CHECK_EQ(rig_bar(&r, 0, 0, 0), 0x600d);
		CHECK_EQ(rig_count(&r, CNT_VIOL_INBOUND), 0);
		CHECK_EQ(hostside_mem_write(r.c, 0, 0, 0, &v, 4), -EFAULT);
		CHECK_EQ(rig_count(&r, CNT_VIOL_INBOUND), 1);
		CHECK_EQ(rig_bar(&r, 0, 0, 0), 0x600d);
		rig_close(&r);
	}
}

/* Who is not there cannot be misled: no function, no BAR, no link. */
TEST(link_no_answer_is_no_violation)
{
	struct rig r;

	with_bar(&r, "generic");
	leads_to_memory(&r, EP_RAM, 3);
	CHECK_EQ(rig_bar(&r, 0, 1, 0), 0xffffffff);
	CHECK_EQ(rig_bar(&r, 0, 2, KIB(64)), 0xffffffff);
	CHECK_EQ(rig_bar(&r, 0, 3, 0), 0xffffffff);
	rig_set_cfg(&r, 0, CFG_COMMAND, 2, COMMAND_MASTER);
	CHECK_EQ(rig_bar(&r, 0, 2, 0), 0xffffffff);
	rig_set_bar(&r, 0, 2, 0, 0);
	link_set_unplugged(r.c, true);
	CHECK_EQ(rig_bar(&r, 0, 2, 0), 0xffffffff);
	CHECK_EQ(get32(r.ep_ram), 3);
	CHECK_EQ(rig_count(&r, CNT_VIOL_INBOUND), 0);
	rig_close(&r);
}

TEST(link_widths)
{
	u64 v = 0x1122334455667788ull, w = 0;
	struct rig r;
	u8 b;

	with_bar(&r, "generic");
	hostside_ops.write(&r.c->fn[0], 0, 0x10, &v, 8);
	CHECK(!memcmp(r.ep_ram + 0x10, &v, 8));
	CHECK_EQ(rig_count(&r, CNT_HOST_MEM_WRITE), 1);
	hostside_ops.read(&r.c->fn[0], 0, 0x13, &b, 1);
	CHECK_EQ(b, 0x55);
	/* not aligned: the pieces a bus would make of it */
	hostside_ops.read(&r.c->fn[0], 0, 0x11, &w, 7);
	CHECK_EQ(w, v >> 8);
	CHECK_EQ(rig_count(&r, CNT_HOST_MEM_READ), 4);
	CHECK_EQ(r.c->count.c[CNT_HOST_MEM_READ].bytes, 8);
	rig_close(&r);
}

TEST(link_tlps)
{
	CHECK_EQ(count_tlps(0, 0, LINK_MPS), 0);
	CHECK_EQ(count_tlps(0, 1, LINK_MPS), 1);
	CHECK_EQ(count_tlps(0, 256, LINK_MPS), 1);
	CHECK_EQ(count_tlps(0, 257, LINK_MPS), 2);
	CHECK_EQ(count_tlps(0, 4096, LINK_MPS), 16);
	CHECK_EQ(count_tlps(0, 4096, LINK_MRRS), 8);
	/* never across 4 KiB */
	CHECK_EQ(count_tlps(4095, 2, LINK_MPS), 2);
	CHECK_EQ(count_tlps(4096 - 300, 600, LINK_MPS), 4);
	CHECK_EQ(count_tlps(UINT64_MAX - 4095, 4096, LINK_MPS), 16);
}

TEST(patches)
{
	static const u8 lie[] = { 0xaa, 0xbb };
	struct rig r;

	with_bar(&r, "generic");
	put32(r.ep_ram + 0x20, 0x11223344);
	CHECK_EQ(patch_add(&r.c->patches, 0, 0, 0x21, lie, 2, 1, 2), 0);
	CHECK_EQ(rig_bar(&r, 0, 0, 0x20), 0x11223344);	/* skipped */
	CHECK_EQ(rig_bar(&r, 0, 0, 0x1c), 0);		/* elsewhere */
	CHECK_EQ(rig_bar(&r, 0, 0, 0x20), 0x11bbaa44);
	CHECK_EQ(rig_bar(&r, 0, 0, 0x20), 0x11bbaa44);
	CHECK_EQ(rig_bar(&r, 0, 0, 0x20), 0x11223344);	/* used up */
	/* for ever; only part of it is in the dword that is read */
	CHECK_EQ(patch_add(&r.c->patches, 0, 0, 0x23, lie, 2, 0, 0), 0);
	CHECK_EQ(rig_bar(&r, 0, 0, 0x20), 0xaa223344);
	CHECK_EQ(rig_bar(&r, 0, 0, 0x24), 0xbb);
	patch_clear(&r.c->patches);
	CHECK_EQ(rig_bar(&r, 0, 0, 0x20), 0x11223344);
	rig_close(&r);
}

/* There is always room for as many as are in force. */
TEST(patches_that_are_used_up_make_room)
{
	static const u8 lie = 0xaa;
	struct rig r;
	unsigned int i;

	with_bar(&r, "generic");
	CHECK_EQ(patch_add(&r.c->patches, 0, 0, 4, &lie, 1, 0, 0), 0);
	for (i = 0; i < 3 * PATCH_MAX; i++) {
		CHECK_EQ(patch_add(&r.c->patches, 0, 0, 0, &lie, 1, 0, 1), 0);
		CHECK_EQ(rig_bar(&r, 0, 0, 0), 0x60aa);
		CHECK_EQ(rig_bar(&r, 0, 0, 0), 0x600d);
	}
	for (i = 0; i < PATCH_MAX - 1; i++)
		CHECK_EQ(patch_add(&r.c->patches, 0, 0, 0, &lie, 1, 0, 0), 0);
	CHECK_EQ(patch_add(&r.c->patches, 0, 0, 0, &lie, 1, 0, 0), -ENOSPC);
	CHECK_EQ(rig_bar(&r, 0, 0, 4), 0xaa);
	patch_clear(&r.c->patches);
	CHECK_EQ(rig_bar(&r, 0, 0, 4), 0);
	rig_close(&r);
}
