/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Every random choice of the model, from one seed: the same seed gives the
 * same choices in the same order. Guarded by the controller's lock.
 */
#ifndef MODEL_CHANCE_H
#define MODEL_CHANCE_H

#include "util.h"

struct chance {
	u64 seed;
	u64 state;
};

/* Start over from a seed; from one that the system's entropy gives. */
void chance_seed(struct chance *c, u64 seed);
void chance_seed_any(struct chance *c);

/**
 * chance_below() - a number
 * @c: chance
 * @n: 1 or more
 * Return: 0 to @n - 1, all alike.
 */
u32 chance_below(struct chance *c, u32 n);

/* True @permille times in a thousand. Takes nothing from the sequence when
 * the answer is no choice. */
bool chance_hits(struct chance *c, u32 permille);

#endif
