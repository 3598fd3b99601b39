// SPDX-License-Identifier: GPL-2.0
#include <errno.h>
#include <poll.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

#include "control.h"
#include "log.h"
#include "sock.h"

static u64 now_ms(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return (u64)t.tv_sec * 1000 + (u64)t.tv_nsec / 1000000;
}

static void drop(struct control_client *cl)
{
	loop_remove(cl->control->loop, cl->sock);
	close(cl->sock);
	free(cl->out);
	cl->out = NULL;
	cl->out_len = 0;
	cl->in_len = 0;
	cl->waiting = false;
	cl->sock = -1;
}

/* Return: 0 when all is out, -EAGAIN, or another -errno. */
static int flush(struct control_client *cl)
{
	ssize_t n;

	while (cl->out_sent < cl->out_len) {
		n = send(cl->sock, cl->out + cl->out_sent,
			 cl->out_len - cl->out_sent,
			 MSG_DONTWAIT | MSG_NOSIGNAL);
		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0)
			return errno == EWOULDBLOCK ? -EAGAIN : -errno;
		cl->out_sent += (size_t)n;
	}
	free(cl->out);
	cl->out = NULL;
	cl->out_len = 0;
	cl->out_sent = 0;
	return 0;
}

static void run_line(struct control_client *cl, char *line)
{
	struct ctlr *c = cl->control->ctlr;
	enum command_result res;
	FILE *out = open_memstream(&cl->out, &cl->out_len);

	if (!out)
		abort();
	log_trace("control: %s", line);
	pthread_mutex_lock(&c->lock);
	res = command_run(c, line, out, &cl->wait);
	pthread_mutex_unlock(&c->lock);
	fclose(out);
	if (res == COMMAND_WAIT) {
		free(cl->out);
		cl->out = NULL;
		cl->out_len = 0;
		cl->waiting = true;
		cl->deadline = now_ms() + 1000ull * cl->wait.seconds;
	}
	if (res == COMMAND_QUIT)
		cl->control->loop->quit = true;
}

/* Return: -errno when the client is to be dropped. */
static int run_lines(struct control_client *cl)
{
	char *end;
	size_t n;
	int ret;

	while (!cl->waiting) {
		ret = flush(cl);
		if (ret)
			return ret == -EAGAIN ? 0 : ret;
		end = memchr(cl->in, '\n', cl->in_len);
		if (!end)
			break;
		*end = '\0';
		run_line(cl, cl->in);
		n = (size_t)(end + 1 - cl->in);
		memmove(cl->in, end + 1, cl->in_len - n);
		cl->in_len -= n;
	}
	return cl->in_len == sizeof(cl->in) ? -EMSGSIZE : 0;
}

static void on_client(void *arg, short revents)
{
	struct control_client *cl = arg;
	ssize_t n = 0;
	int ret;

	if (revents & (POLLIN | POLLHUP | POLLERR)) {
		n = recv(cl->sock, cl->in + cl->in_len,
			 sizeof(cl->in) - cl->in_len, MSG_DONTWAIT);
		if (!n || (n < 0 && errno != EAGAIN && errno != EINTR)) {
			drop(cl);
			return;
		}
	}
	if (n > 0)
		cl->in_len += (size_t)n;
	ret = run_lines(cl);
	if (ret) {
		drop(cl);
		return;
	}
	loop_set_events(cl->control->loop, cl->sock,
			cl->out_len ? POLLOUT : POLLIN);
}

static void on_listener(void *arg, short revents)
{
	struct control *t = arg;
	struct control_client *cl;
	int sock;

	(void)revents;
	sock = accept4(t->listener, NULL, NULL, SOCK_CLOEXEC | SOCK_NONBLOCK);
	if (sock < 0)
		return;
	for (cl = t->client; cl < t->client + CONTROL_MAX_CLIENTS; cl++) {
		if (cl->sock >= 0)
			continue;
		if (loop_add(t->loop, sock, POLLIN, on_client, cl))
			break;
		cl->sock = sock;
		return;
	}
	close(sock);
}

static bool is_over(const struct control_client *cl)
{
	struct ctlr *c = cl->control->ctlr;
	bool over;

	pthread_mutex_lock(&c->lock);
	over = cl->wait.over(c);
	pthread_mutex_unlock(&c->lock);
	return over;
}

static void end_wait(struct control_client *cl, bool over)
{
	int n;

	cl->waiting = false;
	if (over)
		n = asprintf(&cl->out, "ok\n");
	else
		n = asprintf(&cl->out, "error: no %s within %u seconds\n",
			     cl->wait.what, cl->wait.seconds);
	if (n < 0)
		abort();
	cl->out_len = (size_t)n;
	if (run_lines(cl))
		drop(cl);
	else
		loop_set_events(cl->control->loop, cl->sock,
				cl->out_len ? POLLOUT : POLLIN);
}

int control_timeout(const struct control *t)
{
	const struct control_client *cl;
	u64 now = now_ms(), left;
	int ms = -1;

	for (cl = t->client; cl < t->client + CONTROL_MAX_CLIENTS; cl++) {
		if (cl->sock < 0 || !cl->waiting)
			continue;
		left = cl->deadline > now ? cl->deadline - now : 0;
		if (ms < 0 || left < (u64)ms)
			ms = (int)left;
	}
	return ms;
}

void control_tick(struct control *t)
{
	struct control_client *cl;
	bool over;

	for (cl = t->client; cl < t->client + CONTROL_MAX_CLIENTS; cl++) {
		if (cl->sock < 0 || !cl->waiting)
			continue;
		over = is_over(cl);
		if (over || now_ms() >= cl->deadline)
			end_wait(cl, over);
	}
}

int control_open(struct control *t, struct ctlr *c, struct loop *l,
		 const char *path)
{
	unsigned int i;
	int ret;

	memset(t, 0, sizeof(*t));
	t->ctlr = c;
	t->loop = l;
	for (i = 0; i < CONTROL_MAX_CLIENTS; i++) {
		t->client[i].control = t;
		t->client[i].sock = -1;
	}
	t->listener = sock_listen(path);
	if (t->listener < 0)
		return t->listener;
	snprintf(t->path, sizeof(t->path), "%s", path);
	ret = loop_add(l, t->listener, POLLIN, on_listener, t);
	if (ret)
		control_close(t);
	return ret;
}

void control_close(struct control *t)
{
	struct control_client *cl;

	if (t->listener < 0)
		return;
	for (cl = t->client; cl < t->client + CONTROL_MAX_CLIENTS; cl++) {
		if (cl->sock < 0)
			continue;
		flush(cl);
		drop(cl);
	}
	loop_remove(t->loop, t->listener);
	close(t->listener);
	t->listener = -1;
	unlink(t->path);
}
