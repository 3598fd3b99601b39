/* SPDX-License-Identifier: GPL-2.0 */
#ifndef MODEL_SOCK_H
#define MODEL_SOCK_H

/**
 * sock_listen() - a listening, non-blocking UNIX stream socket
 * @path: where, once it listens; an old socket there is replaced, anything else
 *        is not. Until then it is at the same path with a tilde behind.
 *
 * Return: the descriptor or -errno.
 */
int sock_listen(const char *path);

#endif
