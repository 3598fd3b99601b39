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

#include "loop.h"
#include "vfu_message.h"

struct vfu {
	struct vfu_device dev;
	pthread_mutex_t *lock;
	struct loop *loop;
	char path[108];
	struct log_limit clients;	/* lines about them */
	int listener;		/* -1 before vfu_open() */
	int sock;		/* -1: no client */
	struct frame in;
	u8 out[sizeof(struct vfu_header) + VFU_MAX_PAYLOAD];
	size_t out_len;
	size_t out_sent;
};

/**
 * vfu_open() - listen
 * @v: server; @dev, @lock and @loop set by the caller
 * @path: socket to create; an old one is removed first
 *
 * Return: 0 or -errno.
 */
int vfu_open(struct vfu *v, const char *path);

/* Drop the client, stop listening, remove the socket. */
void vfu_close(struct vfu *v);

#endif
