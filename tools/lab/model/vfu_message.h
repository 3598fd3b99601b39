/* SPDX-License-Identifier: GPL-2.0 */
/*
 * vfio-user messages, one in and one out, of one PCI device. Knows nothing
 * of sockets.
 */
#ifndef MODEL_VFU_MESSAGE_H
#define MODEL_VFU_MESSAGE_H

#include "guestmem.h"
#include "irqset.h"
#include "log.h"
#include "vfu_frame.h"

/**
 * struct vfu_ops - what the device behind the socket does
 * @connected: a client came; the maps and interrupts are empty
 * @disconnected: the client went; maps and interrupts are dropped after this
 * @region_size: bytes of region @region, 0 if it has none
 * @read: @len bytes at @off of a region, within its size
 * @write: likewise
 * @vectors: vectors of an interrupt kind
 * @irqs_changed: descriptors of @count vectors from @start were set
 * @reset: the machine reset the device
 */
struct vfu_ops {
	void (*connected)(void *dev);
	void (*disconnected)(void *dev);
	u64 (*region_size)(void *dev, unsigned int region);
	void (*read)(void *dev, unsigned int region, u64 off, void *buf,
		     u32 len);
	void (*write)(void *dev, unsigned int region, u64 off, const void *buf,
		      u32 len);
	unsigned int (*vectors)(void *dev, enum irq_index index);
	void (*irqs_changed)(void *dev, enum irq_index index,
			     unsigned int start, unsigned int count);
	void (*reset)(void *dev);
};

/**
 * struct vfu_device - the device that messages are about
 * @ops: what it does
 * @arg: for @ops
 * @mem: the machine's memory, as messages map it
 * @irqs: interrupts, as messages connect them
 * @name: word for it in the log
 * @refusals: lines about messages that were refused
 */
struct vfu_device {
	const struct vfu_ops *ops;
	void *arg;
	struct guestmem *mem;
	struct irqset *irqs;
	const char *name;
	struct log_limit refusals;
};

/**
 * vfu_message() - serve one message
 * @d: device
 * @f: the message; descriptors that are needed are taken out of it
 * @reply: header and payload of the answer
 *
 * Called with the lock held.
 *
 * Return: bytes of @reply to send; 0 for none.
 */
size_t vfu_message(struct vfu_device *d, struct frame *f, u8 *reply);

#endif
