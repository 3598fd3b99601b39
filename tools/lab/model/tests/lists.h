/* SPDX-License-Identifier: GPL-2.0 */
/* Linked lists in the endpoint's memory, as a driver writes them. */
#ifndef TEST_LISTS_H
#define TEST_LISTS_H

#include "rig.h"

/* Control word of an element. */
#define CB	BIT(0)
#define TCB	BIT(1)
#define LLP	BIT(2)
#define LIE	BIT(3)
#define RIE	BIT(4)

#define LIST	(EP_RAM + 0x1000)
#define SRC	0x100000u	/* in either memory */
#define DST	0x200000u

/* Write a data element, a link, to the endpoint's address @at. */
void element(struct rig *r, u64 at, u32 control, u32 size, u64 sar, u64 dar);
void link_to(struct rig *r, u64 at, u32 control, u64 target);

/* A pattern. */
void fill(u8 *p, u32 len, u32 seed);

#endif
