/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The endpoint's side: the PCI device that the endpoint's machine sees, and
 * its bus as the host reaches it through inbound windows.
 */
#ifndef MODEL_EPSIDE_H
#define MODEL_EPSIDE_H

#include "ctlr.h"
#include "vfu.h"

/* The vfio-user device; its argument is the struct ctlr. */
extern const struct vfu_ops epside_ops;

/* Power-on state of the device's configuration space. */
void epside_reset(struct ctlr *c);

/**
 * epside_reg_read() - read registers
 * @c: controller
 * @off: offset in BAR0
 * @len: 1, 2, 4 or 8, naturally aligned
 * @from: host function, or ORIGIN_EP
 */
u64 epside_reg_read(struct ctlr *c, u32 off, unsigned int len, int from);
void epside_reg_write(struct ctlr *c, u32 off, unsigned int len, u64 v,
		      int from);

/**
 * epside_bus_read() - a host access arrives on the endpoint's bus
 * @c: controller
 * @addr: address there: the endpoint's memory, or its BAR0
 * @buf: destination; all ones on failure
 * @len: 1, 2, 4 or 8, naturally aligned
 * @func: host function it came through
 *
 * Return: 0, or -EFAULT when nothing answers.
 */
int epside_bus_read(struct ctlr *c, u64 addr, void *buf, unsigned int len,
		    unsigned int func);
int epside_bus_write(struct ctlr *c, u64 addr, const void *buf,
		     unsigned int len, unsigned int func);

/* The endpoint's CPU uses its outbound window. @off: offset in BAR2. */
u64 epside_out_read(struct ctlr *c, u64 off, unsigned int len);
void epside_out_write(struct ctlr *c, u64 off, unsigned int len, u64 v);

#endif
