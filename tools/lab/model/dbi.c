// SPDX-License-Identifier: GPL-2.0
/*
 * Port logic offsets: the kernel's drivers/pci/controller/dwc/
 * pcie-designware.h.
 */
#include "dbi.h"

#define PORT_DEBUG0	0x728u	/* [5:0] LTSSM state */
#define LTSSM_L0	0x11
#define PORT_DEBUG1	0x72cu
#define DEBUG1_LINK_UP	BIT(4)
#define MISC_CONTROL_1	0x8bcu
#define DBI_RO_WR_EN	BIT(0)
#define VERSION_NUMBER	0x8f8u
#define VERSION_TYPE	0x8fcu
#define ATU_VIEWPORT	0x900u
#define ATU_UNROLLED	0xffffffffu

#define TYPE_GA		0x67612a2au	/* "ga**" */

static u8 *port_reg(struct ctlr *c, u32 off)
{
	return &c->port_logic[off - PORT_LOGIC];
}

void dbi_reset(struct ctlr *c)
{
	memset(c->port_logic, 0, sizeof(c->port_logic));
	put32(port_reg(c, VERSION_NUMBER), c->board.core_version);
	put32(port_reg(c, VERSION_TYPE), TYPE_GA);
	put32(port_reg(c, ATU_VIEWPORT), ATU_UNROLLED);
}

/* The dword at @off, with the parts that are state of the link. */
static u32 port_read32(const struct ctlr *c, u32 off)
{
	switch (off) {
	case PORT_DEBUG0:
		return c->link_up ? LTSSM_L0 : 0;
	case PORT_DEBUG1:
		return c->link_up ? DEBUG1_LINK_UP : 0;
	default:
		return get32(&c->port_logic[off - PORT_LOGIC]);
	}
}

static bool port_is_fixed(u32 off)
{
	switch (off & ~3u) {
	case PORT_DEBUG0:
	case PORT_DEBUG1:
	case VERSION_NUMBER:
	case VERSION_TYPE:
	case ATU_VIEWPORT:
		return true;
	default:
		return false;
	}
}

u32 dbi_read(const struct ctlr *c, unsigned int func, u32 off,
	     unsigned int len)
{
	if (func >= c->board.functions)
		return (u32)low_bytes(~0ull, len);
	if (off >= PORT_LOGIC)
		return (u32)low_bytes(port_read32(c, off & ~3u) >>
				      8 * (off & 3), len);
	return cfg_dbi_read(&c->fn[func].cfg, off, len);
}

static bool ro_wr_en(const struct ctlr *c)
{
	return port_read32(c, MISC_CONTROL_1) & DBI_RO_WR_EN;
}

void dbi_write(struct ctlr *c, unsigned int func, u32 off, unsigned int len,
	       u32 v)
{
	if (func >= c->board.functions)
		return;
	if (off < PORT_LOGIC)
		cfg_dbi_write(&c->fn[func].cfg, off, len, v, ro_wr_en(c));
	else if (!port_is_fixed(off))
		memcpy(port_reg(c, off), &v, len);
}

void dbi2_write(struct ctlr *c, unsigned int func, u32 off, u32 v)
{
	if (func < c->board.functions && off >= CFG_BAR0 &&
	    off < CFG_BAR0 + 4 * NUM_BARS)
		cfg_bar_mask(&c->fn[func].cfg, (off - CFG_BAR0) / 4, v);
}
