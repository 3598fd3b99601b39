// SPDX-License-Identifier: GPL-2.0
/* vfio-user framing: messages cut anywhere, descriptors, nonsense. */
#include <errno.h>
#include <fcntl.h>
#include <sys/socket.h>
#include <unistd.h>

#include "tap.h"
#include "vfu_frame.h"

static void pair(int s[2])
{
	CHECK_EQ(socketpair(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK, 0, s), 0);
}

static u32 make(u8 *buf, u16 id, u32 payload)
{
	struct vfu_header h = {
		.id = id,
		.command = VFU_REGION_WRITE,
		.size = (u32)sizeof(h) + payload,
	};
	u32 i;

	memcpy(buf, &h, sizeof(h));
	for (i = 0; i < payload; i++)
		buf[sizeof(h) + i] = (u8)(i * 7);
	return h.size;
}

static void send_fds(int sock, const void *buf, size_t len, const int *fd,
		     unsigned int n)
{
	union {
		char buf[CMSG_SPACE(32 * sizeof(int))];
		struct cmsghdr align;
	} control = { 0 };
	struct iovec iov = { .iov_base = (void *)buf, .iov_len = len };
	struct msghdr msg = {
		.msg_iov = &iov,
		.msg_iovlen = 1,
		.msg_control = &control,
		.msg_controllen = CMSG_SPACE(n * sizeof(int)),
	};
	struct cmsghdr *c = CMSG_FIRSTHDR(&msg);

	c->cmsg_level = SOL_SOCKET;
	c->cmsg_type = SCM_RIGHTS;
	c->cmsg_len = CMSG_LEN(n * sizeof(int));
	memcpy(CMSG_DATA(c), fd, n * sizeof(int));
	CHECK_EQ(sendmsg(sock, &msg, 0), (ssize_t)len);
}

TEST(frame_byte_by_byte)
{
	static struct frame f;
	u8 buf[256];
	u32 len, i;
	int s[2];

	pair(s);
	frame_init(&f);
	len = make(buf, 3, 40);
	for (i = 0; i < len; i++) {
		CHECK_EQ(frame_next(&f, s[0]), 0);
		CHECK_EQ(write(s[1], buf + i, 1), 1);
	}
	CHECK_EQ(frame_next(&f, s[0]), 1);
	CHECK_EQ(f.hdr.id, 3);
	CHECK_EQ(frame_len(&f), 40);
	CHECK(!memcmp(f.payload, buf + 16, 40));
	frame_reset(&f);
	CHECK_EQ(frame_next(&f, s[0]), 0);
	close(s[0]);
	close(s[1]);
}

/* Two messages at once: the second one stays for the next call. */
TEST(frame_two_in_one_write)
{
	static struct frame f;
	u8 buf[256];
	u32 len;
	int s[2];

	pair(s);
	frame_init(&f);
	len = make(buf, 1, 0);
	len += make(buf + len, 2, 8);
	CHECK_EQ(write(s[1], buf, len), len);
	CHECK_EQ(frame_next(&f, s[0]), 1);
	CHECK_EQ(f.hdr.id, 1);
	CHECK_EQ(frame_len(&f), 0);
	CHECK_EQ(frame_next(&f, s[0]), 1);
	CHECK_EQ(f.hdr.id, 2);
	close(s[1]);
	CHECK_EQ(frame_next(&f, s[0]), -ECONNRESET);
	close(s[0]);
}

static void refuse_size(u32 size)
{
	static struct frame f;
	struct vfu_header h = { .size = size };
	int s[2];

	pair(s);
	frame_init(&f);
	CHECK_EQ(write(s[1], &h, sizeof(h)), sizeof(h));
	CHECK_EQ(frame_next(&f, s[0]), -EPROTO);
	close(s[0]);
	close(s[1]);
}

TEST(frame_impossible_sizes)
{
	refuse_size(0);
	refuse_size(15);
	refuse_size(16 + VFU_MAX_PAYLOAD + 1);
	refuse_size(UINT32_MAX);
}

/* Descriptors belong to the message that they came with. */
TEST(frame_descriptors)
{
	static struct frame f;
	int s[2], fd[3], got;
	u8 buf[64];
	u32 len;

	pair(s);
	frame_init(&f);
	CHECK_EQ(pipe(fd), 0);
	fd[2] = fd[0];
	len = make(buf, 1, 4);
	CHECK_EQ(write(s[1], buf, len), len);
	len = make(buf, 2, 4);
	send_fds(s[1], buf, len, fd, 3);
	CHECK_EQ(frame_next(&f, s[0]), 1);
	CHECK_EQ(f.nfds, 0);
	CHECK_EQ(frame_next(&f, s[0]), 1);
	CHECK_EQ(f.hdr.id, 2);
	CHECK_EQ(f.nfds, 3);
	got = frame_take_fd(&f);
	CHECK(got >= 0 && fcntl(got, F_GETFD) == FD_CLOEXEC);
	close(got);
	got = f.fd[1];
	frame_reset(&f);
	CHECK_EQ(fcntl(got, F_GETFD), -1);
	CHECK_EQ(frame_take_fd(&f), -1);
	close(fd[0]);
	close(fd[1]);
	close(s[0]);
	close(s[1]);
}

/* Cut in the middle of a message with descriptors, and others around it. */
TEST(frame_descriptors_of_a_cut_message)
{
	static struct frame f;
	u8 buf[4][64];
	int s[2], fd[1];
	u32 len = 0;
	unsigned int i;

	pair(s);
	frame_init(&f);
	fd[0] = s[1];
	for (i = 0; i < 4; i++)
		len = make(buf[i], (u16)i, 4);
	CHECK_EQ(write(s[1], buf[0], len), len);
	send_fds(s[1], buf[1], 5, fd, 1);
	for (i = 0; i < 2; i++)
		CHECK_EQ(frame_next(&f, s[0]), !i);
	CHECK_EQ(write(s[1], buf[1] + 5, len - 5), len - 5);
	send_fds(s[1], buf[2], len, fd, 1);
	CHECK_EQ(write(s[1], buf[3], len), len);
	for (i = 1; i < 4; i++) {
		CHECK_EQ(frame_next(&f, s[0]), 1);
		CHECK_EQ(f.hdr.id, i);
		CHECK_EQ(f.nfds, i < 3);
	}
	CHECK_EQ(frame_next(&f, s[0]), 0);
	frame_reset(&f);
	close(s[0]);
	close(s[1]);
}

/* More than the buffer holds, in one go. */
TEST(frame_many)
{
	static struct frame f;
	unsigned int sent = 0, got = 0;
	int s[2];
	u8 buf[64];
	u32 len;

	pair(s);
	frame_init(&f);
	do {
		len = make(buf, (u16)sent, sent % 40);
	} while (write(s[1], buf, len) == (ssize_t)len && ++sent < 4000);
	CHECK(sent > 100);
	while (frame_next(&f, s[0]) == 1) {
		CHECK_EQ(f.hdr.id, got);
		CHECK_EQ(frame_len(&f), got % 40);
		make(buf, (u16)got, got % 40);
		CHECK(!memcmp(f.payload, buf + 16, got % 40));
		got++;
	}
	CHECK_EQ(got, sent);
	frame_reset(&f);
	close(s[0]);
	close(s[1]);
}

TEST(frame_too_many_descriptors)
{
	static struct frame f;
	int s[2], fd[VFU_MAX_FDS + 1];
	unsigned int i;
	u8 buf[64];
	u32 len;

	pair(s);
	frame_init(&f);
	for (i = 0; i < ARRAY_SIZE(fd); i++)
		fd[i] = s[1];
	len = make(buf, 1, 4);
	send_fds(s[1], buf, len, fd, ARRAY_SIZE(fd));
	CHECK_EQ(frame_next(&f, s[0]), -EPROTO);
	frame_reset(&f);
	close(s[0]);
	close(s[1]);
}
