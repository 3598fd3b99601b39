// SPDX-License-Identifier: GPL-2.0
#include <errno.h>

#include "epbus.h"
#include "epmem.h"
#include "hostside.h"
#include "link.h"
#include "log.h"
#include "regs.h"

/* ---- memory ---- */

/* Does the function answer at this offset of a BAR? */
static int decode(const struct ctlr *c, unsigned int func, unsigned int bar,
		  u64 off, unsigned int len)
{
	const struct cfg *cfg = &c->fn[func].cfg;
	u64 size = cfg_bar_size(cfg, bar);

	if (!c->link_up)
		return -ENOLINK;
	if (!cfg_command(cfg, COMMAND_MEMORY) || off > size ||
	    len > size - off)
		return -ENXIO;
	return 0;
}

/* BAR @bar shows the engine's registers whatever the iATU says. */
static bool is_dma_bar(const struct ctlr *c, unsigned int bar)
{
	return c->board.dma_bar == (int)bar;
}

/* Offset in BAR0 of the endpoint's device; false outside the registers. */
static bool dma_bar_reg(const struct ctlr *c, u64 off, u32 *reg)
{
	const struct board *b = &c->board;

	*reg = b->dma_offset + (u32)(off - b->dma_bar_offset);
	return off >= b->dma_bar_offset &&
	       off - b->dma_bar_offset < b->dma_bar_size;
}

/* Where a window leads; false when none takes it. */
static bool translate(const struct ctlr *c, unsigned int func,
		      unsigned int bar, u64 off, u64 *addr)
{
	const struct cfg *cfg = &c->fn[func].cfg;
	u64 bus = cfg_bar_addr(cfg, bar) + off, unit = 1;

	if (c->modes.v[MODE_BAR_MATCH] == BAR_MATCH_MASKED)
		unit = cfg_bar_size(cfg, bar);
	return iatu_inbound(&c->iatu, func, bar, unit, off, bus, addr);
}

/* An access that led nowhere. */
static int nowhere(struct ctlr *c, unsigned int func, unsigned int bar, u64 off)
{
	u64 addr;

	if (translate(c, func, bar, off, &addr)) {
		ctlr_report(c, CNT_VIOL_INBOUND,
			    "nothing at 0x%llx, where function %u BAR%u+0x%llx leads",
			    (unsigned long long)addr, func, bar,
			    (unsigned long long)off);
		return -EFAULT;
	}
	ctlr_report(c, CNT_VIOL_INBOUND,
		    "no inbound window for function %u BAR%u+0x%llx",
		    func, bar, (unsigned long long)off);
	return -ENOENT;
}

int hostside_mem_read(struct ctlr *c, unsigned int func, unsigned int bar,
		      u64 off, void *buf, unsigned int len)
{
	int ret = decode(c, func, bar, off, len);
	u64 addr, v = 0;
	u32 reg;

	memset(buf, 0xff, len);
	if (ret)
		return ret;
	if (is_dma_bar(c, bar)) {
		if (dma_bar_reg(c, off, &reg))
			v = regs_read(c, reg, len, (int)func);
		memcpy(buf, &v, len);
		return 0;
	}
	if (!translate(c, func, bar, off, &addr) ||
	    epbus_read(c, addr, buf, len, func))
		return nowhere(c, func, bar, off);
	return 0;
}

int hostside_mem_write(struct ctlr *c, unsigned int func, unsigned int bar,
		       u64 off, const void *buf, unsigned int len)
{
	int ret = decode(c, func, bar, off, len);
	u64 addr, v = 0;
	u32 reg;

	if (ret)
		return ret;
	if (is_dma_bar(c, bar)) {
		memcpy(&v, buf, len);
		if (dma_bar_reg(c, off, &reg))
			regs_write(c, reg, len, v, (int)func);
		return 0;
	}
	if (!translate(c, func, bar, off, &addr) ||
	    epbus_write(c, addr, buf, len, func))
		return nowhere(c, func, bar, off);
	return 0;
}

static void mem_read(struct func *f, unsigned int bar, u64 off, u8 *buf,
		     unsigned int len)
{
	struct ctlr *c = f->ctlr;

	if (c->link_up)
		count_add(&c->count, CNT_HOST_MEM_READ, 1, len, 1);
	if (!hostside_mem_read(c, f->index, bar, off, buf, len))
		patch_apply(&c->patches, f->index, bar, off, buf, len);
}

static void mem_write(struct func *f, unsigned int bar, u64 off, const u8 *buf,
		      unsigned int len)
{
	struct ctlr *c = f->ctlr;

	if (c->link_up)
		count_add(&c->count, CNT_HOST_MEM_WRITE, 1, len, 1);
	hostside_mem_write(c, f->index, bar, off, buf, len);
}

/* ---- configuration ---- */

static u32 config_read(struct func *f, u32 off, unsigned int len)
{
	struct ctlr *c = f->ctlr;

	if (!c->link_up)
		return (u32)low_bytes(~0ull, len);
	count_add(&c->count, CNT_HOST_CFG_READ, 1, len, 1);
	/* port logic is not shown to the host */
	return off < PORT_LOGIC ? cfg_bus_read(&f->cfg, off, len) : 0;
}

/* The upper byte of the Device Control register. */
#define DEVCTL_HIGH	(CFG_EXP + 9)
#define DEVCTL_FLR	BIT(7)

static bool starts_flr(u32 off, unsigned int len, u32 v)
{
	return off <= DEVCTL_HIGH && off + len > DEVCTL_HIGH &&
	       v >> 8 * (DEVCTL_HIGH - off) & DEVCTL_FLR;
}

static void config_write(struct func *f, u32 off, unsigned int len, u32 v)
{
	struct ctlr *c = f->ctlr;
	bool mastered = cfg_command(&f->cfg, COMMAND_MASTER);

	if (!c->link_up)
		return;
	count_add(&c->count, CNT_HOST_CFG_WRITE, 1, len, 1);
	if (off >= PORT_LOGIC)
		return;
	if (starts_flr(off, len, v)) {
		log_limited(&c->resets, "function %u: function level reset",
			    f->index);
		link_reset_function(f);
		return;
	}
	cfg_bus_write(&f->cfg, off, len, v);
	if (!mastered && cfg_command(&f->cfg, COMMAND_MASTER))
		link_event(c, EVENT_BUS_MASTER);
}

/* ---- the vfio-user device ---- */

static void fn_connected(void *dev)
{
	struct func *f = dev;

	f->connected = true;
	link_update(f->ctlr);
}

static void fn_disconnected(void *dev)
{
	struct func *f = dev;

	f->connected = false;
	link_reset_function(f);
	link_update(f->ctlr);
}

/* The machine was reset; the link below its port stays. */
static void fn_reset(void *dev)
{
	struct func *f = dev;

	log_limited(&f->ctlr->resets, "function %u: reset by its machine",
		    f->index);
	link_reset_function(f);
}

static u64 fn_region_size(void *dev, unsigned int region)
{
	struct func *f = dev;

	if (region == VFU_REGION_CONFIG)
		return CFG_SIZE;
	return region < NUM_BARS ? cfg_bar_size(&f->cfg, region) : 0;
}

static void fn_read(void *dev, unsigned int region, u64 off, void *buf, u32 len)
{
	bool config = region == VFU_REGION_CONFIG;
	struct func *f = dev;
	u8 *to = buf;
	unsigned int n;
	u64 v;

	for (; len; to += n, off += n, len -= n) {
		n = aligned_piece(off, len, config ? 4 : 8);
		v = 0;
		if (config)
			v = config_read(f, (u32)off, n);
		else
			mem_read(f, region, off, (u8 *)&v, n);
		memcpy(to, &v, n);
		log_trace("host%u: region %u read 0x%llx/%u = 0x%llx", f->index,
			  region, (unsigned long long)off, n,
			  (unsigned long long)v);
	}
}

static void fn_write(void *dev, unsigned int region, u64 off, const void *buf,
		     u32 len)
{
	bool config = region == VFU_REGION_CONFIG;
	struct func *f = dev;
	const u8 *from = buf;
	unsigned int n;
	u64 v;

	for (; len; from += n, off += n, len -= n) {
		n = aligned_piece(off, len, config ? 4 : 8);
		v = 0;
		memcpy(&v, from, n);
		log_trace("host%u: region %u write 0x%llx/%u = 0x%llx",
			  f->index, region, (unsigned long long)off, n,
			  (unsigned long long)v);
		if (config)
			config_write(f, (u32)off, n, (u32)v);
		else
			mem_write(f, region, off, from, n);
	}
}

static unsigned int fn_vectors(void *dev, enum irq_index index)
{
	struct func *f = dev;

	switch (index) {
	case IRQ_INTX:
		return f->cfg.val[CFG_INT_PIN] ? 1 : 0;
	case IRQ_MSI:
		return cfg_msi_offered(&f->cfg);
	case IRQ_MSIX:
		return cfg_msix_vectors(&f->cfg);
	default:
		return 0;
	}
}

/* One entry of the MSI-X table, as the host would write it. */
static void write_msix_entry(struct func *f, unsigned int vector, bool on)
{
	const u32 entry[4] = {
		(u32)LINK_MSIX_ADDR(f->index),
		(u32)(LINK_MSIX_ADDR(f->index) >> 32),
		vector,
		on ? 0 : 1,
	};
	u64 off = cfg_msix_offset(&f->cfg) + 16 * (u64)vector;
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(entry); i++)
		mem_write(f, cfg_msix_bar(&f->cfg), off + 4 * i,
			  (const u8 *)&entry[i], 4);
}

/*
 * QEMU keeps the MSI-X table for itself and tells only which vectors have a
 * descriptor. The endpoint reads the table from its own memory, so it is
 * filled in from what we were told.
 */
static void fn_irqs_changed(void *dev, enum irq_index index,
			    unsigned int start, unsigned int count)
{
	struct func *f = dev;
	unsigned int i, n = cfg_msix_vectors(&f->cfg);

	if (index != IRQ_MSIX || !f->ctlr->link_up)
		return;
	for (i = start; i < n && i - start < count; i++)
		write_msix_entry(f, i, f->irqs.fd[IRQ_MSIX][i] >= 0);
	/* a host reads an entry back when it wrote it */
	epmem_push(f->ctlr);
}

const struct vfu_ops hostside_ops = {
	.connected = fn_connected,
	.disconnected = fn_disconnected,
	.region_size = fn_region_size,
	.read = fn_read,
	.write = fn_write,
	.vectors = fn_vectors,
	.irqs_changed = fn_irqs_changed,
	.reset = fn_reset,
};
