// SPDX-License-Identifier: GPL-2.0
/* The queue of things to be done some steps later. */
#include "later.h"
#include "tap.h"

static char said[64];

static void say(void *arg, const void *data)
{
	(void)arg;
	strncat(said, data, 1);
}

static void say_and_add(void *arg, const void *data)
{
	struct later *l = arg;

	say(NULL, data);
	later_add(l, l->now, say, NULL, "z", 1);
}

TEST(later_order)
{
	static struct later l;

	said[0] = '\0';
	later_add(&l, 3, say, NULL, "c", 1);
	later_add(&l, 1, say, NULL, "a", 1);
	later_add(&l, 3, say, NULL, "d", 1);
	later_add(&l, 2, say_and_add, &l, "b", 1);
	CHECK(later_waits(&l));
	later_step(&l);
	CHECK(!strcmp(said, "a"));
	later_step(&l);
	CHECK(!strcmp(said, "abz"));
	later_step(&l);
	CHECK(!strcmp(said, "abzcd"));
	CHECK(!later_waits(&l));
	later_add(&l, 9, say, NULL, "x", 1);
	later_clear(&l);
	CHECK_EQ(l.now, 3);
	CHECK(!later_waits(&l));
}

/* A full queue does what is due first, early. */
TEST(later_full)
{
	static struct later l;
	unsigned int i;

	said[0] = '\0';
	later_add(&l, 9, say, NULL, "e", 1);
	for (i = 1; i < LATER_MAX; i++)
		later_add(&l, 10, say, NULL, "f", 1);
	CHECK(!strcmp(said, ""));
	later_add(&l, 5, say, NULL, "d", 1);
	CHECK(!strcmp(said, "e"));
	CHECK_EQ(l.n, LATER_MAX);
	CHECK_EQ(l.now, 9);
}

static unsigned int early;

/* One that waits on when it is called too early. */
static void insist(void *arg, const void *data)
{
	struct later *l = arg;

	(void)data;
	if (l->now < 9 && ++early < 1000)
		later_add(l, 9, insist, l, NULL, 0);
}

TEST(later_full_of_one_that_insists)
{
	static struct later l;
	unsigned int i;

	later_add(&l, 9, insist, &l, NULL, 0);
	for (i = 1; i < LATER_MAX; i++)
		later_add(&l, 10, say, NULL, "f", 1);
	later_add(&l, 10, say, NULL, "f", 1);
	CHECK_EQ(early, 0);
	CHECK_EQ(l.n, LATER_MAX);
}
