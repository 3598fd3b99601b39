/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Export DMA channels of an endpoint controller to the host
 *
 * What a carrier, that is an endpoint function driver with BARs to give,
 * calls. The layout that the host sees is in <linux/pci-ep-dma.h>; how the
 * library works is told at the top of drivers/pci/endpoint/pci-ep-dma.c.
 */

#ifndef __LINUX_PCI_EP_DMA_EXPORT_H
#define __LINUX_PCI_EP_DMA_EXPORT_H

#include <linux/pci-epf.h>
#include <linux/types.h>

/* Channels of one direction that can be named, numbered as in hardware */
#define PCI_EP_DMA_EXPORT_MAX_CHANS	64

struct pci_ep_dma_export;

/**
 * struct pci_ep_dma_config - what to export and through which BARs
 * @wr_chans: write channels (endpoint to host), bit n is hardware channel n
 * @rd_chans: read channels (host to endpoint)
 * @metadata_bar: BAR that shows the metadata block and the linked lists, or
 *		  NO_BAR to have one chosen
 * @window_bar: BAR that shows the DMA registers on request, or NO_BAR to have
 *		one chosen. Must be NO_BAR where the registers are in a BAR of
 *		their own
 * @bars: BARs that the library may use, bit n is BAR n. It leaves alone all
 *	  others
 * @no_doorbell: leave the doorbells of @epf to the carrier, look for requests
 *		 by polling only
 * @scratch_size: bytes of endpoint memory that the host may use as a DMA
 *		  target, 0 for none
 */
struct pci_ep_dma_config {
	DECLARE_BITMAP(wr_chans, PCI_EP_DMA_EXPORT_MAX_CHANS);
	DECLARE_BITMAP(rd_chans, PCI_EP_DMA_EXPORT_MAX_CHANS);
	enum pci_barno metadata_bar;
	enum pci_barno window_bar;
	DECLARE_BITMAP(bars, PCI_STD_NUM_BARS);
	bool no_doorbell;
	size_t scratch_size;
};

struct pci_ep_dma_export *
pci_ep_dma_export_create(struct pci_epf *epf,
			 const struct pci_ep_dma_config *config);
void pci_ep_dma_export_destroy(struct pci_ep_dma_export *exp);
int pci_ep_dma_export_claim(struct pci_ep_dma_export *exp);
void pci_ep_dma_export_release(struct pci_ep_dma_export *exp);
int pci_ep_dma_export_publish(struct pci_ep_dma_export *exp);
void pci_ep_dma_export_link_up(struct pci_ep_dma_export *exp);
void pci_ep_dma_export_link_down(struct pci_ep_dma_export *exp);

#endif /* __LINUX_PCI_EP_DMA_EXPORT_H */
