// SPDX-License-Identifier: GPL-2.0-or-later
#include <fcntl.h>
#include <sys/socket.h>
#include <unistd.h>

#include "as-user.h"
#include "expect.h"
#include "open-as.h"
#include "pass-fd.h"
#include "snoop.h"

struct opening {
	const char *driver;
	int flags;
	int sockets[2];
};

static void open_for_parent(void *data)
{
	const struct opening *opening = data;
	int first = snoop_open(opening->driver, 0), snoop;

	snoop = first < 0 ? first : snoop_reopen(first, opening->flags);
	if (snoop >= 0)
		pass_fd_send(opening->sockets[1], snoop);
	close(opening->sockets[1]);
}

static int open_with(const char *driver, const char *user, int flags)
{
	struct opening opening = { .driver = driver, .flags = flags };
	int *sockets = opening.sockets, snoop;

	expect_equal(socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, sockets), 0);
	as_user(user, 1, open_for_parent, &opening, sizeof(opening));
	close(sockets[1]);
	snoop = expect_ok(pass_fd_receive(sockets[0]));
	close(sockets[0]);
	return snoop;
}

int open_card_as(const char *driver, const char *user)
{
	return open_with(driver, user, O_RDONLY);
}

int open_as(const char *user)
{
	return open_card_as("gpusim", user);
}

int open_as_writable(const char *user)
{
	return open_with("gpusim", user, O_RDWR);
}
