// SPDX-License-Identifier: GPL-2.0
/*
 * KUnit test of the export of DMA channels
 *
 * The endpoint core and the DMAengine are the real ones. Below them stand a
 * controller and an engine that do nothing but remember: which BAR shows what,
 * and whose a channel is. Whenever a channel is to be stopped, the controller
 * checks that no BAR shows registers.
 *
 * The host is a pointer to the memory behind the metadata BAR. A look of the
 * watch is not waited for, but made at once by flushing it.
 */

#include <kunit/device.h>
#include <kunit/test.h>
#include <linux/array_size.h>
#include <linux/cleanup.h>
#include <linux/delay.h>
#include <linux/device/driver.h>
#include <linux/dmaengine.h>
#include <linux/err.h>
#include <linux/interrupt.h>
#include <linux/irq.h>
#include <linux/irqdesc.h>
#include <linux/jiffies.h>
#include <linux/list.h>
#include <linux/module.h>
#include <linux/pci-ep-msi.h>
#include <linux/string.h>

#include "pci-ep-dma-internal.h"

#define REGS_PHYS	0x77005000	/* far from memory */
#define NR_DIR		2
#define NR_CHANS	(2 * NR_DIR)
#define REGS_SIZE	(0x200 + 0x200 * NR_DIR)
#define DOORBELL_OFFSET	0xa0
#define RESERVED_OFFSET	0x1000

struct mock_chan {
	struct dma_chan dma;
	bool delegated;
	bool stuck;
	bool busy;			/* cannot be requested */
	bool old;			/* held since its engine was removed */
};

/* What a host sees through a BAR */
struct shown {
	bool set;
	u64 phys;
	u64 size;
};

struct mock {
	struct kunit *test;
	struct device *dev;
	struct dma_device engine;
	struct mock_chan chan[NR_CHANS];
	struct pci_epc *epc;
	struct pci_epf *epf;
	struct pci_epc_features features;
	struct pci_ep_dma_config config;
	struct pci_ep_dma_export *exp;
	struct shown bar[PCI_STD_NUM_BARS];
	int irq;			/* of the doorbell */

	/* what the controller says */
	bool no_engine;
	bool no_doorbell;
	bool reserved_bar;		/* the registers are in BAR5 */
	u64 area_size;

	/* what it refuses */
	bool no_resources;
	bool no_windows;		/* of registers */
	int set_bar_left;		/* calls until one fails, or -1 */
	int delegate_left;
	bool gone;			/* the engine was removed */
	bool runs_on;			/* it does not stop */

	unsigned int nr_set_bar;
	unsigned int nr_window;		/* attempts to show the registers */
	unsigned int nr_stop;
};

/* ---- the controller ----------------------------------------------------- */

static const struct pci_epc_features *
mock_get_features(struct pci_epc *epc, u8 func_no, u8 vfunc_no)
{
	struct mock *m = epc_get_drvdata(epc);

	return &m->features;
}

static bool due(int *left)
{
	return *left >= 0 && (*left)-- == 0;
}

static int mock_set_bar(struct pci_epc *epc, u8 func_no, u8 vfunc_no,
			struct pci_epf_bar *bar)
{
	struct mock *m = epc_get_drvdata(epc);

	m->nr_set_bar++;
	m->nr_window += !!bar->num_submap;

	/* As hardware does it: what was there is gone in any case */
	m->bar[bar->barno] = (struct shown) {};
	if (due(&m->set_bar_left) || (bar->num_submap && m->no_windows))
		return -EIO;

	m->bar[bar->barno] = (struct shown) {
		.set = true,
		.phys = bar->num_submap ? bar->submap[0].phys_addr :
					  bar->phys_addr,
		.size = bar->num_submap ? bar->submap[0].size : bar->size,
	};

	return 0;
}

static void mock_clear_bar(struct pci_epc *epc, u8 func_no, u8 vfunc_no,
			   struct pci_epf_bar *bar)
{
	struct mock *m = epc_get_drvdata(epc);

	m->bar[bar->barno] = (struct shown) {};
}

static bool mock_filter(struct dma_chan *chan, void *param)
{
	return chan == param;
}

static int mock_fill_resources(struct mock *m, struct pci_epc_aux_resource *res)
{
	struct pci_epc_aux_resource *first = res;
	int i;

	if (!m->no_doorbell)
		*res++ = (struct pci_epc_aux_resource) {
			.type = PCI_EPC_AUX_DOORBELL_MMIO,
			.phys_addr = REGS_PHYS + DOORBELL_OFFSET,
			.size = sizeof(u32),
			.bar = m->reserved_bar ? BAR_5 : NO_BAR,
			.bar_offset = RESERVED_OFFSET + DOORBELL_OFFSET,
			.u.db_mmio = { .irq = m->irq, .data = 7 },
		};

	if (m->no_engine)
		return res - first;

	*res++ = (struct pci_epc_aux_resource) {
		.type = PCI_EPC_AUX_DMA_CTRL_MMIO,
		.phys_addr = REGS_PHYS,
		.size = REGS_SIZE,
		.bar = m->reserved_bar ? BAR_5 : NO_BAR,
		.bar_offset = RESERVED_OFFSET,
		.u.dma_ctrl = {
			.layout = PCI_EP_DMA_LAYOUT_DW_EDMA_V0,
			.whole_direction = true,
			.area = REGS_PHYS,
			.area_size = m->area_size,
		},
	};

	for (i = 0; i < NR_CHANS; i++)
		*res++ = (struct pci_epc_aux_resource) {
			.type = PCI_EPC_AUX_DMA_CHAN,
			.bar = NO_BAR,
			.u.dma_chan = {
				.dir = i < NR_DIR ? PCI_EP_DMA_DIR_WRITE :
						    PCI_EP_DMA_DIR_READ,
				.hw_chan = i % NR_DIR,
				.filter = mock_filter,
				.filter_param = &m->chan[i].dma,
			},
		};

	return res - first;
}

static int mock_count_resources(struct pci_epc *epc, u8 func_no, u8 vfunc_no)
{
	struct pci_epc_aux_resource res[2 + NR_CHANS];

	return mock_fill_resources(epc_get_drvdata(epc), res);
}

static int mock_get_resources(struct pci_epc *epc, u8 func_no, u8 vfunc_no,
			      struct pci_epc_aux_resource *res, int count)
{
	struct mock *m = epc_get_drvdata(epc);

	if (m->no_resources)
		return -EIO;

	mock_fill_resources(m, res);

	return 0;
}

static int mock_delegate(struct pci_epc *epc, u8 func_no, u8 vfunc_no,
			 struct dma_chan *dma)
{
	struct mock_chan *chan = container_of(dma, struct mock_chan, dma);
	struct mock *m = epc_get_drvdata(epc);

	if (m->gone || chan->old)
		return -ENODEV;
	if (chan->stuck && m->runs_on)
		return -EIO;
	if (chan->delegated && !chan->stuck)
		return -EBUSY;
	if (due(&m->delegate_left))
		return -EBUSY;

	KUNIT_EXPECT_EQ(m->test, dma->client_count, 1);
	chan->delegated = true;
	chan->stuck = false;

	return 0;
}

/* Some of the registers are in sight of a host */
static bool shows_registers(struct mock *m)
{
	const u64 page = ALIGN_DOWN(REGS_PHYS, SZ_4K);
	enum pci_barno i;

	for (i = BAR_0; i < PCI_STD_NUM_BARS; i++)
		if (m->bar[i].set && m->bar[i].phys < page + SZ_4K &&
		    m->bar[i].phys + m->bar[i].size > page)
			return true;

	return false;
}

static int mock_reclaim(struct pci_epc *epc, u8 func_no, u8 vfunc_no,
			struct dma_chan *dma)
{
	struct mock_chan *chan = container_of(dma, struct mock_chan, dma);
	struct mock *m = epc_get_drvdata(epc);

	KUNIT_EXPECT_FALSE_MSG(m->test, shows_registers(m),
			       "a host could start the channel again");
	if (m->gone || chan->old)
		return -ENODEV;
	if (!chan->delegated)
		return 0;

	m->nr_stop++;
	if (m->runs_on) {
		chan->stuck = true;
		return -ETIMEDOUT;
	}
	chan->delegated = false;
	chan->stuck = false;

	return 0;
}

static const struct pci_epc_ops mock_epc_ops = {
	.set_bar = mock_set_bar,
	.clear_bar = mock_clear_bar,
	.get_features = mock_get_features,
	.get_aux_resources_count = mock_count_resources,
	.get_aux_resources = mock_get_resources,
	.delegate_dma_chan = mock_delegate,
	.reclaim_dma_chan = mock_reclaim,
	.owner = THIS_MODULE,
};

/* ---- the engine --------------------------------------------------------- */

static int mock_alloc_chan(struct dma_chan *dma)
{
	struct mock_chan *chan = container_of(dma, struct mock_chan, dma);

	if (chan->busy || chan->stuck)
		return -EBUSY;
	chan->old = false;

	return 0;
}

static void mock_free_chan(struct dma_chan *dma)
{
}

static enum dma_status mock_tx_status(struct dma_chan *dma, dma_cookie_t cookie,
				      struct dma_tx_state *state)
{
	return DMA_COMPLETE;
}

static void mock_issue_pending(struct dma_chan *dma)
{
}

static int mock_register_engine(struct mock *m)
{
	struct dma_device *engine = &m->engine;
	int i;

	engine->dev = m->dev;
	engine->device_alloc_chan_resources = mock_alloc_chan;
	engine->device_free_chan_resources = mock_free_chan;
	engine->device_tx_status = mock_tx_status;
	engine->device_issue_pending = mock_issue_pending;
	dma_cap_set(DMA_SLAVE, engine->cap_mask);
	dma_cap_set(DMA_PRIVATE, engine->cap_mask);

	INIT_LIST_HEAD(&engine->channels);
	for (i = 0; i < NR_CHANS; i++) {
		m->chan[i].dma.device = engine;
		list_add_tail(&m->chan[i].dma.device_node, &engine->channels);
	}

	return dma_async_device_register(engine);
}

/* ---- the endpoint function ---------------------------------------------- */

static int create(struct mock *m)
{
	guard(mutex)(&m->epf->lock);

	m->exp = pci_ep_dma_export_create(m->epf, &m->config);

	return PTR_ERR_OR_ZERO(m->exp);
}

static void destroy(struct mock *m)
{
	guard(mutex)(&m->epf->lock);

	if (!IS_ERR_OR_NULL(m->exp))
		pci_ep_dma_export_destroy(m->exp);
	m->exp = NULL;
}

static int claim(struct mock *m)
{
	guard(mutex)(&m->epf->lock);

	return pci_ep_dma_export_claim(m->exp);
}

static int publish(struct mock *m)
{
	guard(mutex)(&m->epf->lock);

	return pci_ep_dma_export_publish(m->exp);
}

static void release(struct mock *m)
{
	guard(mutex)(&m->epf->lock);

	pci_ep_dma_export_release(m->exp);
}

static void link_up(struct mock *m)
{
	guard(mutex)(&m->epf->lock);

	pci_ep_dma_export_link_up(m->exp);
}

static void link_down(struct mock *m)
{
	guard(mutex)(&m->epf->lock);

	pci_ep_dma_export_link_down(m->exp);
}

/* Now, not when the time has come */
static void look(struct mock *m)
{
	flush_delayed_work(&m->exp->watch);
}

static void start(struct mock *m)
{
	struct kunit *test = m->test;

	KUNIT_ASSERT_EQ(test, create(m), 0);
	KUNIT_ASSERT_EQ(test, claim(m), 0);
	KUNIT_ASSERT_EQ(test, publish(m), 0);
	look(m);
}

/* ---- the host ----------------------------------------------------------- */

static struct pci_ep_dma_wire_header *host_block(struct mock *m)
{
	return m->epf->bar[m->exp->metadata_bar].addr;
}

static u32 host_state(struct mock *m)
{
	return le32_to_cpu(host_block(m)->state);
}

static u32 host_serviced(struct mock *m)
{
	return le32_to_cpu(host_block(m)->serviced);
}

static u32 host_generation(struct mock *m)
{
	return le32_to_cpu(host_block(m)->generation);
}

static void host_write_token(struct mock *m, u32 token)
{
	void *block = host_block(m);
	struct pci_ep_dma_wire_host *host =
		block + le32_to_cpu(host_block(m)->host_offset);

	WRITE_ONCE(host->token, cpu_to_le32(token));
}

static void host_ring(struct mock *m)
{
	generic_handle_irq_safe(m->irq);
}

static void host_asks(struct mock *m, u32 token)
{
	host_write_token(m, token);
	look(m);
}

/* ---- expectations ------------------------------------------------------- */

static unsigned int nr_held(struct mock *m)
{
	unsigned int i, n = 0;

	for (i = 0; i < NR_CHANS; i++)
		n += !!m->chan[i].dma.client_count;

	return n;
}

static unsigned int nr_delegated(struct mock *m)
{
	unsigned int i, n = 0;

	for (i = 0; i < NR_CHANS; i++)
		n += m->chan[i].delegated;

	return n;
}

static size_t nr_kept(void)
{
	guard(mutex)(&epdma_kept_lock);

	return list_count_nodes(&epdma_kept_list);
}

static void expect_nothing_shown(struct mock *m)
{
	enum pci_barno i;

	for (i = BAR_0; i < PCI_STD_NUM_BARS; i++)
		KUNIT_EXPECT_FALSE_MSG(m->test, m->bar[i].set, "BAR%d", i);
}

static void expect_nothing_held(struct mock *m)
{
	enum pci_barno i;

	expect_nothing_shown(m);
	KUNIT_EXPECT_EQ(m->test, nr_held(m), 0);
	for (i = BAR_0; i < PCI_STD_NUM_BARS; i++) {
		KUNIT_EXPECT_NULL(m->test, m->epf->bar[i].addr);
		KUNIT_EXPECT_EQ(m->test, m->epf->bar[i].size, 0);
	}
	KUNIT_EXPECT_PTR_EQ(m->test, m->epf->db_msg, NULL);
}

static void expect_ready(struct mock *m, u32 token)
{
	KUNIT_EXPECT_EQ(m->test, m->exp->state, EPDMA_READY);
	KUNIT_EXPECT_EQ(m->test, host_state(m), PCI_EP_DMA_STATE_READY);
	KUNIT_EXPECT_EQ(m->test, host_serviced(m), token);
	KUNIT_EXPECT_EQ(m->test, nr_delegated(m), NR_CHANS);
	if (!m->reserved_bar)
		KUNIT_EXPECT_EQ(m->test, m->bar[m->exp->window_bar].phys,
				REGS_PHYS);
}

static void expect_published(struct mock *m)
{
	KUNIT_EXPECT_EQ(m->test, m->exp->state, EPDMA_PUBLISHED);
	KUNIT_EXPECT_EQ(m->test, host_state(m), PCI_EP_DMA_STATE_PUBLISHED);
	KUNIT_EXPECT_EQ(m->test, host_serviced(m), 0);
	KUNIT_EXPECT_EQ(m->test, m->exp->nr_repairs, 0);
}

/* ---- cases: the good way ------------------------------------------------ */

static void test_claim(struct kunit *test)
{
	struct mock *m = test->priv;

	KUNIT_ASSERT_EQ(test, create(m), 0);
	KUNIT_EXPECT_EQ(test, publish(m), -EINVAL);
	KUNIT_EXPECT_EQ(test, nr_held(m), 0);

	KUNIT_ASSERT_EQ(test, claim(m), 0);
	KUNIT_EXPECT_EQ(test, m->exp->state, EPDMA_CLAIMED);
	KUNIT_EXPECT_EQ(test, nr_held(m), NR_CHANS);
	KUNIT_EXPECT_EQ(test, nr_delegated(m), 0);
	expect_nothing_shown(m);

	/* The controller may be initialised before bind and told of after */
	KUNIT_EXPECT_EQ(test, claim(m), 0);
	KUNIT_EXPECT_EQ(test, nr_held(m), NR_CHANS);

	/* Neither does anything to what is not published */
	link_up(m);
	link_down(m);
	KUNIT_EXPECT_EQ(test, m->exp->state, EPDMA_CLAIMED);

	release(m);
	KUNIT_EXPECT_EQ(test, m->exp->state, EPDMA_IDLE);
	expect_nothing_held(m);
}

static void test_publish(struct kunit *test)
{
	struct mock *m = test->priv;

	start(m);
	expect_published(m);
	KUNIT_EXPECT_EQ(test, nr_delegated(m), NR_CHANS);
	KUNIT_EXPECT_EQ(test, m->exp->metadata_bar, BAR_0);
	KUNIT_EXPECT_EQ(test, m->exp->window_bar, BAR_1);
	KUNIT_EXPECT_EQ(test, m->exp->doorbell.bar, BAR_2);
	KUNIT_EXPECT_EQ(test, m->bar[BAR_0].phys, m->epf->bar[BAR_0].phys_addr);
	KUNIT_EXPECT_EQ(test, m->bar[BAR_1].phys, m->epf->bar[BAR_1].phys_addr);
	KUNIT_EXPECT_EQ(test, m->nr_window, 0);
}

static void test_request(struct kunit *test)
{
	struct mock *m = test->priv;
	u32 generation;

	start(m);
	generation = host_generation(m);
	host_asks(m, 5);
	expect_ready(m, 5);
	KUNIT_EXPECT_EQ(test, host_generation(m), generation);

	/* Nothing is done while nothing changes */
	KUNIT_EXPECT_EQ(test, m->nr_stop, 0);
	look(m);
	KUNIT_EXPECT_EQ(test, m->nr_window, 1);

	host_asks(m, 0);
	expect_published(m);
	KUNIT_EXPECT_EQ(test, m->nr_stop, NR_CHANS);
	KUNIT_EXPECT_EQ(test, nr_delegated(m), NR_CHANS);
	KUNIT_EXPECT_NE(test, host_generation(m), generation);
	KUNIT_EXPECT_EQ(test, m->bar[BAR_1].phys, m->epf->bar[BAR_1].phys_addr);

	host_asks(m, 6);
	expect_ready(m, 6);
}

/* A host that rebooted asks anew: other windows, stopped channels */
static void test_another_token(struct kunit *test)
{
	struct mock *m = test->priv;

	start(m);
	host_asks(m, 5);
	host_asks(m, 6);
	expect_ready(m, 6);
	KUNIT_EXPECT_EQ(test, m->nr_window, 2);
	KUNIT_EXPECT_EQ(test, m->nr_stop, NR_CHANS);
}

static void test_ring(struct kunit *test)
{
	struct mock *m = test->priv;

	start(m);
	KUNIT_EXPECT_NE(test, m->exp->doorbell.irq, 0);
	host_write_token(m, 5);
	host_ring(m);
	look(m);
	expect_ready(m, 5);

	/* Rings without a request are nothing */
	host_ring(m);
	look(m);
	expect_ready(m, 5);
	KUNIT_EXPECT_EQ(test, m->nr_window, 1);
}

/* Dead link or dead host: no token */
static void test_all_ones(struct kunit *test)
{
	struct mock *m = test->priv;

	start(m);
	host_asks(m, U32_MAX);
	expect_published(m);
	host_asks(m, 5);
	host_asks(m, U32_MAX);
	expect_published(m);
}

static void test_link(struct kunit *test)
{
	struct mock *m = test->priv;

	start(m);
	host_asks(m, 5);
	link_down(m);
	expect_published(m);
	KUNIT_EXPECT_EQ(test, m->nr_stop, NR_CHANS);

	/* The token that still stands is not a new request */
	look(m);
	expect_published(m);

	host_write_token(m, 6);
	link_up(m);
	look(m);
	expect_ready(m, 6);

	/* While a mapping is tried */
	m->no_windows = true;
	host_asks(m, 7);
	KUNIT_EXPECT_EQ(test, m->exp->state, EPDMA_REQUESTED);
	link_down(m);
	expect_published(m);
}

static void test_scribbled_block(struct kunit *test)
{
	struct mock *m = test->priv;

	start(m);
	host_asks(m, 5);
	host_block(m)->state = 0;
	host_block(m)->generation = 0;
	look(m);
	expect_ready(m, 5);
	KUNIT_EXPECT_EQ(test, m->exp->nr_repairs, 1);
}

/* epc_init comes twice for one initialisation of the controller */
static void test_repeated_init(struct kunit *test)
{
	struct mock *m = test->priv;
	unsigned int set_bar;
	u32 generation;

	start(m);
	generation = host_generation(m);
	set_bar = m->nr_set_bar;
	KUNIT_EXPECT_EQ(test, claim(m), 0);
	KUNIT_EXPECT_EQ(test, publish(m), 0);
	expect_published(m);

	host_asks(m, 5);
	KUNIT_EXPECT_EQ(test, claim(m), 0);
	KUNIT_EXPECT_EQ(test, publish(m), 0);
	expect_ready(m, 5);
	KUNIT_EXPECT_EQ(test, m->nr_set_bar, set_bar + 1);
	KUNIT_EXPECT_EQ(test, host_generation(m), generation);
}

/* PERST: the controller is deinitialised and initialised under one export */
static void test_reinit(struct kunit *test)
{
	struct mock *m = test->priv;
	u32 generation;

	start(m);
	host_asks(m, 5);
	generation = host_generation(m);

	release(m);
	expect_nothing_held(m);
	KUNIT_EXPECT_EQ(test, m->nr_stop, NR_CHANS);

	KUNIT_ASSERT_EQ(test, claim(m), 0);
	KUNIT_ASSERT_EQ(test, publish(m), 0);
	look(m);
	expect_published(m);
	KUNIT_EXPECT_NE(test, host_generation(m), generation);
	host_asks(m, 5);
	expect_ready(m, 5);
}

/* The engine is removed first, as some controllers do it */
static void test_engine_goes_first(struct kunit *test)
{
	struct mock *m = test->priv;
	size_t kept = nr_kept();

	start(m);
	host_asks(m, 5);
	m->gone = true;
	release(m);
	expect_nothing_held(m);
	KUNIT_EXPECT_EQ(test, nr_kept(), kept);
}

/* Bound while the controller goes, and told only that it is back */
static void test_engine_was_replaced(struct kunit *test)
{
	struct mock *m = test->priv;
	int i;

	KUNIT_ASSERT_EQ(test, create(m), 0);
	KUNIT_ASSERT_EQ(test, claim(m), 0);
	for (i = 0; i < NR_CHANS; i++)
		m->chan[i].old = true;

	KUNIT_EXPECT_EQ(test, claim(m), 0);
	KUNIT_ASSERT_EQ(test, publish(m), 0);
	look(m);
	expect_published(m);
	host_asks(m, 5);
	expect_ready(m, 5);
	release(m);
	expect_nothing_held(m);

	/* The one that went has no successor */
	KUNIT_ASSERT_EQ(test, claim(m), 0);
	m->gone = true;
	m->no_engine = true;
	KUNIT_EXPECT_EQ(test, publish(m), -ENODEV);
	KUNIT_EXPECT_EQ(test, m->exp->state, EPDMA_IDLE);
	expect_nothing_held(m);
}

/*
 * The other direction is not offered, but a host has its registers, too: it is
 * nobody else's meanwhile, and it is stopped before memory is freed.
 */
static void test_one_direction(struct kunit *test)
{
	struct mock *m = test->priv;
	unsigned int i;

	bitmap_zero(m->config.wr_chans, PCI_EP_DMA_EXPORT_MAX_CHANS);
	start(m);
	KUNIT_EXPECT_EQ(test, nr_held(m), NR_CHANS);
	KUNIT_EXPECT_EQ(test, nr_delegated(m), NR_CHANS);
	KUNIT_ASSERT_EQ(test, m->exp->info->nr_chans, NR_DIR);
	for (i = 0; i < NR_DIR; i++)
		KUNIT_EXPECT_EQ(test, m->exp->info->chans[i].dir,
				PCI_EP_DMA_DIR_READ);
	KUNIT_EXPECT_EQ(test, m->exp->info->mems[0].win.size,
			NR_DIR * EPDMA_LL_SIZE);

	host_asks(m, 5);
	expect_ready(m, 5);
	host_asks(m, 0);
	KUNIT_EXPECT_EQ(test, m->nr_stop, NR_CHANS);

	release(m);
	KUNIT_EXPECT_EQ(test, m->nr_stop, 2 * NR_CHANS);
	expect_nothing_held(m);
}

/* Registers in a reserved BAR stay where they are, and so does the doorbell */
static void test_reserved_bar(struct kunit *test)
{
	struct mock *m = test->priv;

	m->reserved_bar = true;
	m->features.bar[BAR_5] = (struct pci_epc_bar_desc) {
		.type = BAR_RESERVED,
	};
	m->features.subrange_mapping = false;
	m->area_size = 0;
	start(m);
	KUNIT_EXPECT_EQ(test, m->exp->window_bar, NO_BAR);
	KUNIT_EXPECT_EQ(test, m->exp->doorbell.bar, BAR_5);
	host_asks(m, 5);
	expect_ready(m, 5);
	host_asks(m, 0);
	expect_published(m);
	KUNIT_EXPECT_EQ(test, m->nr_stop, NR_CHANS);
}

/* ---- cases: release from each state ------------------------------------- */

static void reach_published(struct mock *m)
{
	start(m);
}

static void reach_requested(struct mock *m)
{
	start(m);
	m->no_windows = true;
	host_asks(m, 5);
}

static void reach_ready(struct mock *m)
{
	start(m);
	host_asks(m, 5);
}

static void reach_withdrawn_in_vain(struct mock *m)
{
	start(m);
	host_asks(m, 5);
	m->runs_on = true;
	host_asks(m, 0);
}

static void reach_failed(struct mock *m)
{
	reach_withdrawn_in_vain(m);
	host_asks(m, 6);
}

static const struct reach_case {
	const char *name;
	void (*reach)(struct mock *m);
	enum epdma_state state;
} reach_cases[] = {
	{ "published", reach_published, EPDMA_PUBLISHED },
	{ "requested", reach_requested, EPDMA_REQUESTED },
	{ "ready", reach_ready, EPDMA_READY },
	{ "withdrawn in vain", reach_withdrawn_in_vain, EPDMA_PUBLISHED },
	{ "failed", reach_failed, EPDMA_FAILED },
};

KUNIT_ARRAY_PARAM_DESC(reach, reach_cases, name);

/*
 * A host that was never served has the doorbell's page, or nothing that we know
 * of: the channels are stopped all the same (Q47).
 */
static void test_release(struct kunit *test)
{
	const struct reach_case *c = test->param_value;
	struct mock *m = test->priv;
	size_t kept = nr_kept();

	c->reach(m);
	KUNIT_ASSERT_EQ(test, m->exp->state, c->state);
	m->nr_stop = 0;
	m->runs_on = false;

	release(m);
	KUNIT_EXPECT_EQ(test, m->exp->state, EPDMA_IDLE);
	KUNIT_EXPECT_EQ(test, m->nr_stop, NR_CHANS);
	KUNIT_EXPECT_EQ(test, nr_delegated(m), 0);
	KUNIT_EXPECT_EQ(test, nr_kept(), kept);
	expect_nothing_held(m);
	release(m);
}

/* Whatever state it is in, the end of the link leaves a clean table */
static void test_link_down(struct kunit *test)
{
	const struct reach_case *c = test->param_value;
	struct mock *m = test->priv;

	c->reach(m);
	m->runs_on = false;
	m->no_windows = false;
	link_down(m);
	look(m);
	expect_published(m);
}

/* ---- cases: refusals ---------------------------------------------------- */

static void break_engine(struct mock *m)
{
	m->no_engine = true;
}

static void break_all_resources(struct mock *m)
{
	m->no_engine = true;
	m->no_doorbell = true;
}

static void break_listing(struct mock *m)
{
	m->no_resources = true;
}

static void break_number(struct mock *m)
{
	__set_bit(NR_DIR, m->config.wr_chans);
}

static void break_direction(struct mock *m)
{
	__clear_bit(0, m->config.rd_chans);
}

static void break_area(struct mock *m)
{
	m->area_size = SZ_4K - 1;
}

/* With so coarse windows the neighbours of the registers would show, too */
static void break_alignment(struct mock *m)
{
	m->features.align = SZ_64K;
}

static void break_first_chan(struct mock *m)
{
	m->chan[0].busy = true;
}

static void break_last_chan(struct mock *m)
{
	m->chan[NR_CHANS - 1].busy = true;
}

/* Not asked for, but its registers would show */
static void break_other_direction(struct mock *m)
{
	bitmap_zero(m->config.rd_chans, PCI_EP_DMA_EXPORT_MAX_CHANS);
	m->chan[NR_CHANS - 1].busy = true;
}

static void break_scratch(struct mock *m)
{
	m->config.scratch_size = ALIGN_DOWN(SIZE_MAX / 2, sizeof(u64));
}

static void break_metadata_bar(struct mock *m)
{
	m->config.metadata_bar = BAR_3;
	m->features.bar[BAR_3].type = BAR_RESERVED;
}

static void break_metadata_size(struct mock *m)
{
	m->config.metadata_bar = BAR_3;
	m->features.bar[BAR_3] = (struct pci_epc_bar_desc) {
		.type = BAR_FIXED, .fixed_size = SZ_4K,
	};
}

static void break_window_bar(struct mock *m)
{
	m->config.window_bar = BAR_3;
	m->features.bar[BAR_2].only_64bit = true;
}

static void break_bar_of_carrier(struct mock *m)
{
	m->config.metadata_bar = BAR_3;
	__clear_bit(BAR_3, m->config.bars);
}

static void break_window_bar_of_carrier(struct mock *m)
{
	m->config.window_bar = BAR_3;
	__clear_bit(BAR_3, m->config.bars);
}

static void break_all_bars(struct mock *m)
{
	bitmap_zero(m->config.bars, PCI_STD_NUM_BARS);
}

static void break_second_bar(struct mock *m)
{
	bitmap_zero(m->config.bars, PCI_STD_NUM_BARS);
	__set_bit(BAR_3, m->config.bars);
}

static void break_subranges(struct mock *m)
{
	m->features.subrange_mapping = false;
}

static void break_reserved_bar(struct mock *m)
{
	m->reserved_bar = true;
	m->config.window_bar = BAR_3;
}

static const struct claim_case {
	const char *name;
	void (*break_it)(struct mock *m);
	int error;
} claim_cases[] = {
	{ "no engine", break_engine, -ENODEV },
	{ "no resources", break_all_resources, -ENODEV },
	{ "no listing", break_listing, -EIO },
	{ "no such channel", break_number, -ERANGE },
	{ "part of a direction", break_direction, -EOPNOTSUPP },
	{ "area of less than a page", break_area, -EOPNOTSUPP },
	{ "window shows neighbours", break_alignment, -EOPNOTSUPP },
	{ "first channel busy", break_first_chan, -EBUSY },
	{ "last channel busy", break_last_chan, -EBUSY },
	{ "other direction busy", break_other_direction, -EBUSY },
	{ "scratch too large", break_scratch, -E2BIG },
	{ "metadata BAR reserved", break_metadata_bar, -EINVAL },
	{ "metadata BAR too small", break_metadata_size, -ENOSPC },
	{ "window BAR is half a BAR", break_window_bar, -EINVAL },
	{ "BAR of the carrier", break_bar_of_carrier, -EINVAL },
	{ "no BAR", break_all_bars, -ENOSPC },
	{ "one BAR", break_second_bar, -ENOSPC },
	{ "no subranges", break_subranges, -EOPNOTSUPP },
	{ "window for a reserved BAR", break_reserved_bar, -EINVAL },
};

KUNIT_ARRAY_PARAM_DESC(claim, claim_cases, name);

/* All or nothing, and the next one finds nothing of it */
static void test_claim_fails(struct kunit *test)
{
	const struct claim_case *c = test->param_value;
	struct pci_ep_dma_config config;
	struct mock *m = test->priv;
	const char *name = m->epf->name;

	config = m->config;
	c->break_it(m);
	KUNIT_ASSERT_EQ(test, create(m), 0);
	KUNIT_EXPECT_EQ(test, claim(m), c->error);
	KUNIT_EXPECT_EQ(test, m->exp->state, EPDMA_IDLE);
	expect_nothing_held(m);
	KUNIT_EXPECT_PTR_EQ(test, m->epf->name, name);
	KUNIT_EXPECT_EQ(test, publish(m), -EINVAL);
	release(m);
	destroy(m);

	m->config = config;
	m->chan[0].busy = false;
	m->chan[NR_CHANS - 1].busy = false;
	KUNIT_ASSERT_EQ(test, create(m), 0);
	KUNIT_EXPECT_EQ(test, nr_held(m), 0);
}

static const struct claim_case named_bar_cases[] = {
	{ "metadata", break_bar_of_carrier, -EINVAL },
	{ "window", break_window_bar_of_carrier, -EINVAL },
};

KUNIT_ARRAY_PARAM_DESC(named_bar, named_bar_cases, name);

/* A BAR that cannot be had is somebody's, with the memory behind it */
static void test_named_bar_of_carrier(struct kunit *test)
{
	const struct claim_case *c = test->param_value;
	struct mock *m = test->priv;
	struct pci_epf_bar before;
	void *space;

	space = pci_epf_alloc_space(m->epf, SZ_4K, BAR_3, &m->features,
				    PRIMARY_INTERFACE);
	KUNIT_ASSERT_NOT_NULL(test, space);
	before = m->epf->bar[BAR_3];

	c->break_it(m);
	KUNIT_ASSERT_EQ(test, create(m), 0);
	KUNIT_EXPECT_EQ(test, claim(m), c->error);
	KUNIT_ASSERT_MEMEQ(test, &m->epf->bar[BAR_3], &before, sizeof(before));
	pci_epf_free_space(m->epf, space, BAR_3, PRIMARY_INTERFACE);
	expect_nothing_held(m);
}

/* Nothing stays delegated or in sight, and another attempt may do */
static void expect_publish_fails(struct mock *m, int error)
{
	struct kunit *test = m->test;

	KUNIT_EXPECT_EQ(test, publish(m), error);
	KUNIT_EXPECT_EQ(test, m->exp->state, EPDMA_CLAIMED);
	KUNIT_EXPECT_EQ(test, nr_delegated(m), 0);
	KUNIT_EXPECT_EQ(test, nr_held(m), NR_CHANS);
	expect_nothing_shown(m);
}

static void test_publish_fails(struct kunit *test)
{
	struct mock *m = test->priv;
	int i;

	KUNIT_ASSERT_EQ(test, create(m), 0);
	KUNIT_ASSERT_EQ(test, claim(m), 0);

	for (i = 0; i < NR_CHANS; i++) {
		m->delegate_left = i;
		expect_publish_fails(m, -EBUSY);
	}

	/* Metadata and window; without a doorbell it is polled for */
	for (i = 0; i < 2; i++) {
		m->set_bar_left = i;
		expect_publish_fails(m, -EIO);
	}

	KUNIT_EXPECT_EQ(test, publish(m), 0);
	look(m);
	expect_published(m);
}

static void test_controller_without_doorbell(struct kunit *test)
{
	struct mock *m = test->priv;

	m->no_doorbell = true;
	start(m);
	KUNIT_EXPECT_EQ(test, m->exp->doorbell.irq, 0);
	host_asks(m, 5);
	expect_ready(m, 5);
}

static bool shows_doorbell(struct mock *m)
{
	struct shown *bar = &m->bar[m->exp->doorbell.bar];

	return bar->set &&
	       bar->phys + m->exp->doorbell.offset ==
	       REGS_PHYS + DOORBELL_OFFSET;
}

/* A BAR that refuses it is passed over, or tried again */
static void test_doorbell_fails(struct kunit *test)
{
	struct mock *m = test->priv;

	/* After the metadata and the window */
	m->set_bar_left = 2;
	start(m);
	KUNIT_EXPECT_EQ(test, m->exp->doorbell.bar, BAR_3);
	KUNIT_EXPECT_FALSE(test, m->bar[BAR_2].set);
	KUNIT_EXPECT_TRUE(test, shows_doorbell(m));

	/* After those of the window and of the BAR that was parked */
	host_asks(m, 5);
	m->set_bar_left = 2;
	link_down(m);
	KUNIT_EXPECT_FALSE(test, shows_doorbell(m));
	link_up(m);
	look(m);
	KUNIT_EXPECT_TRUE(test, shows_doorbell(m));
	expect_published(m);

	/* A BAR that cannot be parked shows nothing meanwhile */
	host_asks(m, 6);
	m->set_bar_left = 1;
	host_asks(m, 0);
	KUNIT_EXPECT_TRUE(test, shows_doorbell(m));
	expect_published(m);
}

static void test_create_fails(struct kunit *test)
{
	struct mock *m = test->priv;
	struct pci_ep_dma_export *exp;
	struct pci_epf *vf;

	bitmap_zero(m->config.wr_chans, PCI_EP_DMA_EXPORT_MAX_CHANS);
	bitmap_zero(m->config.rd_chans, PCI_EP_DMA_EXPORT_MAX_CHANS);
	KUNIT_EXPECT_EQ(test, create(m), -EINVAL);

	__set_bit(0, m->config.wr_chans);
	m->config.metadata_bar = BAR_1;
	m->config.window_bar = BAR_1;
	KUNIT_EXPECT_EQ(test, create(m), -EINVAL);

	/* The core holds the lock of the physical function (Q22) */
	vf = pci_epf_create("ep_dma_kunit.1");
	KUNIT_ASSERT_NOT_ERR_OR_NULL(test, vf);
	vf->is_vf = true;
	vf->vfunc_no = 1;
	scoped_guard(mutex, &m->epf->lock)
		exp = pci_ep_dma_export_create(vf, &m->config);
	KUNIT_EXPECT_EQ(test, PTR_ERR(exp), -EOPNOTSUPP);
	pci_epf_destroy(vf);
}

/* ---- cases: mapping in vain --------------------------------------------- */

/* A request that came before the BARs had addresses (Q10, Q39) */
static void test_mapping_is_tried_again(struct kunit *test)
{
	const unsigned long poll = msecs_to_jiffies(EPDMA_POLL_MS);
	struct mock *m = test->priv;
	int i;

	start(m);
	m->no_windows = true;
	host_asks(m, 5);
	for (i = 0; i < 20 && m->nr_window < 4; i++) {
		msleep(EPDMA_POLL_MS);
		look(m);
	}
	KUNIT_EXPECT_EQ(test, m->exp->state, EPDMA_REQUESTED);
	KUNIT_EXPECT_EQ(test, host_state(m), PCI_EP_DMA_STATE_PUBLISHED);
	KUNIT_EXPECT_EQ(test, m->nr_window, 4);
	KUNIT_EXPECT_EQ(test, m->bar[BAR_1].phys, m->epf->bar[BAR_1].phys_addr);

	m->no_windows = false;
	for (i = 0; i < 20 && m->exp->state != EPDMA_READY; i++) {
		msleep(EPDMA_POLL_MS);
		look(m);
	}
	expect_ready(m, 5);

	/* All is as if it had worked at once: the next look is soon */
	KUNIT_EXPECT_TRUE(test, delayed_work_pending(&m->exp->watch));
	KUNIT_EXPECT_TRUE(test, time_before_eq(m->exp->watch.timer.expires,
					       jiffies + poll));

	/* One success does not make up for four failures */
	KUNIT_EXPECT_GT(test, m->exp->retry_ms, 0);
	host_asks(m, 6);
	KUNIT_EXPECT_EQ(test, m->exp->state, EPDMA_REQUESTED);
	for (i = 0; i < 20 && m->exp->state != EPDMA_READY; i++) {
		msleep(EPDMA_POLL_MS);
		look(m);
	}
	expect_ready(m, 6);
}

/* Neither rings nor tokens make for more attempts than time allows (Q51) */
static void test_impatient_host(struct kunit *test)
{
	struct mock *m = test->priv;
	unsigned long start_time;
	unsigned int allowed;
	int i;

	start(m);
	m->no_windows = true;
	start_time = jiffies;
	for (i = 0; i < 100; i++) {
		host_write_token(m, 5);
		host_ring(m);
		look(m);
	}
	allowed = 1 + jiffies_to_msecs(jiffies - start_time) / EPDMA_POLL_MS;
	KUNIT_EXPECT_LE(test, m->nr_window, allowed);

	for (i = 0; i < 100; i++) {
		host_write_token(m, 6 + i);
		host_ring(m);
		look(m);
	}
	allowed = 1 + jiffies_to_msecs(jiffies - start_time) / EPDMA_POLL_MS;
	KUNIT_EXPECT_LE(test, m->nr_window, allowed);
	KUNIT_EXPECT_EQ(test, m->exp->state, EPDMA_REQUESTED);
}

/* As many tokens as can be written: some are served, and few are taken back */
static void test_flood_of_tokens(struct kunit *test)
{
	unsigned long start_time = jiffies;
	struct mock *m = test->priv;
	unsigned int allowed;
	int i;

	start(m);
	for (i = 0; i < 100; i++) {
		host_asks(m, 5 + i);
		host_asks(m, 0);
	}
	allowed = 6 + jiffies_to_msecs(jiffies - start_time) / EPDMA_POLL_MS;
	KUNIT_EXPECT_LE(test, m->nr_window, allowed);
	KUNIT_EXPECT_LE(test, m->nr_stop, NR_CHANS * allowed);

	/* Nobody is forgotten */
	host_asks(m, 5);
	for (i = 0; i < 20 && m->exp->state != EPDMA_READY; i++) {
		msleep(EPDMA_POLL_MS);
		look(m);
	}
	expect_ready(m, 5);
}

/* The machine has more to do than to listen */
static void test_flood_of_rings(struct kunit *test)
{
	struct mock *m = test->priv;
	int i;

	start(m);
	for (i = 0; i < 1000; i++)
		host_ring(m);
	look(m);
	KUNIT_EXPECT_FALSE(test, shows_doorbell(m));

	/* It is polled for */
	host_asks(m, 5);
	expect_ready(m, 5);
	host_asks(m, 0);
	expect_published(m);
	KUNIT_EXPECT_FALSE(test, shows_doorbell(m));

	/* Rings that are underway wake nobody */
	for (i = 0; i < EPDMA_MAX_RINGS; i++)
		host_ring(m);
	look(m);
	host_ring(m);
	KUNIT_EXPECT_TRUE(test, time_after(m->exp->watch.timer.expires,
					   jiffies));

	msleep(EPDMA_DEAF_MS + 2 * EPDMA_POLL_MS);
	look(m);
	KUNIT_EXPECT_TRUE(test, shows_doorbell(m));
	host_write_token(m, 6);
	host_ring(m);
	look(m);
	expect_ready(m, 6);
}

/* ---- cases: a channel that does not stop -------------------------------- */

static void pass_pause(struct mock *m)
{
	msleep(EPDMA_POLL_MS + jiffies_to_msecs(2));
	look(m);
}

/* No host is left to tell, and the old answer must not come back */
static void test_stuck_is_published(struct kunit *test)
{
	struct mock *m = test->priv;

	reach_withdrawn_in_vain(m);
	expect_published(m);
	look(m);
	expect_published(m);
}

/* The next host is told, and each is another chance */
static void test_stuck_is_answered(struct kunit *test)
{
	struct mock *m = test->priv;

	reach_withdrawn_in_vain(m);
	host_asks(m, 6);
	KUNIT_EXPECT_EQ(test, m->exp->state, EPDMA_FAILED);
	KUNIT_EXPECT_EQ(test, host_state(m), PCI_EP_DMA_STATE_FAILED);
	KUNIT_EXPECT_EQ(test, host_serviced(m), 6);
	KUNIT_EXPECT_EQ(test, m->nr_window, 1);

	/* It stays so for this token, and for nobody when it is withdrawn */
	pass_pause(m);
	KUNIT_EXPECT_EQ(test, host_serviced(m), 6);
	host_asks(m, 0);
	expect_published(m);

	host_asks(m, 7);
	pass_pause(m);
	KUNIT_EXPECT_EQ(test, host_state(m), PCI_EP_DMA_STATE_FAILED);
	KUNIT_EXPECT_EQ(test, host_serviced(m), 7);

	m->runs_on = false;
	host_asks(m, 8);
	pass_pause(m);
	pass_pause(m);
	expect_ready(m, 8);
	KUNIT_EXPECT_EQ(test, m->exp->nr_repairs, 0);
}

/* What it may still write to is not given to anybody (Q47) */
static void test_stuck_memory_is_kept(struct kunit *test)
{
	struct mock *m = test->priv;
	size_t kept = nr_kept();
	struct epdma_kept *last;
	dma_addr_t engine;
	size_t size;
	void *addr;

	start(m);
	host_asks(m, 5);
	addr = m->epf->bar[BAR_0].addr;
	engine = m->epf->bar[BAR_0].phys_addr;
	size = m->epf->bar[BAR_0].mem_size;
	m->runs_on = true;
	release(m);
	expect_nothing_held(m);
	KUNIT_ASSERT_EQ(test, nr_kept(), kept + 1);

	scoped_guard(mutex, &epdma_kept_lock)
		last = list_last_entry(&epdma_kept_list, struct epdma_kept,
				       node);
	KUNIT_EXPECT_PTR_EQ(test, last->addr, addr);
	KUNIT_EXPECT_EQ(test, last->engine, engine);
	KUNIT_EXPECT_EQ(test, last->size, size);
	KUNIT_EXPECT_STREQ(test, last->name, dev_name(&m->epf->dev));
}

/* One export, claimed again: the past does not count */
static void test_stuck_then_claim_fails(struct kunit *test)
{
	struct mock *m = test->priv;
	const char *name = m->epf->name;
	size_t kept = nr_kept();

	reach_ready(m);
	m->runs_on = true;
	release(m);
	KUNIT_EXPECT_EQ(test, nr_kept(), kept + 1);

	/* Channels that did not stop cannot be had */
	KUNIT_EXPECT_EQ(test, claim(m), -EBUSY);
	KUNIT_EXPECT_PTR_EQ(test, m->epf->name, name);
	m->no_engine = true;
	KUNIT_EXPECT_EQ(test, claim(m), -ENODEV);
	KUNIT_EXPECT_PTR_EQ(test, m->epf->name, name);
	KUNIT_EXPECT_EQ(test, nr_kept(), kept + 1);
	m->epf->name = name;
}

static void test_stuck_then_claimed(struct kunit *test)
{
	struct mock *m = test->priv;
	size_t kept = nr_kept();
	int i;

	reach_ready(m);
	m->runs_on = true;
	release(m);
	KUNIT_EXPECT_EQ(test, nr_kept(), kept + 1);

	/* The engine was probed again */
	m->runs_on = false;
	for (i = 0; i < NR_CHANS; i++) {
		m->chan[i].stuck = false;
		m->chan[i].delegated = false;
	}

	KUNIT_ASSERT_EQ(test, claim(m), 0);
	KUNIT_ASSERT_EQ(test, publish(m), 0);
	look(m);
	host_asks(m, 5);
	expect_ready(m, 5);
	release(m);
	expect_nothing_held(m);
	KUNIT_EXPECT_EQ(test, nr_kept(), kept + 1);
}

/* ---- cases: an endpoint function with BARs and doorbells of its own ------ */

static void test_foreign_doorbell(struct kunit *test)
{
	struct mock *m = test->priv;
	struct pci_epf_doorbell_msg *msg;

	KUNIT_ASSERT_EQ(test, pci_epf_alloc_doorbell(m->epf, 3), 0);
	msg = m->epf->db_msg;

	start(m);
	KUNIT_EXPECT_EQ(test, m->exp->doorbell.irq, 0);
	host_asks(m, 5);
	expect_ready(m, 5);
	release(m);

	KUNIT_EXPECT_PTR_EQ(test, m->epf->db_msg, msg);
	KUNIT_EXPECT_EQ(test, m->epf->num_db, 3);
	pci_epf_free_doorbell(m->epf);
}

static void test_no_doorbell(struct kunit *test)
{
	struct mock *m = test->priv;

	m->config.no_doorbell = true;
	start(m);
	KUNIT_EXPECT_EQ(test, m->exp->doorbell.irq, 0);
	KUNIT_EXPECT_FALSE(test, m->bar[BAR_2].set);

	/* Nor is one in the way of the carrier's, in any order */
	KUNIT_ASSERT_EQ(test, pci_epf_alloc_doorbell(m->epf, 1), 0);
	release(m);
	KUNIT_EXPECT_NOT_NULL(test, m->epf->db_msg);
	pci_epf_free_doorbell(m->epf);
}

static void test_foreign_bars(struct kunit *test)
{
	struct mock *m = test->priv;
	struct pci_epf_bar own[2];

	memset(&own, 0x5a, sizeof(own));
	m->epf->bar[BAR_0] = own[0];
	m->epf->bar[BAR_3] = own[1];
	bitmap_zero(m->config.bars, PCI_STD_NUM_BARS);
	__set_bit(BAR_2, m->config.bars);
	__set_bit(BAR_4, m->config.bars);
	__set_bit(BAR_5, m->config.bars);

	start(m);
	KUNIT_EXPECT_EQ(test, m->exp->metadata_bar, BAR_2);
	KUNIT_EXPECT_EQ(test, m->exp->window_bar, BAR_4);
	KUNIT_EXPECT_EQ(test, m->exp->doorbell.bar, BAR_5);
	host_asks(m, 5);
	expect_ready(m, 5);
	release(m);

	KUNIT_EXPECT_MEMEQ(test, &m->epf->bar[BAR_0], &own[0], sizeof(own[0]));
	KUNIT_EXPECT_MEMEQ(test, &m->epf->bar[BAR_3], &own[1], sizeof(own[1]));
	memset(&m->epf->bar[BAR_0], 0, sizeof(own[0]));
	memset(&m->epf->bar[BAR_3], 0, sizeof(own[1]));
	expect_nothing_held(m);
}

/* The core does not call unbind() when a driver is taken from its device */
static void test_driver_stays(struct kunit *test)
{
	struct mock *m = test->priv;
	struct device_driver *driver;

	driver = driver_find("pci_epf_dma", m->epf->dev.bus);
	if (!driver)
		kunit_skip(test, "pci_epf_dma is not there");
	KUNIT_EXPECT_TRUE(test, driver->suppress_bind_attrs);
}

/* ---- suite -------------------------------------------------------------- */

static void mock_exit(struct kunit *test)
{
	struct mock *m = test->priv;

	if (!m)
		return;

	if (m->epf) {
		destroy(m);
		pci_epc_remove_epf(m->epc, m->epf, PRIMARY_INTERFACE);
		pci_epf_destroy(m->epf);
	}
	if (m->engine.dev)
		dma_async_device_unregister(&m->engine);
	if (m->irq > 0)
		irq_free_desc(m->irq);
	if (m->epc)
		pci_epc_destroy(m->epc);
}

static int mock_init(struct kunit *test)
{
	struct pci_epc *epc;
	struct pci_epf *epf;
	enum pci_barno i;
	struct mock *m;
	int ret;

	m = kunit_kzalloc(test, sizeof(*m), GFP_KERNEL);
	if (!m)
		return -ENOMEM;
	m->test = test;
	test->priv = m;

	m->dev = kunit_device_register(test, "ep-dma-kunit");
	if (IS_ERR(m->dev))
		return PTR_ERR(m->dev);
	m->dev->coherent_dma_mask = DMA_BIT_MASK(64);
	m->dev->dma_mask = &m->dev->coherent_dma_mask;

	m->features.dynamic_inbound_mapping = true;
	m->features.subrange_mapping = true;
	m->features.align = SZ_4K;
	for (i = BAR_0; i < PCI_STD_NUM_BARS; i++)
		m->features.bar[i].type = BAR_PROGRAMMABLE;
	m->area_size = SZ_8K;
	m->set_bar_left = -1;
	m->delegate_left = -1;

	bitmap_set(m->config.wr_chans, 0, NR_DIR);
	bitmap_set(m->config.rd_chans, 0, NR_DIR);
	bitmap_fill(m->config.bars, PCI_STD_NUM_BARS);
	m->config.metadata_bar = NO_BAR;
	m->config.window_bar = NO_BAR;

	epc = pci_epc_create(m->dev, &mock_epc_ops);
	if (IS_ERR(epc))
		return PTR_ERR(epc);
	epc_set_drvdata(epc, m);
	epc->max_functions = 1;
	m->epc = epc;

	m->irq = irq_alloc_desc(NUMA_NO_NODE);
	if (m->irq < 0)
		return m->irq;
	irq_set_chip_and_handler(m->irq, &dummy_irq_chip, handle_simple_irq);

	ret = mock_register_engine(m);
	if (ret) {
		m->engine.dev = NULL;
		return ret;
	}

	epf = pci_epf_create("ep_dma_kunit.0");
	if (IS_ERR(epf))
		return PTR_ERR(epf);
	ret = pci_epc_add_epf(epc, epf, PRIMARY_INTERFACE);
	if (ret) {
		pci_epf_destroy(epf);
		return ret;
	}
	m->epf = epf;

	return 0;
}

static struct kunit_case cases[] = {
	KUNIT_CASE(test_claim),
	KUNIT_CASE(test_publish),
	KUNIT_CASE(test_request),
	KUNIT_CASE(test_another_token),
	KUNIT_CASE(test_ring),
	KUNIT_CASE(test_all_ones),
	KUNIT_CASE(test_link),
	KUNIT_CASE(test_scribbled_block),
	KUNIT_CASE(test_repeated_init),
	KUNIT_CASE(test_reinit),
	KUNIT_CASE(test_engine_goes_first),
	KUNIT_CASE(test_engine_was_replaced),
	KUNIT_CASE(test_one_direction),
	KUNIT_CASE(test_reserved_bar),
	KUNIT_CASE_PARAM(test_release, reach_gen_params),
	KUNIT_CASE_PARAM(test_link_down, reach_gen_params),
	KUNIT_CASE_PARAM(test_claim_fails, claim_gen_params),
	KUNIT_CASE_PARAM(test_named_bar_of_carrier, named_bar_gen_params),
	KUNIT_CASE(test_publish_fails),
	KUNIT_CASE(test_controller_without_doorbell),
	KUNIT_CASE(test_doorbell_fails),
	KUNIT_CASE(test_create_fails),
	KUNIT_CASE_SLOW(test_mapping_is_tried_again),
	KUNIT_CASE(test_impatient_host),
	KUNIT_CASE_SLOW(test_flood_of_tokens),
	KUNIT_CASE_SLOW(test_flood_of_rings),
	KUNIT_CASE(test_stuck_is_published),
	KUNIT_CASE_SLOW(test_stuck_is_answered),
	KUNIT_CASE(test_stuck_memory_is_kept),
	KUNIT_CASE(test_stuck_then_claim_fails),
	KUNIT_CASE(test_stuck_then_claimed),
	KUNIT_CASE(test_foreign_doorbell),
	KUNIT_CASE(test_no_doorbell),
	KUNIT_CASE(test_foreign_bars),
	KUNIT_CASE(test_driver_stays),
	{}
};

static struct kunit_suite suite = {
	.name = "pci-ep-dma-export",
	.init = mock_init,
	.exit = mock_exit,
	.test_cases = cases,
};

kunit_test_suite(suite);

MODULE_DESCRIPTION("KUnit test of the export of DMA channels to a PCI host");
MODULE_IMPORT_NS("EXPORTED_FOR_KUNIT_TESTING");
MODULE_LICENSE("GPL");
