/* SPDX-License-Identifier: GPL-2.0 WITH Linux-syscall-note */
/*
 * Test of DMA channels that a PCI endpoint lends to its host
 */

#ifndef _UAPI_LINUX_PCI_EP_DMA_TEST_H
#define _UAPI_LINUX_PCI_EP_DMA_TEST_H

#include <linux/ioctl.h>
#include <linux/types.h>

/**
 * DOC: /dev/pci-ep-dma-test
 *
 * An open file is one DMA channel and one host buffer. PCI_EP_DMA_TEST_OPEN
 * names the channel and allocates the buffer; pread() and pwrite() reach the
 * buffer; PCI_EP_DMA_TEST_SUBMIT moves data between the buffer and the scratch
 * memory that the endpoint offers; PCI_EP_DMA_TEST_WAIT tells what became of
 * it. Nothing else on the endpoint can be named. Closing the file ends what is
 * running.
 *
 * Every struct begins with its size in bytes, set by the caller, and may grow
 * at its end. Fields that a kernel does not know must be 0 (-E2BIG); reserved
 * fields and unknown flags must be 0 (-EINVAL). A refused call moves nothing.
 *
 * Once the device has lost its driver, PCI_EP_DMA_TEST_SUBMIT, pread() and
 * pwrite() return -ENODEV, also when a driver is bound again; a new file then
 * finds the new channels.
 */

#define PCI_EP_DMA_TEST_MAX_BUF		(8 << 20)	/* bytes */
#define PCI_EP_DMA_TEST_MAX_SEGS	4096	/* of a descriptor */
#define PCI_EP_DMA_TEST_MAX_DESCS	256	/* without a result, per file */
#define PCI_EP_DMA_TEST_MAX_TIMEOUT	600000	/* ms */

/* struct pci_ep_dma_test_open.dir */
#define PCI_EP_DMA_TEST_TO_ENDPOINT	1
#define PCI_EP_DMA_TEST_FROM_ENDPOINT	2

/**
 * struct pci_ep_dma_test_open - take a channel and allocate a host buffer
 * @size: of this struct
 * @flags: 0
 * @dir: which way the channel moves data, PCI_EP_DMA_TEST_TO_ENDPOINT or
 *	 PCI_EP_DMA_TEST_FROM_ENDPOINT
 * @index: which of the channels of this direction, from 0
 * @buf_size: bytes of the host buffer, 1 to PCI_EP_DMA_TEST_MAX_BUF. It comes
 *	      zeroed
 * @reserved: 0
 * @scratch_size: returns the bytes of scratch memory on the endpoint
 * @device: PCI address of the device, such as "0000:01:00.0"
 *
 * -ENODEV: no such device, or its driver offers no such channel; -EBUSY: the
 * channel is taken, or this file has one already; -EOPNOTSUPP: the endpoint
 * offers no scratch memory that this host can name; -ENOMEM; -EINVAL: a value
 * out of range.
 */
struct pci_ep_dma_test_open {
	__u32 size;
	__u32 flags;
	__u32 dir;
	__u32 index;
	__u32 buf_size;
	__u32 reserved;
	__u64 scratch_size;
	char device[32];
};

/**
 * struct pci_ep_dma_test_seg - a piece of the host buffer
 * @offset: of its first byte
 * @len: bytes, at least 1
 */
struct pci_ep_dma_test_seg {
	__u32 offset;
	__u32 len;
};

/* struct pci_ep_dma_test_submit.flags: start what was submitted so far */
#define PCI_EP_DMA_TEST_ISSUE		0x1

/**
 * struct pci_ep_dma_test_submit - queue one descriptor
 * @size: of this struct
 * @flags: PCI_EP_DMA_TEST_ISSUE or 0
 * @scratch_offset: first byte of scratch memory. The segments lie there one
 *		    behind the other
 * @segs: pointer to an array of struct pci_ep_dma_test_seg
 * @nr_segs: its entries, 1 to PCI_EP_DMA_TEST_MAX_SEGS
 * @reserved: 0
 *
 * -EINVAL: no segment, too many, or an empty one; -ERANGE: a segment is not
 * inside the buffer or the sum of them not inside the scratch memory; -ENOSPC:
 * PCI_EP_DMA_TEST_MAX_DESCS descriptors have no result yet; -EIO: the channel
 * refused the descriptor; -ENODEV: the device is gone; -EBADFD: the file has no
 * channel.
 */
struct pci_ep_dma_test_submit {
	__u32 size;
	__u32 flags;
	__u64 scratch_offset;
	__u64 segs;
	__u32 nr_segs;
	__u32 reserved;
};

/* struct pci_ep_dma_test_wait.last */
#define PCI_EP_DMA_TEST_LAST_NONE	0	/* nothing was submitted */
#define PCI_EP_DMA_TEST_LAST_COMPLETE	1
#define PCI_EP_DMA_TEST_LAST_RUNNING	2	/* queued, running or paused */
#define PCI_EP_DMA_TEST_LAST_ERROR	3

/**
 * struct pci_ep_dma_test_wait - wait until each descriptor has its result
 * @size: of this struct
 * @flags: 0
 * @timeout_ms: 0 to PCI_EP_DMA_TEST_MAX_TIMEOUT
 * @submitted: returns the descriptors submitted since open
 * @completed: returns those whose callback said that they ended well
 * @aborted: returns those whose callback said that they did not
 * @terminated: returns those that PCI_EP_DMA_TEST_TERMINATE ended without a
 *		callback
 * @pending: returns those that have no result yet
 * @stray: returns callbacks that belong to no descriptor: always 0 unless the
 *	   channel's driver is wrong
 * @last: returns what the channel says about the descriptor that was submitted
 *	  last
 * @last_residue: returns the bytes that this descriptor has still to move
 * @reserved: 0
 * @bytes: returns the bytes of all completed descriptors
 *
 * -ETIMEDOUT: some are still pending; the struct is filled in all the same.
 * -EINTR: a signal came, the struct is not filled in. -EBADFD: the file has no
 * channel.
 */
struct pci_ep_dma_test_wait {
	__u32 size;
	__u32 flags;
	__u32 timeout_ms;
	__u32 submitted;
	__u32 completed;
	__u32 aborted;
	__u32 terminated;
	__u32 pending;
	__u32 stray;
	__u32 last;
	__u32 last_residue;
	__u32 reserved;
	__u64 bytes;
};

/* The numbers do not depend on the size of the structs, which may grow */
#define PCI_EP_DMA_TEST_OPEN		_IO(0xbb, 0x00)
#define PCI_EP_DMA_TEST_SUBMIT		_IO(0xbb, 0x01)
#define PCI_EP_DMA_TEST_WAIT		_IO(0xbb, 0x02)
/* End all descriptors; those without a result then count as terminated */
#define PCI_EP_DMA_TEST_TERMINATE	_IO(0xbb, 0x03)

#endif /* _UAPI_LINUX_PCI_EP_DMA_TEST_H */
