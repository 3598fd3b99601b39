// SPDX-License-Identifier: GPL-2.0
/*
 * KUnit test of how a DesignWare eDMA is stopped, register by register
 *
 * The registers are emulated, which kernels can do that have no real ones, as
 * UML. All that matters of them: a channel that is told to stop rests a few
 * reads later, or never; a device that is gone reads as ones. Each case runs on
 * every register map, which says itself whether a channel rests.
 */

#include <kunit/device.h>
#include <kunit/test.h>
#include <linux/bitfield.h>
#include <linux/io.h>
#include <linux/logic_iomem.h>
#include <linux/sizes.h>

#include "dw-edma-core.h"
#include "dw-edma-v0-core.h"
#include "dw-edma-v0-regs.h"
#include "dw-hdma-v0-core.h"
#include "dw-hdma-v0-regs.h"

#define NR_CHANS	2	/* of each direction */
#define STATUS_RUNS	1
#define STATUS_STOPPED	3

/**
 * struct regs - the registers
 * @hdma: they are those of the native HDMA
 * @dead: the device is gone
 * @deaf: no channel ever stops
 * @lag: so many times more a status says that it runs
 * @reads: how often one was read
 * @bell: last value of the doorbell
 * @clear: all bits of interrupt status that were cleared
 */
static struct regs {
	bool hdma;
	bool dead;
	bool deaf;
	int lag;
	unsigned int reads;
	u32 bell;
	u32 clear;
} regs;

static u32 status(void)
{
	return regs.deaf || regs.lag-- > 0 ? STATUS_RUNS : STATUS_STOPPED;
}

static unsigned long read_v0(unsigned int offset)
{
	switch (offset) {
	case offsetof(struct dw_edma_v0_regs, ctrl):
		return NR_CHANS | NR_CHANS << 16;
	case offsetof(struct dw_edma_v0_regs, wr_engine_en):
	case offsetof(struct dw_edma_v0_regs, rd_engine_en):
		return status() == STATUS_RUNS;
	default:
		/* A channel's context begins with its status */
		return FIELD_PREP(EDMA_V0_CH_STATUS_MASK, status());
	}
}

static unsigned long read_reg(void *priv, unsigned int offset, int size)
{
	regs.reads++;
	if (regs.dead)
		return ~0UL;

	return regs.hdma ? status() : read_v0(offset);
}

static void write_reg(void *priv, unsigned int offset, int size,
		      unsigned long val)
{
	if (regs.hdma) {
		offset %= sizeof(struct dw_hdma_v0_ch_regs);
		if (offset == offsetof(struct dw_hdma_v0_ch_regs, doorbell))
			regs.bell = val;
		if (offset == offsetof(struct dw_hdma_v0_ch_regs, int_clear))
			regs.clear |= val;
		return;
	}

	if (offset == offsetof(struct dw_edma_v0_regs, wr_doorbell))
		regs.bell = val;
	if (offset == offsetof(struct dw_edma_v0_regs, wr_int_clear))
		regs.clear |= val;
}

static const struct logic_iomem_ops reg_ops = {
	.read = read_reg,
	.write = write_reg,
};

static long map_regs(unsigned long offset, size_t size,
		     const struct logic_iomem_ops **ops, void **priv)
{
	*ops = &reg_ops;

	return 0;
}

static const struct logic_iomem_region_ops region_ops = {
	.map = map_regs,
};

static struct resource region = DEFINE_RES_MEM_NAMED(0xd0000000, SZ_64K,
						     "dw-edma-regs-test");

static const struct map_param {
	const char *name;
	enum dw_edma_map_format mf;
} maps[] = {
	{ "unroll", EDMA_MF_EDMA_UNROLL },
	{ "compat", EDMA_MF_HDMA_COMPAT },
	{ "native", EDMA_MF_HDMA_NATIVE },
};

KUNIT_ARRAY_PARAM_DESC(maps, maps, name);

/* The second write channel, in front of these registers */
static struct dw_edma_chan *set_up(struct kunit *test)
{
	const struct map_param *map = test->param_value;
	struct dw_edma_chip *chip = kunit_kzalloc(test, sizeof(*chip),
						  GFP_KERNEL);
	struct dw_edma *dw = kunit_kzalloc(test, sizeof(*dw), GFP_KERNEL);
	struct dw_edma_chan *chan = kunit_kzalloc(test, sizeof(*chan),
						  GFP_KERNEL);

	KUNIT_ASSERT_NOT_NULL(test, chip);
	KUNIT_ASSERT_NOT_NULL(test, dw);
	KUNIT_ASSERT_NOT_NULL(test, chan);

	chip->dev = kunit_device_register(test, "dw-edma-regs");
	KUNIT_ASSERT_NOT_ERR_OR_NULL(test, chip->dev);
	chip->mf = map->mf;
	chip->reg_base = (void __force __iomem *)test->priv;
	raw_spin_lock_init(&dw->lock);
	dw->chip = chip;
	dw->mf = map->mf;
	dw->wr_ch_cnt = NR_CHANS;
	dw->rd_ch_cnt = NR_CHANS;
	chan->dw = dw;
	chan->id = 1;
	chan->dir = EDMA_DIR_WRITE;

	regs = (struct regs){ .hdma = map->mf == EDMA_MF_HDMA_NATIVE };
	if (regs.hdma)
		dw_hdma_v0_core_register(dw);
	else
		dw_edma_v0_core_register(dw);

	return chan;
}

/* Nothing returns before the status says that the channel rests */
static void stops(struct kunit *test)
{
	struct dw_edma_chan *chan = set_up(test);

	regs.lag = 3;
	KUNIT_EXPECT_EQ(test, 0, dw_edma_core_ch_stop(chan));
	KUNIT_EXPECT_LT(test, regs.lag, 0);
	KUNIT_EXPECT_EQ(test, regs.hdma ? HDMA_V0_DOORBELL_STOP :
					  EDMA_V0_DOORBELL_STOP | 1,
			regs.bell);
	/* Done and abort, of this channel alone */
	KUNIT_EXPECT_EQ(test, regs.hdma ? HDMA_V0_STOP_INT_MASK |
					  HDMA_V0_ABORT_INT_MASK :
					  BIT(1) | BIT(17),
			regs.clear);

	regs.lag = 3;
	KUNIT_EXPECT_EQ(test, 0, dw_edma_core_ch_quiesce(chan));
	KUNIT_EXPECT_LT(test, regs.lag, 0);

	regs.lag = 3;
	KUNIT_EXPECT_EQ(test, 0, dw_edma_core_quiesce(chan->dw));
	KUNIT_EXPECT_LT(test, regs.lag, 0);
}

static void does_not_stop(struct kunit *test)
{
	struct dw_edma_chan *chan = set_up(test);

	regs.deaf = true;
	KUNIT_EXPECT_EQ(test, 1, dw_edma_core_ch_running(chan));
	KUNIT_EXPECT_EQ(test, -ETIMEDOUT, dw_edma_core_ch_stop(chan));
	/* What it may yet say belongs to what it may yet do */
	KUNIT_EXPECT_EQ(test, 0, regs.clear);
	KUNIT_EXPECT_EQ(test, -ETIMEDOUT, dw_edma_core_ch_quiesce(chan));
	KUNIT_EXPECT_EQ(test, -ETIMEDOUT, dw_edma_core_quiesce(chan->dw));
}

/* Q8: ones are no value, and nobody polls for another */
static void is_gone(struct kunit *test)
{
	struct dw_edma_chan *chan = set_up(test);
	struct dw_edma *dw = chan->dw;

	regs.dead = true;
	KUNIT_EXPECT_EQ(test, -ENODEV, dw_edma_core_ch_running(chan));
	if (!regs.hdma) {
		KUNIT_EXPECT_EQ(test, -ENODEV,
				dw_edma_core_ch_count(dw, EDMA_DIR_WRITE));
		KUNIT_EXPECT_EQ(test, -ENODEV,
				dw_edma_core_ch_count(dw, EDMA_DIR_READ));
	}

	regs.reads = 0;
	KUNIT_EXPECT_EQ(test, -ENODEV, dw_edma_core_ch_stop(chan));
	KUNIT_EXPECT_EQ(test, 1, regs.reads);
	KUNIT_EXPECT_EQ(test, -ENODEV, dw_edma_core_ch_quiesce(chan));
	KUNIT_EXPECT_EQ(test, 2, regs.reads);
	KUNIT_EXPECT_EQ(test, -ENODEV, dw_edma_core_quiesce(dw));
	/* No more than once a channel */
	KUNIT_EXPECT_LE(test, regs.reads, 2 + 2 * NR_CHANS);
}

static void counts_channels(struct kunit *test)
{
	struct dw_edma_chan *chan = set_up(test);
	struct dw_edma *dw = chan->dw;
	int nr = regs.hdma ? HDMA_V0_MAX_NR_CH : NR_CHANS;

	KUNIT_EXPECT_EQ(test, nr, dw_edma_core_ch_count(dw, EDMA_DIR_WRITE));
	KUNIT_EXPECT_EQ(test, nr, dw_edma_core_ch_count(dw, EDMA_DIR_READ));
}

static void unmap_regs(void *base)
{
	iounmap((void __force __iomem *)base);
}

static int regs_init(struct kunit *test)
{
	void __iomem *base = ioremap(region.start, resource_size(&region));

	KUNIT_ASSERT_NOT_NULL(test, base);
	test->priv = (void __force *)base;

	return kunit_add_action_or_reset(test, unmap_regs, test->priv);
}

/* Once, since nothing takes a region back */
static int regs_suite_init(struct kunit_suite *suite)
{
	return region.parent ? 0 : logic_iomem_add_region(&region, &region_ops);
}

static struct kunit_case regs_cases[] = {
	KUNIT_CASE_PARAM(stops, maps_gen_params),
	KUNIT_CASE_PARAM(does_not_stop, maps_gen_params),
	KUNIT_CASE_PARAM(is_gone, maps_gen_params),
	KUNIT_CASE_PARAM(counts_channels, maps_gen_params),
	{}
};

static struct kunit_suite regs_suite = {
	.name = "dw-edma-regs",
	.suite_init = regs_suite_init,
	.init = regs_init,
	.test_cases = regs_cases,
};

kunit_test_suite(regs_suite);
