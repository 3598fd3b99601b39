// SPDX-License-Identifier: GPL-2.0
#include "later.h"

static void do_first(struct later *l)
{
	_Alignas(8) u8 data[LATER_DATA];
	later_fn *run = l->entry[0].run;
	void *arg = l->entry[0].arg;

	memcpy(data, l->entry[0].data, sizeof(data));
	l->n--;
	memmove(&l->entry[0], &l->entry[1], l->n * sizeof(l->entry[0]));
	run(arg, data);
}

void later_add(struct later *l, u64 due, later_fn *run, void *arg,
	       const void *data, size_t len)
{
	unsigned int i;

	/* it must find itself due, or it would only come back */
	while (l->n == LATER_MAX) {
		if (l->now < l->entry[0].due)
			l->now = l->entry[0].due;
		do_first(l);
	}
	for (i = l->n; i && l->entry[i - 1].due > due; i--)
		l->entry[i] = l->entry[i - 1];
	l->n++;
	l->entry[i].due = due;
	l->entry[i].run = run;
	l->entry[i].arg = arg;
	if (len)
		memcpy(l->entry[i].data, data, len);
	if (l->wake)
		l->wake(l->wake_arg);
}

void later_step(struct later *l)
{
	l->now++;
	while (l->n && l->entry[0].due <= l->now)
		do_first(l);
}

void later_clear(struct later *l)
{
	l->n = 0;
}
