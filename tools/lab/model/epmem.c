// SPDX-License-Identifier: GPL-2.0
#include "epmem.h"

/* Wraps for addresses below the offset: nothing is mapped there. */
static u64 cpu_addr(const struct ctlr *c, u64 addr)
{
	return addr - c->board.dma_ram_offset;
}

int epmem_read(struct ctlr *c, u64 addr, void *buf, size_t len)
{
	return guestmem_read(&c->ep.mem, cpu_addr(c, addr), buf, len);
}

int epmem_write(struct ctlr *c, u64 addr, const void *buf, size_t len)
{
	return guestmem_write(&c->ep.mem, cpu_addr(c, addr), buf, len);
}
