/* SPDX-License-Identifier: GPL-2.0 */
/* The endpoint's bus, as the host reaches it through inbound windows. */
#ifndef MODEL_EPBUS_H
#define MODEL_EPBUS_H

#include "ctlr.h"

/**
 * epbus_read() - a host access arrives
 * @c: controller
 * @addr: address there: the endpoint's memory, or its BAR0
 * @buf: destination; all ones on failure
 * @len: 1, 2, 4 or 8, naturally aligned
 * @func: host function it came through
 *
 * Return: 0, or -EFAULT when nothing answers.
 */
int epbus_read(struct ctlr *c, u64 addr, void *buf, unsigned int len,
	       unsigned int func);
int epbus_write(struct ctlr *c, u64 addr, const void *buf, unsigned int len,
		unsigned int func);

#endif
