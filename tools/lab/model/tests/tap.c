// SPDX-License-Identifier: GPL-2.0
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "log.h"
#include "tap.h"

const char *boards_dir;
const char *epmodel;

static struct test *first, **last = &first;
static bool failed;

void tap_register(struct test *t)
{
	*last = t;
	last = &t->next;
}

bool tap_check(bool ok, const char *what, const char *file, int line)
{
	if (!ok) {
		printf("# %s:%d: %s\n", file, line, what);
		failed = true;
	}
	return ok;
}

bool tap_check_eq(unsigned long long a, unsigned long long b, const char *what,
		  const char *file, int line)
{
	if (!tap_check(a == b, what, file, line))
		printf("#   0x%llx, 0x%llx\n", a, b);
	return a == b;
}

/* model-test BOARDS EPMODEL [NAME]: all tests, or those whose name holds NAME. */
int main(int argc, char **argv)
{
	unsigned int n = 0, bad = 0;
	struct test *t;

	if (argc < 3 || log_open("/dev/null"))
		return EXIT_FAILURE;
	boards_dir = argv[1];
	epmodel = argv[2];
	setvbuf(stdout, NULL, _IOLBF, 0);
	printf("TAP version 13\n");
	for (t = first; t; t = t->next) {
		if (argc > 3 && !strstr(t->name, argv[3]))
			continue;
		failed = false;
		t->run();
		bad += failed;
		printf("%sok %u - %s\n", failed ? "not " : "", ++n, t->name);
	}
	printf("1..%u\n# %u failed\n", n, bad);
	return bad || !n ? EXIT_FAILURE : EXIT_SUCCESS;
}
