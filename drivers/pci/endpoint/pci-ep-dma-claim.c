// SPDX-License-Identifier: GPL-2.0
/*
 * PCI endpoint DMA export: what an export holds
 *
 * Claiming goes in steps: the registers and channels that the controller
 * describes, a reference on each channel, the BARs, the memory behind them, the
 * register pages. Each step leaves a mark in the export, by which
 * unclaiming knows how far claiming got. Every refusal is explained in the log:
 * this is where a user's configuration meets the hardware.
 *
 * Memory behind the metadata BAR:
 *
 *	0		block		rounded up to 4 KiB
 *	ll_offset	linked lists	EPDMA_LL_SIZE for each channel offered
 *	scratch_offset	scratch		as configured
 */

#include <kunit/visibility.h>
#include <linux/cleanup.h>
#include <linux/dma-mapping.h>
#include <linux/dmaengine.h>
#include <linux/kmemleak.h>
#include <linux/mmzone.h>
#include <linux/overflow.h>
#include <linux/slab.h>
#include <linux/string.h>

#include "pci-ep-dma-internal.h"

/*
 * The memory is contiguous for the engine, and there may be no IOMMU. More than
 * this the page allocator does not give in one piece. As it is a power of two,
 * what fits still fits when it is rounded up to a BAR size.
 */
#define EPDMA_MAX_SIZE		(PAGE_SIZE << MAX_PAGE_ORDER)

/* What is here is never given back: nobody can tell when it would be safe */
LIST_HEAD(epdma_kept_list);
EXPORT_SYMBOL_IF_KUNIT(epdma_kept_list);
/* Protects the list */
DEFINE_MUTEX(epdma_kept_lock);
EXPORT_SYMBOL_IF_KUNIT(epdma_kept_lock);

void epdma_use_bar(struct pci_ep_dma_export *exp, enum pci_barno bar)
{
	__set_bit(bar, exp->used_bars);
	if (exp->features->bar[bar].only_64bit)
		__set_bit(bar + 1, exp->used_bars);
}

/* Can @bar be programmed to show @size bytes? 0 or why not */
int epdma_check_bar(struct pci_ep_dma_export *exp, enum pci_barno bar,
		    size_t size)
{
	const struct pci_epc_bar_desc *desc = &exp->features->bar[bar];

	if (!test_bit(bar, exp->config.bars))
		return -EINVAL;

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

/* The BAR that was asked for by number */
static int epdma_try_bar(struct pci_ep_dma_export *exp, const char *what,
			 enum pci_barno bar, size_t size)
{
	int ret = epdma_check_bar(exp, bar, size);

	if (ret == -ENOSPC)
		dev_err(epdma_dev(exp),
			"BAR%d has %llu bytes, the %s needs %zu: choose another %s_bar\n",
			bar, exp->features->bar[bar].fixed_size, what, size,
			what);
	else if (ret)
		dev_err(epdma_dev(exp),
			"BAR%d is not available here: choose another %s_bar\n",
			bar, what);
	else
		epdma_use_bar(exp, bar);

	return ret;
}

/* The first BAR that does and was not asked for by number, or NO_BAR */
static enum pci_barno epdma_find_bar(struct pci_ep_dma_export *exp, size_t size)
{
	enum pci_barno bar;

	for (bar = BAR_0; bar < PCI_STD_NUM_BARS; bar++) {
		if (bar == exp->config.metadata_bar ||
		    bar == exp->config.window_bar ||
		    test_bit(bar, exp->used_bars) ||
		    epdma_check_bar(exp, bar, size))
			continue;

		epdma_use_bar(exp, bar);
		return bar;
	}

	return NO_BAR;
}

/* Settle the BAR for @what, which the user may have named as @bar */
static int epdma_choose_bar(struct pci_ep_dma_export *exp, const char *what,
			    enum pci_barno bar, size_t size,
			    enum pci_barno *chosen)
{
	int ret;

	if (bar != NO_BAR) {
		/* What is not chosen may be the carrier's, and is not freed */
		ret = epdma_try_bar(exp, what, bar, size);
		if (!ret)
			*chosen = bar;
		return ret;
	}

	*chosen = epdma_find_bar(exp, size);
	if (*chosen == NO_BAR) {
		dev_err(epdma_dev(exp), "no BAR is left for the %s (%zu bytes)\n",
			what, size);
		return -ENOSPC;
	}

	return 0;
}

static int epdma_choose_bars(struct pci_ep_dma_export *exp, size_t size)
{
	const struct pci_epc_features *features = exp->features;
	struct epdma_regs *regs = &exp->regs;
	int ret;

	bitmap_zero(exp->used_bars, PCI_STD_NUM_BARS);
	exp->window_bar = NO_BAR;

	ret = epdma_choose_bar(exp, "metadata", exp->config.metadata_bar, size,
			       &exp->metadata_bar);
	if (ret)
		return ret;

	if (regs->bar != NO_BAR) {
		if (exp->config.window_bar != NO_BAR) {
			dev_err(epdma_dev(exp),
				"the DMA registers are in BAR%d already: leave window_bar at auto\n",
				regs->bar);
			return -EINVAL;
		}
		return 0;
	}

	if (!features->dynamic_inbound_mapping || !features->subrange_mapping) {
		dev_err(epdma_dev(exp),
			"the controller cannot map the DMA registers into part of a BAR\n");
		return -EOPNOTSUPP;
	}

	return epdma_choose_bar(exp, "window", exp->config.window_bar,
				regs->map_size, &exp->window_bar);
}

static int epdma_check_chans(struct pci_ep_dma_export *exp,
			     enum pci_ep_dma_dir dir,
			     const unsigned long *want,
			     const unsigned long *have, bool whole)
{
	const unsigned int nr = PCI_EP_DMA_EXPORT_MAX_CHANS;
	const char *name = pci_ep_dma_dir_name(dir);

	if (!bitmap_subset(want, have, nr)) {
		dev_err(epdma_dev(exp),
			"%s channels %*pbl were asked for, the controller has %*pbl\n",
			name, nr, want, nr, have);
		return -ERANGE;
	}

	if (whole && !bitmap_empty(want, nr) && !bitmap_equal(want, have, nr)) {
		dev_err(epdma_dev(exp),
			"%s channels share registers: export all (%*pbl) or none, not %*pbl\n",
			name, nr, have, nr, want);
		return -EOPNOTSUPP;
	}

	return 0;
}

static const struct pci_epc_aux_resource *
epdma_find_regs(const struct pci_epc_aux_resource *res, int count)
{
	int i;

	for (i = 0; i < count; i++)
		if (res[i].type == PCI_EPC_AUX_DMA_CTRL_MMIO)
			return &res[i];

	return NULL;
}

/*
 * Windows show whole granules of the bus, and what else is in those may be
 * anything. The controller says how far its DMA registers go.
 */
static int epdma_check_window(struct pci_ep_dma_export *exp,
			      const struct pci_epc_aux_resource *ctrl)
{
	phys_addr_t start = ctrl->u.dma_ctrl.area;
	struct epdma_regs *regs = &exp->regs;
	phys_addr_t base = regs->phys - regs->bar_offset;

	if (!regs->map_size)
		return 0;

	if (base < start || base - start > ctrl->u.dma_ctrl.area_size ||
	    regs->map_size > ctrl->u.dma_ctrl.area_size - (base - start)) {
		dev_err(epdma_dev(exp),
			"a window of %zu bytes would show the host more than the DMA registers\n",
			regs->map_size);
		return -EOPNOTSUPP;
	}

	return 0;
}

/* Take down what the controller says about its registers, check the sets */
static int epdma_read_ctrl(struct pci_ep_dma_export *exp,
			   const struct pci_epc_aux_resource *res, int count)
{
	DECLARE_BITMAP(wr, PCI_EP_DMA_EXPORT_MAX_CHANS) = {};
	DECLARE_BITMAP(rd, PCI_EP_DMA_EXPORT_MAX_CHANS) = {};
	const struct pci_epc_aux_resource *ctrl;
	struct epdma_regs *regs = &exp->regs;
	size_t granule = epdma_granule(exp);
	phys_addr_t base;
	int i, ret;

	ctrl = epdma_find_regs(res, count);
	if (!ctrl) {
		dev_err(epdma_dev(exp),
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

	ret = epdma_check_chans(exp, PCI_EP_DMA_DIR_WRITE,
				exp->config.wr_chans, wr,
				ctrl->u.dma_ctrl.whole_direction);
	if (ret)
		return ret;

	ret = epdma_check_chans(exp, PCI_EP_DMA_DIR_READ,
				exp->config.rd_chans, rd,
				ctrl->u.dma_ctrl.whole_direction);
	if (ret)
		return ret;

	base = ALIGN_DOWN(ctrl->phys_addr, granule);
	*regs = (struct epdma_regs) {
		.phys = ctrl->phys_addr,
		.size = ctrl->size,
		.layout = ctrl->u.dma_ctrl.layout,
		.bar = ctrl->bar,
		.bar_offset = ctrl->bar != NO_BAR ? ctrl->bar_offset :
						    ctrl->phys_addr - base,
		.map_size = ctrl->bar != NO_BAR ? 0 :
			    ALIGN(ctrl->phys_addr + ctrl->size - base, granule),
	};

	return epdma_check_window(exp, ctrl);
}

static bool epdma_wants(struct pci_ep_dma_export *exp,
			const struct pci_epc_aux_resource *res)
{
	if (res->type != PCI_EPC_AUX_DMA_CHAN ||
	    res->u.dma_chan.hw_chan >= PCI_EP_DMA_EXPORT_MAX_CHANS)
		return false;

	return test_bit(res->u.dma_chan.hw_chan,
			res->u.dma_chan.dir == PCI_EP_DMA_DIR_WRITE ?
			exp->config.wr_chans : exp->config.rd_chans);
}

/* Take those that were asked for, or the others */
static int epdma_claim_set(struct pci_ep_dma_export *exp,
			   const struct pci_epc_aux_resource *res, int count,
			   bool wanted)
{
	struct epdma_chan *chan;
	dma_cap_mask_t mask;
	int i;

	dma_cap_zero(mask);
	dma_cap_set(DMA_SLAVE, mask);

	for (i = 0; i < count; i++) {
		if (res[i].type != PCI_EPC_AUX_DMA_CHAN ||
		    epdma_wants(exp, &res[i]) != wanted)
			continue;

		chan = &exp->chans[exp->nr_chans];
		chan->dir = res[i].u.dma_chan.dir;
		chan->hw_chan = res[i].u.dma_chan.hw_chan;
		chan->dma = dma_request_channel(mask, res[i].u.dma_chan.filter,
						res[i].u.dma_chan.filter_param);
		if (!chan->dma) {
			dev_err(epdma_dev(exp),
				"%s channel %u%s is in use on this side, or never stopped after an earlier export\n",
				pci_ep_dma_dir_name(chan->dir), chan->hw_chan,
				wanted ? "" :
				", whose registers the host would reach,");
			return -EBUSY;
		}
		exp->nr_chans++;
	}

	return 0;
}

/*
 * All channels of the controller are taken, whatever was asked for: the pages
 * that the host gets have the registers of all. It could point any channel to
 * the memory behind the metadata BAR, and only channels that are held here are
 * stopped before that memory is freed. Those to be offered come first.
 */
static int epdma_claim_chans(struct pci_ep_dma_export *exp,
			     const struct pci_epc_aux_resource *res, int count)
{
	int ret;

	exp->chans = kzalloc_objs(*exp->chans, count);
	if (!exp->chans)
		return -ENOMEM;

	ret = epdma_claim_set(exp, res, count, true);
	if (ret)
		return ret;
	exp->nr_offered = exp->nr_chans;

	return epdma_claim_set(exp, res, count, false);
}

static void epdma_release_chans(struct pci_ep_dma_export *exp)
{
	while (exp->nr_chans)
		dma_release_channel(exp->chans[--exp->nr_chans].dma);

	exp->nr_offered = 0;
	kfree(exp->chans);
	exp->chans = NULL;
}

/* The device whose DMA the engine does and whose bus the windows target */
static struct device *epdma_dma_dev(struct pci_ep_dma_export *exp)
{
	return exp->epf->epc->dev.parent;
}

static void *epdma_alloc_bar(struct pci_ep_dma_export *exp, const char *what,
			     enum pci_barno bar, size_t size)
{
	void *space;

	space = pci_epf_alloc_space(exp->epf, size, bar, exp->features,
				    PRIMARY_INTERFACE);
	if (!space)
		dev_err(epdma_dev(exp),
			"no memory for %zu bytes of %s behind BAR%d\n",
			size, what, bar);

	return space;
}

/* Memory behind both BARs, and the register pages ready to be mapped */
static int epdma_alloc_memory(struct pci_ep_dma_export *exp)
{
	struct epdma_regs *regs = &exp->regs;
	struct pci_epf_bar *parking;
	size_t size;
	int ret;

	exp->block_size = ALIGN(pci_ep_dma_block_size(1, exp->nr_offered),
				SZ_4K);
	exp->ll_offset = exp->block_size;
	exp->scratch_offset = exp->ll_offset + exp->nr_offered * EPDMA_LL_SIZE;
	if (check_add_overflow(exp->scratch_offset, exp->config.scratch_size,
			       &size) || size > EPDMA_MAX_SIZE) {
		dev_err(epdma_dev(exp),
			"scratch_size is too large: with it the metadata BAR exceeds %lu bytes\n",
			EPDMA_MAX_SIZE);
		return -E2BIG;
	}

	ret = epdma_choose_bars(exp, size);
	if (ret)
		return ret;

	exp->image = kzalloc(exp->block_size, GFP_KERNEL);
	exp->kept = kzalloc_obj(*exp->kept);
	if (!exp->image || !exp->kept)
		return -ENOMEM;

	exp->block = epdma_alloc_bar(exp, "metadata", exp->metadata_bar, size);
	if (!exp->block)
		return -ENOMEM;

	if (exp->window_bar == NO_BAR)
		return 0;

	if (!epdma_alloc_bar(exp, "parking", exp->window_bar, regs->map_size))
		return -ENOMEM;

	parking = epdma_bar(exp, exp->window_bar);
	exp->window = *parking;
	exp->window.submap = exp->submap;
	exp->window.num_submap = parking->size > regs->map_size ? 2 : 1;
	exp->submap[1] = (struct pci_epf_bar_submap) {
		.phys_addr = parking->phys_addr + regs->map_size,
		.size = parking->size - regs->map_size,
	};

	return 0;
}

static void epdma_free_bar(struct pci_ep_dma_export *exp, enum pci_barno bar)
{
	if (bar != NO_BAR)
		pci_epf_free_space(exp->epf, epdma_bar(exp, bar)->addr, bar,
				   PRIMARY_INTERFACE);
}

/*
 * The memory behind the metadata BAR goes to the list. Nothing is allocated
 * for that, because it must not fail.
 */
static void epdma_keep_memory(struct pci_ep_dma_export *exp)
{
	struct pci_epf_bar *bar = epdma_bar(exp, exp->metadata_bar);
	struct epdma_kept *kept = no_free_ptr(exp->kept);

	strscpy(kept->name, dev_name(epdma_dev(exp)));
	kept->addr = bar->addr;
	kept->engine = bar->phys_addr;
	kept->size = bar->mem_size;
	dev_err(epdma_dev(exp),
		"the DMA engine may still access BAR%d memory: %zu bytes are kept from use\n",
		exp->metadata_bar, kept->size);
	memset(bar, 0, sizeof(*bar));

	/* Should this module go, its list goes, and they are kept all the same */
	kmemleak_not_leak(kept);
	guard(mutex)(&epdma_kept_lock);
	list_add_tail(&kept->node, &epdma_kept_list);
}

static void epdma_free_memory(struct pci_ep_dma_export *exp)
{
	epdma_free_bar(exp, exp->window_bar);

	if (exp->stuck && exp->block)
		epdma_keep_memory(exp);
	else
		epdma_free_bar(exp, exp->metadata_bar);

	kfree(exp->kept);
	exp->kept = NULL;
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
static int epdma_map_regs(struct pci_ep_dma_export *exp)
{
	struct device *dev = epdma_dma_dev(exp);
	struct epdma_regs *regs = &exp->regs;

	if (exp->window_bar == NO_BAR)
		return 0;

	regs->map = dma_map_resource(dev, regs->phys - regs->bar_offset,
				     regs->map_size, DMA_BIDIRECTIONAL, 0);
	if (dma_mapping_error(dev, regs->map)) {
		dev_err(epdma_dev(exp), "cannot map the DMA registers\n");
		return -EIO;
	}

	exp->submap[0] = (struct pci_epf_bar_submap) {
		.phys_addr = regs->map,
		.size = regs->map_size,
	};

	return 0;
}

static void epdma_unmap_regs(struct pci_ep_dma_export *exp)
{
	if (exp->submap[0].size)
		dma_unmap_resource(epdma_dma_dev(exp), exp->regs.map,
				   exp->regs.map_size, DMA_BIDIRECTIONAL, 0);
	memset(exp->submap, 0, sizeof(exp->submap));
}

static int epdma_take_all(struct pci_ep_dma_export *exp)
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

	ret = epdma_read_ctrl(exp, res, max(count, 0));
	if (ret)
		return ret;

	ret = epdma_claim_chans(exp, res, count);
	if (ret)
		return ret;

	ret = epdma_alloc_memory(exp);
	if (ret)
		return ret;

	return epdma_map_regs(exp);
}

/* Give back all that epdma_claim() took, or as much as it got */
void epdma_unclaim(struct pci_ep_dma_export *exp)
{
	epdma_unmap_regs(exp);
	epdma_free_memory(exp);
	epdma_release_chans(exp);
	exp->stuck = false;
}

/* Take channels and memory: all of it or nothing */
int epdma_claim(struct pci_ep_dma_export *exp)
{
	int ret;

	lockdep_assert_held(&exp->lock);

	ret = epdma_take_all(exp);
	if (ret)
		epdma_unclaim(exp);

	return ret;
}
