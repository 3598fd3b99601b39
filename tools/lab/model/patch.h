/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Lies told to the host: chosen bytes of a BAR read differently from what
 * the endpoint's memory holds, from the nth read on, for a number of reads.
 * So a test can show a host driver torn or hostile data.
 */
#ifndef MODEL_PATCH_H
#define MODEL_PATCH_H

#include "util.h"

#define PATCH_MAX	64
#define PATCH_LEN	256

struct patches {
	unsigned int n;
	struct patch {
		unsigned int func;
		unsigned int bar;
		u64 off;
		u32 len;
		u32 skip;	/* reads that still see the truth */
		u32 count;	/* reads that see the lie; 0 for ever */
		bool spent;
		u8 data[PATCH_LEN];
	} patch[PATCH_MAX];
};

/* Return: 0, -ENOSPC with PATCH_MAX in use, -EINVAL for a bad length. */
int patch_add(struct patches *ps, unsigned int func, unsigned int bar, u64 off,
	      const u8 *data, u32 len, u32 skip, u32 count);
void patch_clear(struct patches *ps);

/* Change what a host's read of @len bytes at @off returned. */
void patch_apply(struct patches *ps, unsigned int func, unsigned int bar,
		 u64 off, u8 *buf, u32 len);

#endif
