/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The PCIe link: whether it is up, what happens when that changes, and what
 * the endpoint's side sends over it. Everything is counted here or in
 * hostside.c, nowhere else.
 *
 * The link is up while the endpoint has link training enabled, a host is
 * there, and nobody pulled the plug (control socket). When it goes down the
 * functions lose what the host had written: BAR addresses, command, message
 * addresses. What the endpoint wrote (header, BAR masks, iATU) stays.
 */
#ifndef MODEL_LINK_H
#define MODEL_LINK_H

#include "ctlr.h"

void link_power_on(struct ctlr *c);

/* Look again whether the link is up; to be called when one of its
 * conditions changed. */
void link_update(struct ctlr *c);
void link_set_ltssm(struct ctlr *c, bool on);
void link_set_unplugged(struct ctlr *c, bool on);
/* The host resets everything below its port; the link comes back at once. */
void link_hot_reset(struct ctlr *c);

/* What the host wrote to the function is lost. */
void link_reset_function(struct func *f);

/* Latch EVENT_* for the endpoint and interrupt it. */
void link_event(struct ctlr *c, u32 events);

/* Who sends: decides which counters are used. */
enum link_source {
	FROM_EP_CPU,
	FROM_DMA,
};

/**
 * link_read() - read host memory from the endpoint's side
 * @c: controller
 * @src: who
 * @func: requester function number
 * @addr: bus address
 * @buf: destination; all ones on failure
 * @len: bytes
 * @first: count a request; false for the later parts of one
 *
 * Return: 0; -ENOLINK when the link is down; -EACCES for a function that
 * does not exist, has no host, or may not master the bus; -EFAULT when host
 * memory does not answer there.
 */
int link_read(struct ctlr *c, enum link_source src, unsigned int func, u64 addr,
	      void *buf, u32 len, bool first);

/* As link_read(), the other way. A write of the endpoint's CPU to a message
 * address raises that interrupt. */
int link_write(struct ctlr *c, enum link_source src, unsigned int func,
	       u64 addr, const void *buf, u32 len, bool first);

/* A message of the DMA engine: a 32-bit write, usually an interrupt. */
int link_message(struct ctlr *c, unsigned int func, u64 addr, u32 data);

/*
 * MSI-X: QEMU keeps the table to itself, so the model fills the endpoint's
 * copy with addresses of its own.
 */
#define LINK_MSIX_BASE	0xfeeff000ull
#define LINK_MSIX_ADDR(func) (LINK_MSIX_BASE + 16 * (u64)(func))

#endif
