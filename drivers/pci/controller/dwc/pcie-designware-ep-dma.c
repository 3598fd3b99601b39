// SPDX-License-Identifier: GPL-2.0
/*
 * DesignWare endpoint: offer the controller's eDMA to the host
 *
 * The resources are a view of pci->edma, computed anew on each query, so they
 * are there exactly while the eDMA driver is probed. Only the unrolled register
 * map is described: the legacy map goes through a viewport that two drivers
 * cannot share.
 *
 * epc->lock, held by the EPC core around all operations (asserted), is held by
 * dw_pcie_ep_cleanup() as well, which removes the eDMA: what pci->edma says is
 * true for as long as an operation runs, and the eDMA's registers are there. A
 * caller that keeps what it was told learns of the removal by -ENODEV, or by -EIO
 * if it gives a channel back that was not stopped. Interrupts that it requested,
 * of the doorbell say, it has to give back before: it is told by
 * pci_epc_deinit_notify().
 *
 * A channel is identified by the data region that the eDMA driver stores in
 * dma_chan.private. The address of that region is unique in the system, so
 * comparing it needs no knowledge of whose channel is being looked at.
 */

#include <linux/dmaengine.h>
#include <linux/lockdep.h>
#include <linux/overflow.h>
#include <linux/pci-ep-dma.h>
#include <linux/pci-epc.h>

#include "pcie-designware.h"

/*
 * Unrolled map: common registers, then per channel number one context for the
 * write and one for the read channel (struct dw_edma_v0_regs).
 */
#define DW_EDMA_UNROLL_COMMON	0x200
#define DW_EDMA_UNROLL_STRIDE	0x200

static bool dw_pcie_ep_dma_filter(struct dma_chan *chan, void *param)
{
	return chan->private == param;
}

static bool dw_pcie_ep_owns_chan(struct dw_edma_chip *edma,
				 struct dma_chan *chan)
{
	int i;

	for (i = 0; i < edma->ll_wr_cnt; i++)
		if (dw_pcie_ep_dma_filter(chan, &edma->dt_region_wr[i]))
			return true;

	for (i = 0; i < edma->ll_rd_cnt; i++)
		if (dw_pcie_ep_dma_filter(chan, &edma->dt_region_rd[i]))
			return true;

	return false;
}

static bool dw_pcie_ep_get_dma_ctrl(struct dw_pcie_ep *ep,
				    struct pci_epc_aux_resource *res)
{
	struct dw_pcie *pci = to_dw_pcie_from_ep(ep);
	const struct pci_epc_bar_rsvd_region *rsvd;
	struct dw_edma_chip *edma = &pci->edma;
	resource_size_t avail = pci->edma_reg_size;
	resource_size_t bar_offset = 0;
	enum pci_barno bar = NO_BAR;
	resource_size_t size;

	if (!edma->dw || edma->mf != EDMA_MF_EDMA_UNROLL)
		return false;

	size = DW_EDMA_UNROLL_COMMON +
	       DW_EDMA_UNROLL_STRIDE * max(edma->ll_wr_cnt, edma->ll_rd_cnt);

	rsvd = dw_pcie_ep_find_bar_rsvd_region(ep,
					       PCI_EPC_BAR_RSVD_DMA_CTRL_MMIO,
					       &bar, &bar_offset);
	if (rsvd)
		avail = min(avail, rsvd->size);

	if (avail < size)
		return false;

	*res = (struct pci_epc_aux_resource) {
		.type = PCI_EPC_AUX_DMA_CTRL_MMIO,
		.phys_addr = pci->edma_reg_phys,
		.size = size,
		.bar = bar,
		.bar_offset = bar_offset,
		.u.dma_ctrl = {
			.layout = PCI_EP_DMA_LAYOUT_DW_EDMA_V0,
			.whole_direction = true,
			/* This much is said to be of the eDMA, and no more */
			.area = pci->edma_reg_phys,
			.area_size = pci->edma_reg_size,
		},
	};

	return true;
}

static void dw_pcie_ep_get_dma_chan(struct pci_epc_aux_resource *res,
				    enum pci_ep_dma_dir dir, u16 hw_chan,
				    struct dw_edma_region *region)
{
	*res = (struct pci_epc_aux_resource) {
		.type = PCI_EPC_AUX_DMA_CHAN,
		.bar = NO_BAR,
		.u.dma_chan = {
			.dir = dir,
			.hw_chan = hw_chan,
			.filter = dw_pcie_ep_dma_filter,
			.filter_param = region,
		},
	};
}

/**
 * dw_pcie_ep_get_dma_resources() - describe the eDMA as auxiliary resources
 * @ep: DWC EP device
 * @res: where to store the register window and the channels, or NULL to count
 *
 * Context: Process context; the caller holds the EPC lock.
 *
 * Return: the number of resources, 0 if the eDMA did not probe or its register
 * map cannot be shared.
 */
int dw_pcie_ep_get_dma_resources(struct dw_pcie_ep *ep,
				 struct pci_epc_aux_resource *res)
{
	struct dw_pcie *pci = to_dw_pcie_from_ep(ep);
	struct dw_edma_chip *edma = &pci->edma;
	struct pci_epc_aux_resource ctrl;
	int i;

	lockdep_assert_held(&ep->epc->lock);

	if (!dw_pcie_ep_get_dma_ctrl(ep, &ctrl))
		return 0;

	if (res) {
		*res++ = ctrl;
		for (i = 0; i < edma->ll_wr_cnt; i++)
			dw_pcie_ep_get_dma_chan(res++, PCI_EP_DMA_DIR_WRITE, i,
						&edma->dt_region_wr[i]);
		for (i = 0; i < edma->ll_rd_cnt; i++)
			dw_pcie_ep_get_dma_chan(res++, PCI_EP_DMA_DIR_READ, i,
						&edma->dt_region_rd[i]);
	}

	return 1 + edma->ll_wr_cnt + edma->ll_rd_cnt;
}

/**
 * dw_pcie_ep_delegate_dma_chan() - &pci_epc_ops.delegate_dma_chan of DWC
 * @epc: EPC device
 * @func_no: function number, not needed: the host's own eDMA instance tags its
 *	     transfers with the function
 * @vfunc_no: virtual function number, must be 0: the engine tags transfers with
 *	      a physical function only
 * @chan: eDMA channel of this controller
 *
 * Return: see pci_epc_delegate_dma_chan().
 */
int dw_pcie_ep_delegate_dma_chan(struct pci_epc *epc, u8 func_no, u8 vfunc_no,
				 struct dma_chan *chan)
{
	struct dw_pcie *pci = to_dw_pcie_from_ep(epc_get_drvdata(epc));

	lockdep_assert_held(&epc->lock);

	if (vfunc_no)
		return -EOPNOTSUPP;

	if (!pci->edma.dw)
		return -ENODEV;

	if (!dw_pcie_ep_owns_chan(&pci->edma, chan))
		return -EINVAL;

	return dw_edma_delegate_chan(chan);
}

/**
 * dw_pcie_ep_reclaim_dma_chan() - &pci_epc_ops.reclaim_dma_chan of DWC
 * @epc: EPC device
 * @func_no: function number
 * @vfunc_no: virtual function number
 * @chan: delegated eDMA channel of this controller
 *
 * Return: see pci_epc_reclaim_dma_chan().
 */
int dw_pcie_ep_reclaim_dma_chan(struct pci_epc *epc, u8 func_no, u8 vfunc_no,
				struct dma_chan *chan)
{
	struct dw_pcie *pci = to_dw_pcie_from_ep(epc_get_drvdata(epc));

	lockdep_assert_held(&epc->lock);

	/* The channel knows how the engine was left if its driver was removed */
	if (!dw_pcie_ep_owns_chan(&pci->edma, chan))
		return -EINVAL;

	return dw_edma_reclaim_chan(chan);
}
