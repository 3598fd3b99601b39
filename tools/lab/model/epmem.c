// SPDX-License-Identifier: GPL-2.0
#include <errno.h>

#include "epmem.h"

/* Wraps for addresses below the offset: nothing is mapped there. */
static u64 cpu_addr(const struct ctlr *c, u64 addr)
{
	return addr - c->board.dma_ram_offset;
}

/* What was given back may be anybody's by now. */
static void check_granted(struct ctlr *c, u64 addr, size_t len,
			  const char *what)
{
	if (grants_gone(&c->grants, addr, len))
		ctlr_report(c, CNT_VIOL_WITHDRAWN,
			    "%s endpoint memory at 0x%llx+0x%zx, which was unmapped",
			    what, (unsigned long long)addr, len);
}

int epmem_read(struct ctlr *c, u64 addr, void *buf, size_t len)
{
	check_granted(c, addr, len, "reads");
	return guestmem_read(&c->ep.mem, cpu_addr(c, addr), buf, len);
}

int epmem_write(struct ctlr *c, u64 addr, const void *buf, size_t len)
{
	check_granted(c, addr, len, "writes");
	return guestmem_write(&c->ep.mem, cpu_addr(c, addr), buf, len);
}

/* ---- the host's writes ---- */

/* Nobody is told when the memory is gone meanwhile: they are posted. */
static void push_oldest(struct ctlr *c)
{
	const struct posted_write *w = posted_oldest(&c->posted);

	epmem_write(c, w->addr, w->data, w->len);
	posted_take(&c->posted);
}

void epmem_push(struct ctlr *c)
{
	while (posted_oldest(&c->posted))
		push_oldest(c);
}

static void arm(struct ctlr *c);

static void push_due(void *arg, const void *data)
{
	struct ctlr *c = arg;
	const struct posted_write *w;

	(void)data;
	c->posted.armed = false;
	while ((w = posted_oldest(&c->posted)) && w->due <= c->later.now)
		push_oldest(c);
	arm(c);
}

/* One thing to be done later is enough for all of them. */
static void arm(struct ctlr *c)
{
	const struct posted_write *w = posted_oldest(&c->posted);

	if (!w || c->posted.armed)
		return;
	c->posted.armed = true;
	later_add(&c->later, w->due, push_due, c, NULL, 0);
}

int epmem_host_read(struct ctlr *c, u64 addr, void *buf, unsigned int len)
{
	epmem_push(c);
	return epmem_read(c, addr, buf, len);
}

int epmem_host_write(struct ctlr *c, u64 addr, const void *buf,
		     unsigned int len)
{
	struct posted *p = &c->posted;

	if (!p->steps) {
		epmem_push(c);
		return epmem_write(c, addr, buf, len);
	}
	if (!guestmem_reaches(&c->ep.mem, cpu_addr(c, addr), len,
			      GUESTMEM_WRITE))
		return -EFAULT;
	if (p->n == POSTED_MAX)
		push_oldest(c);
	posted_add(p, addr, c->later.now + p->steps, buf, len);
	count_one(&c->count, CNT_HOST_MEM_HELD);
	arm(c);
	return 0;
}
