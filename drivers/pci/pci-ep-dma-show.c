// SPDX-License-Identifier: GPL-2.0
/*
 * The block through which a PCI endpoint offers DMA channels, for people
 *
 * Endpoint and host show the block in debugfs in the same words, so that the
 * views of the two sides can be laid one beside the other.
 */

#include <linux/export.h>
#include <linux/pci-ep-dma.h>
#include <linux/seq_file.h>

static const char * const state_names[] = {
	[PCI_EP_DMA_STATE_UPDATING]	= "updating",
	[PCI_EP_DMA_STATE_PUBLISHED]	= "published",
	[PCI_EP_DMA_STATE_READY]	= "ready",
	[PCI_EP_DMA_STATE_FAILED]	= "failed",
};

/**
 * pci_ep_dma_show() - print a decoded block
 * @s: file to print to
 * @info: what pci_ep_dma_parse() or pci_ep_dma_build() accepted
 *
 * One item a line, its name before a colon, then pairs of a word and a value.
 * Offsets and sizes are in bytes, addresses are those that the engine uses.
 *
 * Context: Any context in which @s may be printed to.
 */
void pci_ep_dma_show(struct seq_file *s, const struct pci_ep_dma_info *info)
{
	u32 i;

	seq_printf(s, "block: state %s generation %u serviced %#x length %u host-area %#x\n",
		   state_names[info->state], info->generation, info->serviced,
		   info->total_len, info->host_offset);
	seq_printf(s, "engine: layout %d function %u\n", info->layout,
		   info->func_no);
	seq_printf(s, "registers: bar %u offset %#llx size %#llx\n",
		   info->regs.bar, info->regs.offset, info->regs.size);
	if (info->doorbell.present)
		seq_printf(s, "doorbell: bar %u offset %#llx data %#x\n",
			   info->doorbell.bar, info->doorbell.offset,
			   info->doorbell.data);
	if (info->scratch_size)
		seq_printf(s, "scratch: address %#llx size %#llx\n",
			   info->scratch_addr, info->scratch_size);

	for (i = 0; i < info->nr_mems; i++) {
		const struct pci_ep_dma_mem *mem = &info->mems[i];

		seq_printf(s, "memory %u: bar %u offset %#llx size %#llx address %#llx\n",
			   mem->id, mem->win.bar, mem->win.offset,
			   mem->win.size, mem->addr);
	}

	for (i = 0; i < info->nr_chans; i++) {
		const struct pci_ep_dma_chan *chan = &info->chans[i];

		seq_printf(s, "channel %u: %s %u memory %u offset %#x size %#x\n",
			   chan->id, pci_ep_dma_dir_name(chan->dir),
			   chan->hw_chan, chan->mem_id, chan->ll_offset,
			   chan->ll_size);
	}
}
EXPORT_SYMBOL_GPL(pci_ep_dma_show);
