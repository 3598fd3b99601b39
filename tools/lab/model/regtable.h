/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Registers as a table: where each is, and what stands behind it. A register
 * without functions is a field that is read and written.
 */
#ifndef MODEL_REGTABLE_H
#define MODEL_REGTABLE_H

#include "engine.h"

#define REG_NONE	0xffffu		/* offset of what is not there */

/**
 * struct reg_at - the dword of a register that is accessed
 * @e: engine
 * @w: channel; of registers that are a direction's, its first one
 * @word: which dword of the register
 * @from: who writes, a host function or ORIGIN_EP
 */
struct reg_at {
	struct engine *e;
	struct walk *w;
	unsigned int word;
	int from;
};

/**
 * struct reg - one register, or an array of them
 * @off: offset for either direction
 * @words: dwords
 * @field: offset of the field behind it in what bank() returns
 * @mask: bits of each dword that can be written
 * @bank: the struct with the field; NULL when there is none
 * @get: reads instead of the field
 * @set: written instead of the field
 *
 * Without field and function it reads 0 and ignores writes.
 */
struct reg {
	u16 off[NUM_DIRS];
	u16 words;
	u16 field;
	u32 mask;
	void *(*bank)(const struct reg_at *at);
	u32 (*get)(const struct reg_at *at);
	void (*set)(const struct reg_at *at, u32 v);
};

/**
 * reg_find() - the register at an offset
 * @table: registers
 * @n: how many
 * @off: offset, as in the table
 * @at: its @w gives the direction; its @word is set
 *
 * Return: NULL when there is none.
 */
const struct reg *reg_find(const struct reg *table, size_t n, u32 off,
			   struct reg_at *at);

u32 reg_get(const struct reg *r, const struct reg_at *at);
void reg_set(const struct reg *r, const struct reg_at *at, u32 v);

/* Bank of registers that are fields of the walk itself. */
void *reg_walk(const struct reg_at *at);

#endif
