/* SPDX-License-Identifier: GPL-2.0 */
/*
 * What the two halves of the scatterlist test agree on: where in the host
 * buffer each list's data lies, and which bytes are there.
 *
 * List N has N elements. The lists FROM..TO of a run lie one after the other in
 * the host buffer, each in a slot that begins and ends with guard bytes. The
 * host fills its buffer with lab_host_byte(), the endpoint writes
 * lab_ep_byte(): the two differ at every offset, so that a byte that wasn't
 * moved, or was moved to the wrong place, is always seen.
 */
#ifndef _LAB_SG_H
#define _LAB_SG_H

#include <linux/hash.h>
#include <linux/types.h>

/* Longest list of the test: three times the descriptors of a 4 KiB list */
#define LAB_SG_MAX_NENTS	500
#define LAB_SG_GUARD		61
#define LAB_SG_MAX_LEN		90

/* Length of element @i of list @nents: 1 to LAB_SG_MAX_LEN, mostly odd places */
static inline u32 lab_sg_len(u32 nents, u32 i)
{
	return 1 + hash_32(nents * 1021 + i, 16) % LAB_SG_MAX_LEN;
}

/* Bytes that list @nents moves */
static inline u32 lab_sg_total(u32 nents)
{
	u32 total = 0;
	u32 i;

	for (i = 0; i < nents; i++)
		total += lab_sg_len(nents, i);
	return total;
}

static inline u8 lab_host_byte(u32 seed, u32 offset)
{
	return hash_32(seed + offset, 8);
}

static inline u8 lab_ep_byte(u32 seed, u32 offset)
{
	return ~lab_host_byte(seed, offset);
}

#endif
