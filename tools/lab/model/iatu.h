/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The internal address translation unit, unrolled register layout.
 *
 * Window i has 0x100 bytes of outbound registers at i * 0x200 and as many
 * inbound ones behind them (the kernel's PCIE_ATU_UNROLL_BASE). Of two
 * windows that match, the lower one wins. Guarded by the controller's lock.
 */
#ifndef MODEL_IATU_H
#define MODEL_IATU_H

#include <stdio.h>

#include "board.h"
#include "regmap.h"

struct window {
	u32 ctrl1;
	u32 ctrl2;
	u64 base;
	u32 limit;
	u32 upper_limit;
	u64 target;
};

struct iatu {
	u32 align;
	unsigned int nin;
	unsigned int nout;
	bool no_enable;	/* fault: inbound windows cannot be enabled */
	struct window in[MAX_WINDOWS];
	struct window out[MAX_WINDOWS];
};

/* A fault stays. */
void iatu_reset(struct iatu *a, const struct board *b);

/* @off: naturally aligned dword in the block; windows that do not exist
 * read 0 and ignore writes. */
u32 iatu_read(const struct iatu *a, u32 off);
void iatu_write(struct iatu *a, u32 off, u32 v);

/**
 * iatu_inbound() - where a host access goes
 * @a: unit
 * @func: function that was addressed
 * @bar: its BAR
 * @unit: a window that matches the BAR leads to a multiple of this, a power of
 *        two: what its target holds below is ignored
 * @offset: offset in the BAR, for windows that match the BAR
 * @addr: bus address, for windows that match addresses
 * @out: address on the endpoint's bus
 *
 * Return: false when no window takes it.
 */
bool iatu_inbound(const struct iatu *a, unsigned int func, unsigned int bar,
		  u64 unit, u64 offset, u64 addr, u64 *out);

/**
 * iatu_outbound() - what an endpoint address means on the link
 * @a: unit
 * @addr: address on the endpoint's bus
 * @out: bus address
 * @func: requester function number of the window
 * @run: bytes from @addr on that fare alike: up to where the window ends, or
 *       one that wins begins; of a miss: up to the next window. At least 1.
 *
 * Return: false when no window takes it.
 */
bool iatu_outbound(const struct iatu *a, u64 addr, u64 *out,
		   unsigned int *func, u64 *run);

/* Windows that are enabled. */
unsigned int iatu_enabled(const struct iatu *a, bool inbound);

/* A line for each window that is enabled. */
void iatu_show(const struct iatu *a, FILE *out);

#endif
