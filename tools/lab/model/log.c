// SPDX-License-Identifier: GPL-2.0
#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <time.h>

#include "log.h"

static FILE *log_file;
static bool log_tracing;

int log_open(const char *path)
{
	FILE *f = fopen(path, "we");

	if (!f)
		return -errno;
	setvbuf(f, NULL, _IOLBF, 0);
	if (log_file)
		fclose(log_file);
	log_file = f;
	return 0;
}

void log_set_trace(bool on)
{
	log_tracing = on;
}

static void log_line(const char *fmt, va_list ap)
{
	char line[512];
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	vsnprintf(line, sizeof(line), fmt, ap);
	fprintf(log_file ? log_file : stderr, "[%5lld.%06ld] %s\n",
		(long long)t.tv_sec, t.tv_nsec / 1000, line);
}

void log_info(const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	log_line(fmt, ap);
	va_end(ap);
}

void log_limited(struct log_limit *l, const char *fmt, ...)
{
	va_list ap;

	if (l->seen++ >= LOG_LIMIT)
		return;
	va_start(ap, fmt);
	log_line(fmt, ap);
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

	if (!log_tracing)
		return;
	va_start(ap, fmt);
	log_line(fmt, ap);
	va_end(ap);
}
