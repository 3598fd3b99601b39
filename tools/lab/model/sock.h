/* SPDX-License-Identifier: GPL-2.0 */
#ifndef MODEL_SOCK_H
#define MODEL_SOCK_H

/**
 * sock_listen() - a listening, non-blocking UNIX stream socket
 * @path: where; an old socket there is replaced, anything else is not
 *
 * Return: the descriptor or -errno.
 */
int sock_listen(const char *path);

#endif
