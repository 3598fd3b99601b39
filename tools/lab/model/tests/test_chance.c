// SPDX-License-Identifier: GPL-2.0
/* Random choices: from a seed, and within their bounds. */
#include "chance.h"
#include "tap.h"

TEST(chance_follows_its_seed)
{
	struct chance a, b, c;
	unsigned int i, same = 0;

	chance_seed(&a, 1);
	chance_seed(&b, 1);
	chance_seed(&c, 2);
	for (i = 0; i < 1000; i++) {
		u32 v = chance_below(&a, 1000);

		CHECK_EQ(chance_below(&b, 1000), v);
		same += chance_below(&c, 1000) == v;
	}
	CHECK(same < 20);
	CHECK_EQ(a.seed, 1);
}

TEST(chance_bounds)
{
	unsigned int seen[5] = { 0 }, hits = 0, i;
	struct chance c;

	chance_seed(&c, 7);
	for (i = 0; i < 5000; i++) {
		u32 v = chance_below(&c, 5);

		if (!CHECK(v < 5))
			return;
		seen[v]++;
		hits += chance_hits(&c, 100);
	}
	for (i = 0; i < 5; i++)
		CHECK(seen[i] > 800 && seen[i] < 1200);
	CHECK(hits > 400 && hits < 600);
	for (i = 0, hits = 0; i < 100000; i++)
		hits += chance_hits(&c, 1);
	CHECK(hits > 60 && hits < 140);
	for (i = 0, hits = 0; i < 100000; i++)
		hits += chance_hits(&c, 999);
	CHECK(hits > 99860 && hits < 99940);
	CHECK(!chance_hits(&c, 0) && chance_hits(&c, 1000));
	CHECK_EQ(chance_below(&c, 1), 0);
	CHECK(chance_below(&c, UINT32_MAX) < UINT32_MAX);
}
