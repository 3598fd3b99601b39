// SPDX-License-Identifier: GPL-2.0
/*
 * The server behind real sockets, with its loop and its engine in threads of
 * their own: a client that stammers, one that comes back, one that sends
 * nonsense, and a transfer from end to end.
 */
#include <dirent.h>
#include <linux/vfio.h>
#include <poll.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/eventfd.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include "control.h"
#include "rig.h"
#include "tap.h"
#include "vfu.h"

static struct server {
	char dir[64];
	struct loop loop;
	struct ctlr *c;
	struct vfu ep, host;
	struct control control;
	pthread_t thread;
} s;

static int timeout(void *arg)
{
	(void)arg;
	return control_timeout(&s.control);
}

static void tick(void *arg)
{
	(void)arg;
	control_tick(&s.control);
}

static void *serve(void *arg)
{
	(void)arg;
	loop_run(&s.loop, timeout, tick, NULL);
	return NULL;
}

static const char *path(const char *name)
{
	static char p[100];

	snprintf(p, sizeof(p), "%s/%s", s.dir, name);
	return p;
}

static void listen_on(struct vfu *v, const struct vfu_ops *ops, void *dev,
		      struct guestmem *mem, struct irqset *irqs,
		      const char *name)
{
	v->dev.ops = ops;
	v->dev.arg = dev;
	v->dev.mem = mem;
	v->dev.irqs = irqs;
	v->lock = &s.c->lock;
	v->loop = &s.loop;
	v->dev.name = name;
	CHECK_EQ(vfu_open(v, path(name)), 0);
}

static void server_start(void)
{
	char board[512], err[BOARD_ERR_LEN];
	struct board b;

	memset(&s, 0, sizeof(s));
	strcpy(s.dir, "/tmp/model-test-XXXXXX");
	CHECK(mkdtemp(s.dir) != NULL);
	snprintf(board, sizeof(board), "%s/generic", boards_dir);
	CHECK_EQ(board_load(&b, board, err), 0);
	loop_init(&s.loop);
	b.dma_ram_offset = 0;
	s.c = ctlr_create(&b);
	listen_on(&s.ep, &epside_ops, s.c, &s.c->ep.mem, &s.c->ep.irqs, "ep");
	listen_on(&s.host, &hostside_ops, &s.c->fn[0], &s.c->fn[0].mem,
		  &s.c->fn[0].irqs, "host");
	CHECK_EQ(control_open(&s.control, s.c, &s.loop, path("control")), 0);
	CHECK_EQ(engine_start(s.c->engine), 0);
	CHECK_EQ(pthread_create(&s.thread, NULL, serve, NULL), 0);
}

static int dial(const char *name)
{
	struct sockaddr_un sa = { .sun_family = AF_UNIX };
	int sock = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
	/* only a hang would last that long */
	const struct timeval hang = { .tv_sec = 60 };

	CHECK_EQ(setsockopt(sock, SOL_SOCKET, SO_RCVTIMEO, &hang,
			    sizeof(hang)), 0);
	snprintf(sa.sun_path, sizeof(sa.sun_path), "%s/%s", s.dir, name);
	CHECK_EQ(connect(sock, (struct sockaddr *)&sa, sizeof(sa)), 0);
	return sock;
}

/* One command, the whole answer. */
static void command(const char *line, char *answer, size_t room)
{
	int sock = dial("control");
	size_t n = 0;
	ssize_t got;

	CHECK_EQ(write(sock, line, strlen(line)), (ssize_t)strlen(line));
	do {
		got = read(sock, answer + n, room - 1 - n);
		n += got > 0 ? (size_t)got : 0;
		answer[n] = '\0';
	} while (got > 0 && !strstr(answer, "ok\n") && !strstr(answer, "error:"));
	close(sock);
}

static void server_end(void)
{
	char answer[64];

	command("quit\n", answer, sizeof(answer));
	CHECK(!strcmp(answer, "ok\n"));
	pthread_join(s.thread, NULL);
	control_close(&s.control);
	vfu_close(&s.host);
	vfu_close(&s.ep);
	ctlr_destroy(s.c);
	/* nothing is left behind */
	CHECK_EQ(rmdir(s.dir), 0);
}

/* ---- a client ---- */

static void read_all(int sock, void *to, size_t len)
{
	u8 *p = to;
	ssize_t n;

	for (; len; p += n, len -= (size_t)n) {
		n = read(sock, p, len);
		if (!CHECK(n > 0))
			return;
	}
}

/* @fd: -1 for none */
static ssize_t send_with_fd(int sock, struct iovec *iov, size_t n, int fd)
{
	union {
		char buf[CMSG_SPACE(sizeof(int))];
		struct cmsghdr align;
	} control = { 0 };
	struct msghdr msg = { .msg_iov = iov, .msg_iovlen = n };

	if (fd >= 0) {
		msg.msg_control = &control;
		msg.msg_controllen = sizeof(control);
		CMSG_FIRSTHDR(&msg)->cmsg_level = SOL_SOCKET;
		CMSG_FIRSTHDR(&msg)->cmsg_type = SCM_RIGHTS;
		CMSG_FIRSTHDR(&msg)->cmsg_len = CMSG_LEN(sizeof(int));
		memcpy(CMSG_DATA(CMSG_FIRSTHDR(&msg)), &fd, sizeof(fd));
	}
	return sendmsg(sock, &msg, 0);
}

/* Send, wait for the reply. Return: its error. */
static u32 call(int sock, u16 cmd, const void *payload, u32 len, int fd,
		void *reply, u32 room)
{
	struct vfu_header h = {
		.id = 1, .command = cmd, .size = (u32)sizeof(h) + len,
	};
	struct iovec iov[2] = {
		{ &h, sizeof(h) }, { (void *)payload, len },
	};
	u8 rest[VFU_MAX_PAYLOAD];

	CHECK_EQ(send_with_fd(sock, iov, 2, fd), (ssize_t)h.size);
	read_all(sock, &h, sizeof(h));
	if (!CHECK(h.size >= sizeof(h) && h.size - sizeof(h) <= sizeof(rest)))
		return ~0u;
	read_all(sock, rest, h.size - sizeof(h));
	memset(reply ? reply : rest, 0, reply ? room : 0);
	if (reply && !h.error)
		memcpy(reply, rest, min_of(room, h.size - (u32)sizeof(h)));
	return h.error;
}

static u32 region_read(int sock, u32 region, u64 off, u32 len)
{
	struct vfu_region_rw rw = { off, region, len };
	u8 reply[32];

	CHECK_EQ(call(sock, VFU_REGION_READ, &rw, sizeof(rw), -1, reply,
		      sizeof(reply)), 0);
	return get32(reply + sizeof(rw));
}

static void region_write(int sock, u32 region, u64 off, u32 len, u32 v)
{
	struct {
		struct vfu_region_rw rw;
		u8 data[4];
	} w = { .rw = { off, region, len } };

	put32(w.data, v);
	CHECK_EQ(call(sock, VFU_REGION_WRITE, &w, (u32)sizeof(w.rw) + len, -1,
		      NULL, 0), 0);
}

static u8 *map_memory(int sock, u64 iova, u64 size)
{
	struct vfu_dma_map m = {
		.argsz = sizeof(m), .flags = 3, .iova = iova, .size = size,
	};
	int fd = memfd_create("client", MFD_CLOEXEC);
	u8 *va;

	CHECK_EQ(ftruncate(fd, (off_t)size), 0);
	va = mmap(NULL, size, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
	CHECK_EQ(call(sock, VFU_DMA_MAP, &m, sizeof(m), fd, NULL, 0), 0);
	close(fd);
	return va;
}

static int connect_vector(int sock, u32 vector)
{
	struct vfio_irq_set set = {
		.argsz = offsetof(struct vfio_irq_set, data),
		.flags = VFIO_IRQ_SET_ACTION_TRIGGER |
			 VFIO_IRQ_SET_DATA_EVENTFD,
		.index = IRQ_MSI,
		.start = vector,
		.count = 1,
	};
	int fd = eventfd(0, EFD_CLOEXEC);

	CHECK_EQ(call(sock, VFU_DEVICE_SET_IRQS, &set, set.argsz, fd, NULL, 0),
		 0);
	return fd;
}

static bool wait_irq(int fd)
{
	struct pollfd p = { .fd = fd, .events = POLLIN };
	u64 n;

	/* likewise */
	return poll(&p, 1, 60000) == 1 && read(fd, &n, 8) == 8;
}

TEST(server_stammering_client)
{
	struct vfu_header h = { .id = 9, .command = VFU_DEVICE_GET_INFO,
				.size = sizeof(h) };
	unsigned int i;
	u8 reply[32];
	int sock;

	server_start();
	sock = dial("ep");
	for (i = 0; i < sizeof(h); i++) {
		CHECK_EQ(write(sock, (u8 *)&h + i, 1), 1);
		usleep(500);
	}
	read_all(sock, reply, sizeof(reply));
	CHECK_EQ(get16(reply), 9);
	CHECK_EQ(get32(reply + 4), 32);
	close(sock);
	server_end();
}

TEST(server_listens_again)
{
	char answer[4096];
	int host, ep, i;

	server_start();
	for (i = 0; i < 3; i++) {
		ep = dial("ep");
		CHECK_EQ(region_read(ep, 7, 0, 4),
			 EP_DEVICE_ID << 16 | EP_VENDOR_ID);
		region_write(ep, 0, REG_CONTROL + CTL_LINK_CTRL, 4, 1);
		host = dial("host");
		CHECK_EQ(region_read(host, 7, 0, 4), 0xabcd16c3);
		command("wait linkup 60\n", answer, sizeof(answer));
		CHECK(!strcmp(answer, "ok\n"));
		close(host);
		host = dial("host");
		CHECK_EQ(region_read(host, 7, 0, 4), 0xabcd16c3);
		/* the endpoint dies: all ones */
		close(ep);
		do
			command("status\n", answer, sizeof(answer));
		while (strstr(answer, "endpoint connected"));
		CHECK_EQ(region_read(host, 7, 0, 4), 0xffffffff);
		close(host);
	}
	command("wait linkup 0\n", answer, sizeof(answer));
	CHECK(!strcmp(answer, "error: no linkup within 0 seconds\n"));
	server_end();
}

/* A header that cannot be costs the client its connection, nobody else's. */
TEST(server_drops_nonsense)
{
	struct vfu_header h = { .size = 0xffffffff };
	int sock, other;
	u8 byte;

	server_start();
	other = dial("host");
	sock = dial("ep");
	CHECK_EQ(write(sock, &h, sizeof(h)), sizeof(h));
	CHECK_EQ(read(sock, &byte, 1), 0);
	close(sock);
	CHECK_EQ(region_read(other, 7, 0, 4), 0xffffffff);
	sock = dial("ep");
	CHECK_EQ(region_read(sock, 7, 0, 2), EP_VENDOR_ID);
	close(sock);
	close(other);
	server_end();
}

static unsigned int open_files(void)
{
	DIR *d = opendir("/proc/self/fd");
	unsigned int n = 0;

	while (readdir(d))
		n++;
	closedir(d);
	return n;
}

/* Returns when the server has dropped the host's client: that is one piece of
 * work under the lock. */
static void wait_no_host(void)
{
	bool there;

	do {
		pthread_mutex_lock(&s.c->lock);
		there = s.c->fn[0].connected;
		pthread_mutex_unlock(&s.c->lock);
		usleep(1000);
	} while (there);
}

/* Half a header, with a descriptor. */
static void half_a_message(int sock)
{
	struct iovec iov = { "\1\0\2\0", 4 };
	int fd = eventfd(0, EFD_CLOEXEC);

	CHECK_EQ(send_with_fd(sock, &iov, 1, fd), 4);
	close(fd);
}

/* Questions, until the server stops reading because nobody takes its
 * answers. */
static void questions(int sock)
{
	const struct {
		struct vfu_header h;
		struct vfu_region_rw rw;
	} m = {
		.h = { .command = VFU_REGION_READ, .size = sizeof(m) },
		.rw = { 0, 7, 4096 },
	};
	struct pollfd p = { .fd = sock, .events = POLLOUT };

	while (poll(&p, 1, 200) == 1)
		if (send(sock, &m, sizeof(m), MSG_DONTWAIT) != sizeof(m))
			break;
}

/* A client that goes in the middle of something leaves nothing to the next
 * one: no maps, no interrupts, no half of a message or of an answer. */
TEST(server_client_leaves_nothing)
{
	static void (* const ends[])(int sock) = { half_a_message, questions };
	unsigned int files, i;
	u8 *va, info[16];
	int host, irq;

	server_start();
	files = open_files();
	for (i = 0; i < 2 * ARRAY_SIZE(ends); i++) {
		host = dial("host");
		CHECK_EQ(call(host, VFU_DEVICE_GET_INFO, NULL, 0, -1, info,
			      sizeof(info)), 0);
		CHECK_EQ(get32(info + 8), VFU_NUM_REGIONS);
		pthread_mutex_lock(&s.c->lock);
		CHECK(s.c->fn[0].connected);
		CHECK_EQ(s.c->fn[0].mem.n, 0);
		CHECK(!irqset_fire(&s.c->fn[0].irqs, IRQ_MSI, 3));
		pthread_mutex_unlock(&s.c->lock);
		va = map_memory(host, 0x10000000, 0x1000);
		irq = connect_vector(host, 3);
		ends[i % ARRAY_SIZE(ends)](host);
		close(host);
		close(irq);
		munmap(va, 0x1000);
		wait_no_host();
		CHECK_EQ(open_files(), files);
	}
	server_end();
}

/* There is one client at a time. */
TEST(server_second_client_waits)
{
	struct vfu_header h = { .id = 9, .command = VFU_DEVICE_GET_INFO,
				.size = sizeof(h) };
	struct pollfd p = { .events = POLLIN };
	int first, second;
	u8 reply[32];

	server_start();
	first = dial("ep");
	CHECK_EQ(region_read(first, 7, 0, 2), EP_VENDOR_ID);
	second = dial("ep");
	CHECK_EQ(write(second, &h, sizeof(h)), sizeof(h));
	p.fd = second;
	CHECK_EQ(poll(&p, 1, 50), 0);
	CHECK_EQ(region_read(first, 7, 0, 2), EP_VENDOR_ID);
	close(first);
	read_all(second, reply, sizeof(reply));
	CHECK_EQ(get16(reply), 9);
	close(second);
	server_end();
}

/* Up to the end of the connection, or of @want answers that are no errors. */
static void answers(int sock, unsigned int want, char *text, size_t room)
{
	size_t n = 0, line = 0;

	while (want && n < room - 1 && read(sock, text + n, 1) == 1) {
		if (text[n++] != '\n')
			continue;
		want -= n - line == 3 && !memcmp(text + line, "ok\n", 3);
		line = n;
	}
	text[n] = '\0';
}

static void say(int sock, const char *text)
{
	const ssize_t len = (ssize_t)strlen(text);

	CHECK_EQ(send(sock, text, (size_t)len, MSG_NOSIGNAL), len);
}

TEST(control_lines_in_any_pieces)
{
	char text[4096];
	int one, two;

	server_start();
	one = dial("control");
	two = dial("control");
	/* three in one piece; the second waits, and so does the third */
	say(one, "seed 7\nwait linkdown 60\nseed\nse");
	answers(one, 3, text, sizeof(text));
	CHECK(!strcmp(text, "ok\nok\n7\nok\n"));
	/* the rest of one, and no more than its end */
	say(one, "ed\n");
	answers(one, 1, text, sizeof(text));
	CHECK(!strcmp(text, "7\nok\n"));
	/* who waits holds up nobody, and may go */
	say(two, "wait linkup 60\n");
	say(one, "seed 8\n");
	answers(one, 1, text, sizeof(text));
	CHECK(!strcmp(text, "ok\n"));
	close(two);
	close(one);
	server_end();
}

TEST(control_line_without_an_end)
{
	char line[CONTROL_LINE], text[16];
	int one, two;

	memset(line, 'x', sizeof(line));
	server_start();
	one = dial("control");
	two = dial("control");
	CHECK_EQ(write(two, line, sizeof(line)), sizeof(line));
	answers(two, 1, text, sizeof(text));
	CHECK(!strcmp(text, ""));
	say(one, "seed 9\n");
	answers(one, 1, text, sizeof(text));
	CHECK(!strcmp(text, "ok\n"));
	close(two);
	close(one);
	server_end();
}

TEST(control_too_many_clients)
{
	int sock[CONTROL_MAX_CLIENTS + 1];
	char text[16];
	unsigned int i;

	server_start();
	for (i = 0; i < ARRAY_SIZE(sock); i++)
		sock[i] = dial("control");
	/* the last is turned away, the others are served */
	answers(sock[CONTROL_MAX_CLIENTS], 1, text, sizeof(text));
	CHECK(!strcmp(text, ""));
	for (i = 0; i < CONTROL_MAX_CLIENTS; i++) {
		say(sock[i], "seed 9\n");
		answers(sock[i], 1, text, sizeof(text));
		CHECK(!strcmp(text, "ok\n"));
	}
	for (i = 0; i < ARRAY_SIZE(sock); i++)
		close(sock[i]);
	/* there is room again */
	do {
		sock[0] = dial("control");
		/* it may be turned away before that */
		send(sock[0], "seed 9\n", 7, MSG_NOSIGNAL);
		answers(sock[0], 1, text, sizeof(text));
		close(sock[0]);
	} while (strcmp(text, "ok\n"));
	server_end();
}

/* An answer that nobody takes holds up nobody, and comes when it is taken. */
TEST(control_answers_that_wait)
{
	char questions[CONTROL_LINE], text[4096];
	const unsigned int asked = 2000;
	unsigned int i;
	int one, two;

	server_start();
	one = dial("control");
	two = dial("control");
	for (i = 0; i < asked; i++)
		memcpy(questions + 6 * i, "modes\n", 6);
	questions[6 * asked] = '\0';
	say(one, questions);
	say(two, "seed 9\n");
	answers(two, 1, text, sizeof(text));
	CHECK(!strcmp(text, "ok\n"));
	for (i = 0; i < asked; i++) {
		answers(one, 1, text, sizeof(text));
		if (!CHECK(strstr(text, "bar-match") && strstr(text, "\nok\n")))
			break;
	}
	close(one);
	close(two);
	server_end();
}

/* A machine that copies byte by byte: thousands of posted writes, then a read,
 * which must see the last of them. */
TEST(server_posted_writes)
{
	struct {
		struct vfu_header h;
		struct vfu_region_rw rw;
		u8 data[4];
	} w = {
		.h = { .command = VFU_REGION_WRITE, .size = sizeof(w),
		       .flags = VFU_FLAG_NO_REPLY },
		.rw = { 0x35018, 0, 4 },
	};
	u32 i;
	int ep;

	server_start();
	ep = dial("ep");
	for (i = 1; i <= 20000; i++) {
		put32(w.data, i);
		if (write(ep, &w, sizeof(w)) != sizeof(w))
			break;
	}
	CHECK_EQ(i, 20001);
	CHECK_EQ(region_read(ep, 0, 0x35018, 4), 20000);
	close(ep);
	server_end();
}

/* More requests in one piece than the server serves in a row: whoever waits for
 * the answers sends nothing that would wake it for the rest. */
TEST(server_many_requests_in_one_piece)
{
	struct vfu_header h[40];
	u8 reply[32];
	u16 i;
	int sock;

	server_start();
	sock = dial("ep");
	for (i = 0; i < ARRAY_SIZE(h); i++)
		h[i] = (struct vfu_header){
			.id = i, .command = VFU_DEVICE_GET_INFO,
			.size = sizeof(*h),
		};
	CHECK_EQ(write(sock, h, sizeof(h)), (ssize_t)sizeof(h));
	for (i = 0; i < ARRAY_SIZE(h); i++) {
		read_all(sock, reply, sizeof(reply));
		if (!CHECK_EQ(get16(reply), i))
			break;
	}
	close(sock);
	server_end();
}

/* Both machines, memory and interrupts over the sockets, both threads. */
TEST(server_transfer)
{
	const u32 dma = 0x35000, len = 0x40000;
	const struct { u32 off, v; } regs[] = {
		{ 0x0c, 1 }, { 0x200, BIT(3) }, { 0x208, len },
		{ 0x20c, 0x40000000 }, { 0x210, 0 }, { 0x214, 0x10000000 },
		{ 0x218, 0 }, { 0x10, 0 },
	};
	char answer[64];
	int ep, host, irq;
	u8 *from, *to;
	unsigned int i;
	u64 all = 0;

	server_start();
	ep = dial("ep");
	host = dial("host");
	from = map_memory(ep, 0x40000000, len);
	to = map_memory(host, 0x10000000, len);
	region_write(ep, 7, CFG_MSI + 2, 2, 5 << 4 | 1);
	irq = connect_vector(ep, 0);
	region_write(ep, 0, REG_CONTROL + CTL_LINK_CTRL, 4, 1);
	region_write(host, 7, CFG_COMMAND, 2, COMMAND_MASTER);
	for (i = 0; i < len; i++)
		from[i] = (u8)(i * 13 >> 3);
	for (i = 0; i < ARRAY_SIZE(regs); i++)
		region_write(ep, 0, dma + regs[i].off, 4, regs[i].v);
	CHECK(wait_irq(irq));
	CHECK(!memcmp(from, to, len));
	CHECK_EQ(region_read(ep, 0, dma + 0x4c, 4), 1);
	/* a late interrupt comes in the end */
	command("fault late-irq 20\n", answer, sizeof(answer));
	region_write(ep, 0, dma + 0x58, 4, 1);
	for (i = 0; i < ARRAY_SIZE(regs); i++)
		region_write(ep, 0, dma + regs[i].off, 4, regs[i].v);
	CHECK(wait_irq(irq));
	CHECK_EQ(region_read(ep, 0, dma + 0x4c, 4), 1);
	command("fault late-irq 0\n", answer, sizeof(answer));
	/* unmapped under the engine's feet: abort */
	command("mode write-fault aborts\n", answer, sizeof(answer));
	CHECK_EQ(call(host, VFU_DMA_UNMAP, &(struct vfu_dma_unmap){
		      .argsz = 24, .flags = VFU_UNMAP_ALL }, 24, -1, &all, 8),
		 0);
	region_write(ep, 0, dma + 0x58, 4, 1);
	for (i = 0; i < ARRAY_SIZE(regs); i++)
		region_write(ep, 0, dma + regs[i].off, 4, regs[i].v);
	CHECK(wait_irq(irq));
	CHECK_EQ(region_read(ep, 0, dma + 0x4c, 4), BIT(16));
	munmap(from, len);
	munmap(to, len);
	close(irq);
	close(ep);
	close(host);
	server_end();
}
