// SPDX-License-Identifier: GPL-2.0-or-later
#include <sys/socket.h>
#include <unistd.h>

#include "as-user.h"
#include "expect.h"
#include "open-as.h"
#include "pass-fd.h"
#include "snoop.h"

struct opening {
	const char *driver;
	int sockets[2];
};

static void open_for_parent(void *data)
{
	const struct opening *opening = data;
	int snoop = snoop_open(opening->driver, 0);

	if (snoop >= 0)
		pass_fd_send(opening->sockets[1], snoop);
	close(opening->sockets[1]);
}

int open_card_as(const char *driver, const char *user)
{
	struct opening opening = { .driver = driver };
	int *sockets = opening.sockets, snoop;

	expect_equal(socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, sockets), 0);
	as_user(user, 1, open_for_parent, &opening, sizeof(opening));
	close(sockets[1]);
	snoop = expect_ok(pass_fd_receive(sockets[0]));
	close(sockets[0]);
	return snoop;
}

int open_as(const char *user)
{
	return open_card_as("gpusim", user);
}
