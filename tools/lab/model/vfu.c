// SPDX-License-Identifier: GPL-2.0
#include <errno.h>
#include <poll.h>
#include <stdio.h>
#include <sys/socket.h>
#include <unistd.h>

#include "log.h"
#include "sock.h"
#include "vfu.h"

/* Messages served before the lock is let go, and how often this is done
 * before other sockets get their turn. */
#define BATCH	64
#define TURNS	16

static void on_client(void *arg, short revents);
static void on_listener(void *arg, short revents);

static void drop_client(struct vfu *v, const char *why)
{
	log_limited(&v->clients, "%s: client gone (%s)", v->dev.name, why);
	loop_remove(v->loop, v->sock);
	close(v->sock);
	v->sock = -1;
	v->out_len = 0;
	frame_reset(&v->in);
	pthread_mutex_lock(v->lock);
	v->dev.ops->disconnected(v->dev.arg);
	irqset_clear(v->dev.irqs);
	guestmem_unmap_all(v->dev.mem);
	pthread_mutex_unlock(v->lock);
	if (v->listener >= 0)
		loop_set_events(v->loop, v->listener, POLLIN);
}

/* Return: 0 when all of the reply is out, -EAGAIN, or another -errno. */
static int flush(struct vfu *v)
{
	ssize_t n;

	while (v->out_sent < v->out_len) {
		n = send(v->sock, v->out + v->out_sent,
			 v->out_len - v->out_sent, MSG_DONTWAIT | MSG_NOSIGNAL);
		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0)
			return errno == EWOULDBLOCK ? -EAGAIN : -errno;
		v->out_sent += (size_t)n;
	}
	v->out_len = 0;
	v->out_sent = 0;
	return 0;
}

/* Serve messages up to the first that is answered; the answer is sent
 * without the lock. Return: as flush(). */
static int serve_some(struct vfu *v)
{
	unsigned int i;
	int ret;

	pthread_mutex_lock(v->lock);
	for (i = 0; i < BATCH; i++) {
		ret = frame_next(&v->in, v->sock);
		if (ret <= 0)
			break;
		v->out_len = vfu_message(&v->dev, &v->in, v->out);
		if (v->out_len)
			break;
	}
	pthread_mutex_unlock(v->lock);
	if (ret < 0)
		return ret;
	if (!ret)
		return -EAGAIN;
	return flush(v);
}

static void on_client(void *arg, short revents)
{
	struct vfu *v = arg;
	unsigned int turns = 0;
	bool more = true;
	int ret;

	(void)revents;
	ret = flush(v);
	while (!ret && more && turns++ < TURNS) {
		ret = serve_some(v);
		more = frame_has_next(&v->in);
	}
	if (ret && ret != -EAGAIN) {
		drop_client(v, ret == -ECONNRESET ? "closed" : strerror(-ret));
		return;
	}
	loop_set_events(v->loop, v->sock, v->out_len ? POLLOUT : POLLIN);
	/* what was read already, poll() knows nothing of */
	if (!ret && more)
		loop_again(v->loop, v->sock);
}

static void on_listener(void *arg, short revents)
{
	struct vfu *v = arg;
	int sock;

	(void)revents;
	sock = accept4(v->listener, NULL, NULL, SOCK_CLOEXEC | SOCK_NONBLOCK);
	if (sock < 0)
		return;
	if (loop_add(v->loop, sock, POLLIN, on_client, v)) {
		close(sock);
		return;
	}
	v->sock = sock;
	frame_init(&v->in);
	/* the next client waits in the queue until this one is gone */
	loop_set_events(v->loop, v->listener, 0);
	log_limited(&v->clients, "%s: client connected", v->dev.name);
	pthread_mutex_lock(v->lock);
	v->dev.ops->connected(v->dev.arg);
	pthread_mutex_unlock(v->lock);
}

int vfu_open(struct vfu *v, const char *path)
{
	int ret;

	v->sock = -1;
	v->listener = sock_listen(path);
	if (v->listener < 0)
		return v->listener;
	snprintf(v->path, sizeof(v->path), "%s", path);
	ret = loop_add(v->loop, v->listener, POLLIN, on_listener, v);
	if (ret) {
		close(v->listener);
		unlink(v->path);
		v->listener = -1;
	}
	return ret;
}

void vfu_close(struct vfu *v)
{
	if (v->listener < 0)
		return;
	loop_remove(v->loop, v->listener);
	close(v->listener);
	v->listener = -1;
	unlink(v->path);
	if (v->sock >= 0)
		drop_client(v, "server ends");
	log_limit_end(&v->dev.refusals, "%s: refusals", v->dev.name);
	log_limit_end(&v->clients, "%s: clients", v->dev.name);
}
