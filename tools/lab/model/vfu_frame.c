// SPDX-License-Identifier: GPL-2.0
#include <errno.h>
#include <sys/socket.h>
#include <unistd.h>

#include "vfu_frame.h"

void frame_init(struct frame *f)
{
	f->got = 0;
	f->nfds = 0;
}

int frame_take_fd(struct frame *f)
{
	int fd;

	if (!f->nfds)
		return -1;
	fd = f->fd[0];
	f->nfds--;
	memmove(&f->fd[0], &f->fd[1], f->nfds * sizeof(f->fd[0]));
	return fd;
}

void frame_reset(struct frame *f)
{
	int fd;

	while ((fd = frame_take_fd(f)) >= 0)
		close(fd);
	frame_init(f);
}

/* Descriptors beyond the array are closed, and the message is refused. */
static int keep_fds(struct frame *f, struct msghdr *msg)
{
	struct cmsghdr *c;
	size_t i, n;
	int ret = 0, fd;

	for (c = CMSG_FIRSTHDR(msg); c; c = CMSG_NXTHDR(msg, c)) {
		if (c->cmsg_level != SOL_SOCKET || c->cmsg_type != SCM_RIGHTS)
			continue;
		n = (c->cmsg_len - CMSG_LEN(0)) / sizeof(fd);
		for (i = 0; i < n; i++) {
			memcpy(&fd, CMSG_DATA(c) + i * sizeof(fd), sizeof(fd));
			if (f->nfds < VFU_MAX_FDS) {
				f->fd[f->nfds++] = fd;
			} else {
				close(fd);
				ret = -EPROTO;
			}
		}
	}
	if (msg->msg_flags & MSG_CTRUNC)
		ret = -EPROTO;
	return ret;
}

/*
 * Never reads past the message: header first, then exactly its payload. So
 * descriptors that arrive belong to this message and to no other.
 */
static ssize_t read_piece(struct frame *f, int sock, void *to, size_t len)
{
	union {
		char buf[CMSG_SPACE((VFU_MAX_FDS + 1) * sizeof(int))];
		struct cmsghdr align;
	} control;
	struct iovec iov = { .iov_base = to, .iov_len = len };
	struct msghdr msg = {
		.msg_iov = &iov,
		.msg_iovlen = 1,
		.msg_control = &control,
		.msg_controllen = sizeof(control),
	};
	ssize_t n;
	int ret;

	do {
		n = recvmsg(sock, &msg, MSG_DONTWAIT | MSG_CMSG_CLOEXEC);
	} while (n < 0 && errno == EINTR);
	if (n < 0)
		return errno == EWOULDBLOCK ? -EAGAIN : -errno;
	ret = keep_fds(f, &msg);
	if (ret)
		return ret;
	return n ? n : -ECONNRESET;
}

int frame_receive(struct frame *f, int sock)
{
	const size_t head = sizeof(f->hdr);
	ssize_t n;

	for (;;) {
		if (f->got < head) {
			n = read_piece(f, sock, (u8 *)&f->hdr + f->got,
				       head - f->got);
		} else {
			if (f->hdr.size < head ||
			    frame_len(f) > sizeof(f->payload))
				return -EPROTO;
			if (f->got == f->hdr.size)
				return 1;
			n = read_piece(f, sock, f->payload + (f->got - head),
				       f->hdr.size - f->got);
		}
		if (n == -EAGAIN)
			return 0;
		if (n < 0)
			return (int)n;
		f->got += (size_t)n;
	}
}
