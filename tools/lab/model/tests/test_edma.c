// SPDX-License-Identifier: GPL-2.0
/*
 * The engine as its drivers use it. A small driver of the test's own writes
 * lists the way dw-edma does: data elements, then a link back to the start;
 * lists longer than the ring in chunks, cycle bit toggled for each.
 */
#include <time.h>

#include "lists.h"
#include "tap.h"

#define DMA		0x35000u
#define WR_EN		(DMA + 0x0c)
#define RD_EN		(DMA + 0x2c)
#define WR_BELL		(DMA + 0x10)
#define RD_BELL		(DMA + 0x30)
#define WR_STATUS	(DMA + 0x4c)
#define WR_MASK		(DMA + 0x54)
#define WR_CLEAR	(DMA + 0x58)
#define WR_ERR		(DMA + 0x5c)
#define RD_STATUS	(DMA + 0xa0)
#define RD_MASK		(DMA + 0xa8)
#define RD_CLEAR	(DMA + 0xac)
#define RD_ERR		(DMA + 0xb4)
#define WR_CTX(n)	(DMA + 0x200 + 0x200 * (n))
#define RD_CTX(n)	(DMA + 0x300 + 0x200 * (n))
#define LL_ERR		(DMA + 0x90)
#define ALL_INT		0x00ff00ff

#define CCS	BIT(8)
#define LLE	BIT(9)
#define CS(v)	((v) >> 5 & 3)
#define RUNNING	1
#define HALTED	2
#define STOPPED	3

static void set_channel(struct rig *r, u32 ctx, u32 control1, u64 list)
{
	rig_set_reg(r, ctx, control1);
	rig_set_reg(r, ctx + 0x1c, (u32)list);
	rig_set_reg(r, ctx + 0x20, (u32)(list >> 32));
}

TEST(edma_registers)
{
	struct rig r;

	rig_open(&r, "rcar-s4");
	CHECK_EQ(rig_reg(&r, DMA + 8), 4 | 4 << 16);
	rig_set_reg(&r, DMA + 8, 0);
	CHECK_EQ(rig_reg(&r, DMA + 8), 4 | 4 << 16);
	rig_set_reg(&r, DMA + 0x60, 0xfee00000);
	rig_set_reg(&r, DMA + 0x64, 1);
	rig_set_reg(&r, DMA + 0xe0, 0x12345678);
	CHECK_EQ(rig_reg(&r, DMA + 0x60), 0xfee00000);
	CHECK_EQ(rig_reg(&r, DMA + 0x64), 1);
	CHECK_EQ(rig_reg(&r, DMA + 0xe0), 0x12345678);
	rig_set_reg(&r, RD_CTX(3) + 0x20, 0x80);
	CHECK_EQ(rig_reg(&r, RD_CTX(3) + 0x20), 0x80);
	CHECK_EQ(rig_reg(&r, WR_CTX(3) + 0x20), 0);
	/* the fifth channel is not there */
	rig_set_reg(&r, RD_CTX(4) + 0x20, 0x80);
	CHECK_EQ(rig_reg(&r, RD_CTX(4) + 0x20), 0);
	/* the state of a channel is the engine's to write */
	rig_set_reg(&r, WR_CTX(0), 0x60 | LLE);
	CHECK_EQ(rig_reg(&r, WR_CTX(0)), LLE);
	rig_close(&r);
}

TEST(edma_without_list)
{
	struct rig r;

	rig_open(&r, "generic");
	fill(r.ep_ram + SRC, 5000, 1);
	rig_set_reg(&r, WR_EN, 1);
	rig_set_reg(&r, WR_CTX(1), LIE);
	rig_set_reg(&r, WR_CTX(1) + 0x08, 5000);
	rig_set_reg(&r, WR_CTX(1) + 0x0c, (u32)EP_RAM + SRC);
	rig_set_reg(&r, WR_CTX(1) + 0x14, (u32)HOST_RAM + DST);
	rig_set_reg(&r, WR_BELL, 1);
	CHECK_EQ(CS(rig_reg(&r, WR_CTX(1))), RUNNING);
	engine_run(r.c->engine);
	CHECK_EQ(CS(rig_reg(&r, WR_CTX(1))), STOPPED);
	CHECK(!memcmp(r.host_ram + DST, r.ep_ram + SRC, 5000));
	CHECK_EQ(r.host_ram[DST + 5000], 0);
	CHECK_EQ(rig_reg(&r, WR_STATUS), BIT(1));
	CHECK_EQ(rig_ep_irqs(&r, 1), 1);
	CHECK_EQ(rig_reg(&r, WR_CTX(1) + 0x08), 0);
	CHECK_EQ(rig_count(&r, CNT_DMA_MEM_WRITE), 1);
	CHECK_EQ(r.c->count.c[CNT_DMA_MEM_WRITE].bytes, 5000);
	CHECK_EQ(r.c->count.c[CNT_DMA_MEM_WRITE].tlps, 20);
	rig_close(&r);
}

/* A doorbell of an engine that is off, or of a channel that is not there. */
TEST(edma_doorbells_without_effect)
{
	struct rig r;

	rig_open(&r, "generic");
	set_channel(&r, WR_CTX(0), CCS | LLE, LIST);
	element(&r, LIST, CB | LIE, 4, EP_RAM + SRC, HOST_RAM + DST);
	rig_set_reg(&r, WR_BELL, 0);
	rig_set_reg(&r, RD_EN, 1);
	rig_set_reg(&r, RD_BELL, 7);
	CHECK_EQ(engine_run(r.c->engine), 0);
	CHECK_EQ(rig_count(&r, CNT_DMA_START), 0);
	rig_close(&r);
}

/* The engine starts at the first element whose cycle bit is its own, and
 * stops in front of the first whose is not. */
TEST(edma_cycle_bits)
{
	struct rig r;

	rig_open(&r, "generic");
	fill(r.ep_ram + SRC, 64, 2);
	rig_set_reg(&r, WR_EN, 1);
	set_channel(&r, WR_CTX(0), LLE, LIST);
	element(&r, LIST, CB, 8, EP_RAM + SRC, HOST_RAM + DST);
	rig_set_reg(&r, WR_BELL, 0);
	engine_run(r.c->engine);
	CHECK_EQ(rig_count(&r, CNT_DMA_ELEMENT), 0);
	CHECK_EQ(CS(rig_reg(&r, WR_CTX(0))), STOPPED);

	set_channel(&r, WR_CTX(0), LLE | CCS, LIST);
	element(&r, LIST + 24, CB | LIE, 8, EP_RAM + SRC + 8,
		HOST_RAM + DST + 8);
	element(&r, LIST + 48, LIE, 8, EP_RAM + SRC + 16, HOST_RAM + DST + 16);
	rig_set_reg(&r, WR_BELL, 0);
	engine_run(r.c->engine);
	CHECK_EQ(rig_count(&r, CNT_DMA_ELEMENT), 2);
	CHECK_EQ(rig_ep_irqs(&r, 0), 1);
	CHECK(!memcmp(r.host_ram + DST, r.ep_ram + SRC, 16));
	CHECK_EQ(r.host_ram[DST + 16], 0);
	CHECK_EQ(rig_reg(&r, WR_CTX(0) + 0x1c), LIST + 48);

	/* it goes on there, once software gave it the element */
	element(&r, LIST + 48, CB | LIE, 8, EP_RAM + SRC + 16,
		HOST_RAM + DST + 16);
	rig_set_reg(&r, WR_BELL, 0);
	engine_run(r.c->engine);
	CHECK(!memcmp(r.host_ram + DST, r.ep_ram + SRC, 24));
	rig_close(&r);
}

/* A link is followed whatever its cycle bit says; only TCB toggles. */
TEST(edma_link_elements)
{
	u64 a = LIST, b = LIST + 0x800, c = LIST + 0x900;
	struct rig r;

	rig_open(&r, "generic");
	fill(r.ep_ram + SRC, 64, 3);
	rig_set_reg(&r, WR_EN, 1);
	set_channel(&r, WR_CTX(0), LLE | CCS, a);
	element(&r, a, CB, 8, EP_RAM + SRC, HOST_RAM + DST);
	link_to(&r, a + 24, 0, b);		/* wrong bit, followed */
	element(&r, b, CB, 8, EP_RAM + SRC + 8, HOST_RAM + DST + 8);
	link_to(&r, b + 24, CB | TCB, c);	/* toggles */
	element(&r, c, LIE, 8, EP_RAM + SRC + 16, HOST_RAM + DST + 16);
	element(&r, c + 24, CB, 8, EP_RAM + SRC + 24, HOST_RAM + DST + 24);
	rig_set_reg(&r, WR_BELL, 0);
	engine_run(r.c->engine);
	CHECK_EQ(rig_count(&r, CNT_DMA_ELEMENT), 3);
	CHECK(!memcmp(r.host_ram + DST, r.ep_ram + SRC, 24));
	CHECK_EQ(r.host_ram[DST + 24], 0);
	CHECK_EQ(rig_reg(&r, WR_CTX(0)) & CCS, 0);
	rig_close(&r);
}

/* The channel's control word shows that of what it took last. */
TEST(edma_control_of_the_element)
{
	struct rig r;

	rig_open(&r, "generic");
	rig_set_reg(&r, WR_EN, 1);
	set_channel(&r, WR_CTX(0), LLE | CCS, LIST);
	element(&r, LIST, CB | LIE, 8, EP_RAM + SRC, HOST_RAM + DST);
	element(&r, LIST + 24, RIE, 8, EP_RAM + SRC, HOST_RAM + DST);
	rig_set_reg(&r, WR_BELL, 0);
	engine_run(r.c->engine);
	CHECK_EQ(rig_reg(&r, WR_CTX(0)) & 0x1f, CB | LIE);
	link_to(&r, LIST + 24, CB | TCB, LIST);
	rig_set_reg(&r, WR_BELL, 0);
	engine_run(r.c->engine);
	CHECK_EQ(rig_reg(&r, WR_CTX(0)) & 0x1f, CB | TCB | LLP);
	/* a write counts until the next one is taken */
	rig_set_reg(&r, WR_CTX(0), LLE | RIE);
	CHECK_EQ(rig_reg(&r, WR_CTX(0)) & 0x1f, RIE);
	rig_close(&r);
}

TEST(edma_links_without_end)
{
	struct rig r;

	rig_open(&r, "generic");
	rig_set_reg(&r, WR_EN, 1);
	set_channel(&r, WR_CTX(0), LLE | CCS, LIST);
	link_to(&r, LIST, CB | TCB, LIST + 24);
	link_to(&r, LIST + 24, CB | TCB, LIST);
	rig_set_reg(&r, WR_BELL, 0);
	engine_run(r.c->engine);
	CHECK_EQ(rig_reg(&r, WR_STATUS), BIT(16));
	CHECK_EQ(rig_reg(&r, WR_ERR), BIT(16));
	CHECK_EQ(CS(rig_reg(&r, WR_CTX(0))), HALTED);
	rig_close(&r);
}

/*
 * One scatterlist of @n elements through a ring of @ll_max, as dw-edma does
 * it: up to ll_max elements, the link, a doorbell; the next chunk with the
 * other cycle bit when the interrupt came. Return: interrupts taken.
 */
static unsigned int transfer(struct rig *r, bool read, unsigned int n,
			     unsigned int ll_max, u32 len)
{
	u32 ctx = read ? RD_CTX(0) : WR_CTX(0);
	u64 from = (read ? HOST_RAM : EP_RAM) + SRC;
	u64 to = (read ? EP_RAM : HOST_RAM) + DST;
	unsigned int done = 0, i, irqs = 0;
	u32 cb = CB, lie;

	while (done < n) {
		for (i = 0; i < ll_max && done < n; i++, done++) {
			lie = done == n - 1 || i == ll_max - 1 ? LIE : 0;
			element(r, LIST + 24 * i, cb | lie, len,
				from + done * len, to + done * len);
		}
		link_to(r, LIST + 24 * i, TCB | (cb ^ CB), LIST);
		if (done <= ll_max)
			set_channel(r, ctx, CCS | LLE, LIST);
		rig_set_reg(r, read ? RD_BELL : WR_BELL, 0);
		engine_run(r->c->engine);
		if (rig_reg(r, read ? RD_STATUS : WR_STATUS) != BIT(0))
			return 0;
		rig_set_reg(r, read ? RD_CLEAR : WR_CLEAR, BIT(0));
		irqs += rig_ep_irqs(r, read ? 2 : 0) == 1;
		cb ^= CB;
	}
	return irqs;
}

/* Longer than the ring, n % ll_max zero and not, one after another. */
TEST(edma_scatterlists)
{
	static const unsigned int sizes[] = { 1, 2, 3, 7, 8, 9, 14, 15, 21,
					      22, 100, 500 };
	const unsigned int ll_max = 7;
	unsigned int i, n;
	struct rig r;
	bool read;

	rig_open(&r, "generic");
	rig_set_reg(&r, WR_EN, 1);
	rig_set_reg(&r, RD_EN, 1);
	for (i = 0; i < 2 * ARRAY_SIZE(sizes); i++) {
		u8 *from, *to;

		n = sizes[i / 2];
		read = i & 1;
		from = (read ? r.host_ram : r.ep_ram) + SRC;
		to = (read ? r.ep_ram : r.host_ram) + DST;
		fill(from, n * 40, i);
		memset(to, 0xee, n * 40 + 8);
		CHECK_EQ(transfer(&r, read, n, ll_max, 40),
			 (n + ll_max - 1) / ll_max);
		CHECK(!memcmp(from, to, n * 40));
		CHECK_EQ(to[n * 40], 0xee);
	}
	CHECK_EQ(rig_count(&r, CNT_DMA_ABORT), 0);
	rig_close(&r);
}

/* Larger than a burst, across 4 KiB boundaries, unaligned. */
TEST(edma_large_element)
{
	const u32 len = 3 * BURST_MAX + 123;
	struct rig r;

	rig_open(&r, "generic");
	fill(r.host_ram + SRC + 3, len, 9);
	rig_set_reg(&r, RD_EN, 1);
	set_channel(&r, RD_CTX(1), LLE | CCS, LIST);
	element(&r, LIST, CB | LIE, len, HOST_RAM + SRC + 3, EP_RAM + DST + 1);
	rig_set_reg(&r, RD_BELL, 1);
	engine_run(r.c->engine);
	CHECK(!memcmp(r.host_ram + SRC + 3, r.ep_ram + DST + 1, len));
	CHECK_EQ(rig_count(&r, CNT_DMA_MEM_READ), 1);
	CHECK_EQ(r.c->count.c[CNT_DMA_MEM_READ].bytes, len);
	CHECK_EQ(r.c->count.c[CNT_DMA_MEM_READ].tlps,
		 count_tlps(HOST_RAM + SRC + 3, len, LINK_MRRS));
	rig_close(&r);
}

/* An empty element, a list that is not on dwords: an error of the list, or
 * just counted. An element that is not the engine's turn is not looked at. */
TEST(edma_bad_elements)
{
	struct rig r;

	rig_open(&r, "generic");
	rig_set_reg(&r, WR_EN, 1);
	set_channel(&r, WR_CTX(0), LLE | CCS, LIST);
	element(&r, LIST, LIE, 0, 0, 0);
	rig_set_reg(&r, WR_BELL, 0);
	engine_run(r.c->engine);
	CHECK_EQ(rig_reg(&r, WR_STATUS), 0);
	CHECK_EQ(rig_count(&r, CNT_VIOL_LIST), 0);

	element(&r, LIST, CB | LIE, 0, 0, 0);
	rig_set_reg(&r, WR_BELL, 0);
	engine_run(r.c->engine);
	CHECK_EQ(rig_reg(&r, WR_STATUS), BIT(16));
	CHECK_EQ(rig_reg(&r, WR_ERR), BIT(16));
	CHECK_EQ(rig_count(&r, CNT_VIOL_LIST), 1);
	rig_set_reg(&r, WR_CLEAR, BIT(16));

	set_channel(&r, WR_CTX(0), LLE | CCS, LIST + 2);
	element(&r, LIST + 2, CB | LIE, 8, EP_RAM + SRC, HOST_RAM + DST);
	rig_set_reg(&r, WR_BELL, 0);
	engine_run(r.c->engine);
	CHECK_EQ(rig_reg(&r, WR_STATUS), BIT(16));
	CHECK_EQ(rig_count(&r, CNT_VIOL_LIST), 2);
	rig_set_reg(&r, WR_CLEAR, BIT(16));

	r.c->modes.v[MODE_BAD_ELEMENT] = BAD_ELEMENT_PASSES;
	set_channel(&r, WR_CTX(0), LLE | CCS, LIST + 2);
	element(&r, LIST + 2, CB | LIE, 0, 0, 0);
	rig_set_reg(&r, WR_BELL, 0);
	engine_run(r.c->engine);
	CHECK_EQ(rig_reg(&r, WR_STATUS), BIT(0));
	CHECK_EQ(rig_count(&r, CNT_VIOL_LIST), 3);
	rig_close(&r);
}

static void run_one(struct rig *r, u32 control)
{
	set_channel(r, WR_CTX(0), LLE | CCS, LIST);
	element(r, LIST, CB | control, 8, EP_RAM + SRC, HOST_RAM + DST);
	element(r, LIST + 24, 0, 0, 0, 0);
	rig_set_reg(r, WR_BELL, 0);
	engine_run(r->c->engine);
}

TEST(edma_status_mask_clear)
{
	struct rig r;

	rig_open(&r, "generic");
	rig_set_reg(&r, WR_EN, 1);
	/* no interrupt wanted: none latched */
	run_one(&r, 0);
	CHECK_EQ(rig_reg(&r, WR_STATUS), 0);
	/* masked: latched, not told */
	rig_set_reg(&r, WR_MASK, 0x00ff00ff);
	run_one(&r, LIE);
	CHECK_EQ(rig_reg(&r, WR_STATUS), BIT(0));
	CHECK_EQ(rig_ep_irqs(&r, 0), 0);
	/* unmasked while pending: told now */
	rig_set_reg(&r, WR_MASK, 0);
	CHECK_EQ(rig_ep_irqs(&r, 0), 1);
	/* clear is by bit; what stays is told again, what went is not */
	rig_set_reg(&r, WR_CLEAR, BIT(1));
	CHECK_EQ(rig_reg(&r, WR_STATUS), BIT(0));
	CHECK_EQ(rig_ep_irqs(&r, 0), 1);
	rig_set_reg(&r, WR_CLEAR, BIT(0));
	CHECK_EQ(rig_reg(&r, WR_STATUS), 0);
	CHECK_EQ(rig_ep_irqs(&r, 0), 0);
	/* the read direction's registers are others */
	CHECK_EQ(rig_reg(&r, RD_MASK), 0);
	CHECK_EQ(rig_reg(&r, RD_STATUS), 0);
	/* a new one, unmasked */
	run_one(&r, LIE);
	CHECK_EQ(rig_ep_irqs(&r, 0), 1);
	rig_close(&r);
}

/* One line for all on R-Car, one a channel elsewhere. */
TEST(edma_lines)
{
	struct rig r;

	rig_open(&r, "rcar-s4");
	rig_set_reg(&r, RD_STATUS, 0);
	rig_set_reg(&r, WR_STATUS, 0);
	CHECK_EQ(rig_ep_irqs(&r, 0), 2);
	rig_close(&r);
	rig_open(&r, "generic");
	rig_set_reg(&r, RD_STATUS, 0);
	CHECK_EQ(rig_ep_irqs(&r, 2), 1);
	CHECK_EQ(rig_ep_irqs(&r, 0), 0);
	rig_close(&r);
}

/* A shared line is one level: one direction lets go of it, and it is told again
 * as the other holds it. */
TEST(edma_shared_line_is_told_again)
{
	struct rig r;

	rig_open(&r, "rcar-s4");
	rig_set_reg(&r, WR_EN, 1);
	rig_set_reg(&r, RD_STATUS, 0);
	run_one(&r, LIE);
	CHECK_EQ(rig_ep_irqs(&r, 0), 2);
	rig_set_reg(&r, WR_CLEAR, BIT(0));
	CHECK_EQ(rig_ep_irqs(&r, 0), 1);
	/* who does not hold it, cannot let go */
	rig_set_reg(&r, WR_CLEAR, BIT(0));
	rig_set_reg(&r, WR_MASK, ALL_INT);
	CHECK_EQ(rig_ep_irqs(&r, 0), 0);
	rig_set_reg(&r, WR_MASK, 0);
	run_one(&r, LIE);
	CHECK_EQ(rig_ep_irqs(&r, 0), 1);
	rig_set_reg(&r, WR_MASK, ALL_INT);
	CHECK_EQ(rig_ep_irqs(&r, 0), 1);
	rig_set_reg(&r, RD_CLEAR, 0);
	CHECK_EQ(rig_ep_irqs(&r, 0), 0);
	rig_close(&r);
	/* a line that is not shared is not told for another's sake */
	rig_open(&r, "generic");
	rig_set_reg(&r, WR_EN, 1);
	rig_set_reg(&r, RD_STATUS, 0);
	run_one(&r, LIE);
	rig_set_reg(&r, WR_CLEAR, BIT(0));
	CHECK_EQ(rig_ep_irqs(&r, 2), 1);
	rig_close(&r);
}

/* Q12: any write to a status register asserts, without a status bit; it is
 * the doorbell that the host rings. */
TEST(edma_interrupt_emulation)
{
	const u64 bar = 0xe0000000;
	struct rig r;

	rig_open(&r, "rcar-s4");
	rig_set_reg(&r, RD_MASK, 0x00ff00ff);
	rig_program_bar(&r, 0, 4, 256, 0, 0, EP_REGS + 0x35000);
	rig_assign_bar(&r, 0, 4, bar, false);
	rig_set_bar(&r, 0, 4, 0xa0, 0);
	CHECK_EQ(rig_reg(&r, RD_STATUS), 0);
	CHECK_EQ(rig_ep_irqs(&r, 0), 1);
	CHECK_EQ(rig_count(&r, CNT_IRQ_LOCAL), 1);
	CHECK_EQ(r.c->engine->layout->pending(r.c->engine), BIT(0));
	/* a write of 0 to clear ends it */
	rig_set_reg(&r, RD_CLEAR, 0);
	CHECK_EQ(r.c->engine->layout->pending(r.c->engine), 0);
	CHECK_EQ(rig_ep_irqs(&r, 0), 0);
	rig_set_bar(&r, 0, 4, 0xa0, 0xffffffff);
	CHECK_EQ(rig_ep_irqs(&r, 0), 1);
	/* and so does one that clears what is there */
	rig_set_reg(&r, RD_CLEAR, ALL_INT);
	CHECK_EQ(r.c->engine->layout->pending(r.c->engine), 0);
	rig_close(&r);
}

/* Q17: an interrupt to the host is a write of the channel's data to the
 * direction's address; the mask is for the local line only. */
TEST(edma_message_to_the_host)
{
	struct rig r;

	rig_open(&r, "rcar-s4");
	rig_set_reg(&r, WR_EN, 1);
	rig_set_reg(&r, WR_MASK, 0x00ff00ff);
	rig_set_reg(&r, DMA + 0x60, HOST_MSI);
	rig_set_reg(&r, DMA + 0x68, HOST_MSI);
	rig_set_reg(&r, DMA + 0x70, (HOST_MSI_DATA + 6) << 16 |
		    (HOST_MSI_DATA + 5));
	run_one(&r, LIE | RIE);
	CHECK_EQ(rig_host_irqs(&r, 0, 5), 1);
	CHECK_EQ(rig_ep_irqs(&r, 0), 0);
	CHECK_EQ(rig_count(&r, CNT_IRQ_IMWR), 1);
	CHECK_EQ(rig_reg(&r, WR_STATUS), BIT(0));

	/* channel 1, odd: the high half of the word; function 1 this time */
	rig_set_reg(&r, DMA + 0x60, HOST_MSI + 0x1000);
	set_channel(&r, WR_CTX(1), LLE | CCS | 1 << 12, LIST);
	rig_set_reg(&r, WR_BELL, 1);
	engine_run(r.c->engine);
	CHECK_EQ(rig_host_irqs(&r, 1, 6), 1);
	CHECK_EQ(rig_count(&r, CNT_VIOL_REQUESTER), 0);

	/* an address that is no message: memory */
	rig_set_reg(&r, DMA + 0x60, HOST_RAM + 0x80);
	run_one(&r, LIE | RIE);
	CHECK_EQ(get32(r.host_ram + 0x80), HOST_MSI_DATA + 5);
	rig_close(&r);
}

/* The read direction has registers of its own for that; channel 3 has the
 * high half of the second word. */
TEST(edma_message_of_a_read_channel)
{
	struct rig r;

	rig_open(&r, "rcar-s4");
	rig_set_reg(&r, RD_EN, 1);
	rig_set_reg(&r, DMA + 0xcc, HOST_RAM + 0x80);
	rig_set_reg(&r, DMA + 0xd4, HOST_RAM + 0x90);
	rig_set_reg(&r, DMA + 0xe0, 0x47110000);
	rig_set_reg(&r, DMA + 0xc4, BIT(3) | BIT(19));
	set_channel(&r, RD_CTX(3), LLE | CCS, LIST);
	element(&r, LIST, CB | LIE | RIE, 8, HOST_RAM + SRC, EP_RAM + DST);
	rig_set_reg(&r, RD_BELL, 3);
	engine_run(r.c->engine);
	CHECK_EQ(get32(r.host_ram + 0x80), 0x4711);
	CHECK_EQ(get32(r.host_ram + 0x90), 0);
	CHECK_EQ(rig_reg(&r, RD_STATUS), BIT(3));
	CHECK_EQ(rig_ep_irqs(&r, 0), 1);
	rig_set_reg(&r, RD_CLEAR, BIT(3));

	set_channel(&r, RD_CTX(3), LLE | CCS, 0);
	rig_set_reg(&r, RD_BELL, 3);
	engine_run(r.c->engine);
	CHECK_EQ(get32(r.host_ram + 0x90), 0x4711);
	CHECK_EQ(rig_reg(&r, RD_STATUS), BIT(19));
	CHECK_EQ(rig_ep_irqs(&r, 0), 1);
	/* a power cycle forgets the addresses, too */
	power_on(r.c);
	CHECK_EQ(rig_reg(&r, DMA + 0xcc), 0);
	CHECK_EQ(rig_reg(&r, DMA + 0xe0), 0);
	rig_close(&r);
}

static void expect_abort(struct rig *r, u32 err_reg, u32 err)
{
	engine_run(r->c->engine);
	CHECK_EQ(rig_reg(r, WR_STATUS) | rig_reg(r, RD_STATUS), BIT(16));
	CHECK_EQ(rig_reg(r, err_reg), err);
	CHECK_EQ(rig_count(r, CNT_DMA_ABORT), 1);
	rig_set_reg(r, WR_CLEAR, 0x00ff00ff);
	rig_set_reg(r, RD_CLEAR, 0x00ff00ff);
	CHECK_EQ(rig_reg(r, err_reg), 0);
	memset(&r->c->count, 0, sizeof(r->c->count));
}

/* A write to the host is posted: where it ends is not the engine's to know. */
TEST(edma_write_to_nowhere)
{
	struct rig r;

	rig_open(&r, "generic");
	rig_set_reg(&r, WR_EN, 1);
	set_channel(&r, WR_CTX(0), LLE | CCS, LIST);
	element(&r, LIST, CB | LIE, 8, EP_RAM + SRC, 0);
	rig_set_reg(&r, WR_BELL, 0);
	engine_run(r.c->engine);
	CHECK_EQ(rig_reg(&r, WR_STATUS), BIT(0));
	CHECK_EQ(rig_count(&r, CNT_VIOL_UNMAPPED), 1);
	CHECK_EQ(rig_count(&r, CNT_DMA_ABORT), 0);
	rig_close(&r);
}

/* Bounds of every DMA: list, source, destination; both directions. */
TEST(edma_outside_memory_aborts)
{
	static const u64 ep_bad[] = {
		0, EP_RAM - 4, EP_RAM + EP_RAM_SIZE - 4, EP_RAM + EP_RAM_SIZE,
		EP_REGS, EP_REGS + 0x35000, EP_OUT, UINT64_MAX - 3, UINT64_MAX,
	};
	static const u64 host_bad[] = {
		0, HOST_RAM - 4, HOST_RAM + HOST_RAM_SIZE - 4,
		HOST_RAM + HOST_RAM_SIZE, UINT64_MAX - 3, UINT64_MAX,
	};
	struct rig r;
	unsigned int i;

	rig_open(&r, "generic");
	r.c->modes.v[MODE_WRITE_FAULT] = WRITE_FAULT_ABORTS;
	rig_set_reg(&r, WR_EN, 1);
	rig_set_reg(&r, RD_EN, 1);
	for (i = 0; i < ARRAY_SIZE(ep_bad); i++) {
		set_channel(&r, WR_CTX(0), LLE | CCS, ep_bad[i]);
		rig_set_reg(&r, WR_BELL, 0);
		expect_abort(&r, WR_ERR, BIT(16));

		set_channel(&r, WR_CTX(0), LLE | CCS, LIST);
		element(&r, LIST, CB | LIE, 8, ep_bad[i], HOST_RAM + DST);
		rig_set_reg(&r, WR_BELL, 0);
		expect_abort(&r, WR_ERR, BIT(0));

		set_channel(&r, RD_CTX(0), LLE | CCS, LIST);
		element(&r, LIST, CB | LIE, 8, HOST_RAM + SRC, ep_bad[i]);
		rig_set_reg(&r, RD_BELL, 0);
		expect_abort(&r, RD_ERR, BIT(0));
	}
	for (i = 0; i < ARRAY_SIZE(host_bad); i++) {
		set_channel(&r, WR_CTX(0), LLE | CCS, LIST);
		element(&r, LIST, CB | LIE, 8, EP_RAM + SRC, host_bad[i]);
		rig_set_reg(&r, WR_BELL, 0);
		engine_run(r.c->engine);
		CHECK_EQ(rig_count(&r, CNT_VIOL_UNMAPPED), 1);
		expect_abort(&r, WR_ERR, BIT(0));

		set_channel(&r, RD_CTX(0), LLE | CCS, LIST);
		element(&r, LIST, CB | LIE, 8, host_bad[i], EP_RAM + DST);
		rig_set_reg(&r, RD_BELL, 0);
		expect_abort(&r, RD_ERR + 4, BIT(0));
	}
	CHECK_EQ(rig_reg(&r, RD_CTX(0)) >> 5 & 3, HALTED);
	/* the largest element there can be */
	set_channel(&r, WR_CTX(0), LLE | CCS, LIST);
	element(&r, LIST, CB | LIE, UINT32_MAX, EP_RAM, HOST_RAM);
	rig_set_reg(&r, WR_BELL, 0);
	expect_abort(&r, WR_ERR, BIT(0));
	rig_close(&r);
}

/* A list that is nowhere. */
static void run_into_abort(struct rig *r)
{
	set_channel(r, WR_CTX(0), LLE | CCS, 0);
	rig_set_reg(r, WR_BELL, 0);
	engine_run(r->c->engine);
}

/* The local half of linked_list_err_en is for the line, the low half for the
 * message; the status does not depend on either unless the mode says so. */
TEST(edma_abort_enables)
{
	u32 *mode;
	struct rig r;

	rig_open(&r, "generic");
	mode = r.c->modes.v;
	rig_set_reg(&r, WR_EN, 1);
	rig_set_reg(&r, DMA + 0x68, HOST_MSI);
	rig_set_reg(&r, DMA + 0x70, HOST_MSI_DATA + 3);

	rig_set_reg(&r, LL_ERR, BIT(0) | BIT(17));
	run_into_abort(&r);
	CHECK_EQ(rig_ep_irqs(&r, 0), 0);
	CHECK_EQ(rig_host_irqs(&r, 0, 3), 1);
	CHECK_EQ(rig_reg(&r, WR_STATUS), BIT(16));
	/* a status that raised nothing does not do so later either */
	rig_set_reg(&r, WR_MASK, 0);
	CHECK_EQ(rig_ep_irqs(&r, 0), 0);
	CHECK_EQ(r.c->engine->layout->pending(r.c->engine), 0);
	rig_set_reg(&r, WR_CLEAR, ALL_INT);

	rig_set_reg(&r, LL_ERR, BIT(16));
	run_into_abort(&r);
	CHECK_EQ(rig_ep_irqs(&r, 0), 1);
	CHECK_EQ(rig_host_irqs(&r, 0, 3), 0);
	CHECK_EQ(rig_reg(&r, WR_STATUS), BIT(16));
	rig_set_reg(&r, WR_CLEAR, ALL_INT);

	mode[MODE_ABORT_STATUS] = ABORT_STATUS_ENABLED;
	rig_set_reg(&r, LL_ERR, BIT(0));
	run_into_abort(&r);
	CHECK_EQ(rig_reg(&r, WR_STATUS), 0);
	CHECK_EQ(rig_reg(&r, WR_ERR), BIT(16));
	CHECK_EQ(rig_host_irqs(&r, 0, 3), 1);

	mode[MODE_ABORT_LINE] = ABORT_LINE_ALWAYS;
	run_into_abort(&r);
	CHECK_EQ(rig_reg(&r, WR_STATUS), BIT(16));
	CHECK_EQ(rig_ep_irqs(&r, 0), 1);
	rig_close(&r);
}

/* An abort that is masked tells nobody until it is not. */
TEST(edma_masked_abort)
{
	struct rig r;

	rig_open(&r, "generic");
	rig_set_reg(&r, WR_EN, 1);
	rig_set_reg(&r, LL_ERR, BIT(16));
	rig_set_reg(&r, WR_MASK, BIT(16));
	run_into_abort(&r);
	CHECK_EQ(rig_reg(&r, WR_STATUS), BIT(16));
	CHECK_EQ(r.c->engine->layout->pending(r.c->engine), 0);
	rig_set_reg(&r, WR_CLEAR, BIT(0));
	rig_set_reg(&r, WR_MASK, BIT(0) | BIT(16));
	CHECK_EQ(rig_ep_irqs(&r, 0), 0);
	rig_set_reg(&r, WR_MASK, BIT(0));
	CHECK_EQ(rig_ep_irqs(&r, 0), 1);
	CHECK_EQ(r.c->engine->layout->pending(r.c->engine), BIT(0));
	rig_close(&r);
}

/* Without a list the control word says who hears of an abort. */
TEST(edma_abort_enables_without_list)
{
	struct rig r;

	rig_open(&r, "generic");
	rig_set_reg(&r, WR_EN, 1);
	rig_set_reg(&r, LL_ERR, BIT(0) | BIT(16));
	rig_set_reg(&r, DMA + 0x68, HOST_MSI);
	rig_set_reg(&r, DMA + 0x70, HOST_MSI_DATA + 3);
	rig_set_reg(&r, WR_CTX(0) + 0x08, 8);
	rig_set_reg(&r, WR_CTX(0), 0);
	rig_set_reg(&r, WR_BELL, 0);
	engine_run(r.c->engine);
	CHECK_EQ(rig_reg(&r, WR_STATUS), BIT(16));
	CHECK_EQ(rig_ep_irqs(&r, 0), 0);
	CHECK_EQ(rig_host_irqs(&r, 0, 3), 0);
	rig_set_reg(&r, WR_CTX(0), LIE);
	rig_set_reg(&r, WR_BELL, 0);
	engine_run(r.c->engine);
	CHECK_EQ(rig_ep_irqs(&r, 0), 1);
	CHECK_EQ(rig_host_irqs(&r, 0, 3), 0);
	rig_set_reg(&r, WR_CLEAR, ALL_INT);
	rig_set_reg(&r, WR_CTX(0), RIE);
	rig_set_reg(&r, WR_BELL, 0);
	engine_run(r.c->engine);
	CHECK_EQ(rig_ep_irqs(&r, 0), 0);
	CHECK_EQ(rig_host_irqs(&r, 0, 3), 1);
	rig_close(&r);
}

/* RIE alone: a message to a host that finds no status. */
TEST(edma_remote_without_local)
{
	struct rig r;

	rig_open(&r, "generic");
	rig_set_reg(&r, WR_EN, 1);
	rig_set_reg(&r, DMA + 0x60, HOST_MSI);
	rig_set_reg(&r, DMA + 0x70, HOST_MSI_DATA + 5);
	run_one(&r, RIE);
	CHECK_EQ(rig_host_irqs(&r, 0, 5), 1);
	CHECK_EQ(rig_reg(&r, WR_STATUS), 0);
	rig_set_reg(&r, WR_MASK, 0);
	CHECK_EQ(rig_ep_irqs(&r, 0), 0);
	r.c->modes.v[MODE_DONE_STATUS] = DONE_STATUS_EITHER;
	run_one(&r, RIE);
	CHECK_EQ(rig_host_irqs(&r, 0, 5), 1);
	CHECK_EQ(rig_reg(&r, WR_STATUS), BIT(0));
	CHECK_EQ(rig_ep_irqs(&r, 0), 0);
	rig_close(&r);
}

/* A stop interrupts as an abort does; the channel has stopped, not failed. */
TEST(edma_stop)
{
	struct rig r;

	rig_open(&r, "generic");
	rig_set_reg(&r, WR_EN, 1);
	rig_set_reg(&r, LL_ERR, BIT(16));
	rig_set_reg(&r, WR_BELL, BIT(31));
	CHECK_EQ(rig_reg(&r, WR_STATUS), 0);
	set_channel(&r, WR_CTX(0), LLE | CCS, LIST);
	element(&r, LIST, CB | LIE, 4 * BURST_MAX, EP_RAM + SRC,
		HOST_RAM + DST);
	rig_set_reg(&r, WR_BELL, 0);
	engine_step(r.c->engine);
	rig_set_reg(&r, WR_BELL, BIT(31));
	CHECK_EQ(CS(rig_reg(&r, WR_CTX(0))), STOPPED);
	CHECK_EQ(engine_run(r.c->engine), 0);
	CHECK_EQ(rig_reg(&r, WR_STATUS), BIT(16));
	CHECK_EQ(rig_reg(&r, WR_ERR), 0);
	CHECK_EQ(rig_ep_irqs(&r, 0), 1);
	CHECK_EQ(rig_count(&r, CNT_DMA_ABORT), 0);
	rig_set_reg(&r, WR_CLEAR, ALL_INT);

	r.c->modes.v[MODE_STOP] = STOP_SILENT;
	set_channel(&r, WR_CTX(0), LLE | CCS, LIST);
	rig_set_reg(&r, WR_BELL, 0);
	engine_step(r.c->engine);
	rig_set_reg(&r, WR_BELL, BIT(31));
	CHECK_EQ(CS(rig_reg(&r, WR_CTX(0))), STOPPED);
	CHECK_EQ(rig_reg(&r, WR_STATUS), 0);
	/* that is what the bit is for */
	CHECK_EQ(rig_count(&r, CNT_VIOL_RUNNING), 0);
	rig_close(&r);
}

/* The abort message goes out when linked_list_err_en is set. */
TEST(edma_abort_message)
{
	struct rig r;

	rig_open(&r, "rcar-s4");
	rig_set_reg(&r, WR_EN, 1);
	rig_set_reg(&r, WR_MASK, 0x00ff00ff);
	rig_set_reg(&r, DMA + 0x68, HOST_MSI);
	rig_set_reg(&r, DMA + 0x70, HOST_MSI_DATA + 3);
	set_channel(&r, WR_CTX(0), LLE | CCS, 0);
	rig_set_reg(&r, WR_BELL, 0);
	engine_run(r.c->engine);
	CHECK_EQ(rig_host_irqs(&r, 0, 3), 0);
	rig_set_reg(&r, DMA + 0x90, 1);
	rig_set_reg(&r, WR_BELL, 0);
	engine_run(r.c->engine);
	CHECK_EQ(rig_host_irqs(&r, 0, 3), 1);
	CHECK_EQ(rig_ep_irqs(&r, 0), 0);
	CHECK_EQ(rig_reg(&r, WR_STATUS), BIT(16));
	rig_close(&r);
}

TEST(edma_bus_master_off)
{
	struct rig r;

	rig_open(&r, "generic");
	rig_set_reg(&r, WR_EN, 1);
	rig_set_cfg(&r, 0, CFG_COMMAND, 2, COMMAND_MEMORY);
	put32(r.ep_ram + SRC, 0xbad);
	run_one(&r, LIE);
	CHECK_EQ(rig_reg(&r, WR_STATUS), BIT(16));
	CHECK_EQ(get32(r.host_ram + DST), 0);
	CHECK_EQ(rig_count(&r, CNT_VIOL_BUSMASTER), 1);
	CHECK_EQ(rig_count(&r, CNT_DMA_MEM_WRITE), 0);
	rig_close(&r);
}

/* Write channel 0 at a list of one element, the first burst of it done. */
static void run_one_burst(struct rig *r, u32 of)
{
	set_channel(r, WR_CTX(0), LLE | CCS, LIST);
	element(r, LIST, CB | LIE, of * BURST_MAX, EP_RAM + SRC,
		HOST_RAM + DST);
	rig_set_reg(r, WR_BELL, 0);
	CHECK(engine_step(r->c->engine));	/* fetch */
	CHECK(engine_step(r->c->engine));
}

/* Link loss in the middle of an element: abort, not silence. */
TEST(edma_link_lost)
{
	struct rig r;

	rig_open(&r, "generic");
	rig_set_reg(&r, WR_EN, 1);
	run_one_burst(&r, 2);
	link_set_unplugged(r.c, true);
	engine_run(r.c->engine);
	CHECK_EQ(rig_reg(&r, WR_STATUS), BIT(16));
	rig_close(&r);
}

/* Q22: a host that rings must have its own function number in the channel. */
TEST(edma_requester_of_a_remote_start)
{
	const u64 bar = 0xe0000000;
	struct rig r;

	rig_open(&r, "rcar-s4");
	rig_set_reg(&r, WR_EN, 1);
	rig_program_bar(&r, 1, 4, 256, 0, 0, EP_REGS + 0x35000);
	rig_assign_bar(&r, 1, 4, bar, false);
	element(&r, LIST, CB | LIE, 8, EP_RAM + SRC, HOST_RAM + DST);
	set_channel(&r, WR_CTX(0), LLE | CCS, LIST);
	put32(r.ep_ram + SRC, 0x600d);
	rig_set_bar(&r, 1, 4, 0x10, 0);
	engine_run(r.c->engine);
	CHECK_EQ(rig_count(&r, CNT_VIOL_REQUESTER), 1);
	CHECK_EQ(rig_reg(&r, WR_STATUS), BIT(16));
	CHECK_EQ(get32(r.host_ram + DST), 0);

	set_channel(&r, WR_CTX(0), LLE | CCS | 1 << 12, LIST);
	rig_set_bar(&r, 1, 4, 0x10, 0);
	engine_run(r.c->engine);
	CHECK_EQ(rig_count(&r, CNT_VIOL_REQUESTER), 1);
	CHECK_EQ(get32(r.host_ram + DST), 0x600d);

	/* function 0 has no business with function 1's number either */
	rig_program_bar(&r, 0, 4, 256, 0, 1, EP_REGS + 0x35000);
	rig_assign_bar(&r, 0, 4, bar + MIB(1), false);
	set_channel(&r, WR_CTX(0), LLE | CCS | 1 << 12, LIST);
	put32(r.host_ram + DST, 0);
	rig_set_bar(&r, 0, 4, 0x10, 0);
	engine_run(r.c->engine);
	CHECK_EQ(rig_count(&r, CNT_VIOL_REQUESTER), 2);
	CHECK_EQ(get32(r.host_ram + DST), 0);
	rig_close(&r);
}

/* Five bits of the control word are the number of a function. */
TEST(edma_requester_field)
{
	unsigned int bit;
	struct rig r;

	rig_open(&r, "rcar-s4");
	rig_set_reg(&r, WR_EN, 1);
	element(&r, LIST, CB | LIE, 8, EP_RAM + SRC, HOST_RAM + DST);
	for (bit = 12; bit < 32; bit++) {
		set_channel(&r, WR_CTX(0), LLE | CCS | BIT(bit), LIST);
		rig_set_reg(&r, WR_BELL, 0);
		CHECK_EQ(r.c->engine->walk[DMA_WRITE][0].func,
			 bit < 17 ? BIT(bit - 12) : 0);
		engine_run(r.c->engine);
	}
	/* functions 2, 4, 8 and 16 are not there */
	CHECK_EQ(rig_count(&r, CNT_VIOL_REQUESTER), 4);
	rig_close(&r);
}

/* What a channel is to do is not to be written while it does something. */
TEST(edma_programmed_while_it_runs)
{
	struct rig r;
	u32 off;

	rig_open(&r, "generic");
	rig_set_reg(&r, WR_EN, 1);
	set_channel(&r, WR_CTX(0), LLE | CCS, LIST);
	element(&r, LIST, CB | LIE, 2 * BURST_MAX, EP_RAM + SRC,
		HOST_RAM + DST);
	rig_set_reg(&r, WR_BELL, 0);
	CHECK_EQ(rig_count(&r, CNT_VIOL_RUNNING), 0);
	/* before it looks at its list, and in the middle of an element */
	rig_set_reg(&r, WR_BELL, 0);
	CHECK_EQ(rig_count(&r, CNT_VIOL_RUNNING), 1);
	engine_step(r.c->engine);
	rig_set_reg(&r, WR_BELL, 0);
	CHECK_EQ(rig_count(&r, CNT_VIOL_RUNNING), 2);
	CHECK_EQ(rig_count(&r, CNT_DMA_START), 1);
	for (off = 0; off < 0x24; off += 4) {
		rig_set_reg(&r, WR_CTX(0) + off, rig_reg(&r, WR_CTX(0) + off));
		CHECK_EQ(rig_count(&r, CNT_VIOL_RUNNING), 3 + off / 4);
	}
	/* these are not the channel's, or not of this one */
	memset(&r.c->count, 0, sizeof(r.c->count));
	set_channel(&r, WR_CTX(1), LLE | CCS, LIST);
	rig_set_reg(&r, WR_MASK, 0);
	rig_set_reg(&r, WR_CLEAR, 0);
	rig_set_reg(&r, WR_EN, 1);
	rig_set_reg(&r, DMA + 0x70, 0);
	engine_run(r.c->engine);
	CHECK_EQ(rig_count(&r, CNT_VIOL_RUNNING), 0);
	CHECK_EQ(rig_reg(&r, WR_STATUS), BIT(0));
	rig_close(&r);
}

/* Who was told of an element cannot know that the engine has not looked on;
 * who was not has no reason to think that it is done. */
TEST(edma_programmed_when_told)
{
	struct rig r;

	rig_open(&r, "generic");
	r.c->modes.v[MODE_DONE_ORDER] = DONE_ORDER_EARLY;
	rig_set_reg(&r, WR_EN, 1);
	element(&r, LIST, CB | LIE, 8, EP_RAM + SRC, HOST_RAM + DST);
	element(&r, LIST + 24, CB, 8, EP_RAM + SRC, HOST_RAM + DST);
	set_channel(&r, WR_CTX(0), LLE | CCS, LIST);
	rig_set_reg(&r, WR_BELL, 0);
	engine_step(r.c->engine);	/* look */
	engine_step(r.c->engine);	/* first element */
	CHECK_EQ(CS(rig_reg(&r, WR_CTX(0))), RUNNING);
	rig_set_reg(&r, WR_BELL, 0);
	CHECK_EQ(rig_count(&r, CNT_VIOL_RUNNING), 0);
	engine_step(r.c->engine);	/* look */
	rig_set_reg(&r, WR_BELL, 0);
	CHECK_EQ(rig_count(&r, CNT_VIOL_RUNNING), 1);
	engine_step(r.c->engine);	/* second one */
	rig_set_reg(&r, WR_BELL, 0);
	CHECK_EQ(rig_count(&r, CNT_VIOL_RUNNING), 2);
	engine_run(r.c->engine);
	/* the host is somebody, too; a start forgets that it was told */
	element(&r, LIST, CB | RIE, 8, EP_RAM + SRC, HOST_RAM + DST);
	set_channel(&r, WR_CTX(0), LLE | CCS, LIST);
	rig_set_reg(&r, WR_BELL, 0);
	engine_step(r.c->engine);
	engine_step(r.c->engine);
	rig_set_reg(&r, WR_BELL, 0);
	rig_set_reg(&r, WR_EN, 0);
	engine_step(r.c->engine);
	rig_set_reg(&r, WR_EN, 1);
	rig_set_reg(&r, WR_BELL, 0);
	CHECK_EQ(rig_count(&r, CNT_VIOL_RUNNING), 2);
	rig_set_reg(&r, WR_BELL, 0);
	CHECK_EQ(rig_count(&r, CNT_VIOL_RUNNING), 3);
	rig_close(&r);
}

/* The function number that counts is the one at the doorbell. */
TEST(edma_requester_while_it_runs)
{
	struct rig r;

	rig_open(&r, "rcar-s4");
	rig_set_cfg(&r, 1, CFG_COMMAND, 2, COMMAND_MEMORY);
	rig_set_reg(&r, WR_EN, 1);
	set_channel(&r, WR_CTX(0), LLE | CCS, LIST);
	element(&r, LIST, CB | LIE | RIE, 2 * BURST_MAX, EP_RAM + SRC,
		HOST_RAM + DST);
	rig_set_reg(&r, DMA + 0x60, HOST_MSI);
	rig_set_reg(&r, DMA + 0x70, HOST_MSI_DATA);
	rig_set_reg(&r, WR_BELL, 0);
	engine_step(r.c->engine);
	rig_set_reg(&r, WR_CTX(0), LLE | CCS | 1 << 12);
	engine_run(r.c->engine);
	CHECK_EQ(rig_count(&r, CNT_VIOL_BUSMASTER), 0);
	CHECK_EQ(rig_host_irqs(&r, 0, 0), 1);
	/* and it counts for the next one */
	set_channel(&r, WR_CTX(0), LLE | CCS | 1 << 12, LIST);
	rig_set_reg(&r, WR_BELL, 0);
	engine_run(r.c->engine);
	CHECK_EQ(rig_count(&r, CNT_VIOL_BUSMASTER), 1);
	rig_close(&r);
}

/* Link-side addresses pass the outbound iATU. */
TEST(edma_outbound_window)
{
	struct rig r;

	rig_open(&r, "generic");
	rig_set_reg(&r, WR_EN, 1);
	put32(r.ep_ram + SRC, 0x1234);
	rig_window_out(&r, 0, 0x70000000, 0x1000, HOST_RAM + 0x5000, 0);
	set_channel(&r, WR_CTX(0), LLE | CCS, LIST);
	element(&r, LIST, CB | LIE, 4, EP_RAM + SRC, 0x70000010);
	rig_set_reg(&r, WR_BELL, 0);
	engine_run(r.c->engine);
	CHECK_EQ(get32(r.host_ram + 0x5010), 0x1234);
	rig_close(&r);
}

/* The channel's function number is the requester, not the window's. */
TEST(edma_function_of_the_window)
{
	struct rig r;

	rig_open(&r, "rcar-s4");
	rig_set_cfg(&r, 1, CFG_COMMAND, 2, COMMAND_MEMORY);
	rig_set_reg(&r, WR_EN, 1);
	rig_set_reg(&r, RD_EN, 1);
	rig_window_out(&r, 0, 0x70000000, 0x1000, HOST_RAM, 1);
	set_channel(&r, WR_CTX(0), LLE | CCS, LIST);
	element(&r, LIST, CB | LIE, 4, EP_RAM + SRC, 0x70000010);
	rig_set_reg(&r, WR_BELL, 0);
	engine_run(r.c->engine);
	set_channel(&r, RD_CTX(0), LLE | CCS, LIST);
	element(&r, LIST, CB | LIE, 4, 0x70000010, EP_RAM + DST);
	rig_set_reg(&r, RD_BELL, 0);
	engine_run(r.c->engine);
	CHECK_EQ(rig_reg(&r, WR_STATUS), BIT(0));
	CHECK_EQ(rig_reg(&r, RD_STATUS), BIT(0));
	CHECK_EQ(rig_count(&r, CNT_VIOL_BUSMASTER), 0);
	rig_close(&r);
}

/* Memory of both machines above 4 GiB, and the last byte below it. */
TEST(edma_counts_high_addresses)
{
	const u64 high = 1ull << 32, last = high - 4096;
	struct rig r;

	rig_open(&r, "generic");
	CHECK(!guestmem_map(&r.c->fn[0].mem, last, 8192,
			    GUESTMEM_READ | GUESTMEM_WRITE, r.host_mem_fd, 0));
	CHECK(!guestmem_map(&r.c->ep.mem, high, 4096, GUESTMEM_READ,
			    r.ep_mem_fd, 0));
	rig_set_reg(&r, WR_EN, 1);
	set_channel(&r, WR_CTX(0), LLE | CCS, LIST);
	element(&r, LIST, CB, 8, high, HOST_RAM + DST);
	element(&r, LIST + 24, CB, 8, EP_RAM + SRC, last + 4088);
	element(&r, LIST + 48, CB, 16, EP_RAM + SRC, high);
	element(&r, LIST + 72, CB | LIE, 32, high, high);
	rig_set_reg(&r, WR_BELL, 0);
	engine_run(r.c->engine);
	CHECK_EQ(rig_count(&r, CNT_DMA_ABORT), 0);
	CHECK_EQ(rig_count(&r, CNT_DMA_HIGH_HOST), 2);
	CHECK_EQ(r.c->count.c[CNT_DMA_HIGH_HOST].bytes, 48);
	CHECK_EQ(rig_count(&r, CNT_DMA_HIGH_EP), 2);
	CHECK_EQ(r.c->count.c[CNT_DMA_HIGH_EP].bytes, 40);
	rig_close(&r);
}

/* A window that begins, and ends, inside of what would be a burst. */
TEST(edma_outbound_edges)
{
	const u64 at = HOST_RAM + DST;
	const u32 moved = HOST_RAM_SIZE - 0x10000;
	struct rig r;
	u32 i;

	rig_open(&r, "generic");
	rig_set_reg(&r, WR_EN, 1);
	rig_set_reg(&r, RD_EN, 1);
	fill(r.ep_ram + SRC, 0x4000, 5);
	/* the second and third page of the host's buffer go elsewhere */
	rig_window_out(&r, 0, at + 0x1000, 0x2000, HOST_RAM + moved, 0);
	set_channel(&r, WR_CTX(0), LLE | CCS, LIST);
	element(&r, LIST, CB | LIE, 0x4000, EP_RAM + SRC, at);
	rig_set_reg(&r, WR_BELL, 0);
	engine_run(r.c->engine);
	CHECK(!memcmp(r.host_ram + DST, r.ep_ram + SRC, 0x1000));
	CHECK(!memcmp(r.host_ram + moved, r.ep_ram + SRC + 0x1000, 0x2000));
	CHECK(!memcmp(r.host_ram + DST + 0x3000, r.ep_ram + SRC + 0x3000,
		      0x1000));
	for (i = 0x1000; i < 0x3000; i++)
		if (r.host_ram[DST + i])
			break;
	CHECK_EQ(i, 0x3000);
	/* and it is read back from the same places */
	set_channel(&r, RD_CTX(0), LLE | CCS, LIST);
	element(&r, LIST, CB | LIE, 0x4000, at, EP_RAM + DST);
	rig_set_reg(&r, RD_BELL, 0);
	engine_run(r.c->engine);
	CHECK(!memcmp(r.ep_ram + DST, r.ep_ram + SRC, 0x4000));
	rig_close(&r);
}

/* engine_en = 0 drains: it reads 1 until every channel stands still. */
TEST(edma_drain)
{
	struct rig r;

	rig_open(&r, "generic");
	rig_set_reg(&r, WR_EN, 1);
	rig_set_reg(&r, RD_EN, 1);
	run_one_burst(&r, 4);
	rig_set_reg(&r, WR_EN, 0);
	CHECK_EQ(rig_reg(&r, WR_EN), 1);
	CHECK_EQ(rig_reg(&r, RD_EN), 1);
	/* who rings now has not waited for it */
	rig_set_reg(&r, WR_BELL, 0);
	CHECK_EQ(rig_count(&r, CNT_VIOL_RUNNING), 1);
	engine_run(r.c->engine);
	CHECK_EQ(rig_reg(&r, WR_EN), 0);
	CHECK_EQ(rig_reg(&r, WR_STATUS), 0);
	CHECK_EQ(CS(rig_reg(&r, WR_CTX(0))), STOPPED);
	rig_set_reg(&r, WR_BELL, 0);
	CHECK_EQ(CS(rig_reg(&r, WR_CTX(0))), STOPPED);
	CHECK_EQ(rig_count(&r, CNT_VIOL_RUNNING), 1);
	rig_close(&r);
}

/* On again at once is not a way to be kept running. */
TEST(edma_off_and_on)
{
	struct rig r;

	rig_open(&r, "generic");
	rig_set_reg(&r, WR_EN, 1);
	run_one_burst(&r, 4);
	rig_set_reg(&r, WR_EN, 0);
	rig_set_reg(&r, WR_EN, 1);
	engine_run(r.c->engine);
	CHECK_EQ(CS(rig_reg(&r, WR_CTX(0))), STOPPED);
	CHECK_EQ(rig_reg(&r, WR_CTX(0) + 0x08), 3 * BURST_MAX);
	CHECK_EQ(rig_reg(&r, WR_STATUS), 0);
	/* it is on, for all that */
	CHECK_EQ(rig_reg(&r, WR_EN), 1);
	set_channel(&r, WR_CTX(0), LLE | CCS, LIST);
	rig_set_reg(&r, WR_BELL, 0);
	engine_run(r.c->engine);
	CHECK_EQ(rig_reg(&r, WR_STATUS), BIT(0));
	/* off while it rests is nothing to remember */
	rig_set_reg(&r, WR_EN, 0);
	rig_set_reg(&r, WR_EN, 1);
	rig_set_reg(&r, WR_CLEAR, BIT(0));
	set_channel(&r, WR_CTX(0), LLE | CCS, LIST);
	rig_set_reg(&r, WR_BELL, 0);
	engine_run(r.c->engine);
	CHECK_EQ(rig_reg(&r, WR_STATUS), BIT(0));
	rig_close(&r);
}

TEST(edma_fault_stuck)
{
	struct rig r;

	rig_open(&r, "generic");
	rig_set_reg(&r, WR_EN, 1);
	r.c->engine->walk[DMA_WRITE][0].stuck = true;
	run_one(&r, LIE);
	CHECK_EQ(CS(rig_reg(&r, WR_CTX(0))), RUNNING);
	rig_set_reg(&r, WR_BELL, BIT(31));
	CHECK_EQ(CS(rig_reg(&r, WR_CTX(0))), RUNNING);
	rig_set_reg(&r, WR_EN, 0);
	engine_run(r.c->engine);
	CHECK_EQ(rig_reg(&r, WR_EN), 1);
	r.c->engine->walk[DMA_WRITE][0].stuck = false;
	engine_run(r.c->engine);
	CHECK_EQ(rig_reg(&r, WR_EN), 0);
	rig_close(&r);
}

TEST(edma_fault_lost_and_abort)
{
	struct rig r;

	rig_open(&r, "generic");
	rig_set_reg(&r, WR_EN, 1);
	r.c->engine->signals.lost = 1;
	run_one(&r, LIE);
	CHECK_EQ(rig_ep_irqs(&r, 0), 0);
	CHECK_EQ(rig_reg(&r, WR_STATUS), BIT(0));
	rig_set_reg(&r, WR_CLEAR, BIT(0));
	run_one(&r, LIE);
	CHECK_EQ(rig_ep_irqs(&r, 0), 1);
	rig_set_reg(&r, WR_CLEAR, BIT(0));
	r.c->engine->walk[DMA_WRITE][0].fail = true;
	run_one(&r, LIE);
	CHECK_EQ(rig_reg(&r, WR_STATUS), BIT(16));
	rig_set_reg(&r, WR_CLEAR, BIT(16));
	run_one(&r, LIE);
	CHECK_EQ(rig_reg(&r, WR_STATUS), BIT(0));
	rig_close(&r);
}

static void steps(struct rig *r, unsigned int n)
{
	while (n--)
		later_step(&r->c->later);
}

TEST(edma_fault_late)
{
	struct rig r;

	rig_open(&r, "generic");
	rig_set_reg(&r, WR_EN, 1);
	r.c->engine->signals.late = 100;
	run_one(&r, LIE);
	CHECK_EQ(rig_reg(&r, WR_STATUS), BIT(0));
	steps(&r, 90);
	CHECK_EQ(rig_ep_irqs(&r, 0), 0);
	steps(&r, 10);
	CHECK_EQ(rig_ep_irqs(&r, 0), 1);
	/* what is on its way does not survive a power cycle */
	run_one(&r, LIE);
	power_on(r.c);
	steps(&r, 100);
	CHECK_EQ(rig_ep_irqs(&r, 0), 0);
	rig_close(&r);
}

/* An engine at work takes the steps that others wait for. */
TEST(edma_late_by_steps_of_work)
{
	struct rig r;

	rig_open(&r, "generic");
	rig_set_reg(&r, WR_EN, 1);
	/* the step of the element itself is one */
	r.c->engine->signals.late = 1;
	run_one(&r, LIE);
	CHECK_EQ(rig_ep_irqs(&r, 0), 1);
	r.c->engine->signals.late = 2;
	run_one(&r, LIE);
	CHECK_EQ(rig_ep_irqs(&r, 0), 0);
	steps(&r, 1);
	CHECK_EQ(rig_ep_irqs(&r, 0), 1);
	/* what came after it is not late for its sake when the power was off */
	r.c->engine->signals.late = 100;
	run_one(&r, LIE);
	power_on(r.c);
	r.c->engine->signals.late = 0;
	rig_set_reg(&r, RD_STATUS, 0);
	CHECK_EQ(rig_ep_irqs(&r, 2), 1);
	rig_close(&r);
}

/* A message that is on its way when its function is reset is lost with it, and
 * is no violation of the driver, who was not asked. */
TEST(edma_late_message_of_a_function_that_is_reset)
{
	struct rig r;

	rig_open(&r, "rcar-s4");
	rig_set_reg(&r, WR_EN, 1);
	rig_set_reg(&r, DMA + 0x60, HOST_RAM + 0x80);
	rig_set_reg(&r, DMA + 0x70, 1);
	r.c->engine->signals.late = 10;
	run_one(&r, RIE);
	link_reset_function(&r.c->fn[1]);
	steps(&r, 20);
	CHECK_EQ(get32(r.host_ram + 0x80), 1);
	rig_set_reg(&r, DMA + 0x70, 2);
	run_one(&r, RIE);
	link_reset_function(&r.c->fn[0]);
	steps(&r, 20);
	CHECK_EQ(get32(r.host_ram + 0x80), 1);
	CHECK_EQ(rig_count(&r, CNT_VIOL_BUSMASTER), 0);
	rig_close(&r);
}

/* No interrupt overtakes another, whatever the delay when it was sent. */
TEST(edma_fault_late_keeps_order)
{
	struct rig r;

	rig_open(&r, "generic");
	rig_set_reg(&r, WR_EN, 1);
	rig_set_reg(&r, DMA + 0x60, HOST_RAM + 0x80);
	r.c->engine->signals.late = 100;
	rig_set_reg(&r, DMA + 0x70, 1);
	run_one(&r, LIE | RIE);
	r.c->engine->signals.late = 0;
	rig_set_reg(&r, DMA + 0x70, 2);
	run_one(&r, LIE | RIE);
	CHECK_EQ(get32(r.host_ram + 0x80), 0);
	steps(&r, 100);
	CHECK_EQ(get32(r.host_ram + 0x80), 2);
	CHECK_EQ(rig_count(&r, CNT_IRQ_IMWR), 2);
	/* more than can wait: the first go early, the order stays */
	r.c->engine->signals.late = 1000;
	for (unsigned int i = 1; i <= LATER_MAX; i++) {
		rig_set_reg(&r, DMA + 0x70, i);
		run_one(&r, RIE);
	}
	CHECK(get32(r.host_ram + 0x80) < LATER_MAX);
	steps(&r, 1000);
	CHECK_EQ(get32(r.host_ram + 0x80), LATER_MAX);
	rig_close(&r);
}

/* When interrupts come with every random fault on: a digit a step. */
static void play(u64 seed, char *score, unsigned int len)
{
	struct signals *s;
	struct rig r;
	unsigned int i;

	rig_open(&r, "generic");
	chance_seed(&r.c->chance, seed);
	s = &r.c->engine->signals;
	s->late = 20;
	s->random = true;
	s->doubled = 300;
	s->stale = 300;
	rig_set_reg(&r, WR_EN, 1);
	for (i = 0; i < len; i++) {
		if (i < 10)
			run_one(&r, LIE);
		steps(&r, 1);
		score[i] = (char)('0' + rig_ep_irqs(&r, 0));
	}
	score[len] = '\0';
	rig_close(&r);
}

TEST(edma_faults_by_seed)
{
	char a[201], b[201], c[201];
	unsigned int i, irqs = 0;

	play(1, a, 200);
	play(1, b, 200);
	play(2, c, 200);
	CHECK(!strcmp(a, b));
	CHECK(strcmp(a, c));
	for (i = 0; i < 200; i++)
		irqs += (unsigned int)(a[i] - '0');
	CHECK(irqs > 10 && irqs < 30);
}

TEST(edma_fault_doubled_and_stale)
{
	struct rig r;

	rig_open(&r, "generic");
	rig_set_reg(&r, WR_EN, 1);
	r.c->engine->signals.doubled = 1000;
	run_one(&r, LIE);
	CHECK_EQ(rig_ep_irqs(&r, 0), 2);
	r.c->engine->signals.doubled = 0;
	r.c->engine->signals.stale = 1000;
	rig_set_reg(&r, WR_CLEAR, BIT(0));
	run_one(&r, LIE);
	CHECK_EQ(rig_ep_irqs(&r, 0), 1);
	rig_set_reg(&r, WR_CLEAR, BIT(0));
	CHECK_EQ(rig_ep_irqs(&r, 0), 0);
	steps(&r, SIGNALS_STALE);
	CHECK_EQ(rig_ep_irqs(&r, 0), 1);
	CHECK_EQ(rig_reg(&r, WR_STATUS), 0);
	rig_close(&r);
}

/* Steps until the emulated doorbell has come @n times. */
static unsigned int steps_until(struct rig *r, u64 n)
{
	unsigned int taken = 0;
	u64 irqs = rig_ep_irqs(r, 2);

	for (; irqs < n && taken < 1000; taken++) {
		steps(r, 1);
		irqs += rig_ep_irqs(r, 2);
	}
	return taken;
}

/* Every delay that is allowed comes, and no other. */
TEST(edma_fault_delays)
{
	unsigned int i, n, late[5] = { 0 }, stale[100] = { 0 };
	struct signals *s;
	struct rig r;

	rig_open(&r, "generic");
	s = &r.c->engine->signals;
	s->late = 3;
	s->random = true;
	for (i = 0; i < 500; i++) {
		rig_set_reg(&r, RD_STATUS, 0);
		n = steps_until(&r, 1);
		late[min_of(n, 4u)]++;
		steps(&r, 3);
	}
	for (i = 0; i < 4; i++)
		CHECK(late[i] > 80);
	CHECK_EQ(late[4], 0);

	/* stale is behind what is late */
	s->late = 10;
	s->random = false;
	s->stale = 1000;
	for (i = 0; i < 5000; i++) {
		rig_set_reg(&r, RD_STATUS, 0);
		CHECK_EQ(steps_until(&r, 1), 10);
		n = steps_until(&r, 1);
		stale[min_of(n, 99u)]++;
	}
	for (i = 0; i < ARRAY_SIZE(stale); i++)
		CHECK_EQ(!!stale[i], i >= 1 && i <= SIGNALS_STALE);
	rig_close(&r);
}

/* So many of a thousand. */
TEST(edma_fault_permille)
{
	struct signals *s;
	unsigned int i;
	struct rig r;
	u64 irqs;

	rig_open(&r, "generic");
	s = &r.c->engine->signals;
	s->doubled = 300;
	for (i = 0; i < 1000; i++)
		rig_set_reg(&r, RD_STATUS, 0);
	irqs = rig_ep_irqs(&r, 2);
	CHECK(irqs > 1240 && irqs < 1360);
	s->doubled = 0;
	s->stale = 300;
	for (i = 0; i < 1000; i++)
		rig_set_reg(&r, RD_STATUS, 0);
	steps(&r, SIGNALS_STALE);
	irqs = rig_ep_irqs(&r, 2);
	CHECK(irqs > 1240 && irqs < 1360);
	rig_close(&r);
}

/* An engine that sleeps takes its steps all the same. */
TEST(edma_late_without_work)
{
	struct timespec nap = { .tv_nsec = 1000000 };
	unsigned int i;
	u64 irqs = 0;
	struct rig r;

	rig_open(&r, "generic");
	CHECK_EQ(engine_start(r.c->engine), 0);
	nanosleep(&nap, NULL);
	pthread_mutex_lock(&r.c->lock);
	r.c->engine->signals.late = 3;
	rig_set_reg(&r, RD_STATUS, 0);
	CHECK_EQ(rig_ep_irqs(&r, 2), 0);
	pthread_mutex_unlock(&r.c->lock);
	for (i = 0; i < 10000 && !irqs; i++) {
		nanosleep(&nap, NULL);
		irqs = rig_ep_irqs(&r, 2);
	}
	CHECK_EQ(irqs, 1);
	rig_close(&r);
}

/* The emulated doorbell can be lost and late as any interrupt. */
TEST(edma_fault_of_the_doorbell)
{
	struct rig r;

	rig_open(&r, "generic");
	r.c->engine->signals.lost = 1;
	rig_set_reg(&r, RD_STATUS, 0);
	CHECK_EQ(rig_ep_irqs(&r, 2), 0);
	CHECK_EQ(r.c->engine->layout->pending(r.c->engine), BIT(2));
	rig_set_reg(&r, RD_CLEAR, 0);
	r.c->engine->signals.late = 10;
	rig_set_reg(&r, RD_STATUS, 0);
	CHECK_EQ(rig_ep_irqs(&r, 2), 0);
	steps(&r, 10);
	CHECK_EQ(rig_ep_irqs(&r, 2), 1);
	rig_close(&r);
}

/* All channels at once take turns. */
TEST(edma_channels_take_turns)
{
	struct rig r;
	unsigned int n;

	rig_open(&r, "rcar-s4");
	fill(r.ep_ram + SRC, 4 * 0x8000, 4);
	rig_set_reg(&r, WR_EN, 1);
	for (n = 0; n < 4; n++) {
		set_channel(&r, WR_CTX(n), LLE | CCS, LIST + 0x100 * n);
		element(&r, LIST + 0x100 * n, CB | LIE, 0x8000,
			EP_RAM + SRC + 0x8000 * n, HOST_RAM + DST + 0x8000 * n);
		rig_set_reg(&r, WR_BELL, n);
	}
	for (n = 0; n < 8; n++)
		engine_step(r.c->engine);
	for (n = 0; n < 4; n++)
		CHECK_EQ(rig_reg(&r, WR_CTX(n) + 8), 0x8000 - BURST_MAX);
	engine_run(r.c->engine);
	CHECK_EQ(rig_reg(&r, WR_STATUS), 0xf);
	CHECK(!memcmp(r.host_ram + DST, r.ep_ram + SRC, 4 * 0x8000));
	rig_close(&r);
}

/* What a power cycle leaves: nothing, and the first channel goes first. */
TEST(edma_power_cycle)
{
	static const u32 regs[] = {
		WR_EN, RD_EN, WR_MASK, RD_MASK, LL_ERR, DMA + 0x60, DMA + 0x70,
		DMA + 0xfc, RD_CTX(1), RD_CTX(1) + 0x04, RD_CTX(1) + 0x08,
		RD_CTX(1) + 0x0c, RD_CTX(1) + 0x14, RD_CTX(1) + 0x1c,
	};
	struct rig r;
	unsigned int n;
	size_t i;

	rig_open(&r, "generic");
	for (i = 0; i < ARRAY_SIZE(regs); i++) {
		rig_set_reg(&r, regs[i], 1);
		CHECK_EQ(rig_reg(&r, regs[i]), 1);
	}
	run_one(&r, LIE);
	power_on(r.c);
	for (i = 0; i < ARRAY_SIZE(regs); i++)
		CHECK_EQ(rig_reg(&r, regs[i]), 0);
	CHECK_EQ(rig_reg(&r, WR_STATUS), 0);

	rig_set_reg(&r, WR_EN, 1);
	element(&r, LIST, CB, 8, EP_RAM + SRC, HOST_RAM + DST);
	for (n = 0; n < 2; n++) {
		set_channel(&r, WR_CTX(n), LLE | CCS, LIST);
		rig_set_reg(&r, WR_BELL, n);
	}
	engine_step(r.c->engine);
	CHECK_EQ(rig_reg(&r, WR_CTX(0) + 0x08), 8);
	CHECK_EQ(rig_reg(&r, WR_CTX(1) + 0x08), 0);
	rig_close(&r);
}
