// SPDX-License-Identifier: GPL-2.0
/*
 * Offsets and bits of the header and of the capabilities: PCI Local Bus 3.0
 * section 6, PCI Express base specification 7.5, 7.7, 7.8.6.
 */
#include "cfg.h"

#define CAP_PM		0x01
#define CAP_MSI		0x05
#define CAP_EXP		0x10
#define CAP_MSIX	0x11
#define EXT_CAP_REBAR	0x15

#define STATUS_CAP_LIST	0x0010
#define BAR_FLAGS	0xfu
#define BAR_IO		BIT(0)
#define BAR_64BIT	BIT(2)

#define PM_CTRL		(CFG_PM + 4)

#define MSI_FLAGS	(CFG_MSI + 2)
#define MSI_ADDR	(CFG_MSI + 4)
#define MSI_DATA	(CFG_MSI + 12)
#define MSI_ENABLE	BIT(0)
#define MSI_64BIT	BIT(7)

#define MSIX_FLAGS	(CFG_MSIX + 2)
#define MSIX_TABLE	(CFG_MSIX + 4)
#define MSIX_ENABLE	BIT(15)

#define EXP_DEVCAP	(CFG_EXP + 0x04)
#define DEVCAP_FLR	BIT(4)	/* of the upper byte */
#define EXP_DEVCTL	(CFG_EXP + 0x08)
#define EXP_DEVSTA	(CFG_EXP + 0x0a)
#define EXP_LNKCAP	(CFG_EXP + 0x0c)
#define EXP_LNKCTL	(CFG_EXP + 0x10)
#define EXP_LNKSTA	(CFG_EXP + 0x12)
#define EXP_LNKCAP2	(CFG_EXP + 0x2c)
#define EXP_LNKCTL2	(CFG_EXP + 0x30)

#define REBAR_CAP(i)	(CFG_EXT + 4 + 8 * (i))
#define REBAR_CTRL(i)	(CFG_EXT + 8 + 8 * (i))
#define REBAR_SIZES	GENMASK(31, 4)
#define REBAR_BAR_IDX	GENMASK(2, 0)
#define REBAR_BAR_SIZE	GENMASK(13, 8)

/* ---- capabilities ---- */

/* Puts a capability at @off, in front of those there are. */
static void add_cap(struct cfg *c, unsigned int off, u8 id)
{
	c->val[off] = id;
	c->val[off + 1] = c->val[CFG_CAP_PTR];
	c->val[CFG_CAP_PTR] = (u8)off;
	c->val[CFG_STATUS] |= STATUS_CAP_LIST;
}

static void add_pm(struct cfg *c)
{
	add_cap(c, CFG_PM, CAP_PM);
	put16(&c->val[CFG_PM + 2], 0x0003);	/* version 3 */
	put16(&c->val[PM_CTRL], 0x0008);	/* no soft reset */
	c->bus_rw[PM_CTRL] = 0x03;
	c->bus_w1c[PM_CTRL + 1] = 0x80;
}

static void add_msi(struct cfg *c, unsigned int log2_vectors)
{
	add_cap(c, CFG_MSI, CAP_MSI);
	put16(&c->val[MSI_FLAGS], (u16)(MSI_64BIT | log2_vectors << 1));
	c->bus_rw[MSI_FLAGS] = 0x71;
	put32(&c->bus_rw[MSI_ADDR], 0xfffffffc);
	put32(&c->bus_rw[MSI_ADDR + 4], 0xffffffff);
	put16(&c->bus_rw[MSI_DATA], 0xffff);
}

static void add_msix(struct cfg *c)
{
	add_cap(c, CFG_MSIX, CAP_MSIX);
	c->bus_rw[MSIX_FLAGS + 1] = 0xc0;
	c->has_msix = true;
}

/* Gen 4 x2, 256-byte payloads; of Device Control 2 there is nothing. */
static void add_exp(struct cfg *c)
{
	add_cap(c, CFG_EXP, CAP_EXP);
	put16(&c->val[CFG_EXP + 2], 0x0002);
	put32(&c->val[EXP_DEVCAP], BIT(15) | 1);
	put32(&c->val[EXP_LNKCAP], 2 << 4 | 4);
	put16(&c->val[EXP_LNKSTA], 2 << 4 | 4);
	put32(&c->val[EXP_LNKCAP2], 0x1e);
	put16(&c->val[EXP_LNKCTL2], 4);
	put16(&c->val[EXP_DEVCTL], 0x2810);
	/* no phantom functions, longer tags, auxiliary power */
	put16(&c->bus_rw[EXP_DEVCTL], 0x78ff);
	put16(&c->bus_w1c[EXP_DEVSTA], 0x000f);
	/* no clock power management; link disable and retrain are a port's */
	put16(&c->bus_rw[EXP_LNKCTL], 0x00cb);
	put16(&c->bus_w1c[EXP_LNKSTA], 0xc000);
	put16(&c->bus_rw[EXP_LNKCTL2], 0x000f);
}

static void add_rebar(struct cfg *c)
{
	unsigned int bar, i = 0;

	for (bar = 0; bar < NUM_BARS; bar++) {
		if (c->bar[bar].kind.type != BAR_RESIZABLE)
			continue;
		c->bar[bar].rebar = (int)i;
		put32(&c->val[REBAR_CAP(i)], BIT(4));
		put32(&c->val[REBAR_CTRL(i)], bar);
		put32(&c->bus_rw[REBAR_CTRL(i)], REBAR_BAR_SIZE);
		i++;
	}
	if (!i)
		return;
	c->rebars = i;
	put32(&c->val[CFG_EXT], EXT_CAP_REBAR | 1 << 16);
	c->val[REBAR_CTRL(0)] |= (u8)(i << 5);
}

static void init_header(struct cfg *c, u16 vendor, u16 device, u32 class)
{
	unsigned int i;

	memset(c, 0, sizeof(*c));
	put16(&c->val[CFG_VENDOR], vendor);
	put16(&c->val[CFG_DEVICE], device);
	put16(&c->val[CFG_CLASS], (u16)(class >> 8));
	c->val[CFG_CLASS - 1] = (u8)class;
	put16(&c->bus_rw[CFG_COMMAND], 0x0546);
	put16(&c->bus_w1c[CFG_STATUS], 0xf900);
	c->bus_rw[CFG_CACHE_LINE] = 0xff;
	c->bus_rw[CFG_INT_LINE] = 0xff;
	for (i = 0; i < NUM_BARS; i++) {
		c->bar[i].rebar = -1;
		c->bar[i].kind.type = BAR_DISABLED;
	}
}

void cfg_init_function(struct cfg *c, const struct board *b, unsigned int func)
{
	unsigned int i;

	init_header(c, 0x16c3, 0xabcd, 0xff0000);
	if (!func && b->functions > 1)
		c->val[CFG_HEADER_TYPE] = 0x80;
	for (i = 0; i < NUM_BARS; i++)
		c->bar[i].kind = b->bar[i];
	if (b->msix)
		add_msix(c);
	add_exp(c);
	c->val[EXP_DEVCAP + 3] |= DEVCAP_FLR;
	if (b->msi)
		add_msi(c, 0);
	add_pm(c);
	add_rebar(c);
}

void cfg_init_device(struct cfg *c, u16 vendor, u16 device, u32 class)
{
	init_header(c, vendor, device, class);
	add_exp(c);
	add_msi(c, 5);
	add_pm(c);
}

void cfg_fixed_bar(struct cfg *c, unsigned int bar, u32 size, u32 flags)
{
	c->bar[bar].kind.type = BAR_FIXED;
	c->bar[bar].kind.size = size;
	c->bar[bar].mask = 1;
	c->bar[bar].reg = flags;
}

/* ---- BARs ---- */

static bool bar_is_64bit(const struct cfg *c, unsigned int bar)
{
	return !(bar & 1) && (c->bar[bar].reg & (BAR_64BIT | BAR_IO)) ==
	       BAR_64BIT;
}

static bool bar_is_on(const struct cfg *c, unsigned int bar)
{
	switch (c->bar[bar].kind.type) {
	case BAR_DISABLED:
		return false;
	case BAR_RESERVED:
		return true;
	default:
		return c->bar[bar].mask & 1;
	}
}

static bool bar_is_upper(const struct cfg *c, unsigned int bar)
{
	return bar & 1 && bar_is_on(c, bar - 1) && bar_is_64bit(c, bar - 1);
}

u64 cfg_bar_size(const struct cfg *c, unsigned int bar)
{
	u64 mask;

	if (bar >= NUM_BARS || bar_is_upper(c, bar) || !bar_is_on(c, bar))
		return 0;
	switch (c->bar[bar].kind.type) {
	case BAR_FIXED:
	case BAR_RESERVED:
		return c->bar[bar].kind.size;
	case BAR_RESIZABLE:
		mask = get32(&c->val[REBAR_CTRL(c->bar[bar].rebar)]);
		return MIB(1) << ((mask & REBAR_BAR_SIZE) >> 8);
	default:
		break;
	}
	mask = c->bar[bar].mask | BAR_FLAGS;
	if (bar_is_64bit(c, bar))
		mask |= (u64)c->bar[bar + 1].mask << 32;
	/* the hardware has one comparator bit a mask bit: contiguous or not,
	 * the highest one decides the size that a host finds */
	return (u64)2 << (63 - __builtin_clzll(mask >> 63 ? mask >> 1 : mask));
}

/* Both halves of the address mask of a live BAR. */
static u64 bar_addr_mask(const struct cfg *c, unsigned int bar)
{
	u64 mask = ~(cfg_bar_size(c, bar) - 1) & ~(u64)BAR_FLAGS;

	return bar_is_64bit(c, bar) ? mask : low_bytes(mask, 4);
}

static u32 bar_read(const struct cfg *c, unsigned int bar)
{
	if (bar_is_upper(c, bar))
		return c->bar[bar].reg &
		       (u32)(bar_addr_mask(c, bar - 1) >> 32);
	if (!bar_is_on(c, bar))
		return 0;
	return (c->bar[bar].reg & (u32)bar_addr_mask(c, bar)) |
	       (c->bar[bar].reg & BAR_FLAGS);
}

static void bar_write(struct cfg *c, unsigned int bar, u32 v, bool flags_too)
{
	u32 keep = flags_too || bar_is_upper(c, bar) ? 0 : BAR_FLAGS;

	if (c->bar[bar].kind.type == BAR_RESERVED)
		keep = BAR_FLAGS;
	c->bar[bar].reg = (v & ~keep) | (c->bar[bar].reg & keep);
}

u64 cfg_bar_addr(const struct cfg *c, unsigned int bar)
{
	u64 addr;

	if (!cfg_bar_size(c, bar))
		return 0;
	addr = bar_read(c, bar) & ~BAR_FLAGS;
	if (bar_is_64bit(c, bar))
		addr |= (u64)bar_read(c, bar + 1) << 32;
	return addr;
}

void cfg_bar_mask(struct cfg *c, unsigned int bar, u32 v)
{
	c->bar[bar].mask = v;
}

/* The supported size selects itself (DWC EP databook 5.96a, figure 3-26, as
 * quoted in the kernel's pcie-designware-ep.c). */
static void rebar_select(struct cfg *c, unsigned int i)
{
	u32 sizes = get32(&c->val[REBAR_CAP(i)]) & REBAR_SIZES;
	u32 ctrl = get32(&c->val[REBAR_CTRL(i)]) & ~REBAR_BAR_SIZE;

	if (!sizes) {
		sizes = BIT(4);
		put32(&c->val[REBAR_CAP(i)], sizes);
	}
	ctrl |= (u32)(__builtin_ctz(sizes) - 4) << 8;
	put32(&c->val[REBAR_CTRL(i)], ctrl);
}

/* Whether the endpoint supports it or not, that is what the reset value
 * says, 0; the endpoint is to write the capability again. */
static void rebar_reset(struct cfg *c, unsigned int i, u32 mode)
{
	u32 ctrl = get32(&c->val[REBAR_CTRL(i)]) & ~REBAR_BAR_SIZE;

	if (mode == REBAR_RESET_SMALLEST)
		put32(&c->val[REBAR_CTRL(i)], ctrl);
	else if (mode == REBAR_RESET_SUPPORTED)
		rebar_select(c, i);
}

static bool touches(u32 off, unsigned int len, u32 reg)
{
	return off < reg + 4 && off + len > reg;
}

/* Only a supported size can be selected, whoever writes. */
static void rebar_check(struct cfg *c, u32 off, unsigned int len)
{
	unsigned int i;
	u32 size;

	for (i = 0; i < c->rebars; i++) {
		if (touches(off, len, REBAR_CAP(i)))
			rebar_select(c, i);
		if (!touches(off, len, REBAR_CTRL(i)))
			continue;
		size = (get32(&c->val[REBAR_CTRL(i)]) & REBAR_BAR_SIZE) >> 8;
		if (size > 27 || !(get32(&c->val[REBAR_CAP(i)]) & BIT(size + 4)))
			rebar_select(c, i);
	}
}

/* ---- access ---- */

static int bar_at(u32 off)
{
	if (off < CFG_BAR0 || off >= CFG_BAR0 + 4 * NUM_BARS)
		return -1;
	return (int)((off - CFG_BAR0) / 4);
}

u32 cfg_dbi_read(const struct cfg *c, u32 off, unsigned int len)
{
	int bar = bar_at(off);
	u32 v = 0;

	if (bar >= 0)
		return (u32)low_bytes(bar_read(c, (unsigned int)bar) >>
				      8 * (off & 3), len);
	memcpy(&v, &c->val[off], len);
	return v;
}

u32 cfg_bus_read(const struct cfg *c, u32 off, unsigned int len)
{
	u32 v = cfg_dbi_read(c, off, len);
	u32 link = CFG_EXP + 1;

	/* MSI-X comes last in the list, after PCI Express */
	if (c->has_msix && !c->msix_placed && link >= off && link < off + len)
		v &= ~(0xffu << 8 * (link - off));
	return v;
}

/* The dword around @off with @len bytes of @v put in. */
static u32 merged_bar(const struct cfg *c, unsigned int bar, u32 off,
		      unsigned int len, u32 v)
{
	u8 bytes[4];

	put32(bytes, c->bar[bar].reg);
	memcpy(&bytes[off & 3], &v, len);
	return get32(bytes);
}

void cfg_bus_write(struct cfg *c, u32 off, unsigned int len, u32 v)
{
	int bar = bar_at(off);
	unsigned int i;
	u8 new;

	if (bar >= 0) {
		bar_write(c, (unsigned int)bar,
			  merged_bar(c, (unsigned int)bar, off, len, v), false);
		return;
	}
	for (i = 0; i < len; i++, v >>= 8) {
		new = (u8)v;
		c->val[off + i] &= (u8)~(new & c->bus_w1c[off + i]);
		c->val[off + i] = (u8)((c->val[off + i] & ~c->bus_rw[off + i]) |
				       (new & c->bus_rw[off + i]));
	}
	rebar_check(c, off, len);
}

void cfg_dbi_write(struct cfg *c, u32 off, unsigned int len, u32 v, bool all)
{
	int bar = bar_at(off);
	unsigned int i;
	u32 w1c;

	if (!all) {
		cfg_bus_write(c, off, len, v);
		return;
	}
	if (bar >= 0) {
		bar_write(c, (unsigned int)bar,
			  merged_bar(c, (unsigned int)bar, off, len, v), true);
		return;
	}
	for (i = 0; i < len; i++, v >>= 8) {
		w1c = c->bus_w1c[off + i];
		c->val[off + i] = (u8)((v & ~w1c) | (c->val[off + i] & w1c & ~v));
	}
	rebar_check(c, off, len);
	if (c->has_msix && touches(off, len, MSIX_TABLE))
		c->msix_placed = true;
}

void cfg_bus_reset(struct cfg *c, u32 rebar)
{
	unsigned int i;

	put16(&c->val[CFG_COMMAND], 0);
	c->val[CFG_STATUS + 1] = 0;
	c->val[CFG_CACHE_LINE] = 0;
	c->val[CFG_INT_LINE] = 0;
	c->val[PM_CTRL] &= (u8)~c->bus_rw[PM_CTRL];
	c->val[MSI_FLAGS] &= (u8)~c->bus_rw[MSI_FLAGS];
	memset(&c->val[MSI_ADDR], 0, 10);
	c->val[MSIX_FLAGS + 1] &= (u8)~c->bus_rw[MSIX_FLAGS + 1];
	put16(&c->val[EXP_DEVCTL], 0x2810);
	put16(&c->val[EXP_LNKCTL], 0);
	for (i = 0; i < c->rebars; i++)
		rebar_reset(c, i, rebar);
	for (i = 0; i < NUM_BARS; i++)
		c->bar[i].reg = bar_is_upper(c, i) ? 0 :
				c->bar[i].reg & BAR_FLAGS;
}

/* ---- interrupts ---- */

bool cfg_msi_enabled(const struct cfg *c)
{
	return c->val[CFG_MSI] == CAP_MSI && c->val[MSI_FLAGS] & MSI_ENABLE;
}

unsigned int cfg_msi_offered(const struct cfg *c)
{
	if (c->val[CFG_MSI] != CAP_MSI)
		return 0;
	return 1u << min_of((c->val[MSI_FLAGS] >> 1) & 7, 5);
}

unsigned int cfg_msi_granted(const struct cfg *c)
{
	unsigned int n = 1u << min_of((c->val[MSI_FLAGS] >> 4) & 7, 5);

	return min_of(n, cfg_msi_offered(c));
}

bool cfg_msix_enabled(const struct cfg *c)
{
	return c->msix_placed && get16(&c->val[MSIX_FLAGS]) & MSIX_ENABLE;
}

unsigned int cfg_msix_vectors(const struct cfg *c)
{
	return c->msix_placed ? (get16(&c->val[MSIX_FLAGS]) & 0x7ffu) + 1 : 0;
}

unsigned int cfg_msix_bar(const struct cfg *c)
{
	return get32(&c->val[MSIX_TABLE]) & 7;
}

u32 cfg_msix_offset(const struct cfg *c)
{
	return get32(&c->val[MSIX_TABLE]) & ~7u;
}

int cfg_msi_match(const struct cfg *c, u64 addr, u32 data)
{
	u64 mine = get32(&c->val[MSI_ADDR]) |
		   (u64)get32(&c->val[MSI_ADDR + 4]) << 32;
	u32 mask = cfg_msi_granted(c) - 1;

	if (!cfg_msi_enabled(c) || addr != mine)
		return -1;
	if ((data & ~mask) != (get16(&c->val[MSI_DATA]) & ~mask))
		return -1;
	return (int)(data & mask);
}
