/* SPDX-License-Identifier: GPL-2.0 */
/*
 * A board is one text file: `key = value` lines, `#` starts a comment.
 * Every key must be given exactly once, unless the table in board.c says
 * that it may be left out. Numbers are decimal or 0x..., with an optional
 * suffix K, M or G.
 */
#ifndef MODEL_BOARD_H
#define MODEL_BOARD_H

#include "util.h"
#include "regmap.h"

#define NUM_BARS	6

/* Values are those of the kernel's enum pci_epc_bar_type. */
enum bar_type {
	BAR_PROGRAMMABLE,
	BAR_FIXED,
	BAR_RESIZABLE,
	BAR_RESERVED,
	BAR_DISABLED,
};

/* Values are those of the kernel's enum dw_edma_map_format. */
enum dma_format {
	DMA_UNROLL = 1,
	DMA_HDMA_COMPAT = 5,
	DMA_HDMA_NATIVE = 7,
};

/**
 * struct board - what one controller looks like
 * @name: word used in messages
 * @core_version: content of the version register (DBI 0x8f8)
 * @functions: physical functions, 1..MAX_FUNCS
 * @align: iATU region alignment in bytes, a power of two, 4 KiB or more
 * @inbound: inbound iATU windows
 * @outbound: outbound iATU windows
 * @msi: functions have an MSI capability
 * @msix: functions have an MSI-X capability
 * @linkup_notifier: the glue reports link events
 * @subrange: inbound windows may be changed and split while a BAR is live
 * @bar: type, fixed size (0 unless fixed or reserved), 64-bit only
 * @dma_format: register layout of the engine
 * @dma_offset: where the engine's registers lie in BAR0 of the endpoint's
 *              device
 * @dma_size: bytes of them
 * @wr_chans: write channels (endpoint to host)
 * @rd_chans: read channels (host to endpoint)
 * @dma_irqs: local interrupt lines: 1, or one a channel
 * @dma_bar: BAR that shows the engine's registers to the host, -1 for none
 * @dma_bar_offset: their offset in it
 * @dma_bar_size: bytes of it that show registers
 * @app_offset: start of the page that stands for the SoC's reset and mode
 *              block, in BAR0 of the endpoint's device; 0 for none
 * @dma_ram_offset: how much further up the controller sees the endpoint's
 *                  memory than its CPU does; its device registers are where
 *                  they are
 */
struct board {
	char name[32];
	u32 core_version;
	u32 functions;
	u32 align;
	u32 inbound;
	u32 outbound;
	bool msi;
	bool msix;
	bool linkup_notifier;
	bool subrange;
	struct board_bar {
		enum bar_type type;
		u32 size;
		bool only_64bit;
	} bar[NUM_BARS];
	enum dma_format dma_format;
	u32 dma_offset;
	u32 dma_size;
	u32 wr_chans;
	u32 rd_chans;
	u32 dma_irqs;
	int dma_bar;
	u32 dma_bar_offset;
	u32 dma_bar_size;
	u32 app_offset;
	u64 dma_ram_offset;
};

/* Whole GiB, so that what is aligned stays so. Between the memory and the
 * devices of the machine that QEMU makes, and within 40 bits. */
#define DMA_RAM_OFFSET_UNIT	MIB(1024)
#define DMA_RAM_OFFSET_DEFAULT	(128 * DMA_RAM_OFFSET_UNIT)
#define DMA_RAM_OFFSET_MAX	(256 * DMA_RAM_OFFSET_UNIT)

#define BOARD_ERR_LEN	256

/**
 * board_parse() - read a board description
 * @b: filled in
 * @file: name used in messages
 * @text: NUL-terminated content
 * @err: on failure one message, "file:line: what is wrong"
 *
 * Return: 0, or -EINVAL with @err set.
 */
int board_parse(struct board *b, const char *file, const char *text,
		char err[BOARD_ERR_LEN]);

/**
 * board_load() - board_parse() on a file
 * @b: filled in
 * @path: file to read, at most 64 KiB
 * @err: as in board_parse()
 *
 * Return: 0 or -errno with @err set.
 */
int board_load(struct board *b, const char *path, char err[BOARD_ERR_LEN]);

#endif
