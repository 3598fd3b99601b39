// SPDX-License-Identifier: GPL-2.0
/*
 * epmodel - an emulated DesignWare PCIe endpoint controller between two
 * virtual machines. README.md says what it emulates.
 */
#include <errno.h>
#include <getopt.h>
#include <inttypes.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/signalfd.h>
#include <unistd.h>

#include "assembly.h"
#include "control.h"
#include "engine.h"
#include "epside.h"
#include "hostside.h"
#include "log.h"
#include "vfu.h"

struct options {
	const char *board;
	const char *ep;
	const char *host;	/* with %d for the function number */
	const char *control;
	const char *log;
	const char *trace;
	const char *seed;
	bool check;
};

struct server {
	struct loop loop;
	struct ctlr *ctlr;
	struct control control;
	struct vfu ep;
	struct vfu host[MAX_FUNCS];
	char host_name[MAX_FUNCS][16];
	int signals;
};

static int die(const char *what, const char *why)
{
	fprintf(stderr, "epmodel: %s%s%s\n", what, why ? ": " : "",
		why ? why : "");
	return EXIT_FAILURE;
}

static void usage(FILE *out)
{
	fputs("usage: epmodel --board FILE --ep PATH --host PATH%d --control PATH\n"
	      "               [--log PATH] [--trace PATH] [--seed N]\n"
	      "       epmodel --board FILE --check\n", out);
}

/* Return: 0, or the exit status plus one. */
static int parse(int argc, char **argv, struct options *o)
{
	static const struct option longs[] = {
		{ "board", required_argument, NULL, 'b' },
		{ "ep", required_argument, NULL, 'e' },
		{ "host", required_argument, NULL, 'h' },
		{ "control", required_argument, NULL, 'c' },
		{ "log", required_argument, NULL, 'l' },
		{ "trace", required_argument, NULL, 't' },
		{ "seed", required_argument, NULL, 's' },
		{ "check", no_argument, NULL, 'k' },
		{ "help", no_argument, NULL, '?' + 128 },
		{ NULL, 0, NULL, 0 },
	};
	int c;

	while ((c = getopt_long(argc, argv, "", longs, NULL)) != -1) {
		switch (c) {
		case 'b':
			o->board = optarg;
			break;
		case 'e':
			o->ep = optarg;
			break;
		case 'h':
			o->host = optarg;
			break;
		case 'c':
			o->control = optarg;
			break;
		case 'l':
			o->log = optarg;
			break;
		case 't':
			o->trace = optarg;
			break;
		case 's':
			o->seed = optarg;
			break;
		case 'k':
			o->check = true;
			break;
		case '?' + 128:
			usage(stdout);
			return 1 + EXIT_SUCCESS;
		default:
			usage(stderr);
			return 1 + EXIT_FAILURE;
		}
	}
	if (optind < argc || !o->board ||
	    (!o->check && (!o->ep || !o->host || !o->control))) {
		usage(stderr);
		return 1 + EXIT_FAILURE;
	}
	return 0;
}

static bool to_seed(const char *text, u64 *seed)
{
	char *end;

	errno = 0;
	*seed = strtoull(text, &end, 0);
	return starts_number(text) && !*end && !errno;
}

/* PATH%d with the function number in place of the %d. */
static int host_path(const char *pattern, unsigned int func, char *out,
		     size_t len)
{
	const char *at = strstr(pattern, "%d");
	int n;

	if (!at)
		return -EINVAL;
	n = snprintf(out, len, "%.*s%u%s", (int)(at - pattern), pattern, func,
		     at + 2);
	return n < 0 || (size_t)n >= len ? -ENAMETOOLONG : 0;
}

static int open_vfu(struct server *s, struct vfu *v, const char *name,
		    const struct vfu_ops *ops, void *dev, struct guestmem *mem,
		    struct irqset *irqs, const char *path)
{
	int ret;

	v->dev.ops = ops;
	v->dev.arg = dev;
	v->dev.mem = mem;
	v->dev.irqs = irqs;
	v->lock = &s->ctlr->lock;
	v->loop = &s->loop;
	v->dev.name = name;
	ret = vfu_open(v, path);
	if (ret)
		die(path, strerror(-ret));
	return ret;
}

static int open_sockets(struct server *s, const struct options *o)
{
	struct ctlr *c = s->ctlr;
	char path[256];
	unsigned int i;
	int ret;

	ret = open_vfu(s, &s->ep, "ep", &epside_ops, c, &c->ep.mem,
		       &c->ep.irqs, o->ep);
	for (i = 0; !ret && i < c->board.functions; i++) {
		ret = host_path(o->host, i, path, sizeof(path));
		if (ret) {
			die(o->host, "must hold %d, and be a path that fits");
			return ret;
		}
		snprintf(s->host_name[i], sizeof(s->host_name[i]), "host%u", i);
		ret = open_vfu(s, &s->host[i], s->host_name[i], &hostside_ops,
			       &c->fn[i], &c->fn[i].mem, &c->fn[i].irqs, path);
	}
	if (ret)
		return ret;
	ret = control_open(&s->control, c, &s->loop, o->control);
	if (ret)
		die(o->control, strerror(-ret));
	return ret;
}

static void close_sockets(struct server *s)
{
	unsigned int i;

	control_close(&s->control);
	for (i = 0; i < MAX_FUNCS; i++)
		vfu_close(&s->host[i]);
	vfu_close(&s->ep);
}

static void on_signal(void *arg, short revents)
{
	struct server *s = arg;

	(void)revents;
	s->loop.quit = true;
}

/* Before any thread is made, so that all of them leave signals to us. */
static int catch_signals(struct server *s)
{
	sigset_t set;

	sigemptyset(&set);
	sigaddset(&set, SIGTERM);
	sigaddset(&set, SIGINT);
	pthread_sigmask(SIG_BLOCK, &set, NULL);
	signal(SIGPIPE, SIG_IGN);
	s->signals = signalfd(-1, &set, SFD_CLOEXEC | SFD_NONBLOCK);
	if (s->signals < 0)
		return -errno;
	return loop_add(&s->loop, s->signals, POLLIN, on_signal, s);
}

static int timeout(void *arg)
{
	struct server *s = arg;

	return control_timeout(&s->control);
}

static void tick(void *arg)
{
	struct server *s = arg;

	control_tick(&s->control);
}

static int serve(struct server *s, const struct options *o)
{
	int ret;

	ret = open_sockets(s, o);
	if (ret)
		return ret;
	ret = engine_start(s->ctlr->engine);
	if (ret) {
		die("engine thread", strerror(-ret));
		return ret;
	}
	log_info("serving board %s, seed %" PRIu64, s->ctlr->board.name,
		 s->ctlr->chance.seed);
	ret = loop_run(&s->loop, timeout, tick, s);
	if (ret)
		die("poll", strerror(-ret));
	return ret;
}

int main(int argc, char **argv)
{
	static struct server s;
	struct options o = { 0 };
	char err[BOARD_ERR_LEN];
	struct board board;
	u64 seed = 0;
	unsigned int i;
	int ret;

	ret = parse(argc, argv, &o);
	if (ret)
		return ret - 1;
	if (board_load(&board, o.board, err))
		return die(err, NULL);
	if (o.seed && !to_seed(o.seed, &seed))
		return die(o.seed, "a seed is a number of at most 64 bits");
	if (o.check)
		return EXIT_SUCCESS;
	if (o.log && log_open(o.log))
		return die(o.log, strerror(errno));
	if (o.trace && log_open_trace(o.trace))
		return die(o.trace, strerror(errno));
	loop_init(&s.loop);
	s.control.listener = -1;
	s.ep.listener = -1;
	for (i = 0; i < MAX_FUNCS; i++)
		s.host[i].listener = -1;
	ret = catch_signals(&s);
	if (ret)
		return die("signals", strerror(-ret));
	s.ctlr = ctlr_create(&board);
	if (o.seed)
		chance_seed(&s.ctlr->chance, seed);
	ret = serve(&s, &o);
	close_sockets(&s);
	ctlr_destroy(s.ctlr);
	log_info("ends");
	return ret ? EXIT_FAILURE : EXIT_SUCCESS;
}
