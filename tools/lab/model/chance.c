// SPDX-License-Identifier: GPL-2.0
#include <stdlib.h>
#include <sys/random.h>

#include "chance.h"

void chance_seed(struct chance *c, u64 seed)
{
	c->seed = seed;
	c->state = seed;
}

void chance_seed_any(struct chance *c)
{
	u32 seed;

	/* 32 bits, so that people can read it out */
	if (getrandom(&seed, sizeof(seed), 0) != sizeof(seed))
		abort();
	chance_seed(c, seed);
}

/* splitmix64: a counter, and a mixer of its bits. */
static u64 next(struct chance *c)
{
	u64 z = c->state += 0x9e3779b97f4a7c15ull;

	z = (z ^ z >> 30) * 0xbf58476d1ce4e5b9ull;
	z = (z ^ z >> 27) * 0x94d049bb133111ebull;
	return z ^ z >> 31;
}

u32 chance_below(struct chance *c, u32 n)
{
	return (u32)((next(c) >> 32) * n >> 32);
}

bool chance_hits(struct chance *c, u32 permille)
{
	if (!permille || permille >= 1000)
		return permille;
	return chance_below(c, 1000) < permille;
}
