/* SPDX-License-Identifier: GPL-2.0 */
/*
 * DBI and DBI2: the controller's own view of each function's configuration
 * space, and the port logic registers (0x700 and up, shared by all
 * functions).
 */
#ifndef MODEL_DBI_H
#define MODEL_DBI_H

#include "ctlr.h"

void dbi_reset(struct ctlr *c);

/* @off: offset in the function's space, naturally aligned for @len (1, 2 or
 * 4). A function that does not exist reads all ones and ignores writes. */
u32 dbi_read(const struct ctlr *c, unsigned int func, u32 off,
	     unsigned int len);
void dbi_write(struct ctlr *c, unsigned int func, u32 off, unsigned int len,
	       u32 v);

/* DBI2 holds the BAR masks and is write-only. @off: dword. */
void dbi2_write(struct ctlr *c, unsigned int func, u32 off, u32 v);

#endif
