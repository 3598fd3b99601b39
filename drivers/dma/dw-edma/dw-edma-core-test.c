// SPDX-License-Identifier: GPL-2.0
/*
 * KUnit test of how transfers on a DesignWare eDMA end
 *
 * The driver runs on an engine that is a few fields of a struct. What it must
 * never do is one rule, which every callback checks: the engine is not at work
 * on that transfer, unless it was cut off. The cases take channels into all the
 * ways in which a transfer can end and an engine can refuse to stop.
 */

#include <kunit/device.h>
#include <kunit/static_stub.h>
#include <kunit/test.h>
#include <linux/delay.h>
#include <linux/dma/edma.h>
#include <linux/interrupt.h>
#include <linux/irq.h>
#include <linux/irqdesc.h>

#include "dw-edma-core.h"
#include "dw-edma-v0-core.h"
#include "../dmaengine.h"

#define NR_CHANS	2	/* of each direction */
#define NR_CLIENTS	16
#define SIZE		0x1000

/**
 * struct mock_chan - a channel of the engine
 * @runs: it is at work
 * @deaf: it does not stop when it is told to
 * @done: status bit
 * @abort: status bit
 * @late: its done is latched when the handler has just looked
 * @starts: how often it was started
 * @client: whose transfer it was given last
 */
struct mock_chan {
	bool runs;
	bool deaf;
	bool done;
	bool abort;
	bool late;
	unsigned int starts;
	void *client;
};

/**
 * struct mock - the engine, and what it saw
 * @chip: what the driver is told of it
 * @dw: what the driver makes of that
 * @irq: its interrupt
 * @chans: by direction and number
 * @never_stops: not even together with its direction
 * @dead: all registers read as ones
 * @is_cut_off: it can reach no memory
 * @keeps_reach: it cannot be cut off
 * @cuts: how often it was cut off
 * @lets_in: how often it was let in
 * @polls: how often a status was read
 * @quiesces: how often all was to stop
 * @early: the interrupt handler was shown a channel that was not set up
 * @rings_early: interrupts come while channels are set up
 * @issue_late: a client issues on this channel while all is told to stop
 */
struct mock {
	struct dw_edma_chip chip;
	struct dw_edma *dw;
	int irq;
	struct mock_chan chans[2][NR_CHANS];
	bool never_stops;
	bool dead;
	bool is_cut_off;
	bool keeps_reach;
	unsigned int cuts;
	unsigned int lets_in;
	unsigned int polls;
	unsigned int quiesces;
	bool early;
	bool rings_early;
	struct dma_chan *issue_late;
};

/**
 * struct client - one who waits for a transfer
 * @chan: where
 * @cookie: of the transfer
 * @calls: callbacks so far
 * @result: what the last one said
 * @at_work: the engine was, when one came
 */
struct client {
	struct dma_chan *chan;
	dma_cookie_t cookie;
	unsigned int calls;
	enum dmaengine_tx_result result;
	bool at_work;
};

static struct mock *mock;

static struct mock_chan *mock_of(struct dw_edma_chan *chan)
{
	return &mock->chans[chan->dir][chan->id];
}

/* ---- the engine */

static int mock_stop_dir(enum dw_edma_dir dir, unsigned int first,
			 unsigned int last)
{
	int ret = 0;

	for (; first <= last; first++) {
		struct mock_chan *c = &mock->chans[dir][first];

		if (!mock->never_stops || !c->deaf)
			c->runs = false;
		if (c->runs)
			ret = -ETIMEDOUT;
		c->done = false;
		c->abort = false;
	}

	return mock->dead ? -ENODEV : ret;
}

static int mock_quiesce(struct dw_edma *dw)
{
	int err;
	int ret;

	mock->quiesces++;
	if (mock->issue_late) {
		dma_async_issue_pending(mock->issue_late);
		msleep(50);
	}
	ret = mock_stop_dir(EDMA_DIR_WRITE, 0, NR_CHANS - 1);
	err = mock_stop_dir(EDMA_DIR_READ, 0, NR_CHANS - 1);

	return ret ?: err;
}

static int mock_ch_quiesce(struct dw_edma_chan *chan)
{
	return mock_stop_dir(chan->dir, 0, NR_CHANS - 1);
}

static int mock_ch_count(struct dw_edma *dw, enum dw_edma_dir dir)
{
	return NR_CHANS;
}

static int mock_ch_running(struct dw_edma *dw, enum dw_edma_dir dir, u16 id)
{
	mock->polls++;
	if (mock->dead)
		return -ENODEV;

	return mock->chans[dir][id].runs;
}

static int mock_ch_stop(struct dw_edma_chan *chan)
{
	struct mock_chan *c = mock_of(chan);

	mock->polls++;
	if (mock->dead)
		return -ENODEV;
	if (c->runs && c->deaf)
		return -ETIMEDOUT;
	c->runs = false;
	c->done = false;
	c->abort = false;

	return 0;
}

static irqreturn_t
mock_handle_int(struct dw_edma_irq *dw_irq, enum dw_edma_dir dir,
		dw_edma_handler_t done, dw_edma_handler_t abort)
{
	struct dw_edma *dw = dw_irq->dw;
	unsigned long *mask = dir == EDMA_DIR_WRITE ? dw_irq->wr_mask :
						      dw_irq->rd_mask;
	irqreturn_t ret = IRQ_NONE;
	unsigned int id;

	for_each_set_bit(id, mask, NR_CHANS) {
		struct dw_edma_chan *chan =
			&dw->chan[id + (dir == EDMA_DIR_READ ? NR_CHANS : 0)];
		struct mock_chan *c = &mock->chans[dir][id];
		bool is_done = c->done, is_aborted = c->abort;

		if (chan->vc.chan.device != &dw->dma) {
			mock->early = true;
			continue;
		}

		c->done = c->late;
		c->abort = false;
		c->late = false;
		if (is_done)
			done(chan);
		if (is_aborted)
			abort(chan);
		if (is_done || is_aborted)
			ret = IRQ_HANDLED;
	}

	return ret;
}

static void mock_ll_data(struct dw_edma_chan *chan, struct dw_edma_burst *burst,
			 u32 idx, bool cb, bool irq)
{
}

static void mock_ll_link(struct dw_edma_chan *chan, u32 idx, bool cb, u64 addr)
{
}

static void mock_ch_doorbell(struct dw_edma_chan *chan)
{
	struct mock_chan *c = mock_of(chan);

	c->runs = true;
	c->starts++;
	c->client = vchan_next_desc(&chan->vc)->tx.callback_param;
}

static void mock_ch_enable(struct dw_edma_chan *chan)
{
}

static void mock_ch_config(struct dw_edma_chan *chan)
{
	if (mock->rings_early)
		generic_handle_irq_safe(mock->irq);
}

static void mock_ch_mask(struct dw_edma_chan *chan)
{
}

static void mock_debugfs_on(struct dw_edma *dw)
{
}

static const struct dw_edma_core_ops mock_core = {
	.quiesce = mock_quiesce,
	.ch_quiesce = mock_ch_quiesce,
	.ch_mask = mock_ch_mask,
	.ch_count = mock_ch_count,
	.ch_running = mock_ch_running,
	.ch_stop = mock_ch_stop,
	.handle_int = mock_handle_int,
	.ll_data = mock_ll_data,
	.ll_link = mock_ll_link,
	.ch_doorbell = mock_ch_doorbell,
	.ch_enable = mock_ch_enable,
	.ch_config = mock_ch_config,
	.debugfs_on = mock_debugfs_on,
};

static void mock_register(struct dw_edma *dw)
{
	dw->core = &mock_core;
}

/* ---- its surroundings */

static int mock_irq_vector(struct device *dev, unsigned int nr)
{
	if (mock->rings_early)
		generic_handle_irq_safe(mock->irq);

	return mock->irq;
}

static void mock_let_in(struct device *dev)
{
	mock->lets_in++;
	mock->is_cut_off = false;
}

static int mock_cut_off(struct device *dev)
{
	mock->cuts++;
	mock->is_cut_off = !mock->keeps_reach;

	return mock->is_cut_off ? 0 : -EIO;
}

static const struct dw_edma_plat_ops mock_remote_ops = {
	.irq_vector = mock_irq_vector,
	.let_in = mock_let_in,
	.cut_off = mock_cut_off,
};

static const struct dw_edma_plat_ops mock_local_ops = {
	.irq_vector = mock_irq_vector,
};

static void free_irq_desc_action(void *irq)
{
	irq_free_desc((uintptr_t)irq);
}

static void mock_probe(struct kunit *test, u32 flags)
{
	struct dw_edma_chip *chip = &mock->chip;
	struct device *dev;
	int i;

	dev = kunit_device_register(test, "dw-edma-mock");
	KUNIT_ASSERT_NOT_ERR_OR_NULL(test, dev);
	dev->dma_parms = kunit_kzalloc(test, sizeof(*dev->dma_parms),
				       GFP_KERNEL);
	KUNIT_ASSERT_NOT_NULL(test, dev->dma_parms);

	mock->irq = irq_alloc_desc(NUMA_NO_NODE);
	KUNIT_ASSERT_GT(test, mock->irq, 0);
	irq_set_chip_and_handler(mock->irq, &dummy_irq_chip, handle_simple_irq);
	KUNIT_ASSERT_EQ(test, 0,
			kunit_add_action_or_reset(test, free_irq_desc_action,
						  (void *)(uintptr_t)mock->irq));

	chip->dev = dev;
	chip->nr_irqs = 1;
	chip->flags = flags;
	chip->mf = EDMA_MF_EDMA_UNROLL;
	chip->ops = flags & DW_EDMA_CHIP_LOCAL ? &mock_local_ops :
						 &mock_remote_ops;
	chip->ll_wr_cnt = NR_CHANS;
	chip->ll_rd_cnt = NR_CHANS;
	for (i = 0; i < NR_CHANS; i++) {
		chip->ll_region_wr[i].sz = SZ_4K;
		chip->ll_region_rd[i].sz = SZ_4K;
	}

	kunit_activate_static_stub(test, dw_edma_v0_core_register,
				   mock_register);
	KUNIT_ASSERT_EQ(test, 0, dw_edma_probe(chip));
	mock->dw = chip->dw;
	mock->rings_early = false;
	mock->quiesces = 0;
}

/* A channel that belongs to a client from now on */
static struct dma_chan *take(struct kunit *test, enum dw_edma_dir dir,
			     unsigned int id)
{
	struct dma_chan *chan =
		&mock->dw->chan[dir * NR_CHANS + id].vc.chan;
	struct dma_slave_config config = {};

	KUNIT_ASSERT_PTR_EQ(test, chan, dma_get_slave_channel(chan));
	KUNIT_ASSERT_EQ(test, 0, dmaengine_slave_config(chan, &config));

	return chan;
}

static struct mock_chan *hw(struct dma_chan *chan)
{
	return mock_of(dchan2dw_edma_chan(chan));
}

/* An interrupt, and all that follows from it */
static void ring(void)
{
	generic_handle_irq_safe(mock->irq);
	flush_workqueue(mock->dw->wq);
	msleep(20);
}

static void finish(struct dma_chan *chan)
{
	hw(chan)->runs = false;
	hw(chan)->done = true;
}

/* ---- clients */

static void called(void *param, const struct dmaengine_result *result)
{
	struct client *client = param;

	client->calls++;
	client->result = result->result;
	if (hw(client->chan)->runs && hw(client->chan)->client == client &&
	    !mock->is_cut_off)
		client->at_work = true;
}

static struct dma_async_tx_descriptor *prepare(struct dma_chan *chan)
{
	bool writes = dchan2dw_edma_chan(chan)->dir == EDMA_DIR_WRITE;
	bool local = mock->chip.flags & DW_EDMA_CHIP_LOCAL;

	return dmaengine_prep_config_single(chan, 0x10000, SIZE,
					    writes != local ? DMA_DEV_TO_MEM :
							      DMA_MEM_TO_DEV,
					    DMA_PREP_INTERRUPT, NULL);
}

static void submit(struct kunit *test, struct dma_chan *chan,
		   struct client *client)
{
	struct dma_async_tx_descriptor *tx = prepare(chan);

	KUNIT_ASSERT_NOT_NULL(test, tx);
	client->chan = chan;
	tx->callback_result = called;
	tx->callback_param = client;
	client->cookie = dmaengine_submit(tx);
}

static void start(struct kunit *test, struct dma_chan *chan,
		  struct client *client)
{
	submit(test, chan, client);
	dma_async_issue_pending(chan);
}

static enum dma_status status_of(struct client *client)
{
	return dmaengine_tx_status(client->chan, client->cookie, NULL);
}

static void expect_end(struct kunit *test, struct client *client,
		       enum dmaengine_tx_result result)
{
	KUNIT_EXPECT_EQ(test, 1, client->calls);
	KUNIT_EXPECT_EQ(test, result, client->result);
	KUNIT_EXPECT_FALSE(test, client->at_work);
	KUNIT_EXPECT_EQ(test, result == DMA_TRANS_NOERROR ? DMA_COMPLETE :
							    DMA_ERROR,
			status_of(client));
}

static void expect_silence(struct kunit *test, struct client *client)
{
	KUNIT_EXPECT_EQ(test, 0, client->calls);
}

/* ---- cases */

static void succeeds(struct kunit *test)
{
	struct client *c = test->priv;
	struct dma_chan *chan = take(test, EDMA_DIR_WRITE, 0);

	start(test, chan, &c[0]);
	start(test, chan, &c[1]);
	KUNIT_EXPECT_EQ(test, DMA_IN_PROGRESS, status_of(&c[0]));
	finish(chan);
	ring();
	expect_end(test, &c[0], DMA_TRANS_NOERROR);
	expect_silence(test, &c[1]);
	finish(chan);
	ring();
	expect_end(test, &c[1], DMA_TRANS_NOERROR);
	KUNIT_EXPECT_EQ(test, 2, hw(chan)->starts);
	/* It read no status register but that of interrupts */
	KUNIT_EXPECT_EQ(test, 0, mock->polls);
	dma_release_channel(chan);
	KUNIT_EXPECT_EQ(test, 0, mock->polls);
}

/* An interrupt that comes while channels are set up finds whole ones only */
static void is_rung_early(struct kunit *test)
{
	KUNIT_EXPECT_FALSE(test, mock->early);
}

static void terminate_stops(struct kunit *test)
{
	struct client *c = test->priv;
	struct dma_chan *chan = take(test, EDMA_DIR_READ, 0);

	start(test, chan, &c[0]);
	start(test, chan, &c[1]);
	KUNIT_EXPECT_EQ(test, 0, dmaengine_terminate_sync(chan));
	KUNIT_EXPECT_FALSE(test, hw(chan)->runs);
	KUNIT_EXPECT_EQ(test, DMA_ERROR, status_of(&c[0]));
	KUNIT_EXPECT_EQ(test, DMA_ERROR, status_of(&c[1]));

	/* It works again at once */
	start(test, chan, &c[2]);
	KUNIT_EXPECT_TRUE(test, hw(chan)->runs);
	finish(chan);
	ring();
	expect_end(test, &c[2], DMA_TRANS_NOERROR);
	expect_silence(test, &c[0]);
	expect_silence(test, &c[1]);
	dma_release_channel(chan);
}

/* Nobody synchronizes, and the next transfer runs all the same */
static void terminate_and_go_on(struct kunit *test)
{
	struct client *c = test->priv;
	struct dma_chan *chan = take(test, EDMA_DIR_READ, 0);

	start(test, chan, &c[0]);
	KUNIT_EXPECT_EQ(test, 0, dmaengine_terminate_async(chan));
	start(test, chan, &c[1]);
	flush_workqueue(mock->dw->wq);
	KUNIT_EXPECT_EQ(test, 2, hw(chan)->starts);
	finish(chan);
	ring();
	expect_silence(test, &c[0]);
	expect_end(test, &c[1], DMA_TRANS_NOERROR);
	dma_release_channel(chan);
}

/* Q50: the interrupt of a transfer was lost, and the client gave up */
static void stale_done_ends_nothing(struct kunit *test)
{
	struct client *c = test->priv;
	struct dma_chan *chan = take(test, EDMA_DIR_WRITE, 0);
	struct dma_chan *other = take(test, EDMA_DIR_WRITE, 1);

	start(test, chan, &c[0]);
	finish(chan);
	KUNIT_EXPECT_EQ(test, 0, dmaengine_terminate_sync(chan));

	start(test, chan, &c[1]);
	start(test, other, &c[2]);
	finish(other);
	ring();
	expect_end(test, &c[2], DMA_TRANS_NOERROR);
	expect_silence(test, &c[1]);
	KUNIT_EXPECT_EQ(test, DMA_IN_PROGRESS, status_of(&c[1]));
	dmaengine_terminate_sync(chan);
	dma_release_channel(other);
	dma_release_channel(chan);
}

static void aborted_goes_on(struct kunit *test)
{
	struct client *c = test->priv;
	struct dma_chan *chan = take(test, EDMA_DIR_READ, 1);

	start(test, chan, &c[0]);
	start(test, chan, &c[1]);
	hw(chan)->runs = false;
	hw(chan)->abort = true;
	ring();
	expect_end(test, &c[0], DMA_TRANS_ABORTED);
	KUNIT_EXPECT_TRUE(test, hw(chan)->runs);
	finish(chan);
	ring();
	expect_end(test, &c[1], DMA_TRANS_NOERROR);
	dma_release_channel(chan);
}

/* The abort is of the transfer that ran, not of that which follows it */
static void done_and_aborted(struct kunit *test)
{
	struct client *c = test->priv;
	struct dma_chan *chan = take(test, EDMA_DIR_READ, 1);

	start(test, chan, &c[0]);
	start(test, chan, &c[1]);
	finish(chan);
	hw(chan)->abort = true;
	ring();
	expect_end(test, &c[0], DMA_TRANS_ABORTED);
	expect_silence(test, &c[1]);
	KUNIT_EXPECT_TRUE(test, hw(chan)->runs);
	finish(chan);
	ring();
	expect_end(test, &c[1], DMA_TRANS_NOERROR);
	dma_release_channel(chan);
}

/* An abort shows while the channel is at work */
static void aborted_while_it_runs(struct kunit *test)
{
	struct client *c = test->priv;
	struct dma_chan *chan = take(test, EDMA_DIR_READ, 0);

	start(test, chan, &c[0]);
	hw(chan)->abort = true;
	ring();
	expect_end(test, &c[0], DMA_TRANS_ABORTED);
	KUNIT_EXPECT_FALSE(test, hw(chan)->runs);
	dma_release_channel(chan);
}

/* Its done comes after that, and is not of the transfer that follows */
static void aborted_then_done(struct kunit *test)
{
	struct client *c = test->priv;
	struct dma_chan *chan = take(test, EDMA_DIR_READ, 0);

	start(test, chan, &c[0]);
	start(test, chan, &c[1]);
	hw(chan)->runs = false;
	hw(chan)->abort = true;
	hw(chan)->late = true;
	ring();
	expect_end(test, &c[0], DMA_TRANS_ABORTED);
	ring();
	expect_silence(test, &c[1]);
	KUNIT_EXPECT_TRUE(test, hw(chan)->runs);
	finish(chan);
	ring();
	expect_end(test, &c[1], DMA_TRANS_NOERROR);
	dma_release_channel(chan);
}

/* Its direction is stopped instead, and what ran there has failed */
static void deaf_channel(struct kunit *test)
{
	struct client *c = test->priv;
	struct dma_chan *deaf = take(test, EDMA_DIR_WRITE, 0);
	struct dma_chan *sibling = take(test, EDMA_DIR_WRITE, 1);
	struct dma_chan *other = take(test, EDMA_DIR_READ, 0);

	start(test, deaf, &c[0]);
	start(test, sibling, &c[1]);
	start(test, sibling, &c[2]);
	start(test, other, &c[3]);
	hw(deaf)->deaf = true;
	KUNIT_EXPECT_EQ(test, 0, dmaengine_terminate_sync(deaf));
	KUNIT_EXPECT_FALSE(test, hw(deaf)->runs);
	msleep(20);
	expect_silence(test, &c[0]);
	expect_end(test, &c[1], DMA_TRANS_ABORTED);
	KUNIT_EXPECT_EQ(test, 2, hw(sibling)->starts);
	KUNIT_EXPECT_EQ(test, 0, mock->cuts);

	finish(sibling);
	finish(other);
	ring();
	expect_end(test, &c[2], DMA_TRANS_NOERROR);
	expect_end(test, &c[3], DMA_TRANS_NOERROR);

	start(test, deaf, &c[4]);
	finish(deaf);
	ring();
	expect_end(test, &c[4], DMA_TRANS_NOERROR);
	dma_release_channel(other);
	dma_release_channel(sibling);
	dma_release_channel(deaf);
}

/* Q47: it is cut off first, then all clients of the device hear of it */
static void stuck_engine(struct kunit *test)
{
	struct client *c = test->priv;
	struct dma_chan *stuck = take(test, EDMA_DIR_WRITE, 0);
	struct dma_chan *sibling = take(test, EDMA_DIR_WRITE, 1);
	struct dma_chan *other = take(test, EDMA_DIR_READ, 0);

	start(test, stuck, &c[0]);
	start(test, sibling, &c[1]);
	start(test, other, &c[2]);
	start(test, other, &c[3]);
	hw(stuck)->deaf = true;
	mock->never_stops = true;
	KUNIT_EXPECT_EQ(test, 0, dmaengine_terminate_sync(stuck));
	KUNIT_EXPECT_EQ(test, 1, mock->cuts);
	msleep(20);
	expect_silence(test, &c[0]);
	expect_end(test, &c[1], DMA_TRANS_ABORTED);
	expect_end(test, &c[2], DMA_TRANS_ABORTED);
	expect_end(test, &c[3], DMA_TRANS_ABORTED);
	KUNIT_EXPECT_NULL(test, prepare(stuck));
	KUNIT_EXPECT_NULL(test, prepare(other));

	dma_release_channel(other);
	dma_release_channel(sibling);
	dma_release_channel(stuck);

	/* Who can stop has done so, and removal does not try again in vain */
	KUNIT_EXPECT_FALSE(test, hw(other)->runs);
	KUNIT_EXPECT_EQ(test, 1, mock->quiesces);
	KUNIT_EXPECT_EQ(test, 0, dw_edma_remove(&mock->chip));
	KUNIT_EXPECT_EQ(test, 1, mock->quiesces);
	KUNIT_EXPECT_EQ(test, 1, mock->cuts);
}

/* There is nothing to cut it off with: what it has is never given back */
static void stuck_local_engine(struct kunit *test)
{
	struct client *c = test->priv;
	struct dma_chan *stuck = take(test, EDMA_DIR_WRITE, 0);
	struct dma_chan *sibling = take(test, EDMA_DIR_WRITE, 1);
	struct dma_chan *other = take(test, EDMA_DIR_READ, 0);

	start(test, sibling, &c[0]);
	start(test, sibling, &c[1]);
	start(test, other, &c[2]);
	hw(sibling)->deaf = true;
	start(test, stuck, &c[3]);
	hw(stuck)->deaf = true;
	mock->never_stops = true;
	KUNIT_EXPECT_EQ(test, 0, dmaengine_terminate_sync(stuck));
	msleep(20);
	expect_silence(test, &c[0]);
	expect_end(test, &c[1], DMA_TRANS_ABORTED);
	expect_silence(test, &c[3]);
	KUNIT_EXPECT_NULL(test, prepare(stuck));

	/* The other direction is not concerned */
	finish(other);
	ring();
	expect_end(test, &c[2], DMA_TRANS_NOERROR);
	start(test, other, &c[4]);
	dmaengine_terminate_sync(other);

	dma_release_channel(other);
	dma_release_channel(sibling);
	dma_release_channel(stuck);
	expect_silence(test, &c[0]);
	KUNIT_EXPECT_NE(test, 0, dw_edma_remove(&mock->chip));
	expect_silence(test, &c[0]);
}

/* A client issues while it is removed: nothing ends before the engine rests */
static void removed_while_it_runs(struct kunit *test)
{
	struct client *c = test->priv;
	struct dma_chan *chan = take(test, EDMA_DIR_WRITE, 0);

	start(test, chan, &c[0]);
	submit(test, chan, &c[1]);
	mock->issue_late = chan;
	KUNIT_EXPECT_EQ(test, 0, dw_edma_remove(&mock->chip));
	expect_end(test, &c[0], DMA_TRANS_ABORTED);
	expect_end(test, &c[1], DMA_TRANS_ABORTED);
	KUNIT_EXPECT_EQ(test, 1, hw(chan)->starts);
	KUNIT_EXPECT_EQ(test, 0, mock->cuts);
	KUNIT_EXPECT_NULL(test, prepare(chan));
	KUNIT_EXPECT_EQ(test, 0, dmaengine_terminate_sync(chan));
	dma_release_channel(chan);
}

static void removed_while_stuck(struct kunit *test)
{
	struct client *c = test->priv;
	struct dma_chan *chan = take(test, EDMA_DIR_WRITE, 0);

	start(test, chan, &c[0]);
	start(test, chan, &c[1]);
	hw(chan)->deaf = true;
	mock->never_stops = true;
	KUNIT_EXPECT_EQ(test, 0, dw_edma_remove(&mock->chip));
	KUNIT_EXPECT_EQ(test, 1, mock->cuts);
	expect_end(test, &c[0], DMA_TRANS_ABORTED);
	expect_end(test, &c[1], DMA_TRANS_ABORTED);
	dma_release_channel(chan);
}

/* An engine that is still at work for somebody is not let in */
static void probed_while_stuck(struct kunit *test)
{
	KUNIT_EXPECT_EQ(test, 1, mock->lets_in);
	KUNIT_ASSERT_EQ(test, 0, dw_edma_remove(&mock->chip));

	mock->chans[EDMA_DIR_READ][0].runs = true;
	mock->chans[EDMA_DIR_READ][0].deaf = true;
	mock->never_stops = true;
	KUNIT_EXPECT_EQ(test, -ETIMEDOUT, dw_edma_probe(&mock->chip));
	KUNIT_EXPECT_NULL(test, mock->chip.dw);
	KUNIT_EXPECT_EQ(test, 1, mock->lets_in);

	mock->never_stops = false;
	KUNIT_EXPECT_EQ(test, 0, dw_edma_probe(&mock->chip));
	KUNIT_EXPECT_EQ(test, 2, mock->lets_in);
}

/* The rest of a local one is of use, but not who shares registers with it */
static void probed_at_work(struct kunit *test)
{
	struct client *c = test->priv;
	struct mock_chan *at_work = &mock->chans[EDMA_DIR_READ][0];
	struct dma_chan *chan;
	int i;

	KUNIT_ASSERT_EQ(test, 0, dw_edma_remove(&mock->chip));
	at_work->runs = true;
	at_work->deaf = true;
	mock->never_stops = true;
	KUNIT_ASSERT_EQ(test, 0, dw_edma_probe(&mock->chip));
	mock->dw = mock->chip.dw;
	for (i = 0; i < NR_CHANS; i++) {
		chan = &mock->dw->chan[NR_CHANS + i].vc.chan;
		KUNIT_EXPECT_NULL(test, dma_get_slave_channel(chan));
	}

	chan = take(test, EDMA_DIR_WRITE, 0);
	start(test, chan, &c[0]);
	finish(chan);
	ring();
	expect_end(test, &c[0], DMA_TRANS_NOERROR);
	dma_release_channel(chan);
}

/* Q8: nobody answers, and nobody asks for long */
static void dead_device(struct kunit *test)
{
	struct client *c = test->priv;
	struct dma_chan *chan = take(test, EDMA_DIR_WRITE, 0);

	start(test, chan, &c[0]);
	start(test, chan, &c[1]);
	mock->dead = true;
	KUNIT_EXPECT_EQ(test, 0, dmaengine_terminate_sync(chan));
	KUNIT_EXPECT_EQ(test, 1, mock->polls);
	KUNIT_EXPECT_EQ(test, 1, mock->cuts);
	KUNIT_EXPECT_EQ(test, 0, dw_edma_remove(&mock->chip));
	KUNIT_EXPECT_EQ(test, 1, mock->polls);
	dma_release_channel(chan);
}

/* Nobody answers, so nobody knows that it is cut off: its memory is kept */
static void dead_link(struct kunit *test)
{
	struct client *c = test->priv;
	struct dma_chan *chan = take(test, EDMA_DIR_WRITE, 0);

	start(test, chan, &c[0]);
	start(test, chan, &c[1]);
	mock->dead = true;
	mock->keeps_reach = true;
	hw(chan)->abort = true;
	ring();
	KUNIT_EXPECT_EQ(test, 1, mock->cuts);
	expect_silence(test, &c[0]);
	expect_end(test, &c[1], DMA_TRANS_ABORTED);
	KUNIT_EXPECT_EQ(test, DMA_ERROR, status_of(&c[0]));
	KUNIT_EXPECT_NULL(test, prepare(chan));
	dma_release_channel(chan);

	/* The link has come back, but its function is still at work */
	mock->dead = false;
	hw(chan)->deaf = true;
	mock->never_stops = true;
	KUNIT_EXPECT_EQ(test, -EIO, dw_edma_remove(&mock->chip));
	KUNIT_EXPECT_EQ(test, 2, mock->cuts);
	expect_silence(test, &c[0]);
}

/* Q49: what failed is known for as long as somebody may ask */
static void pollers_hear_of_errors(struct kunit *test)
{
	struct client *c = test->priv;
	struct dma_chan *chan = take(test, EDMA_DIR_READ, 0);
	unsigned int i;

	for (i = 0; i < NR_CLIENTS; i++) {
		start(test, chan, &c[i]);
		finish(chan);
		hw(chan)->abort = i < 12 && i % 2;
		ring();
		if (i < 12 && i % 2)
			expect_end(test, &c[i], DMA_TRANS_ABORTED);
		else
			expect_end(test, &c[i], DMA_TRANS_NOERROR);
	}

	for (i = 0; i < NR_CLIENTS; i++)
		KUNIT_EXPECT_EQ_MSG(test, i < 12 && i % 2 ? DMA_ERROR :
							    DMA_COMPLETE,
				    status_of(&c[i]), "transfer %u", i);
	dma_release_channel(chan);
}

/* More ranges than there is room for: no error is ever forgotten */
static void many_errors(struct kunit *test)
{
	struct client *c = test->priv;
	struct dma_chan *chan = take(test, EDMA_DIR_READ, 0);
	unsigned int i, round;

	for (round = 0; round < 2; round++) {
		for (i = 0; i < NR_CLIENTS; i++) {
			c[i].calls = 0;
			start(test, chan, &c[i]);
			finish(chan);
			hw(chan)->abort = i % 2;
			ring();
		}
		for (i = 1; i < NR_CLIENTS; i += 2)
			KUNIT_EXPECT_EQ(test, DMA_ERROR, status_of(&c[i]));
		/* Of the last ones what succeeded is known, too */
		for (i = NR_CLIENTS - 12; i < NR_CLIENTS; i += 2)
			KUNIT_EXPECT_EQ(test, DMA_COMPLETE, status_of(&c[i]));
	}
	dma_release_channel(chan);
}

/* Cookies start over, and come to numbers that failed long ago */
static void cookies_start_over(struct kunit *test)
{
	struct client *c = test->priv;
	struct dma_chan *chan = take(test, EDMA_DIR_READ, 0);

	chan->cookie = INT_MAX - 1;
	chan->completed_cookie = INT_MAX - 1;
	start(test, chan, &c[0]);
	start(test, chan, &c[1]);
	dmaengine_terminate_sync(chan);
	KUNIT_EXPECT_EQ(test, DMA_MIN_COOKIE, c[1].cookie);
	KUNIT_EXPECT_EQ(test, DMA_ERROR, status_of(&c[0]));
	KUNIT_EXPECT_EQ(test, DMA_ERROR, status_of(&c[1]));
	KUNIT_EXPECT_EQ(test, 1,
			dchan2dw_edma_chan(chan)->nr_failed);

	chan->cookie = INT_MAX - 1;
	chan->completed_cookie = INT_MAX - 1;
	start(test, chan, &c[2]);
	finish(chan);
	ring();
	expect_end(test, &c[2], DMA_TRANS_NOERROR);
	dma_release_channel(chan);
}

/* A client here uses a channel that stops together with what the host had */
static void reclaimed_beside_a_client(struct kunit *test)
{
	struct client *c = test->priv;
	struct dma_chan *lent = take(test, EDMA_DIR_WRITE, 0);
	struct dma_chan *chan = take(test, EDMA_DIR_WRITE, 1);

	KUNIT_ASSERT_EQ(test, 0, dw_edma_delegate_chan(lent));
	start(test, chan, &c[0]);
	start(test, chan, &c[1]);
	hw(lent)->runs = true;
	KUNIT_EXPECT_EQ(test, 0, dw_edma_reclaim_chan(lent));
	msleep(20);
	expect_end(test, &c[0], DMA_TRANS_ABORTED);
	finish(chan);
	ring();
	expect_end(test, &c[1], DMA_TRANS_NOERROR);

	start(test, lent, &c[2]);
	finish(lent);
	ring();
	expect_end(test, &c[2], DMA_TRANS_NOERROR);
	dma_release_channel(chan);
	dma_release_channel(lent);
}

/* What shares registers with a channel that does not stop is of no use here */
static void reclaimed_in_vain(struct kunit *test)
{
	struct client *c = test->priv;
	struct dma_chan *lent = take(test, EDMA_DIR_WRITE, 0);
	struct dma_chan *chan = &mock->dw->chan[1].vc.chan;

	KUNIT_ASSERT_EQ(test, 0, dw_edma_delegate_chan(lent));
	hw(lent)->runs = true;
	hw(lent)->deaf = true;
	mock->never_stops = true;
	KUNIT_EXPECT_EQ(test, -ETIMEDOUT, dw_edma_reclaim_chan(lent));
	KUNIT_EXPECT_NULL(test, dma_get_slave_channel(chan));

	/* Whoever wants it tries again */
	mock->never_stops = false;
	take(test, EDMA_DIR_WRITE, 1);
	KUNIT_EXPECT_EQ(test, 0, dw_edma_reclaim_chan(lent));
	start(test, chan, &c[0]);
	start(test, lent, &c[1]);
	finish(chan);
	finish(lent);
	ring();
	expect_end(test, &c[0], DMA_TRANS_NOERROR);
	expect_end(test, &c[1], DMA_TRANS_NOERROR);
	dma_release_channel(chan);
	dma_release_channel(lent);
}

/* A client here had begun a transfer when the engine stopped listening */
static void stuck_beside_a_client(struct kunit *test)
{
	struct client *c = test->priv;
	struct dma_chan *lent = take(test, EDMA_DIR_WRITE, 0);
	struct dma_chan *chan = take(test, EDMA_DIR_WRITE, 1);

	KUNIT_ASSERT_EQ(test, 0, dw_edma_delegate_chan(lent));
	start(test, chan, &c[0]);
	start(test, chan, &c[1]);
	submit(test, chan, &c[2]);
	hw(chan)->deaf = true;
	mock->never_stops = true;
	KUNIT_EXPECT_EQ(test, -ETIMEDOUT, dw_edma_reclaim_chan(lent));
	dma_async_issue_pending(chan);
	msleep(20);
	expect_silence(test, &c[0]);
	KUNIT_EXPECT_EQ(test, DMA_ERROR, status_of(&c[0]));
	expect_end(test, &c[1], DMA_TRANS_ABORTED);
	expect_end(test, &c[2], DMA_TRANS_ABORTED);
	KUNIT_EXPECT_NULL(test, prepare(chan));
	dma_release_channel(chan);
	dma_release_channel(lent);
}

/* The host's transfer is over, or it is not, and so it is said */
static void removed_while_lent(struct kunit *test)
{
	struct dma_chan *lent = take(test, EDMA_DIR_WRITE, 0);

	KUNIT_ASSERT_EQ(test, 0, dw_edma_delegate_chan(lent));
	hw(lent)->runs = true;
	KUNIT_EXPECT_EQ(test, 0, dw_edma_remove(&mock->chip));
	KUNIT_EXPECT_EQ(test, -ENODEV, dw_edma_reclaim_chan(lent));
	dma_release_channel(lent);
}

static void removed_while_stuck_and_lent(struct kunit *test)
{
	struct dma_chan *lent = take(test, EDMA_DIR_WRITE, 0);

	KUNIT_ASSERT_EQ(test, 0, dw_edma_delegate_chan(lent));
	hw(lent)->runs = true;
	hw(lent)->deaf = true;
	mock->never_stops = true;
	KUNIT_EXPECT_NE(test, 0, dw_edma_remove(&mock->chip));
	KUNIT_EXPECT_EQ(test, -EIO, dw_edma_reclaim_chan(lent));
	dma_release_channel(lent);
}

/* ---- suite */

static int mock_init(struct kunit *test, u32 flags, bool rings_early)
{
	mock = kunit_kzalloc(test, sizeof(*mock), GFP_KERNEL);
	KUNIT_ASSERT_NOT_NULL(test, mock);
	test->priv = kunit_kcalloc(test, NR_CLIENTS, sizeof(struct client),
				   GFP_KERNEL);
	KUNIT_ASSERT_NOT_NULL(test, test->priv);
	mock->rings_early = rings_early;
	mock_probe(test, flags);

	return 0;
}

static int remote_init(struct kunit *test)
{
	return mock_init(test, DW_EDMA_CHIP_PARTIAL, true);
}

static int local_init(struct kunit *test)
{
	return mock_init(test, DW_EDMA_CHIP_LOCAL, false);
}

static void mock_exit(struct kunit *test)
{
	if (mock && mock->chip.dw)
		dw_edma_remove(&mock->chip);
}

static struct kunit_case remote_cases[] = {
	KUNIT_CASE(succeeds),
	KUNIT_CASE(is_rung_early),
	KUNIT_CASE(terminate_stops),
	KUNIT_CASE(terminate_and_go_on),
	KUNIT_CASE(stale_done_ends_nothing),
	KUNIT_CASE(aborted_goes_on),
	KUNIT_CASE(done_and_aborted),
	KUNIT_CASE(aborted_while_it_runs),
	KUNIT_CASE(aborted_then_done),
	KUNIT_CASE(deaf_channel),
	KUNIT_CASE(stuck_engine),
	KUNIT_CASE(removed_while_it_runs),
	KUNIT_CASE(removed_while_stuck),
	KUNIT_CASE(probed_while_stuck),
	KUNIT_CASE(dead_device),
	KUNIT_CASE(dead_link),
	KUNIT_CASE(pollers_hear_of_errors),
	KUNIT_CASE(many_errors),
	KUNIT_CASE(cookies_start_over),
	{}
};

static struct kunit_suite remote_suite = {
	.name = "dw-edma-remote",
	.init = remote_init,
	.exit = mock_exit,
	.test_cases = remote_cases,
};

static struct kunit_case local_cases[] = {
	KUNIT_CASE(succeeds),
	KUNIT_CASE(terminate_stops),
	KUNIT_CASE(deaf_channel),
	KUNIT_CASE(removed_while_it_runs),
	KUNIT_CASE(stuck_local_engine),
	KUNIT_CASE(probed_at_work),
	KUNIT_CASE(reclaimed_beside_a_client),
	KUNIT_CASE(reclaimed_in_vain),
	KUNIT_CASE(stuck_beside_a_client),
	KUNIT_CASE(removed_while_lent),
	KUNIT_CASE(removed_while_stuck_and_lent),
	{}
};

static struct kunit_suite local_suite = {
	.name = "dw-edma-local",
	.init = local_init,
	.exit = mock_exit,
	.test_cases = local_cases,
};

kunit_test_suites(&remote_suite, &local_suite);
