/* SPDX-License-Identifier: GPL-2.0 */
/*
 * What the tests of DMA channels lent by a PCI endpoint have in common
 */

#ifndef PCI_EP_DMA_H
#define PCI_EP_DMA_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <linux/pci_ep_dma_test.h>

#define EP_NODE		"/dev/pci-ep-dma-test"

/* Where the PCI address of the device comes from, if not from an argument */
#define EP_ENVIRONMENT	"PCI_EP_DMA_BDF"

/* Long enough for a machine that is emulated and busy, in ms */
#define EP_TIMEOUT	60000

/*
 * An open channel. Functions return 0 or -errno unless they say otherwise; the
 * reasons are those of <linux/pci_ep_dma_test.h>.
 */
struct ep_chan {
	int fd;
	uint32_t buf_size;	/* bytes of the host buffer */
	uint64_t scratch_size;	/* bytes of scratch memory on the endpoint */
};

int ep_open(struct ep_chan *chan, const char *device, uint32_t dir,
	    uint32_t index, uint32_t buf_size);
void ep_close(struct ep_chan *chan);

/* Copy @len bytes to or from the host buffer; -EIO if it took less */
int ep_put(struct ep_chan *chan, const void *data, size_t len, size_t offset);
int ep_get(struct ep_chan *chan, void *data, size_t len, size_t offset);

int ep_submit(struct ep_chan *chan, uint64_t scratch_offset,
	      const struct pci_ep_dma_test_seg *segs, uint32_t nr,
	      uint32_t flags);
int ep_wait(struct ep_chan *chan, uint32_t timeout_ms,
	    struct pci_ep_dma_test_wait *result);
int ep_terminate(struct ep_chan *chan);

/* Move one piece and wait for it; -EIO if it did not end well */
int ep_move(struct ep_chan *chan, uint32_t offset, uint64_t scratch_offset,
	    uint32_t len);

/*
 * Patterns. The byte at position @pos of pattern @seed depends on both, so that
 * data in the wrong place is as wrong as no data.
 */
void ep_fill(void *buf, size_t len, uint64_t seed, uint64_t pos);

/* Index of the first byte that does not belong there, -1 if all do */
ssize_t ep_check(const void *buf, size_t len, uint64_t seed, uint64_t pos);

#endif /* PCI_EP_DMA_H */
