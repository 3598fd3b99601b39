/* SPDX-License-Identifier: GPL-2.0 */
/*
 * A test is a function made with TEST(name). It registers itself; main() in
 * tap.c runs all of them and prints TAP. CHECK() reports and goes on.
 */
#ifndef TEST_TAP_H
#define TEST_TAP_H

#include <stdbool.h>

struct test {
	const char *name;
	void (*run)(void);
	struct test *next;
};

void tap_register(struct test *t);
bool tap_check(bool ok, const char *what, const char *file, int line);
bool tap_check_eq(unsigned long long a, unsigned long long b, const char *what,
		  const char *file, int line);

#define TEST(id)							\
	static void test_##id(void);					\
	__attribute__((constructor)) static void register_##id(void)	\
	{								\
		static struct test t = { .name = #id, .run = test_##id }; \
		tap_register(&t);					\
	}								\
	static void test_##id(void)

#define CHECK(cond)	tap_check(cond, #cond, __FILE__, __LINE__)
#define CHECK_EQ(a, b)							\
	tap_check_eq((unsigned long long)(a), (unsigned long long)(b),	\
		     #a " == " #b, __FILE__, __LINE__)

/* Folder of the board files. */
extern const char *boards_dir;
/* The program itself, built with sanitizers. */
extern const char *epmodel;

#endif
