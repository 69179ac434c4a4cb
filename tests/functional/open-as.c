// SPDX-License-Identifier: GPL-2.0-or-later
#include <sys/socket.h>
#include <unistd.h>

#include "as-user.h"
#include "expect.h"
#include "open-as.h"
#include "pass-fd.h"
#include "snoop.h"

static void open_for_parent(void *data)
{
	int *sockets = data;
	int snoop = snoop_open("gpusim", 0);

	if (snoop >= 0)
		pass_fd_send(sockets[1], snoop);
	close(sockets[1]);
}

int open_as(const char *user)
{
	int sockets[2], snoop;

	expect_equal(socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, sockets), 0);
	as_user(user, 1, open_for_parent, sockets, sizeof(sockets));
	close(sockets[1]);
	snoop = expect_ok(pass_fd_receive(sockets[0]));
	close(sockets[0]);
	return snoop;
}
