/* SPDX-License-Identifier: GPL-2.0 */
/*
 * What the endpoint's machine sees: one PCI device with two BARs. BAR0
 * holds every register block, BAR2 is the outbound window (`addr_space`).
 *
 * The model and the glue driver in the endpoint's kernel both include this
 * file: it takes BIT() and GENMASK() from whoever does, and no more.
 */
#ifndef MODEL_REGMAP_H
#define MODEL_REGMAP_H

#define EP_VENDOR_ID	0x1234u
#define EP_DEVICE_ID	0xd3c0u
#define EP_REG_BAR	0
#define EP_REG_SIZE	0x100000u
#define EP_OUT_BAR	2
#define EP_OUT_SIZE	0x4000000u
#define EP_MSI_VECTORS	32

/* Functions, and DMA channels a direction, at most. */
#define MAX_FUNCS	8
#define MAX_CHANS	8

/* Blocks of BAR0. */
#define REG_DBI		0x00000u	/* + function * 0x1000 */
#define REG_DBI2	0x10000u	/* + function * 0x1000 */
#define REG_FUNC_STRIDE	0x1000u
#define REG_ATU		0x20000u
#define REG_ATU_SIZE	0x4000u
#define REG_BOARD	0x24000u	/* up to the control page: boards place */
					/* the DMA registers and the app page here */
#define REG_DMA_MAX	0x8000u
#define REG_CONTROL	0xf0000u
#define REG_CONTROL_SIZE 0x1000u

#define MAX_WINDOWS	(REG_ATU_SIZE / 0x200)

/* Control page, offsets from REG_CONTROL. Read-only unless it says otherwise. */
#define CTL_MAGIC	0x00
#define   CTL_MAGIC_VALUE	0x4c445744u
#define CTL_VERSION	0x04
#define   CTL_VERSION_VALUE	3
#define CTL_FUNCTIONS	0x08
#define CTL_DMA_FORMAT	0x0c
#define CTL_CHANNELS	0x10
#define   CTL_CHANNELS_WR	GENMASK(15, 0)
#define   CTL_CHANNELS_RD	GENMASK(31, 16)
#define CTL_DMA_IRQS	0x14
#define CTL_ALIGN	0x18
#define CTL_FEATURES	0x1c
#define   FEAT_MSI		BIT(0)
#define   FEAT_MSIX		BIT(1)
#define   FEAT_LINKUP		BIT(2)
#define   FEAT_SUBRANGE		BIT(3)
#define CTL_BAR(n)	(0x20 + 8 * (n))
#define   CTL_BAR_TYPE		GENMASK(7, 0)
#define   CTL_BAR_ONLY_64BIT	BIT(8)
#define CTL_BAR_SIZE(n)	(0x24 + 8 * (n))
#define CTL_DMA_OFFSET	0x50
#define CTL_DMA_SIZE	0x54
#define CTL_DBI_OFFSET	0x58
#define CTL_DBI_SIZE	0x5c
#define CTL_DBI2_OFFSET	0x60
#define CTL_DBI2_SIZE	0x64
#define CTL_ATU_OFFSET	0x68
#define CTL_ATU_SIZE	0x6c
#define CTL_RSVD_BAR	0x70
#define   CTL_RSVD_NONE		0xffu
#define CTL_RSVD_OFFSET	0x74
#define CTL_RSVD_SIZE	0x78
#define CTL_LINK_CTRL	0x80	/* read-write */
#define   CTL_LTSSM_ENABLE	BIT(0)
#define CTL_LINK_STATUS	0x84
#define   CTL_LINK_IS_UP	BIT(0)
#define CTL_EVENTS	0x88	/* write 1 to clear */
#define   EVENT_LINK_UP		BIT(0)
#define   EVENT_LINK_DOWN	BIT(1)
#define   EVENT_HOT_RESET	BIT(2)
#define   EVENT_BUS_MASTER	BIT(3)
#define   EVENT_PERST		BIT(4)	/* registers have reset values, LTSSM is off */
/*
 * 64 bits. CPU address of memory plus this: what the controller's registers
 * and the engine's lists take. Device addresses are the CPU's.
 */
#define CTL_DMA_RAM_OFFSET 0x90
/*
 * Memory that the endpoint's kernel mapped for the controller, and unmapped:
 * its DMA address, 64 bits, then its length. Write-only.
 */
#define CTL_GRANT_ADDR	0x98
#define CTL_GRANT_GIVE	0xa0
#define CTL_GRANT_TAKE	0xa4

#endif
