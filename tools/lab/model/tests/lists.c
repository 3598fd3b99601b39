// SPDX-License-Identifier: GPL-2.0
#include "lists.h"

void element(struct rig *r, u64 at, u32 control, u32 size, u64 sar, u64 dar)
{
	u8 *p = r->ep_ram + (at - EP_RAM);

	put32(p + 4, size);
	memcpy(p + 8, &sar, 8);
	memcpy(p + 16, &dar, 8);
	put32(p, control);
}

void link_to(struct rig *r, u64 at, u32 control, u64 target)
{
	element(r, at, control | LLP, 0, target, 0);
}

void fill(u8 *p, u32 len, u32 seed)
{
	u32 i;

	for (i = 0; i < len; i++)
		p[i] = (u8)((i * 31 + seed) ^ i >> 8);
}
