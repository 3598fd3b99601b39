// SPDX-License-Identifier: GPL-2.0
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include "sock.h"

int sock_listen(const char *path)
{
	struct sockaddr_un sa = { .sun_family = AF_UNIX };
	struct stat st;
	int fd, ret;

	if (strlen(path) + 1 >= sizeof(sa.sun_path))
		return -ENAMETOOLONG;
	/* under its name only when it listens: who waits for it connects then */
	sprintf(sa.sun_path, "%s~", path);
	fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
	if (fd < 0)
		return -errno;
	unlink(sa.sun_path);
	ret = -EADDRINUSE;
	if (!lstat(path, &st) && !S_ISSOCK(st.st_mode))
		goto err;
	if (bind(fd, (struct sockaddr *)&sa, sizeof(sa)) || listen(fd, 8) ||
	    rename(sa.sun_path, path)) {
		ret = -errno;
		unlink(sa.sun_path);
		goto err;
	}
	return fd;

err:
	close(fd);
	return ret;
}
