/* SPDX-License-Identifier: GPL-2.0 */
/*
 * A vfio-user server for one PCI device: listens on a UNIX socket, serves
 * one client at a time, listens again when it is gone.
 *
 * The server never waits for its client. A reply that the socket does not
 * take is kept, and no further message is read until it went out.
 *
 * Every call of struct vfu_ops is made with the lock held that vfu_open()
 * was given.
 */
#ifndef MODEL_VFU_H
#define MODEL_VFU_H

#include <pthread.h>

#include "guestmem.h"
#include "irqset.h"
#include "log.h"
#include "loop.h"
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

struct vfu {
	const struct vfu_ops *ops;
	void *dev;
	struct guestmem *mem;
	struct irqset *irqs;
	pthread_mutex_t *lock;
	struct loop *loop;
	char path[108];
	const char *name;
	struct log_limit refusals;	/* lines about messages that we refuse, */
	struct log_limit clients;	/* about clients */
	int listener;		/* -1 before vfu_open() */
	int sock;		/* -1: no client */
	struct frame in;
	u8 out[sizeof(struct vfu_header) + VFU_MAX_PAYLOAD];
	size_t out_len;
	size_t out_sent;
};

/**
 * vfu_open() - listen
 * @v: server; @ops, @dev, @mem, @irqs, @lock, @loop, @name set by the caller
 * @path: socket to create; an old one is removed first
 *
 * Return: 0 or -errno.
 */
int vfu_open(struct vfu *v, const char *path);

/* Drop the client, stop listening, remove the socket. */
void vfu_close(struct vfu *v);

/**
 * vfu_message() - serve one message
 * @v: server
 * @f: the message; descriptors that are needed are taken out of it
 * @reply: header and payload of the answer
 *
 * Knows nothing of sockets. Called with the lock held.
 *
 * Return: bytes of @reply to send; 0 for none.
 */
size_t vfu_message(struct vfu *v, struct frame *f, u8 *reply);

#endif
