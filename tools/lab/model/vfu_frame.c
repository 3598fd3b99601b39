// SPDX-License-Identifier: GPL-2.0
#include <errno.h>
#include <sys/socket.h>
#include <unistd.h>

#include "vfu_frame.h"

static void close_fds(int *fd, unsigned int *n)
{
	while (*n)
		close(fd[--*n]);
}

void frame_init(struct frame *f)
{
	f->nfds = 0;
	f->new_fds = 0;
	f->start = 0;
	f->end = 0;
}

void frame_reset(struct frame *f)
{
	close_fds(f->fd, &f->nfds);
	close_fds(f->new_fd, &f->new_fds);
	frame_init(f);
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
			if (f->new_fds < VFU_MAX_FDS) {
				f->new_fd[f->new_fds++] = fd;
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

static int read_piece(struct frame *f, int sock, size_t len)
{
	union {
		char buf[CMSG_SPACE((VFU_MAX_FDS + 1) * sizeof(int))];
		struct cmsghdr align;
	} control;
	struct iovec iov = { .iov_base = f->buf + f->end, .iov_len = len };
	struct msghdr msg = {
		.msg_iov = &iov,
		.msg_iovlen = 1,
		.msg_control = &control,
		.msg_controllen = sizeof(control),
	};
	unsigned int had = f->new_fds;
	ssize_t n;
	int ret;

	do {
		n = recvmsg(sock, &msg, MSG_DONTWAIT | MSG_CMSG_CLOEXEC);
	} while (n < 0 && errno == EINTR);
	if (n < 0)
		return errno == EWOULDBLOCK ? -EAGAIN : -errno;
	ret = keep_fds(f, &msg);
	f->end += (size_t)n;
	if (f->new_fds > had)
		f->new_end = f->end;
	if (ret)
		return ret;
	return n ? 0 : -ECONNRESET;
}

/*
 * Is the message at the start of the buffer complete? 1, 0 or -EPROTO.
 * @want: bytes of it, or of its header while that is all that can be known.
 */
static int complete(const struct frame *f, size_t *want)
{
	size_t have = f->end - f->start;
	struct vfu_header hdr;

	*want = sizeof(hdr);
	if (have < *want)
		return 0;
	memcpy(&hdr, f->buf + f->start, sizeof(hdr));
	if (hdr.size < sizeof(hdr) ||
	    hdr.size - sizeof(hdr) > sizeof(f->payload))
		return -EPROTO;
	*want = hdr.size;
	return have >= *want;
}

bool frame_has_next(const struct frame *f)
{
	size_t want;

	return complete(f, &want);
}

/* Move the message of @len bytes at the start of the buffer out of it. */
static void take(struct frame *f, size_t len)
{
	const u8 *at = f->buf + f->start;

	memcpy(&f->hdr, at, sizeof(f->hdr));
	memcpy(f->payload, at + sizeof(f->hdr), len - sizeof(f->hdr));
	f->start += len;
	if (f->new_fds && f->new_end <= f->start) {
		memcpy(f->fd, f->new_fd, sizeof(f->fd));
		f->nfds = f->new_fds;
		f->new_fds = 0;
	}
}

static void make_room(struct frame *f)
{
	memmove(f->buf, f->buf + f->start, f->end - f->start);
	f->end -= f->start;
	f->new_end -= min_of(f->new_end, f->start);
	f->start = 0;
}

int frame_next(struct frame *f, int sock)
{
	size_t want;
	int ret;

	close_fds(f->fd, &f->nfds);
	for (;;) {
		ret = complete(f, &want);
		if (ret < 0)
			return ret;
		if (ret) {
			take(f, want);
			return 1;
		}
		make_room(f);
		ret = read_piece(f, sock, f->new_fds ? want - f->end :
				 sizeof(f->buf) - f->end);
		if (ret)
			return ret == -EAGAIN ? 0 : ret;
	}
}
