// SPDX-License-Identifier: GPL-2.0
/* The HDMA in both of its register layouts, as its drivers use it. */
#include "lists.h"
#include "tap.h"

/* ---- native ---- */

#define DMA		0xa0000u
#define WR(n)		(DMA + 0x200 * (n))
#define RD(n)		(DMA + 0x200 * (n) + 0x100)

#define CH_EN		0x00
#define DOORBELL	0x04
#define LLP_LO		0x10
#define LLP_HI		0x14
#define CYCLE_SYNC	0x18
#define XFER_SIZE	0x1c
#define SAR		0x20
#define DAR		0x28
#define WATERMARK_EN	0x30
#define CONTROL1	0x34
#define FUNC_NUM	0x38
#define CH_STAT		0x80
#define INT_STAT	0x84
#define INT_SETUP	0x88
#define INT_CLEAR	0x8c
#define MSI_STOP	0x90
#define MSI_WATERMARK	0x98
#define MSI_ABORT	0xa0
#define MSI_DATA	0xa8

#define STOP		BIT(0)
#define WATERMARK	BIT(1)
#define ABORT		BIT(2)
#define RSIE		BIT(3)
#define LSIE		BIT(4)
#define RAIE		BIT(5)
#define LAIE		BIT(6)

#define RUNNING		1
#define HALTED		2
#define STOPPED		3

/* Words of the host's memory that messages go to. */
#define WORD_STOP	0x80u
#define WORD_WATERMARK	0x90u
#define WORD_ABORT	0xa0u

/* What ch_enable() and ch_config() of the driver do. */
static void set_channel(struct rig *r, u32 ch, u32 setup, u64 list)
{
	rig_set_reg(r, ch + MSI_STOP, HOST_RAM + WORD_STOP);
	rig_set_reg(r, ch + MSI_WATERMARK, HOST_RAM + WORD_WATERMARK);
	rig_set_reg(r, ch + MSI_ABORT, HOST_RAM + WORD_ABORT);
	rig_set_reg(r, ch + MSI_DATA, 0x4711);
	rig_set_reg(r, ch + CH_EN, 1);
	rig_set_reg(r, ch + INT_SETUP, setup);
	rig_set_reg(r, ch + CONTROL1, 1);
	rig_set_reg(r, ch + LLP_LO, (u32)list);
	rig_set_reg(r, ch + LLP_HI, (u32)(list >> 32));
	rig_set_reg(r, ch + CYCLE_SYNC, 3);
}

static void ring(struct rig *r, u32 ch)
{
	rig_set_reg(r, ch + DOORBELL, 1);
	engine_run(r->c->engine);
}

/* A message came since the last question. */
static bool word(struct rig *r, u32 off)
{
	bool came = get32(r->host_ram + off) == 0x4711;

	put32(r->host_ram + off, 0);
	return came;
}

TEST(hdma_registers)
{
	static const u32 stored[] = {
		0x08, 0x0c, LLP_LO, LLP_HI, XFER_SIZE, SAR, SAR + 4, DAR,
		DAR + 4, CONTROL1, FUNC_NUM, 0x3c, MSI_STOP, MSI_STOP + 4,
		MSI_WATERMARK, MSI_WATERMARK + 4, MSI_ABORT, MSI_ABORT + 4,
		MSI_DATA,
	};
	struct rig r;
	size_t i;

	rig_open(&r, "hdma-native");
	for (i = 0; i < ARRAY_SIZE(stored); i++)
		rig_set_reg(&r, RD(7) + stored[i], 0x10000000 + stored[i]);
	for (i = 0; i < ARRAY_SIZE(stored); i++) {
		CHECK_EQ(rig_reg(&r, RD(7) + stored[i]),
			 0x10000000 + stored[i]);
		CHECK_EQ(rig_reg(&r, WR(7) + stored[i]), 0);
	}
	rig_set_reg(&r, WR(0) + CYCLE_SYNC, 0xffffffff);
	CHECK_EQ(rig_reg(&r, WR(0) + CYCLE_SYNC), 3);
	rig_set_reg(&r, WR(0) + INT_SETUP, 0xffffffff);
	CHECK_EQ(rig_reg(&r, WR(0) + INT_SETUP), 0x7f);
	rig_set_reg(&r, WR(0) + WATERMARK_EN, 0xffffffff);
	CHECK_EQ(rig_reg(&r, WR(0) + WATERMARK_EN), 3);
	/* what only the engine writes */
	rig_set_reg(&r, WR(0) + INT_STAT, 7);
	rig_set_reg(&r, WR(0) + CH_STAT, 3);
	CHECK_EQ(rig_reg(&r, WR(0) + INT_STAT), 0);
	CHECK_EQ(rig_reg(&r, WR(0) + CH_STAT), 0);
	CHECK_EQ(rig_ep_irqs(&r, 0), 0);
	/* the ninth channel is not there */
	rig_set_reg(&r, WR(8) + SAR, 1);
	CHECK_EQ(rig_reg(&r, WR(8) + SAR), 0);
	/* a power cycle forgets all of it */
	power_on(r.c);
	CHECK_EQ(rig_reg(&r, RD(7) + SAR), 0);
	CHECK_EQ(rig_reg(&r, WR(0) + INT_SETUP), 0);
	rig_close(&r);
}

TEST(hdma_without_list)
{
	struct rig r;

	rig_open(&r, "hdma-native");
	fill(r.host_ram + SRC, 5000, 1);
	rig_set_reg(&r, RD(3) + XFER_SIZE, 5000);
	rig_set_reg(&r, RD(3) + SAR, (u32)HOST_RAM + SRC);
	rig_set_reg(&r, RD(3) + DAR, (u32)EP_RAM + DST);
	rig_set_reg(&r, RD(3) + INT_SETUP, LSIE | LAIE);
	/* not while it is off */
	ring(&r, RD(3));
	CHECK_EQ(rig_count(&r, CNT_DMA_START), 0);
	rig_set_reg(&r, RD(3) + CH_EN, 1);
	rig_set_reg(&r, RD(3) + DOORBELL, 1);
	CHECK_EQ(rig_reg(&r, RD(3) + CH_STAT), RUNNING);
	engine_run(r.c->engine);
	CHECK_EQ(rig_reg(&r, RD(3) + CH_STAT), STOPPED);
	CHECK(!memcmp(r.ep_ram + DST, r.host_ram + SRC, 5000));
	CHECK_EQ(rig_reg(&r, RD(3) + INT_STAT), STOP);
	CHECK_EQ(rig_ep_irqs(&r, 0), 1);
	CHECK_EQ(rig_reg(&r, RD(2) + INT_STAT), 0);
	CHECK_EQ(rig_reg(&r, WR(3) + INT_STAT), 0);
	rig_set_reg(&r, RD(3) + INT_CLEAR, STOP);
	CHECK_EQ(rig_reg(&r, RD(3) + INT_STAT), 0);
	CHECK_EQ(rig_ep_irqs(&r, 0), 0);
	rig_close(&r);
}

/* One scatterlist of @n elements through a ring of @ll_max, as dw-edma does
 * it. Return: STOP events. */
static unsigned int transfer(struct rig *r, unsigned int n, unsigned int ll_max)
{
	unsigned int done = 0, i, stops = 0;
	u32 cb = CB;

	while (done < n) {
		for (i = 0; i < ll_max && done < n; i++, done++)
			element(r, LIST + 24 * i, cb, 40,
				EP_RAM + SRC + done * 40,
				HOST_RAM + DST + done * 40);
		link_to(r, LIST + 24 * i, TCB | (cb ^ CB), LIST);
		if (done <= ll_max)
			set_channel(r, WR(0), LSIE | LAIE, LIST);
		ring(r, WR(0));
		if (rig_reg(r, WR(0) + INT_STAT) != STOP)
			return 0;
		rig_set_reg(r, WR(0) + INT_CLEAR, STOP);
		stops += rig_ep_irqs(r, 0) == 1;
		cb ^= CB;
	}
	return stops;
}

TEST(hdma_scatterlists)
{
	static const unsigned int sizes[] = { 1, 2, 6, 7, 8, 14, 15, 100, 500 };
	const unsigned int ll_max = 7;
	struct rig r;
	size_t i;

	rig_open(&r, "hdma-native");
	for (i = 0; i < ARRAY_SIZE(sizes); i++) {
		fill(r.ep_ram + SRC, sizes[i] * 40, (u32)i);
		memset(r.host_ram + DST, 0xee, sizes[i] * 40 + 8);
		CHECK_EQ(transfer(&r, sizes[i], ll_max),
			 (sizes[i] + ll_max - 1) / ll_max);
		CHECK(!memcmp(r.ep_ram + SRC, r.host_ram + DST,
			      sizes[i] * 40));
		CHECK_EQ(r.host_ram[DST + sizes[i] * 40], 0xee);
	}
	rig_close(&r);
}

/* Cycle state is bit 1; the list goes on where it stopped. */
TEST(hdma_cycle_sync)
{
	struct rig r;

	rig_open(&r, "hdma-native");
	set_channel(&r, WR(0), LSIE, LIST);
	rig_set_reg(&r, WR(0) + CYCLE_SYNC, 1);
	element(&r, LIST, CB, 8, EP_RAM + SRC, HOST_RAM + DST);
	element(&r, LIST + 24, 0, 8, EP_RAM + SRC, HOST_RAM + DST);
	ring(&r, WR(0));
	CHECK_EQ(rig_count(&r, CNT_DMA_ELEMENT), 0);
	rig_set_reg(&r, WR(0) + CYCLE_SYNC, 3);
	ring(&r, WR(0));
	CHECK_EQ(rig_count(&r, CNT_DMA_ELEMENT), 1);
	element(&r, LIST + 24, CB, 8, EP_RAM + SRC, HOST_RAM + DST);
	link_to(&r, LIST + 48, TCB, LIST);
	ring(&r, WR(0));
	CHECK_EQ(rig_count(&r, CNT_DMA_ELEMENT), 2);
	CHECK_EQ(rig_reg(&r, WR(0) + CYCLE_SYNC), 1);
	/* bit 0 is the last element's */
	element(&r, LIST, 0, 8, EP_RAM + SRC, HOST_RAM + DST);
	ring(&r, WR(0));
	CHECK_EQ(rig_count(&r, CNT_DMA_ELEMENT), 3);
	CHECK_EQ(rig_reg(&r, WR(0) + CYCLE_SYNC), 0);
	rig_close(&r);
}

/* Each event has an address of its own, enables of its own, a mask that is
 * for the line alone; without the local enable there is no status. */
TEST(hdma_stop_and_abort)
{
	struct rig r;

	rig_open(&r, "hdma-native");
	element(&r, LIST, CB, 8, EP_RAM + SRC, HOST_RAM + DST);
	set_channel(&r, WR(1), RSIE, LIST);
	ring(&r, WR(1));
	CHECK(word(&r, WORD_STOP));
	CHECK_EQ(rig_reg(&r, WR(1) + INT_STAT), 0);
	CHECK_EQ(rig_ep_irqs(&r, 0), 0);

	set_channel(&r, WR(1), RSIE | LSIE | RAIE | LAIE | STOP | ABORT, LIST);
	ring(&r, WR(1));
	CHECK(word(&r, WORD_STOP));
	CHECK_EQ(rig_reg(&r, WR(1) + INT_STAT), STOP);
	CHECK_EQ(rig_ep_irqs(&r, 0), 0);
	CHECK_EQ(r.c->engine->layout->pending(r.c->engine), 0);
	/* unmasked while it shows */
	rig_set_reg(&r, WR(1) + INT_SETUP, LSIE | LAIE);
	CHECK_EQ(rig_ep_irqs(&r, 0), 1);
	CHECK_EQ(r.c->engine->layout->pending(r.c->engine), BIT(0));
	rig_set_reg(&r, WR(1) + INT_CLEAR, STOP);

	/* an abort is no stop */
	set_channel(&r, WR(1), LSIE | LAIE | RSIE | RAIE, 0);
	ring(&r, WR(1));
	CHECK_EQ(rig_reg(&r, WR(1) + CH_STAT), HALTED);
	CHECK_EQ(rig_reg(&r, WR(1) + INT_STAT), ABORT);
	CHECK(word(&r, WORD_ABORT));
	CHECK(!word(&r, WORD_STOP));
	CHECK_EQ(rig_ep_irqs(&r, 0), 1);
	rig_set_reg(&r, WR(1) + INT_CLEAR, ABORT);

	set_channel(&r, WR(1), RSIE, 0);
	ring(&r, WR(1));
	CHECK_EQ(rig_reg(&r, WR(1) + INT_STAT), 0);
	CHECK(!word(&r, WORD_ABORT));
	CHECK_EQ(rig_count(&r, CNT_DMA_ABORT), 2);
	rig_close(&r);
}

/* Three elements; the second, and in the end the third, tell. */
static void watermark_list(struct rig *r)
{
	element(r, LIST, CB, 8, EP_RAM + SRC, HOST_RAM + DST);
	element(r, LIST + 24, CB | LIE | RIE, 8, EP_RAM + SRC, HOST_RAM + DST);
	element(r, LIST + 48, CB | LIE, 8, EP_RAM + SRC, HOST_RAM + DST);
	element(r, LIST + 72, 0, 8, EP_RAM + SRC, HOST_RAM + DST);
	set_channel(r, WR(0), LSIE, LIST);
}

TEST(hdma_watermarks)
{
	struct rig r;

	rig_open(&r, "hdma-native");
	r.c->modes.v[MODE_DONE_ORDER] = DONE_ORDER_EARLY;
	watermark_list(&r);
	rig_set_reg(&r, WR(0) + WATERMARK_EN, 3);
	rig_set_reg(&r, WR(0) + DOORBELL, 1);
	engine_step(r.c->engine);	/* look */
	engine_step(r.c->engine);	/* first element */
	CHECK_EQ(rig_reg(&r, WR(0) + INT_STAT), 0);
	CHECK_EQ(rig_reg(&r, WR(0) + LLP_LO), (u32)LIST);
	engine_step(r.c->engine);	/* look */
	engine_step(r.c->engine);	/* second one */
	CHECK_EQ(rig_reg(&r, WR(0) + CH_STAT), RUNNING);
	CHECK_EQ(rig_reg(&r, WR(0) + INT_STAT), WATERMARK);
	CHECK_EQ(rig_reg(&r, WR(0) + LLP_LO), (u32)LIST + 48);
	CHECK(word(&r, WORD_WATERMARK));
	CHECK_EQ(rig_ep_irqs(&r, 0), 1);
	rig_set_reg(&r, WR(0) + INT_CLEAR, WATERMARK);
	/* the last one: LIE alone, then the end */
	engine_run(r.c->engine);
	CHECK_EQ(rig_reg(&r, WR(0) + INT_STAT), WATERMARK | STOP);
	CHECK_EQ(rig_reg(&r, WR(0) + LLP_LO), (u32)LIST + 72);
	CHECK(!word(&r, WORD_WATERMARK));
	CHECK_EQ(rig_ep_irqs(&r, 0), 2);
	/* clearing one tells the other again */
	rig_set_reg(&r, WR(0) + INT_CLEAR, WATERMARK);
	CHECK_EQ(rig_reg(&r, WR(0) + INT_STAT), STOP);
	CHECK_EQ(rig_ep_irqs(&r, 0), 1);
	rig_close(&r);
}

/* A shared line is one level: one channel lets go of it, and it is told again
 * as another holds it. A line of its own is not told for another's sake. */
TEST(hdma_lines)
{
	struct rig r;

	rig_open(&r, "hdma-native");
	element(&r, LIST, CB, 8, EP_RAM + SRC, HOST_RAM + DST);
	set_channel(&r, WR(0), LSIE, LIST);
	set_channel(&r, WR(7), LSIE, LIST);
	ring(&r, WR(0));
	ring(&r, WR(7));
	CHECK_EQ(rig_ep_irqs(&r, 0), 2);
	rig_set_reg(&r, WR(0) + INT_CLEAR, STOP);
	CHECK_EQ(rig_ep_irqs(&r, 0), 1);
	/* who does not hold it, cannot let go */
	rig_set_reg(&r, RD(3) + INT_SETUP, 0);
	CHECK_EQ(rig_ep_irqs(&r, 0), 0);
	ring(&r, WR(0));
	CHECK_EQ(rig_ep_irqs(&r, 0), 1);
	rig_set_reg(&r, WR(0) + INT_SETUP, LSIE | STOP);
	CHECK_EQ(rig_ep_irqs(&r, 0), 1);
	rig_set_reg(&r, WR(7) + INT_CLEAR, STOP);
	CHECK_EQ(rig_ep_irqs(&r, 0), 0);

	/* write channels first */
	r.c->board.dma_irqs = 16;
	set_channel(&r, WR(7), LSIE, LIST);
	set_channel(&r, RD(3), LAIE, 0);
	ring(&r, WR(7));
	ring(&r, RD(3));
	CHECK_EQ(r.c->engine->layout->pending(r.c->engine), BIT(7) | BIT(11));
	CHECK_EQ(rig_ep_irqs(&r, 7), 1);
	CHECK_EQ(rig_ep_irqs(&r, 11), 1);
	rig_set_reg(&r, WR(7) + INT_CLEAR, 0);
	CHECK_EQ(rig_ep_irqs(&r, 7), 1);
	CHECK_EQ(rig_ep_irqs(&r, 11), 0);
	rig_set_reg(&r, WR(7) + INT_CLEAR, STOP);
	CHECK_EQ(r.c->engine->layout->pending(r.c->engine), BIT(11));
	CHECK_EQ(rig_ep_irqs(&r, 7), 0);
	rig_close(&r);
}

/* The mask is for the line alone; watermark_en must allow both sides, unless
 * the mode says that the element's word is enough. */
TEST(hdma_watermark_enables)
{
	struct rig r;

	rig_open(&r, "hdma-native");
	watermark_list(&r);
	rig_set_reg(&r, WR(0) + INT_SETUP, WATERMARK);
	rig_set_reg(&r, WR(0) + WATERMARK_EN, 3);
	ring(&r, WR(0));
	CHECK_EQ(rig_reg(&r, WR(0) + INT_STAT), WATERMARK);
	CHECK(word(&r, WORD_WATERMARK));
	CHECK_EQ(rig_ep_irqs(&r, 0), 0);
	rig_set_reg(&r, WR(0) + INT_CLEAR, WATERMARK);

	watermark_list(&r);
	rig_set_reg(&r, WR(0) + WATERMARK_EN, 2);
	ring(&r, WR(0));
	CHECK_EQ(rig_reg(&r, WR(0) + INT_STAT), STOP);
	CHECK(word(&r, WORD_WATERMARK));
	rig_set_reg(&r, WR(0) + INT_CLEAR, STOP);

	watermark_list(&r);
	rig_set_reg(&r, WR(0) + WATERMARK_EN, 0);
	ring(&r, WR(0));
	CHECK_EQ(rig_reg(&r, WR(0) + INT_STAT), STOP);
	CHECK(!word(&r, WORD_WATERMARK));
	CHECK_EQ(rig_reg(&r, WR(0) + LLP_LO), (u32)LIST);
	rig_set_reg(&r, WR(0) + INT_CLEAR, STOP);

	r.c->modes.v[MODE_WATERMARK_EN] = WATERMARK_EN_IGNORED;
	watermark_list(&r);
	ring(&r, WR(0));
	CHECK_EQ(rig_reg(&r, WR(0) + INT_STAT), STOP | WATERMARK);
	CHECK(word(&r, WORD_WATERMARK));
	rig_close(&r);
}

/* Only elements of a list have watermarks: what the last one asked for is not
 * for a transfer without. */
TEST(hdma_no_watermark_without_list)
{
	struct rig r;

	rig_open(&r, "hdma-native");
	watermark_list(&r);
	rig_set_reg(&r, WR(0) + WATERMARK_EN, 3);
	ring(&r, WR(0));
	CHECK_EQ(rig_reg(&r, WR(0) + INT_STAT), WATERMARK | STOP);
	rig_set_reg(&r, WR(0) + INT_CLEAR, WATERMARK | STOP);
	rig_set_reg(&r, WR(0) + CONTROL1, 0);
	rig_set_reg(&r, WR(0) + XFER_SIZE, 8);
	rig_set_reg(&r, WR(0) + SAR, (u32)EP_RAM + SRC);
	rig_set_reg(&r, WR(0) + DAR, (u32)HOST_RAM + DST);
	ring(&r, WR(0));
	CHECK_EQ(rig_reg(&r, WR(0) + INT_STAT), STOP);
	rig_close(&r);
}

/* The register shows where the walk is at watermarks, or also at rest. */
TEST(hdma_llp_at_rest)
{
	struct rig r;

	rig_open(&r, "hdma-native");
	element(&r, LIST, CB, 8, EP_RAM + SRC, HOST_RAM + DST);
	set_channel(&r, WR(0), LSIE, LIST);
	ring(&r, WR(0));
	CHECK_EQ(rig_reg(&r, WR(0) + LLP_LO), (u32)LIST);
	/* it goes on behind it all the same */
	element(&r, LIST + 24, CB, 8, EP_RAM + SRC, HOST_RAM + DST);
	r.c->modes.v[MODE_HDMA_LLP] = HDMA_LLP_REST;
	ring(&r, WR(0));
	CHECK_EQ(rig_count(&r, CNT_DMA_ELEMENT), 2);
	CHECK_EQ(rig_reg(&r, WR(0) + LLP_LO), (u32)LIST + 48);
	/* an abort is a rest, too */
	element(&r, LIST + 24, CB, 8, 0, HOST_RAM + DST);
	set_channel(&r, WR(0), LAIE, LIST);
	ring(&r, WR(0));
	CHECK_EQ(rig_reg(&r, WR(0) + INT_STAT), STOP | ABORT);
	CHECK_EQ(rig_reg(&r, WR(0) + LLP_LO), (u32)LIST + 48);
	rig_close(&r);
}

/* Write channel 0 at a list of one element, the first burst of four done. */
static void run_one_burst(struct rig *r)
{
	element(r, LIST, CB, 4 * BURST_MAX, EP_RAM + SRC, HOST_RAM + DST);
	set_channel(r, WR(0), LSIE, LIST);
	rig_set_reg(r, WR(0) + DOORBELL, 1);
	CHECK(engine_step(r->c->engine));	/* fetch */
	CHECK(engine_step(r->c->engine));
}

/* Off, and the stop doorbell: a channel that comes to rest. */
TEST(hdma_disable_and_stop)
{
	struct rig r;

	rig_open(&r, "hdma-native");
	run_one_burst(&r);
	rig_set_reg(&r, WR(0) + CH_EN, 0);
	CHECK_EQ(rig_reg(&r, WR(0) + CH_EN), 0);
	engine_run(r.c->engine);
	CHECK_EQ(rig_reg(&r, WR(0) + CH_STAT), STOPPED);
	CHECK_EQ(rig_reg(&r, WR(0) + INT_STAT), STOP);
	rig_set_reg(&r, WR(0) + INT_CLEAR, STOP);

	set_channel(&r, WR(0), LSIE, LIST);
	rig_set_reg(&r, WR(0) + DOORBELL, 2);
	CHECK_EQ(rig_reg(&r, WR(0) + INT_STAT), 0);
	rig_set_reg(&r, WR(0) + DOORBELL, 1);
	engine_step(r.c->engine);
	rig_set_reg(&r, WR(0) + DOORBELL, 2);
	CHECK_EQ(rig_reg(&r, WR(0) + CH_STAT), STOPPED);
	CHECK_EQ(rig_reg(&r, WR(0) + INT_STAT), STOP);
	CHECK_EQ(engine_run(r.c->engine), 0);
	CHECK_EQ(rig_count(&r, CNT_VIOL_RUNNING), 0);
	rig_close(&r);
}

/* On again at once is not a way to be kept running. */
TEST(hdma_off_and_on)
{
	struct rig r;

	rig_open(&r, "hdma-native");
	run_one_burst(&r);
	rig_set_reg(&r, WR(0) + CH_EN, 0);
	rig_set_reg(&r, WR(0) + CH_EN, 1);
	engine_run(r.c->engine);
	CHECK_EQ(rig_reg(&r, WR(0) + CH_STAT), STOPPED);
	CHECK_EQ(rig_reg(&r, WR(0) + XFER_SIZE), 3 * BURST_MAX);
	CHECK_EQ(rig_reg(&r, WR(0) + CH_EN), 1);
	rig_close(&r);
}

/* As the eDMA's: what a channel is to do is not to be written while it runs,
 * and its function number is the one at the doorbell. */
TEST(hdma_programmed_while_it_runs)
{
	static const u32 others[] = {
		CH_EN, INT_SETUP, INT_CLEAR, MSI_STOP, MSI_WATERMARK,
		MSI_ABORT, MSI_DATA,
	};
	struct rig r;
	size_t i;
	u32 off;

	rig_open(&r, "hdma-native");
	rig_set_cfg(&r, 1, CFG_COMMAND, 2, COMMAND_MEMORY);
	element(&r, LIST, CB, 2 * BURST_MAX, EP_RAM + SRC, HOST_RAM + DST);
	set_channel(&r, WR(0), LSIE, LIST);
	rig_set_reg(&r, WR(0) + DOORBELL, 1);
	CHECK_EQ(rig_count(&r, CNT_VIOL_RUNNING), 0);
	engine_step(r.c->engine);
	rig_set_reg(&r, WR(0) + DOORBELL, 1);
	CHECK_EQ(rig_count(&r, CNT_VIOL_RUNNING), 1);
	for (off = 0x08; off <= 0x3c; off += 4) {
		rig_set_reg(&r, WR(0) + off, rig_reg(&r, WR(0) + off));
		CHECK_EQ(rig_count(&r, CNT_VIOL_RUNNING), off / 4);
	}
	rig_set_reg(&r, WR(0) + FUNC_NUM, 1);
	memset(&r.c->count, 0, sizeof(r.c->count));
	for (i = 0; i < ARRAY_SIZE(others); i++)
		rig_set_reg(&r, WR(0) + others[i],
			    rig_reg(&r, WR(0) + others[i]));
	set_channel(&r, WR(1), LSIE, LIST);
	engine_run(r.c->engine);
	CHECK_EQ(rig_count(&r, CNT_VIOL_RUNNING), 0);
	CHECK_EQ(rig_count(&r, CNT_VIOL_BUSMASTER), 0);
	CHECK_EQ(rig_reg(&r, WR(0) + INT_STAT), STOP);
	/* a read channel is no other */
	set_channel(&r, RD(1), LSIE, LIST);
	rig_set_reg(&r, RD(1) + DOORBELL, 1);
	rig_set_reg(&r, RD(1) + INT_CLEAR, STOP);
	CHECK_EQ(rig_count(&r, CNT_VIOL_RUNNING), 0);
	rig_set_reg(&r, RD(1) + LLP_LO, (u32)LIST);
	CHECK_EQ(rig_count(&r, CNT_VIOL_RUNNING), 1);
	rig_close(&r);
}

/* An element that watermark_en lets nobody hear of says nothing of its end. */
TEST(hdma_programmed_when_told)
{
	struct rig r;
	u32 allowed;

	rig_open(&r, "hdma-native");
	r.c->modes.v[MODE_DONE_ORDER] = DONE_ORDER_EARLY;
	for (allowed = 0; allowed <= 1; allowed++) {
		memset(&r.c->count, 0, sizeof(r.c->count));
		element(&r, LIST, CB | LIE, 8, EP_RAM + SRC, HOST_RAM + DST);
		element(&r, LIST + 24, 0, 8, EP_RAM + SRC, HOST_RAM + DST);
		set_channel(&r, WR(0), LSIE, LIST);
		rig_set_reg(&r, WR(0) + WATERMARK_EN, allowed);
		rig_set_reg(&r, WR(0) + DOORBELL, 1);
		engine_step(r.c->engine);	/* look */
		engine_step(r.c->engine);	/* the element */
		rig_set_reg(&r, WR(0) + DOORBELL, 1);
		CHECK_EQ(rig_count(&r, CNT_VIOL_RUNNING), !allowed);
		engine_run(r.c->engine);
	}
	rig_close(&r);
}

/* A host that rings must have its own function number in func_num. */
TEST(hdma_requester_of_a_remote_start)
{
	const u64 bar = 0xe0000000;
	struct rig r;

	rig_open(&r, "hdma-native");
	rig_program_bar(&r, 1, 0, 0x10000, 0, 0, EP_REGS + DMA);
	rig_assign_bar(&r, 1, 0, bar, false);
	element(&r, LIST, CB, 8, EP_RAM + SRC, HOST_RAM + DST);
	set_channel(&r, WR(0), LAIE, LIST);
	rig_set_bar(&r, 1, 0, DOORBELL, 1);
	engine_run(r.c->engine);
	CHECK_EQ(rig_count(&r, CNT_VIOL_REQUESTER), 1);
	CHECK_EQ(rig_reg(&r, WR(0) + INT_STAT), ABORT);
	rig_set_reg(&r, WR(0) + INT_CLEAR, ABORT);
	rig_set_reg(&r, WR(0) + FUNC_NUM, 1);
	rig_set_bar(&r, 1, 0, DOORBELL, 1);
	engine_run(r.c->engine);
	CHECK_EQ(rig_count(&r, CNT_VIOL_REQUESTER), 1);
	CHECK_EQ(rig_count(&r, CNT_DMA_ELEMENT), 1);
	rig_close(&r);
}

/* Eight bits of func_num are the number of a function. */
TEST(hdma_requester_field)
{
	unsigned int bit;
	struct rig r;

	rig_open(&r, "hdma-native");
	element(&r, LIST, CB, 8, EP_RAM + SRC, HOST_RAM + DST);
	for (bit = 0; bit < 32; bit++) {
		set_channel(&r, WR(0), LSIE, LIST);
		rig_set_reg(&r, WR(0) + FUNC_NUM, BIT(bit));
		ring(&r, WR(0));
		CHECK_EQ(r.c->engine->walk[DMA_WRITE][0].func,
			 bit < 8 ? BIT(bit) : 0);
	}
	/* functions 2 to 128 are not there */
	CHECK_EQ(rig_count(&r, CNT_VIOL_REQUESTER), 7);
	rig_close(&r);
}

/* ---- compatible ---- */

#define COMPAT		0x35000u

/* No engine_en; each channel has a power switch. */
TEST(hdma_compat_power)
{
	struct rig r;

	rig_open(&r, "hdma-compat");
	CHECK_EQ(rig_reg(&r, COMPAT + 8), 2 | 2 << 16);
	fill(r.ep_ram + SRC, 8, 1);
	rig_set_reg(&r, COMPAT + 0x00c, 1);
	CHECK_EQ(rig_reg(&r, COMPAT + 0x00c), 0);
	rig_set_reg(&r, COMPAT + 0x400, BIT(8) | BIT(9));
	rig_set_reg(&r, COMPAT + 0x41c, (u32)LIST);
	element(&r, LIST, CB | LIE, 8, EP_RAM + SRC, HOST_RAM + DST);
	rig_set_reg(&r, COMPAT + 0x010, 1);
	CHECK_EQ(rig_count(&r, CNT_DMA_START), 0);
	/* another channel's switch, the other direction's */
	rig_set_reg(&r, COMPAT + 0x128, 1);
	rig_set_reg(&r, COMPAT + 0x16c, 1);
	rig_set_reg(&r, COMPAT + 0x010, 1);
	CHECK_EQ(rig_count(&r, CNT_DMA_START), 0);
	rig_set_reg(&r, COMPAT + 0x12c, 1);
	CHECK_EQ(rig_reg(&r, COMPAT + 0x12c), 1);
	rig_set_reg(&r, COMPAT + 0x010, 1);
	engine_run(r.c->engine);
	CHECK(!memcmp(r.host_ram + DST, r.ep_ram + SRC, 8));
	CHECK_EQ(rig_reg(&r, COMPAT + 0x04c), BIT(1));
	CHECK_EQ(rig_ep_irqs(&r, 1), 1);
	/* off drains, whatever comes after it */
	element(&r, LIST + 24, CB, 4 * BURST_MAX, EP_RAM + SRC, HOST_RAM + DST);
	rig_set_reg(&r, COMPAT + 0x010, 1);
	engine_step(r.c->engine);
	engine_step(r.c->engine);
	rig_set_reg(&r, COMPAT + 0x12c, 0);
	rig_set_reg(&r, COMPAT + 0x12c, 1);
	engine_run(r.c->engine);
	CHECK_EQ(rig_reg(&r, COMPAT + 0x400) >> 5 & 3, STOPPED);
	CHECK_EQ(rig_reg(&r, COMPAT + 0x408), 3 * BURST_MAX);
	/* the read channels' */
	CHECK_EQ(rig_reg(&r, COMPAT + 0x16c), 1);
	CHECK_EQ(rig_reg(&r, COMPAT + 0x168), 0);
	rig_set_reg(&r, COMPAT + 0x500, BIT(8) | BIT(9));
	rig_set_reg(&r, COMPAT + 0x51c, (u32)LIST + 48);
	element(&r, LIST + 48, CB | LIE, 8, HOST_RAM + DST, EP_RAM + DST);
	rig_set_reg(&r, COMPAT + 0x030, 1);
	engine_run(r.c->engine);
	CHECK_EQ(rig_reg(&r, COMPAT + 0x0a0), BIT(1));
	rig_set_reg(&r, COMPAT + 0x16c, 0);
	CHECK_EQ(rig_reg(&r, COMPAT + 0x16c), 0);
	rig_set_reg(&r, COMPAT + 0x030, 1);
	CHECK_EQ(rig_count(&r, CNT_DMA_START), 3);
	/* there are two of them */
	rig_set_reg(&r, COMPAT + 0x130, 1);
	CHECK_EQ(rig_reg(&r, COMPAT + 0x130), 0);
	rig_close(&r);
}
