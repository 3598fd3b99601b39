/* SPDX-License-Identifier: GPL-2.0 */
/* The model's own log: one line a call, safe from every thread. */
#ifndef MODEL_LOG_H
#define MODEL_LOG_H

#include <stdbool.h>

/**
 * log_open() - send the log to a file instead of standard error
 * @path: file to create or empty
 * Return: 0 or -errno.
 */
int log_open(const char *path);
void log_set_trace(bool on);

void log_info(const char *fmt, ...) __attribute__((format(printf, 1, 2)));
/* As log_info(), but only with --trace. */
void log_trace(const char *fmt, ...) __attribute__((format(printf, 1, 2)));

#endif
