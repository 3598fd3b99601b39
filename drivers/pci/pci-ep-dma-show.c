// SPDX-License-Identifier: GPL-2.0
/*
 * The block through which a PCI endpoint offers DMA channels, for people
 *
 * Endpoint and host show the block in debugfs in the same words, so that the
 * views of the two sides can be laid one beside the other. So does the program
 * in tools/pci, which is made of this very file.
 */

#include <linux/array_size.h>
#include <linux/errno.h>
#include <linux/export.h>
#include <linux/pci-ep-dma.h>
#include <linux/seq_file.h>

static const char * const state_names[] = {
	[PCI_EP_DMA_STATE_UPDATING]	= "updating",
	[PCI_EP_DMA_STATE_PUBLISHED]	= "published",
	[PCI_EP_DMA_STATE_READY]	= "ready",
	[PCI_EP_DMA_STATE_FAILED]	= "failed",
};

static const char * const layout_names[] = {
	[PCI_EP_DMA_LAYOUT_INVALID]		= "invalid",
	[PCI_EP_DMA_LAYOUT_DW_EDMA_V0]		= "dw-edma-v0",
	[PCI_EP_DMA_LAYOUT_DW_HDMA_COMPAT]	= "dw-hdma-compat",
	[PCI_EP_DMA_LAYOUT_DW_HDMA_NATIVE]	= "dw-hdma-native",
};

static const char * const failures[] = {
	[PCI_EP_DMA_REASON_NONE]	= "no reason given",
	[PCI_EP_DMA_REASON_STUCK]	= "a channel did not stop",
	[PCI_EP_DMA_REASON_HANDOVER]	= "the channels could not be handed over",
	[PCI_EP_DMA_REASON_WINDOW]	= "the registers could not be mapped",
};

/**
 * pci_ep_dma_failure() - why an endpoint has failed, for people
 * @reason: what the block says, any number
 *
 * Context: Any.
 *
 * Return: a clause.
 */
const char *pci_ep_dma_failure(u32 reason)
{
	return reason < ARRAY_SIZE(failures) ? failures[reason] :
					       "for a reason not known here";
}
EXPORT_SYMBOL_GPL(pci_ep_dma_failure);

/**
 * pci_ep_dma_refusal() - why a block was refused, for people
 * @err: what pci_ep_dma_parse() returned
 *
 * Context: Any.
 *
 * Return: words that go before the name of the field.
 */
const char *pci_ep_dma_refusal(int err)
{
	switch (err) {
	case -ENODEV:
		return "no block found";
	case -EIO:
		return "link down, all ones read";
	case -EPROTONOSUPPORT:
		return "newer than is known here";
	case -EAGAIN:
		return "changed while it was read";
	case -ENOPROTOOPT:
		return "needs a feature that is not known here";
	case -EBADMSG:
		return "malformed";
	case -EOPNOTSUPP:
		return "not supported here";
	case -EOVERFLOW:
		return "address out of reach";
	default:
		return "unusable";
	}
}
EXPORT_SYMBOL_GPL(pci_ep_dma_refusal);

/**
 * pci_ep_dma_show() - print a decoded block
 * @s: file to print to
 * @info: what pci_ep_dma_parse() or pci_ep_dma_build() accepted
 *
 * One item a line, its name before a colon, then pairs of a word and a value.
 * First of all where the block is.
 * Offsets and sizes are in bytes, addresses are those that the engine uses.
 *
 * Context: Any context in which @s may be printed to.
 */
void pci_ep_dma_show(struct seq_file *s, const struct pci_ep_dma_info *info)
{
	u32 i;

	seq_printf(s, "metadata: bar %u offset 0x%llx length %llu\n",
		   info->block.bar, info->block.offset, info->block.size);
	seq_printf(s, "block: state %s generation %u serviced 0x%x host-area 0x%x\n",
		   state_names[info->state], info->generation, info->serviced,
		   info->host_offset);
	if (info->state == PCI_EP_DMA_STATE_FAILED)
		seq_printf(s, "failed: %s (%u)\n",
			   pci_ep_dma_failure(info->reason), info->reason);
	seq_printf(s, "engine: layout %s function %u\n",
		   layout_names[info->layout], info->func_no);
	seq_printf(s, "registers: bar %u offset 0x%llx size 0x%llx\n",
		   info->regs.bar, info->regs.offset, info->regs.size);
	if (info->doorbell.present)
		seq_printf(s, "doorbell: bar %u offset 0x%llx data 0x%x\n",
			   info->doorbell.bar, info->doorbell.offset,
			   info->doorbell.data);
	if (info->scratch_size)
		seq_printf(s, "scratch: address 0x%llx size 0x%llx\n",
			   info->scratch_addr, info->scratch_size);

	for (i = 0; i < info->nr_mems; i++) {
		const struct pci_ep_dma_mem *mem = &info->mems[i];

		seq_printf(s, "memory %u: bar %u offset 0x%llx size 0x%llx address 0x%llx\n",
			   mem->id, mem->win.bar, mem->win.offset,
			   mem->win.size, mem->addr);
	}

	for (i = 0; i < info->nr_chans; i++) {
		const struct pci_ep_dma_chan *chan = &info->chans[i];

		seq_printf(s, "channel %u: %s %u memory %u offset 0x%x size 0x%x\n",
			   chan->id, pci_ep_dma_dir_name(chan->dir),
			   chan->hw_chan, chan->mem_id, chan->ll_offset,
			   chan->ll_size);
	}
}
EXPORT_SYMBOL_GPL(pci_ep_dma_show);
