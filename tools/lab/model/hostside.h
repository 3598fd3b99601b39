/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The host's side: each function of the endpoint as a PCI device, exactly
 * as the endpoint programmed it.
 */
#ifndef MODEL_HOSTSIDE_H
#define MODEL_HOSTSIDE_H

#include "ctlr.h"
#include "vfu_message.h"

/* The vfio-user device; its argument is the struct func. */
extern const struct vfu_ops hostside_ops;

/**
 * hostside_mem_read() - a host access to a BAR, uncounted
 * @c: controller
 * @func: function
 * @bar: BAR
 * @off: offset in it
 * @buf: destination; all ones on failure
 * @len: 1, 2, 4 or 8, naturally aligned
 *
 * Return: 0; -ENOLINK with the link down; -ENXIO when the BAR does not
 * decode that offset; -ENOENT when no window takes it; -EFAULT when nothing
 * answers behind it.
 */
int hostside_mem_read(struct ctlr *c, unsigned int func, unsigned int bar,
		      u64 off, void *buf, unsigned int len);
int hostside_mem_write(struct ctlr *c, unsigned int func, unsigned int bar,
		       u64 off, const void *buf, unsigned int len);

#endif
