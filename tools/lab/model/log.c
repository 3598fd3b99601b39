// SPDX-License-Identifier: GPL-2.0
#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <time.h>

#include "log.h"

static FILE *log_file;
static FILE *trace_file;

static int open_lines(const char *path, FILE **file)
{
	FILE *f = fopen(path, "we");

	if (!f)
		return -errno;
	setvbuf(f, NULL, _IOLBF, 0);
	if (*file)
		fclose(*file);
	*file = f;
	return 0;
}

int log_open(const char *path)
{
	return open_lines(path, &log_file);
}

int log_open_trace(const char *path)
{
	return open_lines(path, &trace_file);
}

static void put_line(FILE *f, const struct timespec *t, const char *line)
{
	fprintf(f, "[%5lld.%06ld] %s\n", (long long)t->tv_sec,
		t->tv_nsec / 1000, line);
}

/* The trace has the lines of the log as well, in their place. */
static void log_line(bool trace, const char *fmt, va_list ap)
{
	char line[512];
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	vsnprintf(line, sizeof(line), fmt, ap);
	if (!trace)
		put_line(log_file ? log_file : stderr, &t, line);
	if (trace_file)
		put_line(trace_file, &t, line);
}

void log_info(const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	log_line(false, fmt, ap);
	va_end(ap);
}

void log_limited(struct log_limit *l, const char *fmt, ...)
{
	va_list ap;

	if (l->seen++ >= LOG_LIMIT)
		return;
	va_start(ap, fmt);
	log_line(false, fmt, ap);
	va_end(ap);
	if (l->seen == LOG_LIMIT)
		log_info("more of this kind are counted, not shown");
}

void log_limit_end(struct log_limit *l, const char *fmt, ...)
{
	char kind[64];
	va_list ap;

	if (l->seen > LOG_LIMIT) {
		va_start(ap, fmt);
		vsnprintf(kind, sizeof(kind), fmt, ap);
		va_end(ap);
		log_info("%s: %lu more not shown", kind, l->seen - LOG_LIMIT);
	}
	l->seen = 0;
}

void log_trace(const char *fmt, ...)
{
	va_list ap;

	if (!trace_file)
		return;
	va_start(ap, fmt);
	log_line(true, fmt, ap);
	va_end(ap);
}
