// SPDX-License-Identifier: GPL-2.0-or-later
#include <errno.h>
#include <fcntl.h>
#include <grp.h>
#include <limits.h>
#include <pwd.h>
#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/sendfile.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include "auth-targets.h"
#include "pass-fd.h"

const struct auth_target_kind auth_target_kinds[] = {
	{ .name = "plain", .user = "alice", .how = "plain" },
	{ .name = "of bob", .user = "bob", .how = "plain" },
	{ .name = "of root", .how = "plain" },
	{ .name = "undumpable", .user = "alice", .how = "undumpable" },
	{ .name = "setuid alice, run by alice", .user = "alice", .how = "plain",
	  .owner = "alice", .group = "root", .mode = 04755 },
	{ .name = "setuid root, run by alice", .user = "alice", .how = "plain",
	  .owner = "root", .group = "root", .mode = 04755 },
	{ .name = "setuid bob, run by alice", .user = "alice", .how = "plain",
	  .owner = "bob", .group = "root", .mode = 04755 },
	{ .name = "setuid alice, run by bob", .user = "bob", .how = "plain",
	  .owner = "alice", .group = "root", .mode = 04755 },
	{ .name = "setgid render", .user = "alice", .how = "plain",
	  .owner = "root", .group = "render", .mode = 02755 },
	{ .name = "unreadable program", .user = "alice", .how = "plain",
	  .owner = "root", .group = "root", .mode = 0711 },
	{ .name = "after exec", .user = "alice", .how = "exec" },
	{ .name = "pid namespace", .user = "alice", .how = "plain",
	  .namespaces = CLONE_NEWPID },
	{ .name = "user namespace", .user = "alice", .how = "plain",
	  .namespaces = CLONE_NEWUSER },
	{ .name = "opened by a thread", .user = "alice", .how = "thread" },
	{ .name = "thread", .user = "alice", .how = "thread", .by_thread = true },
	{ .name = "zombie leader", .user = "alice", .how = "zombie", .ended = true },
	{ .name = "thread of a zombie leader", .user = "alice", .how = "zombie",
	  .by_thread = true },
	{ .name = "CLONE_VM sibling", .user = "alice", .how = "sibling" },
	{ .name = "ptracer any", .user = "alice", .how = "ptracer" },
	{ .name = "descendant", .how = "plain", .descendant = true },
};

const unsigned int auth_target_kind_count =
	sizeof(auth_target_kinds) / sizeof(auth_target_kinds[0]);

/* The program of a kind; a copy is named after what it is. */
static int program_path(const struct auth_target_kind *kind, bool copy, char *path)
{
	const char *build = getenv("DRM_SNOOP_BUILD");
	int len;

	if (copy)
		len = snprintf(path, PATH_MAX, "auth-target.%s.%s.%o", kind->owner, kind->group,
			       kind->mode);
	else
		len = snprintf(path, PATH_MAX, "%s/tests/functional/auth-target", build ?: "build");
	return len < PATH_MAX ? 0 : -ENAMETOOLONG;
}

static int copy_program(int in, int out, const struct auth_target_kind *kind)
{
	const struct passwd *owner = getpwnam(kind->owner);
	const struct group *group = getgrnam(kind->group);
	struct stat st;
	ssize_t n;

	if (!owner || !group)
		return -ENOENT;
	if (fstat(in, &st))
		return -errno;
	while (st.st_size) {
		n = sendfile(out, in, NULL, st.st_size);
		if (n <= 0)
			return n ? -errno : -EIO;
		st.st_size -= n;
	}
	/* The owner first: chown() clears the setuid bit. */
	if (fchown(out, owner->pw_uid, group->gr_gid) || fchmod(out, kind->mode))
		return -errno;
	return 0;
}

int auth_targets_prepare(void)
{
	char from[PATH_MAX], to[PATH_MAX];
	unsigned int i;
	int in, out, ret = 0;

	for (i = 0; !ret && i < auth_target_kind_count; i++) {
		const struct auth_target_kind *kind = &auth_target_kinds[i];

		if (!kind->mode)
			continue;
		ret = program_path(kind, false, from) ?: program_path(kind, true, to);
		if (ret)
			return ret;
		in = open(from, O_RDONLY | O_CLOEXEC);
		out = open(to, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
		ret = in < 0 || out < 0 ? -errno : copy_program(in, out, kind);
		close(in);
		close(out);
	}
	return ret;
}

static int become(const char *user)
{
	const struct passwd *pw = getpwnam(user);

	if (!pw)
		return -ENOENT;
	return initgroups(user, pw->pw_gid) || setresgid(pw->pw_gid, pw->pw_gid, pw->pw_gid) ||
	       setresuid(pw->pw_uid, pw->pw_uid, pw->pw_uid) ? -errno : 0;
}

__attribute__((noreturn))
static void run(const struct auth_target_kind *kind, const char *path, int socket, int lease)
{
	/* Above what dup2() overwrites. */
	socket = fcntl(socket, F_DUPFD_CLOEXEC, 10);
	lease = fcntl(lease, F_DUPFD_CLOEXEC, 10);
	if (kind->user && become(kind->user))
		_exit(124);
	if ((kind->namespaces & CLONE_NEWUSER) && unshare(CLONE_NEWUSER))
		_exit(125);
	close(AUTH_LEASE_FD);
	if (dup2(socket, AUTH_SOCKET) < 0 || (lease >= 0 && dup2(lease, AUTH_LEASE_FD) < 0))
		_exit(126);
	execl(path, path, kind->how, (char *)NULL);
	_exit(127);
}

int auth_target_start(struct auth_target *target, const struct auth_target_kind *kind, int lease)
{
	/* A user namespace is made after the change of user. */
	int flags = SIGCHLD | (kind->namespaces & ~CLONE_NEWUSER), sockets[2];
	char path[PATH_MAX];
	pid_t child;
	int ret;

	*target = (struct auth_target) { .kind = kind };
	if (program_path(kind, kind->mode, path))
		return -ENAMETOOLONG;
	if (socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, sockets))
		return -errno;
	target->socket = sockets[0];
	/* Not to *target at once: a caller shares it with its child. */
	child = syscall(SYS_clone, flags, NULL, NULL, NULL, NULL);
	if (!child)
		run(kind, path, sockets[1], lease);
	close(sockets[1]);
	if (child < 0)
		return -errno;
	target->child = child;
	ret = auth_target_wait(target);
	/* In a namespace it knows another number. */
	target->pid = target->child;
	if (kind->by_thread || !strcmp(kind->how, "sibling"))
		target->pid = target->ready.tid;
	return ret;
}

int auth_target_tell(const struct auth_target *target, char order)
{
	return send(target->socket, &order, 1, MSG_NOSIGNAL) == 1 ? 0 : -errno;
}

int auth_target_wait(struct auth_target *target)
{
	ssize_t n = recv(target->socket, &target->ready, sizeof(target->ready), 0);

	if (n != sizeof(target->ready))
		return n < 0 ? -errno : -EPIPE;
	return target->ready.error;
}

int auth_target_hand_out(const struct auth_target *target)
{
	return auth_target_tell(target, AUTH_DO_HAND_OUT) ?: pass_fd_receive(target->socket);
}

void auth_target_stop(struct auth_target *target)
{
	close(target->socket);
	waitpid(target->child, NULL, 0);
}
