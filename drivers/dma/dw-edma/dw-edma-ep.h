/* SPDX-License-Identifier: GPL-2.0 */
/*
 * DesignWare eDMA channels that a PCI endpoint offers to its host
 */

#ifndef _DW_EDMA_EP_H
#define _DW_EDMA_EP_H

struct pci_dev;
struct pci_ep_dma_info;

const struct pci_ep_dma_info *devm_dw_edma_ep_attach(struct pci_dev *pdev);

#endif /* _DW_EDMA_EP_H */
