// SPDX-License-Identifier: GPL-2.0
#include "engine.h"
#include "epside.h"
#include "lines.h"
#include "link.h"
#include "log.h"
#include "power.h"
#include "regmap.h"
#include "regs.h"

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

static u64 out_read(struct ctlr *c, u64 off, unsigned int len)
{
	unsigned int func;
	u64 bus, v = 0;

	if (!outbound(c, off, &bus, &func))
		return low_bytes(~0ull, len);
	link_read(c, FROM_EP_CPU, func, bus, &v, len, true);
	return v;
}

static void out_write(struct ctlr *c, u64 off, unsigned int len, u64 v)
{
	unsigned int func;
	u64 bus;

	if (outbound(c, off, &bus, &func))
		link_write(c, FROM_EP_CPU, func, bus, &v, len, true);
}

/* ---- the vfio-user device ---- */

void epside_power_on(struct ctlr *c)
{
	struct cfg *cfg = &c->ep.cfg;

	power_on(c);
	grants_clear(&c->grants);
	cfg_init_device(cfg, EP_VENDOR_ID, EP_DEVICE_ID, 0xff0000);
	cfg_fixed_bar(cfg, EP_REG_BAR, EP_REG_SIZE, 0x0);
	cfg_fixed_bar(cfg, EP_OUT_BAR, EP_OUT_SIZE, 0xc);
}

static void ep_connected(void *dev)
{
	struct ctlr *c = dev;

	c->ep.connected = true;
	epside_power_on(c);
}

static void ep_disconnected(void *dev)
{
	struct ctlr *c = dev;

	c->ep.connected = false;
	epside_power_on(c);
}

static void ep_machine_reset(void *dev)
{
	epside_power_on(dev);
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
		return regs_read(c, (u32)off, len, ORIGIN_EP);
	default:
		return out_read(c, off, len);
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
		regs_write(c, (u32)off, len, v, ORIGIN_EP);
		break;
	default:
		out_write(c, off, len, v);
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

static void ep_irqs_changed(void *dev, enum irq_index index,
			    unsigned int start, unsigned int count)
{
	struct ctlr *c = dev;

	(void)start;
	(void)count;
	if (index == IRQ_MSI)
		lines_tell_again(c, c->engine->layout->pending(c->engine));
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
