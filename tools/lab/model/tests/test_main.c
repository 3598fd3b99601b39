// SPDX-License-Identifier: GPL-2.0
/*
 * The whole program, built with sanitizers: its options, what it leaves
 * behind, and that it ends with the status it promises. A sanitizer that
 * finds something, a leak at the end included, ends it with another.
 */
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "tap.h"
#include "util.h"

#define TRIES	3000	/* of 10 ms: for a machine that is very busy */

static char dir[64];

static const char *in_dir(const char *name)
{
	static char paths[8][128];
	static unsigned int n;
	char *p = paths[n++ % ARRAY_SIZE(paths)];

	snprintf(p, sizeof(paths[0]), "%s/%s", dir, name);
	return p;
}

static void setup(void)
{
	strcpy(dir, "/tmp/model-main-XXXXXX");
	CHECK(mkdtemp(dir) != NULL);
}

/* The folder holds the log and the program's output, and nothing else. */
static void teardown(void)
{
	unlink(in_dir("log"));
	unlink(in_dir("out"));
	unlink(in_dir("board"));
	CHECK_EQ(rmdir(dir), 0);
}

static pid_t start(const char * const *args)
{
	const char *argv[24] = { epmodel };
	pid_t pid;
	int fd;

	memcpy(&argv[1], args, 22 * sizeof(*args));
	pid = fork();
	if (pid)
		return pid;
	fd = open(in_dir("out"), O_CREAT | O_TRUNC | O_WRONLY, 0600);
	dup2(fd, 1);
	dup2(fd, 2);
	execv(epmodel, (char **)argv);
	_exit(127);
}

static int status_of(pid_t pid)
{
	int status;

	if (waitpid(pid, &status, 0) != pid)
		return -1;
	return WIFEXITED(status) ? WEXITSTATUS(status) :
	       1000 + WTERMSIG(status);
}

static bool said(const char *what)
{
	char text[4096] = "";
	FILE *f = fopen(in_dir("out"), "re");
	size_t n = f ? fread(text, 1, sizeof(text) - 1, f) : 0;

	text[n] = '\0';
	if (f)
		fclose(f);
	if (strstr(text, what))
		return true;
	printf("# it says: %s\n", text);
	return false;
}

static const char *board(void)
{
	static char path[512];

	snprintf(path, sizeof(path), "%s/generic", boards_dir);
	return path;
}

/* All options; @o changes what it names. */
struct opts {
	const char *board, *ep, *host, *control, *log, *more;
};

static const char * const *options(struct opts o)
{
	static const char *args[22];
	unsigned int n = 0;

	memset(args, 0, sizeof(args));
	args[n++] = "--board";
	args[n++] = o.board ? o.board : board();
	args[n++] = "--ep";
	args[n++] = o.ep ? o.ep : in_dir("ep");
	args[n++] = "--host";
	args[n++] = o.host ? o.host : in_dir("host%d");
	args[n++] = "--control";
	args[n++] = o.control ? o.control : in_dir("control");
	args[n++] = "--log";
	args[n++] = o.log ? o.log : in_dir("log");
	args[n++] = o.more;
	return args;
}

/* It refuses: one line that holds @why, status 1, no socket left. */
static void refuses(struct opts o, const char *why)
{
	CHECK_EQ(status_of(start(options(o))), EXIT_FAILURE);
	CHECK(said(why));
	CHECK(access(in_dir("ep"), F_OK));
	CHECK(access(in_dir("host0"), F_OK));
	CHECK(access(in_dir("control"), F_OK));
}

static bool wait_for(const char *path)
{
	struct timespec nap = { .tv_nsec = 10000000 };
	unsigned int i;

	for (i = 0; i < TRIES && access(path, F_OK); i++)
		nanosleep(&nap, NULL);
	return i < TRIES;
}

static int connect_to(const char *path)
{
	struct sockaddr_un sa = { .sun_family = AF_UNIX };
	int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);

	snprintf(sa.sun_path, sizeof(sa.sun_path), "%s", path);
	CHECK_EQ(connect(fd, (struct sockaddr *)&sa, sizeof(sa)), 0);
	return fd;
}

TEST(main_usage)
{
	static const char * const none[22], * const help[22] = { "--help" };

	setup();
	CHECK_EQ(status_of(start(none)), EXIT_FAILURE);
	CHECK(said("usage: epmodel"));
	CHECK_EQ(status_of(start(help)), EXIT_SUCCESS);
	CHECK(said("usage: epmodel"));
	refuses((struct opts){ .more = "--frobnicate" }, "unrecognized option");
	refuses((struct opts){ .more = "stray" }, "usage: epmodel");
	refuses((struct opts){ .more = "--log" }, "requires an argument");
	teardown();
}

TEST(main_bad_options)
{
	static const char bad_board[] = "name = x\nbar9 = fixed\n";
	char longest[200];
	FILE *f;

	setup();
	refuses((struct opts){ .board = in_dir("none") }, "none: No such file");
	f = fopen(in_dir("board"), "we");
	CHECK_EQ(fwrite(bad_board, 1, strlen(bad_board), f),
		 strlen(bad_board));
	fclose(f);
	refuses((struct opts){ .board = in_dir("board") },
		"board:2: unknown key 'bar9'");
	refuses((struct opts){ .host = in_dir("host") }, "must hold %d");
	refuses((struct opts){ .ep = "/nowhere/ep" },
		"/nowhere/ep: No such file");
	refuses((struct opts){ .control = "/nowhere/control" },
		"/nowhere/control: No such file");
	refuses((struct opts){ .log = "/nowhere/log" },
		"/nowhere/log: No such file");
	refuses((struct opts){ .more = "--seed=today" },
		"today: a seed is a number");
	refuses((struct opts){ .more = "--seed=0x1ffffffffffffffff" },
		"a seed is a number of at most 64 bits");
	refuses((struct opts){ .more = "--trace=/nowhere/trace" },
		"/nowhere/trace: No such file");
	memset(longest, 'x', sizeof(longest) - 1);
	longest[0] = '/';
	longest[sizeof(longest) - 1] = '\0';
	refuses((struct opts){ .ep = longest }, "File name too long");
	teardown();
}

TEST(main_seed)
{
	char answer[16] = "";
	int control;
	pid_t pid;

	setup();
	pid = start(options((struct opts){ .more = "--seed=42" }));
	CHECK(wait_for(in_dir("control")));
	control = connect_to(in_dir("control"));
	CHECK_EQ(write(control, "seed\nquit\n", 10), 10);
	CHECK_EQ(status_of(pid), EXIT_SUCCESS);
	CHECK(read(control, answer, sizeof(answer) - 1) > 0);
	CHECK(!strncmp(answer, "42\n", 3));
	close(control);
	teardown();
}

TEST(main_ends_by_quit)
{
	char answer[16] = "";
	int control, ep;
	pid_t pid;

	setup();
	pid = start(options((struct opts){ .more = "--trace=/dev/null" }));
	CHECK(wait_for(in_dir("control")));
	/* clients that are there when it ends are no leak */
	ep = connect_to(in_dir("ep"));
	control = connect_to(in_dir("control"));
	CHECK_EQ(write(control, "status\n", 7), 7);
	CHECK_EQ(write(control, "quit\n", 5), 5);
	CHECK_EQ(status_of(pid), EXIT_SUCCESS);
	CHECK(read(control, answer, sizeof(answer) - 1) > 0);
	CHECK(!strncmp(answer, "board generic", 13));
	close(control);
	close(ep);
	teardown();
}

TEST(main_ends_by_signal)
{
	static const int signals[] = { SIGTERM, SIGINT };
	unsigned int i;
	pid_t pid;

	setup();
	for (i = 0; i < ARRAY_SIZE(signals); i++) {
		pid = start(options((struct opts){ .more = NULL }));
		CHECK(wait_for(in_dir("control")));
		CHECK_EQ(kill(pid, signals[i]), 0);
		CHECK_EQ(status_of(pid), EXIT_SUCCESS);
	}
	teardown();
}
