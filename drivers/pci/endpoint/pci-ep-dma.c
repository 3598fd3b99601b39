// SPDX-License-Identifier: GPL-2.0
/*
 * PCI endpoint: export DMA channels to the host
 *
 * A *carrier* is the endpoint function driver that offers the channels; the
 * library does the rest with one object per carrier, the *export*. It owns
 *
 *   - an ordinary DMAengine reference on each channel,
 *   - the memory behind the *metadata BAR*: the metadata block that the host
 *     reads (<linux/pci-ep-dma.h>), then the linked lists of the channels, then
 *     an optional scratch buffer. One inbound window shows it all, and it never
 *     moves,
 *   - the *register window*: the pages with the DMA registers, shown through
 *     the window BAR when a host asks and not before. Behind the window BAR is
 *     parking memory of its own, zeroed, so that a late read of a status
 *     register finds nothing done. A controller that shows its registers in a
 *     reserved BAR anyway needs no window BAR,
 *   - the *watch*: a doorbell interrupt where the controller has one, and in
 *     any case a look at the request word every EXPORT_POLL_MS.
 *
 * State machine
 *
 *     IDLE --claim--> CLAIMED --publish--> PUBLISHED <---------------+
 *                                            |   ^                   |
 *                              token written |   | token withdrawn   |
 *                                            v   | or replaced       |
 *             window cannot be mapped:  REQUESTED --> WITHDRAWN -----+
 *             stay, try again                |           ^  |
 *                                     mapped |           |  | does not stop
 *                                            v           |  v
 *                                          READY --------+ FAILED
 *
 *   IDLE       Nothing is held.
 *   CLAIMED    Channels and memory are held. The host sees nothing.
 *   PUBLISHED  Channels are delegated; the block says "published". The watch
 *              runs.
 *   REQUESTED  A host wrote a token; its window is being mapped.
 *   READY      The window is mapped, the block says "ready" for that token.
 *   WITHDRAWN  Passing state: the window goes down, the channels are stopped
 *              and taken back, then handed over afresh for the next host.
 *   FAILED     A channel did not stop. The block says so, nobody is served.
 *
 *   Release goes from any state to IDLE, through WITHDRAWN if a host was being
 *   served. The link going down withdraws as well.
 *
 * Order
 *   Delegate, publish, map, ready; then withdraw, unmap, stop, restore,
 *   release. The local side has let go of a channel before a host can reach
 *   its registers, and a host has lost them before the channel is stopped. A
 *   channel whose registers no host could reach is not stopped at all.
 *
 * Request
 *   A host asks with a non-zero *token* and withdraws with zero. Every token
 *   that differs from the last one is a new tenant: windows are programmed
 *   again even if they look right, because a host that rebooted may have moved
 *   the BARs without telling. A failed mapping is tried again with growing
 *   pauses for as long as the token stands.
 *
 * Distrust
 *   The host can write to all of the metadata BAR. It owns one word there, the
 *   token, which is read once per look. All else is written from a private
 *   image, wholly each time, and never read back as truth: a block that was
 *   scribbled over is written again.
 *
 * Teardown never fails
 *   Release returns nothing. If a channel does not stop, the memory that the
 *   engine may still access is not given back, and the driver of the engine
 *   keeps the channel from everybody.
 *
 * Lifetime
 *   The carrier creates the export in bind and destroys it in unbind. Claim and
 *   release stand in the carrier's epc_init and epc_deinit (claim also in
 *   bind, when the controller is already initialised, so that a refusal reaches
 *   the user). What the controller described is used at claim time and not
 *   afterwards. Engine addresses change when memory is claimed again; the
 *   generation in the block tells.
 *
 * Locking
 *   epf->lock		held by the endpoint core around all carrier callbacks,
 *			hence around all entry points (asserted)
 *     export->lock	state, block, windows (asserted); also taken by the
 *			watch, which therefore never takes epf->lock
 *       epc->lock	inside pci_epc_*()
 *       dma_list_mutex	inside dma_request_channel()
 *   The watch is stopped without export->lock held. The doorbell handler takes
 *   no lock.
 */

#include <linux/bitmap.h>
#include <linux/cleanup.h>
#include <linux/debugfs.h>
#include <linux/dma-mapping.h>
#include <linux/dmaengine.h>
#include <linux/interrupt.h>
#include <linux/module.h>
#include <linux/mutex.h>
#include <linux/overflow.h>
#include <linux/pci-ep-dma-export.h>
#include <linux/pci-ep-dma.h>
#include <linux/pci-ep-msi.h>
#include <linux/pci-epc.h>
#include <linux/pci-epf.h>
#include <linux/random.h>
#include <linux/seq_file.h>
#include <linux/sizes.h>
#include <linux/slab.h>
#include <linux/workqueue.h>

#define CREATE_TRACE_POINTS
#include <trace/events/pci_ep_dma.h>

/* How often the request word is looked at when no doorbell rings */
#define EXPORT_POLL_MS		100
/* Longest pause between two attempts to map the window */
#define EXPORT_RETRY_MAX_MS	1000

/*
 * Linked-list memory per channel: 682 elements of 24 bytes, so that a transfer
 * of 681 segments is one list and takes one interrupt.
 */
#define EXPORT_LL_SIZE		SZ_16K

enum export_state {
	EXPORT_IDLE,
	EXPORT_CLAIMED,
	EXPORT_PUBLISHED,
	EXPORT_REQUESTED,
	EXPORT_READY,
	EXPORT_WITHDRAWN,
	EXPORT_FAILED,
};

static const char * const export_state_names[] = {
	[EXPORT_IDLE]		= "idle",
	[EXPORT_CLAIMED]	= "claimed",
	[EXPORT_PUBLISHED]	= "published",
	[EXPORT_REQUESTED]	= "requested",
	[EXPORT_READY]		= "ready",
	[EXPORT_WITHDRAWN]	= "withdrawn",
	[EXPORT_FAILED]		= "failed",
};

/* One exported channel */
struct export_chan {
	struct dma_chan *dma;		/* reference held while claimed */
	enum pci_ep_dma_dir dir;
	u16 hw_chan;
	size_t ll_offset;		/* in the metadata BAR */
};

/* The DMA registers, as the controller described them */
struct export_regs {
	phys_addr_t phys;
	size_t size;
	enum pci_ep_dma_layout layout;
	enum pci_barno bar;		/* BAR they are in anyway, or NO_BAR */
	u32 bar_offset;
	dma_addr_t map;			/* pages mapped for the window BAR */
	size_t map_size;		/* 0 if not mapped */
};

/* Doorbell of the request watch */
struct export_doorbell {
	int irq;			/* 0 if there is none */
	enum pci_barno bar;		/* where the host finds it */
	u32 offset;
	u32 data;
	bool bar_is_ours;		/* @bar was programmed for it */
};

struct pci_ep_dma_export {
	struct pci_epf *epf;
	struct pci_ep_dma_config config;
	const struct pci_epc_features *features;
	struct dentry *debugfs;

	/* serialises carrier callbacks with the watch; see "Locking" */
	struct mutex lock;
	enum export_state state;
	bool exposed;			/* a host could reach the registers */
	bool stuck;			/* a channel did not stop */

	struct export_chan *chans;
	unsigned int nr_chans;
	struct export_regs regs;

	enum pci_barno metadata_bar;
	enum pci_barno window_bar;	/* NO_BAR if none is needed */
	DECLARE_BITMAP(used_bars, PCI_STD_NUM_BARS);
	bool bars_set;

	/* window BAR with the registers in it; parking is epf->bar[] */
	struct pci_epf_bar window;
	struct pci_epf_bar_submap submap[2];

	void *block;			/* what the host sees */
	void *image;			/* what it should see */
	struct pci_ep_dma_info *info;	/* @image, decoded */
	size_t block_size;		/* room for the block in the BAR */
	size_t block_len;		/* length of the block in @image */
	u32 generation;
	u32 serviced;			/* token that is being served, or 0 */
	size_t ll_offset;
	size_t scratch_offset;

	struct export_doorbell doorbell;
	struct delayed_work watch;
	u32 token;			/* last token seen */
	unsigned int retry_ms;

	unsigned long nr_requests;
	unsigned long nr_repairs;
};

static struct dentry *export_debugfs_root;

static struct device *export_dev(struct pci_ep_dma_export *exp)
{
	return &exp->epf->dev;
}

/* The device whose DMA the engine does and whose bus the windows target */
static struct device *export_dma_dev(struct pci_ep_dma_export *exp)
{
	return exp->epf->epc->dev.parent;
}

static struct pci_epf_bar *export_bar(struct pci_ep_dma_export *exp,
				      enum pci_barno bar)
{
	return &exp->epf->bar[bar];
}

static int export_set_bar(struct pci_ep_dma_export *exp,
			  struct pci_epf_bar *bar)
{
	struct pci_epf *epf = exp->epf;

	return pci_epc_set_bar(epf->epc, epf->func_no, epf->vfunc_no, bar);
}

static void export_clear_bar(struct pci_ep_dma_export *exp,
			     enum pci_barno bar)
{
	struct pci_epf *epf = exp->epf;

	pci_epc_clear_bar(epf->epc, epf->func_no, epf->vfunc_no,
			  export_bar(exp, bar));
}

/* Smallest piece of endpoint memory that an inbound window can show */
static size_t export_granule(struct pci_ep_dma_export *exp)
{
	return max_t(size_t, exp->features->align, SZ_4K);
}

static void export_set_state(struct pci_ep_dma_export *exp,
			     enum export_state state)
{
	lockdep_assert_held(&exp->lock);

	trace_pci_ep_dma_state(dev_name(export_dev(exp)),
			       export_state_names[exp->state],
			       export_state_names[state], exp->generation,
			       exp->token);
	exp->state = state;
}

static const char *export_dir_name(enum pci_ep_dma_dir dir)
{
	return dir == PCI_EP_DMA_DIR_WRITE ? "write" : "read";
}

/* ---- the block ---------------------------------------------------------- */

static enum pci_ep_dma_state export_wire_state(struct pci_ep_dma_export *exp)
{
	switch (exp->state) {
	case EXPORT_READY:
		return PCI_EP_DMA_STATE_READY;
	case EXPORT_FAILED:
		return PCI_EP_DMA_STATE_FAILED;
	default:
		return PCI_EP_DMA_STATE_PUBLISHED;
	}
}

/* Lengths of the BARs that the block refers to */
static void export_fill_limits(struct pci_ep_dma_export *exp,
			       struct pci_ep_dma_limits *limits)
{
	struct export_regs *regs = &exp->regs;
	enum pci_barno i;

	*limits = (struct pci_ep_dma_limits) {
		.block_bar = exp->metadata_bar,
		.func_no = exp->epf->func_no,
	};

	for (i = BAR_0; i < PCI_STD_NUM_BARS; i++)
		limits->bar_len[i] = export_bar(exp, i)->size;

	/* What this function did not program is as long as it has to be */
	if (regs->bar != NO_BAR)
		limits->bar_len[regs->bar] =
			max_t(u64, exp->features->bar[regs->bar].fixed_size,
			      regs->bar_offset + regs->size);
}

static void export_fill_info(struct pci_ep_dma_export *exp,
			     struct pci_ep_dma_info *info)
{
	dma_addr_t engine = export_bar(exp, exp->metadata_bar)->phys_addr;
	struct export_regs *regs = &exp->regs;
	unsigned int i;

	*info = (struct pci_ep_dma_info) {
		.generation = exp->generation,
		.state = export_wire_state(exp),
		.serviced = exp->serviced,
		.layout = regs->layout,
		.func_no = exp->epf->func_no,
		.regs = {
			.bar = regs->bar != NO_BAR ? regs->bar :
						     exp->window_bar,
			.offset = regs->bar_offset,
			.size = regs->size,
		},
		.doorbell = {
			.present = exp->doorbell.irq,
			.bar = exp->doorbell.bar,
			.offset = exp->doorbell.offset,
			.data = exp->doorbell.data,
		},
		.scratch_addr = exp->config.scratch_size ?
				engine + exp->scratch_offset : 0,
		.scratch_size = exp->config.scratch_size,
		.nr_mems = 1,
		.nr_chans = exp->nr_chans,
	};

	info->mems[0] = (struct pci_ep_dma_mem) {
		.win = {
			.bar = exp->metadata_bar,
			.offset = exp->ll_offset,
			.size = exp->nr_chans * EXPORT_LL_SIZE,
		},
		.addr = engine + exp->ll_offset,
	};

	for (i = 0; i < exp->nr_chans; i++)
		info->chans[i] = (struct pci_ep_dma_chan) {
			.id = i,
			.dir = exp->chans[i].dir,
			.hw_chan = exp->chans[i].hw_chan,
			.mem_id = info->mems[0].id,
			.ll_offset = i * EXPORT_LL_SIZE,
			.ll_size = EXPORT_LL_SIZE,
		};
}

static int export_build_block(struct pci_ep_dma_export *exp)
{
	struct pci_ep_dma_limits limits;
	const char *field = NULL;
	ssize_t len;

	lockdep_assert_held(&exp->lock);

	export_fill_limits(exp, &limits);
	export_fill_info(exp, exp->info);

	len = pci_ep_dma_build(exp->info, &limits, exp->image, exp->block_size,
			       &field);
	if (len < 0) {
		dev_err(export_dev(exp), "metadata does not hold together: %s\n",
			field);
		return len;
	}
	exp->block_len = len;

	return 0;
}

/*
 * The parts of the block that the endpoint writes, without the state word: the
 * header on both sides of it, and what follows the host area.
 */
static const struct {
	size_t start;
	size_t end;
} export_parts[] = {
	{ 0, offsetof(struct pci_ep_dma_wire_header, state) },
	{ offsetofend(struct pci_ep_dma_wire_header, state),
	  PCI_EP_DMA_HOST_OFFSET },
	{ PCI_EP_DMA_MEMS_OFFSET, SIZE_MAX },
};

static size_t export_part_len(struct pci_ep_dma_export *exp, int part)
{
	return min(export_parts[part].end, exp->block_len) -
	       export_parts[part].start;
}

/* Nothing in the block is valid until it is written again */
static void export_retract_block(struct pci_ep_dma_export *exp)
{
	struct pci_ep_dma_wire_header *header = exp->block;

	WRITE_ONCE(header->state, cpu_to_le32(PCI_EP_DMA_STATE_UPDATING));
	dma_wmb();
}

static void export_write_block(struct pci_ep_dma_export *exp)
{
	const struct pci_ep_dma_wire_header *image = exp->image;
	struct pci_ep_dma_wire_header *header = exp->block;
	int i;

	export_retract_block(exp);
	for (i = 0; i < ARRAY_SIZE(export_parts); i++)
		memcpy(exp->block + export_parts[i].start,
		       exp->image + export_parts[i].start,
		       export_part_len(exp, i));
	dma_wmb();
	WRITE_ONCE(header->state, image->state);
}

/* Tell the host what state the export is in */
static void export_post_block(struct pci_ep_dma_export *exp)
{
	if (!export_build_block(exp))
		export_write_block(exp);
}

static bool export_block_is_intact(struct pci_ep_dma_export *exp)
{
	const struct pci_ep_dma_wire_header *image = exp->image;
	struct pci_ep_dma_wire_header *header = exp->block;
	int i;

	for (i = 0; i < ARRAY_SIZE(export_parts); i++)
		if (memcmp(exp->block + export_parts[i].start,
			   exp->image + export_parts[i].start,
			   export_part_len(exp, i)))
			return false;

	return READ_ONCE(header->state) == image->state;
}

static void export_repair_block(struct pci_ep_dma_export *exp)
{
	lockdep_assert_held(&exp->lock);

	if (export_block_is_intact(exp))
		return;

	dev_warn_ratelimited(export_dev(exp),
			     "the host wrote over the metadata, publishing it again\n");
	exp->nr_repairs++;
	export_write_block(exp);
}

/* The only word of the host's that is ever looked at: one read, no trust */
static u32 export_read_token(struct pci_ep_dma_export *exp)
{
	struct pci_ep_dma_wire_host *host = exp->block + PCI_EP_DMA_HOST_OFFSET;
	u32 token = le32_to_cpu(READ_ONCE(host->token));

	/* All ones is no token, and no word of the block may say it */
	return token == U32_MAX ? 0 : token;
}

/* ---- choosing BARs ------------------------------------------------------ */

static void export_use_bar(struct pci_ep_dma_export *exp, enum pci_barno bar)
{
	__set_bit(bar, exp->used_bars);
	if (exp->features->bar[bar].only_64bit)
		__set_bit(bar + 1, exp->used_bars);
}

/* Can @bar be programmed to show @size bytes? 0 or why not */
static int export_check_bar(struct pci_ep_dma_export *exp, enum pci_barno bar,
			    size_t size)
{
	const struct pci_epc_bar_desc *desc = &exp->features->bar[bar];

	if (bar > BAR_0 && exp->features->bar[bar - 1].only_64bit)
		return -EINVAL;

	switch (desc->type) {
	case BAR_PROGRAMMABLE:
	case BAR_RESIZABLE:
		return 0;
	case BAR_FIXED:
		return desc->fixed_size < size ? -ENOSPC : 0;
	default:
		return -EINVAL;
	}
}

/*
 * Settle the BAR for @what: the one asked for, or the first that does if @bar
 * is NO_BAR.
 */
static int export_choose_bar(struct pci_ep_dma_export *exp, const char *what,
			     enum pci_barno bar, size_t size,
			     enum pci_barno *chosen)
{
	enum pci_barno i;
	int ret;

	if (bar != NO_BAR) {
		ret = export_check_bar(exp, bar, size);
		if (ret == -ENOSPC)
			dev_err(export_dev(exp),
				"BAR%d has %llu bytes, the %s needs %zu: choose another %s_bar\n",
				bar, exp->features->bar[bar].fixed_size, what,
				size, what);
		else if (ret)
			dev_err(export_dev(exp),
				"BAR%d is not available on this controller: choose another %s_bar\n",
				bar, what);
		if (ret)
			return ret;

		export_use_bar(exp, bar);
		*chosen = bar;
		return 0;
	}

	for (i = BAR_0; i < PCI_STD_NUM_BARS; i++) {
		/* Leave a BAR alone that was asked for by number */
		if (i == exp->config.metadata_bar ||
		    i == exp->config.window_bar ||
		    test_bit(i, exp->used_bars) ||
		    export_check_bar(exp, i, size))
			continue;

		export_use_bar(exp, i);
		*chosen = i;
		return 0;
	}

	dev_err(export_dev(exp), "no BAR is left for the %s (%zu bytes)\n",
		what, size);
	return -ENOSPC;
}

static int export_choose_bars(struct pci_ep_dma_export *exp, size_t size)
{
	const struct pci_epc_features *features = exp->features;
	struct export_regs *regs = &exp->regs;
	int ret;

	bitmap_zero(exp->used_bars, PCI_STD_NUM_BARS);
	exp->window_bar = NO_BAR;

	ret = export_choose_bar(exp, "metadata", exp->config.metadata_bar, size,
				&exp->metadata_bar);
	if (ret)
		return ret;

	if (regs->bar != NO_BAR) {
		if (exp->config.window_bar != NO_BAR) {
			dev_err(export_dev(exp),
				"the DMA registers are in BAR%d already: leave window_bar at auto\n",
				regs->bar);
			return -EINVAL;
		}
		return 0;
	}

	if (!features->dynamic_inbound_mapping || !features->subrange_mapping) {
		dev_err(export_dev(exp),
			"the controller cannot map the DMA registers into part of a BAR\n");
		return -EOPNOTSUPP;
	}

	return export_choose_bar(exp, "window", exp->config.window_bar,
				 regs->map_size, &exp->window_bar);
}

/* ---- claim -------------------------------------------------------------- */

static int export_check_chans(struct pci_ep_dma_export *exp,
			      enum pci_ep_dma_dir dir,
			      const unsigned long *want,
			      const unsigned long *have, bool whole)
{
	const unsigned int nr = PCI_EP_DMA_EXPORT_MAX_CHANS;
	const char *name = export_dir_name(dir);

	if (!bitmap_subset(want, have, nr)) {
		dev_err(export_dev(exp),
			"%s channels %*pbl were asked for, the controller has %*pbl\n",
			name, nr, want, nr, have);
		return -ERANGE;
	}

	if (whole && !bitmap_empty(want, nr) && !bitmap_equal(want, have, nr)) {
		dev_err(export_dev(exp),
			"%s channels share registers: export all (%*pbl) or none, not %*pbl\n",
			name, nr, have, nr, want);
		return -EOPNOTSUPP;
	}

	return 0;
}

static const struct pci_epc_aux_resource *
export_find_regs(const struct pci_epc_aux_resource *res, int count)
{
	int i;

	for (i = 0; i < count; i++)
		if (res[i].type == PCI_EPC_AUX_DMA_CTRL_MMIO)
			return &res[i];

	return NULL;
}

/* Take down what the controller says about its registers, check the sets */
static int export_read_ctrl(struct pci_ep_dma_export *exp,
			    const struct pci_epc_aux_resource *res, int count)
{
	DECLARE_BITMAP(wr, PCI_EP_DMA_EXPORT_MAX_CHANS) = {};
	DECLARE_BITMAP(rd, PCI_EP_DMA_EXPORT_MAX_CHANS) = {};
	const struct pci_epc_aux_resource *ctrl;
	struct export_regs *regs = &exp->regs;
	size_t granule = export_granule(exp);
	phys_addr_t base;
	int i, ret;

	ctrl = export_find_regs(res, count);
	if (!ctrl) {
		dev_err(export_dev(exp),
			"the controller offers no DMA channels to export\n");
		return -ENODEV;
	}

	for (i = 0; i < count; i++) {
		if (res[i].type != PCI_EPC_AUX_DMA_CHAN ||
		    res[i].u.dma_chan.hw_chan >= PCI_EP_DMA_EXPORT_MAX_CHANS)
			continue;
		__set_bit(res[i].u.dma_chan.hw_chan,
			  res[i].u.dma_chan.dir == PCI_EP_DMA_DIR_WRITE ?
			  wr : rd);
	}

	ret = export_check_chans(exp, PCI_EP_DMA_DIR_WRITE,
				 exp->config.wr_chans, wr,
				 ctrl->u.dma_ctrl.whole_direction);
	if (ret)
		return ret;

	ret = export_check_chans(exp, PCI_EP_DMA_DIR_READ,
				 exp->config.rd_chans, rd,
				 ctrl->u.dma_ctrl.whole_direction);
	if (ret)
		return ret;

	base = ALIGN_DOWN(ctrl->phys_addr, granule);
	*regs = (struct export_regs) {
		.phys = ctrl->phys_addr,
		.size = ctrl->size,
		.layout = ctrl->u.dma_ctrl.layout,
		.bar = ctrl->bar,
		.bar_offset = ctrl->bar != NO_BAR ? ctrl->bar_offset :
						    ctrl->phys_addr - base,
		.map_size = ctrl->bar != NO_BAR ? 0 :
			    ALIGN(ctrl->phys_addr + ctrl->size - base, granule),
	};

	return 0;
}

static bool export_wants(struct pci_ep_dma_export *exp,
			 const struct pci_epc_aux_resource *res)
{
	if (res->type != PCI_EPC_AUX_DMA_CHAN ||
	    res->u.dma_chan.hw_chan >= PCI_EP_DMA_EXPORT_MAX_CHANS)
		return false;

	return test_bit(res->u.dma_chan.hw_chan,
			res->u.dma_chan.dir == PCI_EP_DMA_DIR_WRITE ?
			exp->config.wr_chans : exp->config.rd_chans);
}

static int export_claim_chans(struct pci_ep_dma_export *exp,
			      const struct pci_epc_aux_resource *res, int count)
{
	struct export_chan *chan;
	dma_cap_mask_t mask;
	int i;

	exp->chans = kzalloc_objs(*exp->chans, count);
	if (!exp->chans)
		return -ENOMEM;

	dma_cap_zero(mask);
	dma_cap_set(DMA_SLAVE, mask);

	for (i = 0; i < count; i++) {
		if (!export_wants(exp, &res[i]))
			continue;

		chan = &exp->chans[exp->nr_chans];
		chan->dir = res[i].u.dma_chan.dir;
		chan->hw_chan = res[i].u.dma_chan.hw_chan;
		chan->dma = dma_request_channel(mask, res[i].u.dma_chan.filter,
						res[i].u.dma_chan.filter_param);
		if (!chan->dma) {
			dev_err(export_dev(exp),
				"%s channel %u is in use on this side\n",
				export_dir_name(chan->dir), chan->hw_chan);
			return -EBUSY;
		}
		exp->nr_chans++;
	}

	return 0;
}

static void export_release_chans(struct pci_ep_dma_export *exp)
{
	while (exp->nr_chans)
		dma_release_channel(exp->chans[--exp->nr_chans].dma);

	kfree(exp->chans);
	exp->chans = NULL;
}

static void *export_alloc_bar(struct pci_ep_dma_export *exp, const char *what,
			      enum pci_barno bar, size_t size)
{
	void *space;

	space = pci_epf_alloc_space(exp->epf, size, bar, exp->features,
				    PRIMARY_INTERFACE);
	if (!space)
		dev_err(export_dev(exp),
			"no memory for %zu bytes of %s behind BAR%d\n",
			size, what, bar);

	return space;
}

/* Memory behind both BARs, and the register pages ready to be mapped */
static int export_alloc_memory(struct pci_ep_dma_export *exp)
{
	struct export_regs *regs = &exp->regs;
	struct pci_epf_bar *parking;
	unsigned int i;
	size_t size;
	int ret;

	exp->block_size = ALIGN(pci_ep_dma_block_size(1, exp->nr_chans), SZ_4K);
	exp->ll_offset = exp->block_size;
	for (i = 0; i < exp->nr_chans; i++)
		exp->chans[i].ll_offset = exp->ll_offset + i * EXPORT_LL_SIZE;
	exp->scratch_offset = exp->ll_offset + i * EXPORT_LL_SIZE;
	if (check_add_overflow(exp->scratch_offset, exp->config.scratch_size,
			       &size))
		return -EOVERFLOW;

	ret = export_choose_bars(exp, size);
	if (ret)
		return ret;

	exp->image = kzalloc(exp->block_size, GFP_KERNEL);
	if (!exp->image)
		return -ENOMEM;

	exp->block = export_alloc_bar(exp, "metadata", exp->metadata_bar, size);
	if (!exp->block)
		return -ENOMEM;

	if (exp->window_bar == NO_BAR)
		return 0;

	if (!export_alloc_bar(exp, "parking", exp->window_bar, regs->map_size))
		return -ENOMEM;

	parking = export_bar(exp, exp->window_bar);
	exp->window = *parking;
	exp->window.submap = exp->submap;
	exp->window.num_submap = parking->size > regs->map_size ? 2 : 1;
	exp->submap[1] = (struct pci_epf_bar_submap) {
		.phys_addr = parking->phys_addr + regs->map_size,
		.size = parking->size - regs->map_size,
	};

	return 0;
}

static void export_free_bar(struct pci_ep_dma_export *exp, enum pci_barno bar)
{
	if (bar != NO_BAR)
		pci_epf_free_space(exp->epf, export_bar(exp, bar)->addr, bar,
				   PRIMARY_INTERFACE);
}

static void export_free_memory(struct pci_ep_dma_export *exp)
{
	export_free_bar(exp, exp->window_bar);

	if (exp->stuck) {
		dev_err(export_dev(exp),
			"the DMA engine may still access BAR%d memory: %zu bytes are lost\n",
			exp->metadata_bar,
			export_bar(exp, exp->metadata_bar)->mem_size);
		memset(export_bar(exp, exp->metadata_bar), 0,
		       sizeof(struct pci_epf_bar));
	} else {
		export_free_bar(exp, exp->metadata_bar);
	}

	kfree(exp->image);
	exp->image = NULL;
	exp->block = NULL;
	exp->metadata_bar = NO_BAR;
	exp->window_bar = NO_BAR;
}

/*
 * The inbound window targets the bus behind the controller, so the registers
 * need an address there like any memory of that device.
 */
static int export_map_regs(struct pci_ep_dma_export *exp)
{
	struct device *dev = export_dma_dev(exp);
	struct export_regs *regs = &exp->regs;

	if (exp->window_bar == NO_BAR)
		return 0;

	regs->map = dma_map_resource(dev, regs->phys - regs->bar_offset,
				     regs->map_size, DMA_BIDIRECTIONAL, 0);
	if (dma_mapping_error(dev, regs->map)) {
		dev_err(export_dev(exp), "cannot map the DMA registers\n");
		return -EIO;
	}

	exp->submap[0] = (struct pci_epf_bar_submap) {
		.phys_addr = regs->map,
		.size = regs->map_size,
	};

	return 0;
}

static void export_unmap_regs(struct pci_ep_dma_export *exp)
{
	if (exp->submap[0].size)
		dma_unmap_resource(export_dma_dev(exp), exp->regs.map,
				   exp->regs.map_size, DMA_BIDIRECTIONAL, 0);
	memset(exp->submap, 0, sizeof(exp->submap));
}

static void export_unclaim(struct pci_ep_dma_export *exp)
{
	export_unmap_regs(exp);
	export_free_memory(exp);
	export_release_chans(exp);
}

static int export_try_claim(struct pci_ep_dma_export *exp)
{
	struct pci_epf *epf = exp->epf;
	int count, ret;

	count = pci_epc_get_aux_resources_count(epf->epc, epf->func_no,
						epf->vfunc_no);
	struct pci_epc_aux_resource *res __free(kfree) =
		kzalloc_objs(*res, max(count, 1));
	if (!res)
		return -ENOMEM;

	if (count > 0) {
		ret = pci_epc_get_aux_resources(epf->epc, epf->func_no,
						epf->vfunc_no, res, count);
		if (ret)
			return ret;
	}

	ret = export_read_ctrl(exp, res, max(count, 0));
	if (ret)
		return ret;

	ret = export_claim_chans(exp, res, count);
	if (ret)
		return ret;

	ret = export_alloc_memory(exp);
	if (ret)
		return ret;

	return export_map_regs(exp);
}

/* ---- handing channels over ---------------------------------------------- */

/* Returns with the channels on this side again, or the export stuck */
static int export_reclaim(struct pci_ep_dma_export *exp)
{
	struct pci_epf *epf = exp->epf;
	unsigned int i;
	int err, ret = 0;

	lockdep_assert_held(&exp->lock);

	for (i = 0; i < exp->nr_chans; i++) {
		err = pci_epc_reclaim_dma_chan(epf->epc, epf->func_no,
					       epf->vfunc_no,
					       exp->chans[i].dma, exp->exposed);
		if (!ret)
			ret = err;
	}

	exp->exposed = false;
	if (ret)
		exp->stuck = true;

	return ret;
}

static int export_delegate(struct pci_ep_dma_export *exp)
{
	struct pci_epf *epf = exp->epf;
	unsigned int i;
	int ret;

	lockdep_assert_held(&exp->lock);

	for (i = 0; i < exp->nr_chans; i++) {
		ret = pci_epc_delegate_dma_chan(epf->epc, epf->func_no,
						epf->vfunc_no,
						exp->chans[i].dma);
		if (ret) {
			dev_err(export_dev(exp),
				"cannot hand over %s channel %u: %d\n",
				export_dir_name(exp->chans[i].dir),
				exp->chans[i].hw_chan, ret);
			export_reclaim(exp);
			return ret;
		}
	}

	/* In a BAR of their own the registers are within reach at all times */
	exp->exposed = exp->regs.bar != NO_BAR;

	return 0;
}

/* ---- the window --------------------------------------------------------- */

static int export_open_window(struct pci_ep_dma_export *exp)
{
	int ret;

	lockdep_assert_held(&exp->lock);

	if (exp->window_bar == NO_BAR)
		return 0;

	/* From the first inbound window on, not only when all are there */
	exp->exposed = true;

	ret = export_set_bar(exp, &exp->window);
	if (ret && export_set_bar(exp, export_bar(exp, exp->window_bar)))
		dev_warn_ratelimited(export_dev(exp),
				     "BAR%d shows nothing until it is mapped\n",
				     exp->window_bar);

	return ret;
}

static void export_close_window(struct pci_ep_dma_export *exp)
{
	struct pci_epf_bar *parking;

	lockdep_assert_held(&exp->lock);

	if (exp->window_bar == NO_BAR)
		return;

	parking = export_bar(exp, exp->window_bar);
	memset(parking->addr, 0, exp->regs.map_size);
	if (export_set_bar(exp, parking))
		dev_warn(export_dev(exp),
			 "BAR%d shows nothing until it is mapped\n",
			 exp->window_bar);
}

/* ---- serving hosts ------------------------------------------------------ */

static void export_withdraw(struct pci_ep_dma_export *exp)
{
	int ret;

	lockdep_assert_held(&exp->lock);

	export_set_state(exp, EXPORT_WITHDRAWN);
	export_retract_block(exp);
	export_close_window(exp);

	exp->serviced = 0;
	exp->generation = pci_ep_dma_next(exp->generation);

	ret = export_reclaim(exp);
	if (!ret)
		ret = export_delegate(exp);

	export_set_state(exp, ret ? EXPORT_FAILED : EXPORT_PUBLISHED);
	export_post_block(exp);
}

static void export_serve(struct pci_ep_dma_export *exp)
{
	int ret;

	lockdep_assert_held(&exp->lock);

	ret = export_open_window(exp);
	trace_pci_ep_dma_window(dev_name(export_dev(exp)), exp->token, ret);
	if (ret) {
		if (!exp->retry_ms)
			dev_warn(export_dev(exp),
				 "cannot map the DMA registers for the host (%d), trying again\n",
				 ret);
		exp->retry_ms = clamp(exp->retry_ms * 2, EXPORT_POLL_MS,
				      EXPORT_RETRY_MAX_MS);
		return;
	}

	exp->serviced = exp->token;
	export_set_state(exp, EXPORT_READY);
	export_post_block(exp);
}

static void export_take_request(struct pci_ep_dma_export *exp, u32 token)
{
	if (exp->state == EXPORT_REQUESTED || exp->state == EXPORT_READY)
		export_withdraw(exp);

	exp->token = token;
	exp->retry_ms = 0;
	exp->nr_requests += !!token;

	if (exp->state == EXPORT_FAILED) {
		/* Say no at once instead of letting the host wait */
		exp->serviced = token;
		export_post_block(exp);
	} else if (token) {
		export_set_state(exp, EXPORT_REQUESTED);
	}
}

/* One look at the request word and at the block */
static void export_look(struct pci_ep_dma_export *exp)
{
	u32 token = export_read_token(exp);

	lockdep_assert_held(&exp->lock);

	if (token != exp->token)
		export_take_request(exp, token);

	if (exp->state == EXPORT_REQUESTED)
		export_serve(exp);
	else
		export_repair_block(exp);
}

static bool export_is_watching(struct pci_ep_dma_export *exp)
{
	lockdep_assert_held(&exp->lock);

	return exp->state != EXPORT_IDLE && exp->state != EXPORT_CLAIMED;
}

static void export_watch(struct work_struct *work)
{
	struct pci_ep_dma_export *exp =
		container_of(work, struct pci_ep_dma_export, watch.work);

	guard(mutex)(&exp->lock);

	if (!export_is_watching(exp))
		return;

	export_look(exp);
	queue_delayed_work(system_dfl_wq, &exp->watch,
			   msecs_to_jiffies(max(exp->retry_ms,
						EXPORT_POLL_MS)));
}

static void export_kick(struct pci_ep_dma_export *exp)
{
	mod_delayed_work(system_dfl_wq, &exp->watch, 0);
}

/* ---- the doorbell ------------------------------------------------------- */

/*
 * An emulated doorbell rings on every interrupt of the DMA controller too. It
 * is handled either way: calling those rings spurious would have the interrupt
 * disabled.
 */
static irqreturn_t export_doorbell_handler(int irq, void *data)
{
	export_kick(data);

	return IRQ_HANDLED;
}

/* Point the smallest BAR that is left to the page with @addr */
static int export_map_doorbell(struct pci_ep_dma_export *exp, u64 addr)
{
	struct export_doorbell *db = &exp->doorbell;
	enum pci_barno i;
	int ret;

	for (i = BAR_0; i < PCI_STD_NUM_BARS; i++) {
		struct pci_epf_bar *bar = export_bar(exp, i);

		if (test_bit(i, exp->used_bars) ||
		    export_check_bar(exp, i, sizeof(u32)))
			continue;

		ret = pci_epf_assign_bar_space(exp->epf, sizeof(u32), i,
					       exp->features,
					       PRIMARY_INTERFACE, addr);
		/* No more may show through than the page of the doorbell */
		if (!ret && bar->size <= export_granule(exp))
			ret = export_set_bar(exp, bar);
		else if (!ret)
			ret = -ENOSPC;

		if (!ret) {
			export_use_bar(exp, i);
			db->bar = i;
			db->offset = addr - bar->phys_addr;
			db->bar_is_ours = true;
			return 0;
		}
		memset(bar, 0, sizeof(*bar));
	}

	return -ENOSPC;
}

static void export_close_doorbell(struct pci_ep_dma_export *exp)
{
	struct export_doorbell *db = &exp->doorbell;

	if (db->irq)
		free_irq(db->irq, exp);

	if (db->bar_is_ours) {
		export_clear_bar(exp, db->bar);
		memset(export_bar(exp, db->bar), 0, sizeof(struct pci_epf_bar));
	}

	pci_epf_free_doorbell(exp->epf);
	*db = (struct export_doorbell) { .bar = NO_BAR };
}

static int export_try_doorbell(struct pci_ep_dma_export *exp)
{
	struct export_doorbell *db = &exp->doorbell;
	struct pci_epf_doorbell_msg *msg;
	int ret;

	ret = pci_epf_alloc_doorbell(exp->epf, 1);
	if (ret)
		return ret;

	msg = &exp->epf->db_msg[0];
	db->data = msg->msg.data;
	if (msg->bar != NO_BAR) {
		db->bar = msg->bar;
		db->offset = msg->offset;
	} else {
		ret = export_map_doorbell(exp, (u64)msg->msg.address_hi << 32 |
					       msg->msg.address_lo);
		if (ret)
			return ret;
	}

	ret = request_irq(msg->virq, export_doorbell_handler, msg->irq_flags,
			  "pci-ep-dma", exp);
	if (ret)
		return ret;

	db->irq = msg->virq;

	return 0;
}

/* A doorbell makes it quick; without one the watch polls */
static void export_open_doorbell(struct pci_ep_dma_export *exp)
{
	int ret;

	ret = export_try_doorbell(exp);
	if (ret) {
		export_close_doorbell(exp);
		dev_info(export_dev(exp),
			 "no doorbell (%d), looking for requests every %d ms\n",
			 ret, EXPORT_POLL_MS);
	}
}

/* ---- publish and release ------------------------------------------------ */

static int export_set_bars(struct pci_ep_dma_export *exp)
{
	int ret;

	exp->bars_set = true;
	ret = export_set_bar(exp, export_bar(exp, exp->metadata_bar));
	if (!ret && exp->window_bar != NO_BAR)
		ret = export_set_bar(exp, export_bar(exp, exp->window_bar));
	if (ret)
		dev_err(export_dev(exp), "cannot set up the BARs: %d\n", ret);

	return ret;
}

static int export_try_publish(struct pci_ep_dma_export *exp)
{
	int ret;

	ret = export_delegate(exp);
	if (ret)
		return ret;

	ret = export_set_bars(exp);
	if (ret)
		return ret;

	export_open_doorbell(exp);
	exp->generation = pci_ep_dma_next(exp->generation);

	return export_build_block(exp);
}

/*
 * The host loses the window before the channels are stopped, and its BARs
 * last of all.
 */
static void export_unpublish(struct pci_ep_dma_export *exp)
{
	lockdep_assert_held(&exp->lock);

	export_set_state(exp, EXPORT_WITHDRAWN);
	export_retract_block(exp);
	export_close_doorbell(exp);

	if (exp->bars_set && exp->window_bar != NO_BAR)
		export_clear_bar(exp, exp->window_bar);

	export_reclaim(exp);

	if (exp->bars_set)
		export_clear_bar(exp, exp->metadata_bar);
	exp->bars_set = false;
	exp->serviced = 0;
	exp->token = 0;
	export_set_state(exp, EXPORT_CLAIMED);
}

/**
 * pci_ep_dma_export_claim() - take the channels and memory of an export
 * @exp: export
 *
 * Needs an initialised endpoint controller. Does nothing if the claim already
 * stands.
 *
 * Context: Process context, may sleep, with epf->lock held.
 *
 * Return: 0 on success, -ENODEV if the controller has no channels to export,
 * -ERANGE if it has not all that were asked for, -EOPNOTSUPP if they cannot be
 * exported like this, -EBUSY if one is in use on this side, -EINVAL or -ENOSPC
 * if the BARs do not fit, -ENOMEM, or another -errno. Each is explained in the
 * log, and nothing is held.
 */
int pci_ep_dma_export_claim(struct pci_ep_dma_export *exp)
{
	int ret;

	lockdep_assert_held(&exp->epf->lock);
	guard(mutex)(&exp->lock);

	if (exp->state != EXPORT_IDLE)
		return 0;

	ret = export_try_claim(exp);
	if (ret) {
		export_unclaim(exp);
		return ret;
	}

	export_set_state(exp, EXPORT_CLAIMED);

	return 0;
}
EXPORT_SYMBOL_GPL(pci_ep_dma_export_claim);

/**
 * pci_ep_dma_export_publish() - offer a claimed export to the host
 * @exp: export, claimed
 *
 * Hands the channels over, programs the BARs and publishes the block; from
 * then on requests are served. The carrier has written the configuration
 * header before. Does nothing if the export is published already.
 *
 * Context: Process context, may sleep, with epf->lock held.
 *
 * Return: 0 on success, -EINVAL if the export is not claimed, or the -errno of
 * what failed; the claim stands then.
 */
int pci_ep_dma_export_publish(struct pci_ep_dma_export *exp)
{
	int ret;

	lockdep_assert_held(&exp->epf->lock);
	guard(mutex)(&exp->lock);

	if (exp->state == EXPORT_IDLE)
		return -EINVAL;
	if (exp->state != EXPORT_CLAIMED)
		return 0;

	ret = export_try_publish(exp);
	if (ret) {
		export_unpublish(exp);
		return ret;
	}

	export_set_state(exp, EXPORT_PUBLISHED);
	export_write_block(exp);
	export_kick(exp);

	return 0;
}
EXPORT_SYMBOL_GPL(pci_ep_dma_export_publish);

/**
 * pci_ep_dma_export_release() - give everything back
 * @exp: export in any state
 *
 * A host that is being served loses its window; then the channels are stopped
 * and returned. Cannot fail: what does not stop is kept out of use and named in
 * the log.
 *
 * Context: Process context, may sleep, with epf->lock held.
 */
void pci_ep_dma_export_release(struct pci_ep_dma_export *exp)
{
	lockdep_assert_held(&exp->epf->lock);

	scoped_guard(mutex, &exp->lock) {
		if (exp->state == EXPORT_IDLE)
			return;
		if (exp->state != EXPORT_CLAIMED)
			export_unpublish(exp);
	}

	/* It finds nothing to watch and does not come back */
	cancel_delayed_work_sync(&exp->watch);

	guard(mutex)(&exp->lock);
	export_unclaim(exp);
	export_set_state(exp, EXPORT_IDLE);
}
EXPORT_SYMBOL_GPL(pci_ep_dma_export_release);

/**
 * pci_ep_dma_export_link_up() - the link to a host is up
 * @exp: export in any state
 *
 * Looks for a request at once.
 *
 * Context: Process context, may sleep, with epf->lock held.
 */
void pci_ep_dma_export_link_up(struct pci_ep_dma_export *exp)
{
	lockdep_assert_held(&exp->epf->lock);
	guard(mutex)(&exp->lock);

	if (export_is_watching(exp))
		export_kick(exp);
}
EXPORT_SYMBOL_GPL(pci_ep_dma_export_link_up);

/**
 * pci_ep_dma_export_link_down() - the link to the host is down
 * @exp: export in any state
 *
 * Withdraws from the host that was being served: it has lost its BAR addresses
 * and will ask again.
 *
 * Context: Process context, may sleep, with epf->lock held.
 */
void pci_ep_dma_export_link_down(struct pci_ep_dma_export *exp)
{
	lockdep_assert_held(&exp->epf->lock);
	guard(mutex)(&exp->lock);

	if (exp->state == EXPORT_REQUESTED || exp->state == EXPORT_READY)
		export_withdraw(exp);
}
EXPORT_SYMBOL_GPL(pci_ep_dma_export_link_down);

/* ---- debugfs ------------------------------------------------------------ */

static void export_show_info(struct seq_file *s,
			     const struct pci_ep_dma_info *info)
{
	u32 i;

	seq_printf(s, "block: generation %u state %d serviced %#x layout %d function %u\n",
		   info->generation, info->state, info->serviced, info->layout,
		   info->func_no);
	seq_printf(s, "registers: BAR%u offset %#llx size %#llx\n",
		   info->regs.bar, info->regs.offset, info->regs.size);
	if (info->doorbell.present)
		seq_printf(s, "doorbell: BAR%u offset %#llx data %#x\n",
			   info->doorbell.bar, info->doorbell.offset,
			   info->doorbell.data);
	if (info->scratch_size)
		seq_printf(s, "scratch: engine %#llx size %#llx\n",
			   info->scratch_addr, info->scratch_size);
	for (i = 0; i < info->nr_mems; i++)
		seq_printf(s, "memory %u: BAR%u offset %#llx engine %#llx size %#llx\n",
			   info->mems[i].id, info->mems[i].win.bar,
			   info->mems[i].win.offset, info->mems[i].addr,
			   info->mems[i].win.size);
	for (i = 0; i < info->nr_chans; i++)
		seq_printf(s, "channel %u: %s %u memory %u offset %#x size %#x\n",
			   info->chans[i].id,
			   export_dir_name(info->chans[i].dir),
			   info->chans[i].hw_chan, info->chans[i].mem_id,
			   info->chans[i].ll_offset, info->chans[i].ll_size);
}

/* Decode what the host sees, by the code that the host uses */
static void export_show_block(struct seq_file *s, struct pci_ep_dma_export *exp)
{
	struct pci_ep_dma_limits limits;
	const char *field = NULL;
	int ret;

	struct pci_ep_dma_info *info __free(kfree) = kzalloc_obj(*info);
	void *copy __free(kfree) = kmemdup(exp->block, exp->block_size,
					   GFP_KERNEL);
	if (!info || !copy)
		return;

	export_fill_limits(exp, &limits);
	ret = pci_ep_dma_parse(copy, exp->block_size, &limits, info, &field);
	if (ret)
		seq_printf(s, "block: refused by the parser (%d): %s\n", ret,
			   field);
	else
		export_show_info(s, info);
}

static int export_state_show(struct seq_file *s, void *unused)
{
	struct pci_ep_dma_export *exp = s->private;

	guard(mutex)(&exp->lock);

	seq_printf(s, "state: %s\n", export_state_names[exp->state]);
	seq_printf(s, "token: %#x\n", exp->token);
	seq_printf(s, "requests: %lu\n", exp->nr_requests);
	seq_printf(s, "repairs: %lu\n", exp->nr_repairs);
	seq_printf(s, "watch: %s\n", exp->doorbell.irq ? "doorbell" : "polling");
	if (exp->block)
		export_show_block(s, exp);

	return 0;
}
DEFINE_SHOW_ATTRIBUTE(export_state);

/* ---- life and death ----------------------------------------------------- */

static int export_check_config(struct pci_epf *epf,
			       const struct pci_ep_dma_config *config)
{
	const unsigned int nr = PCI_EP_DMA_EXPORT_MAX_CHANS;

	/* The engine tags its transfers with a physical function only */
	if (epf->is_vf || epf->vfunc_no) {
		dev_err(&epf->dev,
			"a virtual function cannot export DMA channels\n");
		return -EOPNOTSUPP;
	}

	if (bitmap_empty(config->wr_chans, nr) &&
	    bitmap_empty(config->rd_chans, nr)) {
		dev_err(&epf->dev,
			"no channel to export: set wr_chans or rd_chans\n");
		return -EINVAL;
	}

	if (config->metadata_bar != NO_BAR &&
	    config->metadata_bar == config->window_bar) {
		dev_err(&epf->dev,
			"BAR%d cannot be both metadata_bar and window_bar\n",
			config->metadata_bar);
		return -EINVAL;
	}

	return 0;
}

/**
 * pci_ep_dma_export_create() - make an export, holding nothing yet
 * @epf: endpoint function that carries it, bound to a controller
 * @config: what to export; copied
 *
 * Context: Process context, may sleep, with epf->lock held.
 *
 * Return: the export, to be given to pci_ep_dma_export_destroy(), or an
 * ERR_PTR: -EOPNOTSUPP for a virtual function or a controller that does not
 * describe itself, -EINVAL if @config contradicts itself, -ENOMEM. Each is
 * explained in the log.
 */
struct pci_ep_dma_export *
pci_ep_dma_export_create(struct pci_epf *epf,
			 const struct pci_ep_dma_config *config)
{
	const struct pci_epc_features *features;
	int ret;

	lockdep_assert_held(&epf->lock);

	ret = export_check_config(epf, config);
	if (ret)
		return ERR_PTR(ret);

	features = pci_epc_get_features(epf->epc, epf->func_no, epf->vfunc_no);
	if (!features) {
		dev_err(&epf->dev, "the controller does not tell its features\n");
		return ERR_PTR(-EOPNOTSUPP);
	}

	struct pci_ep_dma_export *exp __free(kfree) = kzalloc_obj(*exp);
	if (!exp)
		return ERR_PTR(-ENOMEM);

	exp->info = kzalloc_obj(*exp->info);
	if (!exp->info)
		return ERR_PTR(-ENOMEM);

	exp->epf = epf;
	exp->config = *config;
	exp->features = features;
	exp->metadata_bar = NO_BAR;
	exp->window_bar = NO_BAR;
	exp->doorbell.bar = NO_BAR;
	/* So that a host can tell this export from an earlier one */
	exp->generation = get_random_u32();
	mutex_init(&exp->lock);
	INIT_DELAYED_WORK(&exp->watch, export_watch);

	exp->debugfs = debugfs_create_dir(dev_name(&epf->dev),
					  export_debugfs_root);
	debugfs_create_file("state", 0400, exp->debugfs, exp,
			    &export_state_fops);

	return no_free_ptr(exp);
}
EXPORT_SYMBOL_GPL(pci_ep_dma_export_create);

/**
 * pci_ep_dma_export_destroy() - end an export
 * @exp: export in any state
 *
 * Releases what is held, see pci_ep_dma_export_release().
 *
 * Context: Process context, may sleep, with epf->lock held.
 */
void pci_ep_dma_export_destroy(struct pci_ep_dma_export *exp)
{
	/* Waits for readers, which take the lock that release takes */
	debugfs_remove_recursive(exp->debugfs);

	pci_ep_dma_export_release(exp);

	mutex_destroy(&exp->lock);
	kfree(exp->info);
	kfree(exp);
}
EXPORT_SYMBOL_GPL(pci_ep_dma_export_destroy);

static int __init pci_ep_dma_init(void)
{
	export_debugfs_root = debugfs_create_dir("pci_ep_dma", NULL);

	return 0;
}
module_init(pci_ep_dma_init);

static void __exit pci_ep_dma_exit(void)
{
	debugfs_remove_recursive(export_debugfs_root);
}
module_exit(pci_ep_dma_exit);

MODULE_DESCRIPTION("PCI endpoint DMA channel export");
MODULE_LICENSE("GPL");
