// SPDX-License-Identifier: GPL-2.0
#include <errno.h>

#include "ctlpage.h"
#include "dbi.h"
#include "engine.h"
#include "epside.h"
#include "lines.h"
#include "link.h"
#include "log.h"
#include "regmap.h"

/* ---- registers ---- */

enum block {
	BLOCK_NONE,
	BLOCK_DBI,
	BLOCK_DBI2,
	BLOCK_ATU,
	BLOCK_DMA,
	BLOCK_APP,
	BLOCK_CONTROL,
};

static bool within(u32 off, u32 start, u32 size)
{
	return off >= start && off - start < size;
}

/*
 * The engine's registers may reach into the app page. For the endpoint they
 * are registers there too; for the host the page is what must not be
 * exported, so it comes first.
 */
static enum block block_at(const struct ctlr *c, u32 off, int from)
{
	const struct board *b = &c->board;
	bool app = b->app_offset && within(off, b->app_offset, 0x1000);

	if (app && from != ORIGIN_EP)
		return BLOCK_APP;
	if (within(off, b->dma_offset, b->dma_size))
		return BLOCK_DMA;
	if (app)
		return BLOCK_APP;
	if (within(off, REG_DBI, MAX_FUNCS * REG_FUNC_STRIDE))
		return BLOCK_DBI;
	if (within(off, REG_DBI2, MAX_FUNCS * REG_FUNC_STRIDE))
		return BLOCK_DBI2;
	if (within(off, REG_ATU, REG_ATU_SIZE))
		return BLOCK_ATU;
	if (within(off, REG_CONTROL, REG_CONTROL_SIZE))
		return BLOCK_CONTROL;
	return BLOCK_NONE;
}

static u32 dword_read(struct ctlr *c, enum block block, u32 off)
{
	switch (block) {
	case BLOCK_ATU:
		return iatu_read(&c->iatu, off - REG_ATU);
	case BLOCK_DMA:
		return c->engine->ops->read(c->engine,
					    off - c->board.dma_offset);
	case BLOCK_CONTROL:
		return ctlpage_read(c, off - REG_CONTROL);
	default:
		return 0;
	}
}

static void dword_write(struct ctlr *c, enum block block, u32 off, u32 v,
			int from)
{
	switch (block) {
	case BLOCK_DBI2:
		dbi2_write(c, (off - REG_DBI2) / REG_FUNC_STRIDE,
			   off % REG_FUNC_STRIDE, v);
		break;
	case BLOCK_ATU:
		iatu_write(&c->iatu, off - REG_ATU, v);
		break;
	case BLOCK_DMA:
		c->engine->ops->write(c->engine, off - c->board.dma_offset, v,
				      from);
		break;
	case BLOCK_CONTROL:
		ctlpage_write(c, off - REG_CONTROL, v);
		break;
	default:
		break;
	}
}

/* The engine's registers are 32 bits wide, and so is its bus. */
static void check_width(struct ctlr *c, u32 off, unsigned int len, int from)
{
	if (from != ORIGIN_EP && len != 4 &&
	    block_at(c, off, from) == BLOCK_DMA)
		ctlr_report(c, CNT_VIOL_WIDTH,
			    "function %d uses %u bits at DMA register 0x%05x",
			    from, 8 * len, off);
}

static void check_host(struct ctlr *c, enum block block, u32 off, int from)
{
	if (from == ORIGIN_EP || block == BLOCK_DMA)
		return;
	ctlr_report(c, block == BLOCK_APP ? CNT_VIOL_APP : CNT_VIOL_REGS,
		    "function %d reaches register 0x%05x", from, off);
}

/* @len is at most 4. */
static u32 narrow_read(struct ctlr *c, u32 off, unsigned int len, int from)
{
	enum block block = block_at(c, off, from);

	check_host(c, block, off, from);
	if (block == BLOCK_DBI)
		return dbi_read(c, off / REG_FUNC_STRIDE, off % REG_FUNC_STRIDE,
				len);
	return (u32)low_bytes(dword_read(c, block, off & ~3u) >> 8 * (off & 3),
			      len);
}

/*
 * Registers are 32 bits wide. A narrower write has its bytes in place and
 * the others as the register reads, which is 0 where a write acts.
 */
static void narrow_write(struct ctlr *c, u32 off, unsigned int len, u32 v,
			 int from)
{
	enum block block = block_at(c, off, from);
	u8 bytes[4];

	check_host(c, block, off, from);
	if (block == BLOCK_DBI) {
		dbi_write(c, off / REG_FUNC_STRIDE, off % REG_FUNC_STRIDE, len,
			  v);
		return;
	}
	put32(bytes, len < 4 ? dword_read(c, block, off & ~3u) : 0);
	memcpy(&bytes[off & 3], &v, len);
	dword_write(c, block, off & ~3u, get32(bytes), from);
}

u64 epside_reg_read(struct ctlr *c, u32 off, unsigned int len, int from)
{
	u64 v;

	check_width(c, off, len, from);
	if (len < 8)
		return narrow_read(c, off, len, from);
	v = narrow_read(c, off, 4, from);
	return v | (u64)narrow_read(c, off + 4, 4, from) << 32;
}

void epside_reg_write(struct ctlr *c, u32 off, unsigned int len, u64 v,
		      int from)
{
	check_width(c, off, len, from);
	narrow_write(c, off, min_of(len, 4u), (u32)v, from);
	if (len == 8)
		narrow_write(c, off + 4, 4, (u32)(v >> 32), from);
}

/* ---- the endpoint's bus, seen from inbound windows ---- */

/* Is @addr in BAR @bar of the endpoint's device? Then its offset there. */
static bool in_bar(const struct ctlr *c, unsigned int bar, u64 addr, u64 *off)
{
	u64 start = cfg_bar_addr(&c->ep.cfg, bar);

	*off = addr - start;
	return cfg_command(&c->ep.cfg, COMMAND_MEMORY) && addr >= start &&
	       *off < cfg_bar_size(&c->ep.cfg, bar);
}

int epside_bus_read(struct ctlr *c, u64 addr, void *buf, unsigned int len,
		    unsigned int func)
{
	u64 off, v;

	if (in_bar(c, EP_REG_BAR, addr, &off)) {
		v = epside_reg_read(c, (u32)off, len, (int)func);
		memcpy(buf, &v, len);
		return 0;
	}
	memset(buf, 0xff, len);
	return guestmem_read(&c->ep.mem, addr, buf, len);
}

int epside_bus_write(struct ctlr *c, u64 addr, const void *buf,
		     unsigned int len, unsigned int func)
{
	u64 off, v = 0;

	if (in_bar(c, EP_REG_BAR, addr, &off)) {
		memcpy(&v, buf, len);
		epside_reg_write(c, (u32)off, len, v, (int)func);
		return 0;
	}
	return guestmem_write(&c->ep.mem, addr, buf, len);
}

/* ---- the outbound window ---- */

static bool outbound(struct ctlr *c, u64 off, u64 *bus, unsigned int *func)
{
	u64 addr = cfg_bar_addr(&c->ep.cfg, EP_OUT_BAR) + off, run;

	/* windows begin and end on pages, an access is within 8 bytes */
	if (iatu_outbound(&c->iatu, addr, bus, func, &run))
		return true;
	ctlr_report(c, CNT_VIOL_OUTBOUND,
		    "no outbound window takes 0x%llx",
		    (unsigned long long)addr);
	return false;
}

u64 epside_out_read(struct ctlr *c, u64 off, unsigned int len)
{
	unsigned int func;
	u64 bus, v = 0;

	if (!outbound(c, off, &bus, &func))
		return low_bytes(~0ull, len);
	link_read(c, FROM_EP_CPU, func, bus, &v, len, true);
	return v;
}

void epside_out_write(struct ctlr *c, u64 off, unsigned int len, u64 v)
{
	unsigned int func;
	u64 bus;

	if (outbound(c, off, &bus, &func))
		link_write(c, FROM_EP_CPU, func, bus, &v, len, true);
}

/* ---- the vfio-user device ---- */

void epside_reset(struct ctlr *c)
{
	struct cfg *cfg = &c->ep.cfg;

	cfg_init_device(cfg, EP_VENDOR_ID, EP_DEVICE_ID, 0xff0000);
	cfg_fixed_bar(cfg, EP_REG_BAR, EP_REG_SIZE, 0x0);
	cfg_fixed_bar(cfg, EP_OUT_BAR, EP_OUT_SIZE, 0xc);
}

static void ep_connected(void *dev)
{
	struct ctlr *c = dev;

	c->ep.connected = true;
	ctlr_power_on(c);
}

static void ep_disconnected(void *dev)
{
	struct ctlr *c = dev;

	c->ep.connected = false;
	ctlr_power_on(c);
}

static void ep_machine_reset(void *dev)
{
	ctlr_power_on(dev);
}

static u64 ep_region_size(void *dev, unsigned int region)
{
	struct ctlr *c = dev;

	if (region == VFU_REGION_CONFIG)
		return CFG_SIZE;
	return region < NUM_BARS ? cfg_bar_size(&c->ep.cfg, region) : 0;
}

static u64 ep_piece_read(struct ctlr *c, unsigned int region, u64 off,
			 unsigned int len)
{
	switch (region) {
	case VFU_REGION_CONFIG:
		return cfg_bus_read(&c->ep.cfg, (u32)off, len);
	case EP_REG_BAR:
		return epside_reg_read(c, (u32)off, len, ORIGIN_EP);
	default:
		return epside_out_read(c, off, len);
	}
}

static void ep_piece_write(struct ctlr *c, unsigned int region, u64 off,
			   unsigned int len, u64 v)
{
	switch (region) {
	case VFU_REGION_CONFIG:
		cfg_bus_write(&c->ep.cfg, (u32)off, len, (u32)v);
		break;
	case EP_REG_BAR:
		epside_reg_write(c, (u32)off, len, v, ORIGIN_EP);
		break;
	default:
		epside_out_write(c, off, len, v);
		break;
	}
}

static void ep_read(void *dev, unsigned int region, u64 off, void *buf, u32 len)
{
	unsigned int n, max = region == VFU_REGION_CONFIG ? 4 : 8;
	u8 *to = buf;
	u64 v;

	for (; len; to += n, off += n, len -= n) {
		n = aligned_piece(off, len, max);
		v = ep_piece_read(dev, region, off, n);
		memcpy(to, &v, n);
		log_trace("ep: region %u read 0x%llx/%u = 0x%llx", region,
			  (unsigned long long)off, n, (unsigned long long)v);
	}
}

static void ep_write(void *dev, unsigned int region, u64 off, const void *buf,
		     u32 len)
{
	unsigned int n, max = region == VFU_REGION_CONFIG ? 4 : 8;
	const u8 *from = buf;
	u64 v;

	for (; len; from += n, off += n, len -= n) {
		n = aligned_piece(off, len, max);
		v = 0;
		memcpy(&v, from, n);
		log_trace("ep: region %u write 0x%llx/%u = 0x%llx", region,
			  (unsigned long long)off, n, (unsigned long long)v);
		ep_piece_write(dev, region, off, n, v);
	}
}

static unsigned int ep_vectors(void *dev, enum irq_index index)
{
	(void)dev;
	return index == IRQ_MSI ? EP_MSI_VECTORS : 0;
}

/* What was asserted while nobody could be told is told now. */
static void ep_irqs_changed(void *dev, enum irq_index index,
			    unsigned int start, unsigned int count)
{
	struct ctlr *c = dev;

	(void)start;
	(void)count;
	if (index == IRQ_MSI)
		lines_tell_again(c, c->engine->ops->pending(c->engine));
}

const struct vfu_ops epside_ops = {
	.connected = ep_connected,
	.disconnected = ep_disconnected,
	.region_size = ep_region_size,
	.read = ep_read,
	.write = ep_write,
	.vectors = ep_vectors,
	.irqs_changed = ep_irqs_changed,
	.reset = ep_machine_reset,
};
