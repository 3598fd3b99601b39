/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The configuration space of one function: bytes, what the machine that
 * owns the bus may write, capabilities, BARs.
 *
 * It is written from two sides. The bus side (the machine that enumerates
 * the device) may change what the PCI specification lets it change. The DBI
 * side (the endpoint's own CPU) may do the same, and with DBI_RO_WR_EN set
 * everything. BAR masks are written by a third path, DBI2.
 *
 * Capabilities lie where DesignWare parts have them: PM 0x40, MSI 0x50,
 * PCI Express 0x70, MSI-X 0xb0, Resizable BAR 0x100.
 */
#ifndef MODEL_CFG_H
#define MODEL_CFG_H

#include "board.h"
#include "modes.h"

#define CFG_SIZE	4096u

#define CFG_VENDOR	0x00
#define CFG_DEVICE	0x02
#define CFG_COMMAND	0x04
#define CFG_STATUS	0x06
#define CFG_REVISION	0x08
#define CFG_CLASS	0x0a
#define CFG_CACHE_LINE	0x0c
#define CFG_HEADER_TYPE	0x0e
#define CFG_BAR0	0x10
#define CFG_CAP_PTR	0x34
#define CFG_INT_LINE	0x3c
#define CFG_INT_PIN	0x3d
#define CFG_PM		0x40
#define CFG_MSI		0x50
#define CFG_EXP		0x70
#define CFG_MSIX	0xb0
#define CFG_EXT		0x100

#define COMMAND_MEMORY	BIT(1)
#define COMMAND_MASTER	BIT(2)

struct cfg {
	u8 val[CFG_SIZE];
	u8 bus_rw[CFG_SIZE];	/* bits that the bus side may change */
	u8 bus_w1c[CFG_SIZE];	/* bits that it clears by writing 1 */
	struct {
		struct board_bar kind;
		u32 mask;	/* DBI2: size - 1, bit 0 enables */
		u32 reg;	/* BAR register as written */
		int rebar;	/* index in the Resizable BAR capability, -1 */
	} bar[NUM_BARS];
	unsigned int rebars;
	bool has_msix;
	bool msix_placed;	/* the endpoint put the table somewhere */
};

/**
 * cfg_init_function() - power-on state of an endpoint function
 * @c: filled in
 * @b: board
 * @func: function number
 */
void cfg_init_function(struct cfg *c, const struct board *b, unsigned int func);

/**
 * cfg_init_device() - power-on state of a plain device
 * @c: filled in
 * @vendor: vendor id
 * @device: device id
 * @class: class, subclass, interface
 *
 * It has an MSI capability of 32 vectors and a PCI Express capability. BARs
 * are added with cfg_fixed_bar().
 */
void cfg_init_device(struct cfg *c, u16 vendor, u16 device, u32 class);
void cfg_fixed_bar(struct cfg *c, unsigned int bar, u32 size, u32 flags);

/**
 * cfg_bus_read() - what the bus side reads
 * @c: function
 * @off: offset, naturally aligned for @len, within CFG_SIZE
 * @len: 1, 2 or 4
 *
 * An MSI-X capability whose table was not placed by the endpoint is left
 * out of the list.
 */
u32 cfg_bus_read(const struct cfg *c, u32 off, unsigned int len);
void cfg_bus_write(struct cfg *c, u32 off, unsigned int len, u32 v);

/* The DBI side; as above. @all: DBI_RO_WR_EN is set, which makes what is
 * read-only writable; bits that are cleared by writing 1 still are. */
u32 cfg_dbi_read(const struct cfg *c, u32 off, unsigned int len);
void cfg_dbi_write(struct cfg *c, u32 off, unsigned int len, u32 v, bool all);

/* A write to the BAR mask of @bar through DBI2. */
void cfg_bar_mask(struct cfg *c, unsigned int bar, u32 v);

/**
 * cfg_bus_reset() - a hot reset, a function reset or a lost link
 * @c: function
 * @rebar: MODE_REBAR_RESET, what becomes of the size of resizable BARs
 *
 * Takes away what the bus side wrote, but for the link's target speed, which is
 * sticky. What the endpoint wrote stays, but for that size.
 */
void cfg_bus_reset(struct cfg *c, u32 rebar);

/* Bytes that BAR @bar decodes; 0 when it is off or an upper half. */
u64 cfg_bar_size(const struct cfg *c, unsigned int bar);
/* Its bus address, as the bus side assigned it. */
u64 cfg_bar_addr(const struct cfg *c, unsigned int bar);

static inline bool cfg_command(const struct cfg *c, u32 bit)
{
	return get16(&c->val[CFG_COMMAND]) & bit;
}

bool cfg_msi_enabled(const struct cfg *c);
/* Vectors that the endpoint offers, and that the bus side enabled. */
unsigned int cfg_msi_offered(const struct cfg *c);
unsigned int cfg_msi_granted(const struct cfg *c);

bool cfg_msix_enabled(const struct cfg *c);
unsigned int cfg_msix_vectors(const struct cfg *c);
/* Where the MSI-X table lies. */
unsigned int cfg_msix_bar(const struct cfg *c);
u32 cfg_msix_offset(const struct cfg *c);

/**
 * cfg_msi_match() - is this write one of the function's messages?
 * @c: function
 * @addr: address of the write
 * @data: its data
 *
 * Return: the vector, or -1.
 */
int cfg_msi_match(const struct cfg *c, u64 addr, u32 data);

#endif
