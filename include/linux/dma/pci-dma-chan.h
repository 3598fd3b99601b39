/* SPDX-License-Identifier: GPL-2.0 */
/*
 * DMA channels of a PCI function, by direction and number
 *
 * Who uses this selects DMA_PCI_CHAN.
 */

#ifndef __LINUX_DMA_PCI_DMA_CHAN_H
#define __LINUX_DMA_PCI_DMA_CHAN_H

#include <linux/dmaengine.h>
#include <linux/types.h>

struct pci_dev;

struct dma_chan *dma_request_pci_chan(struct pci_dev *pdev,
				      enum dma_transfer_direction dir,
				      unsigned int index);
int dma_pci_chan_scratch(struct dma_chan *chan, phys_addr_t *addr,
			 size_t *size);

/* For drivers of such engines */
int dma_pci_provider_add(struct dma_device *dma, phys_addr_t scratch_addr,
			 size_t scratch_size);
void dma_pci_provider_del(struct dma_device *dma);

#endif /* __LINUX_DMA_PCI_DMA_CHAN_H */
