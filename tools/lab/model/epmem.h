/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The endpoint's memory as its controller reaches it: by DMA address, which
 * is not the CPU's. Memory lies board.dma_ram_offset further up there; device
 * registers are where the CPU has them. So whoever programs an engine, a list
 * or an inbound window with a CPU address of memory reaches nothing.
 */
#ifndef MODEL_EPMEM_H
#define MODEL_EPMEM_H

#include "ctlr.h"

/**
 * epmem_read() - copy from the endpoint's memory
 * @c: controller
 * @addr: DMA address
 * @buf: destination
 * @len: bytes, 1..8 naturally aligned ones in one access
 *
 * Return: 0; -EFAULT, with @buf untouched, when any byte is out of reach.
 */
int epmem_read(struct ctlr *c, u64 addr, void *buf, size_t len);

/* As epmem_read(), the other way; nothing is written on failure. */
int epmem_write(struct ctlr *c, u64 addr, const void *buf, size_t len);

/*
 * The host's accesses. Memory and registers are on different buses: a write
 * to memory may still be on its way when a later one to a register has
 * arrived. The fault `posted` holds each write to memory for some steps of
 * the engine, or until the host reads memory, which pushes all of them.
 * Whatever is full or due, they arrive in order.
 */
int epmem_host_read(struct ctlr *c, u64 addr, void *buf, unsigned int len);
int epmem_host_write(struct ctlr *c, u64 addr, const void *buf,
		     unsigned int len);

/* All that is on its way arrives. */
void epmem_push(struct ctlr *c);

#endif
