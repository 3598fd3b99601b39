/* SPDX-License-Identifier: GPL-2.0 */
/* The model's own log: one line a call, safe from every thread. */
#ifndef MODEL_LOG_H
#define MODEL_LOG_H

#include <stdbool.h>

/**
 * log_open() - send the log to a file instead of standard error
 * @path: file to create or empty; the one before is closed
 * Return: 0 or -errno.
 */
int log_open(const char *path);

/**
 * log_open_trace() - write what log_trace() says, and the log, to a file
 * @path: file to create or empty; the one before is closed
 * Return: 0 or -errno.
 */
int log_open_trace(const char *path);

void log_info(const char *fmt, ...) __attribute__((format(printf, 1, 2)));
/* Lines of one kind that a machine can cause without end. */
struct log_limit {
	unsigned long seen;
};

#define LOG_LIMIT 16

/* As log_info(), for the first LOG_LIMIT calls with this @l. */
void log_limited(struct log_limit *l, const char *fmt, ...)
	__attribute__((format(printf, 2, 3)));

/* Tell how many were left out, and start over. @fmt: what they are about. */
void log_limit_end(struct log_limit *l, const char *fmt, ...)
	__attribute__((format(printf, 2, 3)));

/* For the trace alone; nothing without one. */
void log_trace(const char *fmt, ...) __attribute__((format(printf, 1, 2)));

#endif
