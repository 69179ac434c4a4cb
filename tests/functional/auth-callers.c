// SPDX-License-Identifier: GPL-2.0-or-later
#include <errno.h>
#include <fcntl.h>
#include <grp.h>
#include <pwd.h>
#include <sched.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <linux/capability.h>
#include <linux/landlock.h>

#include "as-user.h"
#include "auth-callers.h"
#include "expect.h"

static int no_new_privs(void)
{
	return prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) ? -errno : 0;
}

static int capabilities(bool set, struct __user_cap_data_struct *data)
{
	struct __user_cap_header_struct header = { .version = _LINUX_CAPABILITY_VERSION_3 };

	return syscall(set ? SYS_capset : SYS_capget, &header, data) ? -errno : 0;
}

static int without_ptrace_capability(void)
{
	struct __user_cap_data_struct data[_LINUX_CAPABILITY_U32S_3];
	int ret = capabilities(false, data);

	if (ret)
		return ret;
	data[0].effective &= ~(1U << CAP_SYS_PTRACE);
	data[0].permitted &= ~(1U << CAP_SYS_PTRACE);
	data[0].inheritable = 0;
	data[1].inheritable = 0;
	return capabilities(true, data);
}

static int write_file(const char *path, const char *text)
{
	int fd = open(path, O_WRONLY | O_CLOEXEC);
	int ret = fd >= 0 && write(fd, text, strlen(text)) == (ssize_t)strlen(text) ? 0 : -errno;

	close(fd);
	return ret;
}

static int user_namespace(void)
{
	unsigned int uid = geteuid(), gid = getegid();
	char uids[32], gids[32];

	if (unshare(CLONE_NEWUSER))
		return -errno;
	snprintf(uids, sizeof(uids), "0 %u 1", uid);
	snprintf(gids, sizeof(gids), "0 %u 1", gid);
	return write_file("/proc/self/setgroups", "deny") ?:
	       write_file("/proc/self/uid_map", uids) ?:
	       write_file("/proc/self/gid_map", gids);
}

/* Forbids something that has no part in this: what counts is the domain. */
static int landlock(void)
{
	struct landlock_ruleset_attr attr = {
		.handled_access_fs = LANDLOCK_ACCESS_FS_MAKE_BLOCK,
	};
	int ruleset = syscall(SYS_landlock_create_ruleset, &attr, sizeof(attr), 0), ret;

	if (ruleset < 0)
		return -errno;
	ret = no_new_privs();
	if (!ret && syscall(SYS_landlock_restrict_self, ruleset, 0))
		ret = -errno;
	close(ruleset);
	return ret;
}

/* From here on root makes itself alice, in parts. */

static int change_ids(const char *group, const char *effective)
{
	const struct passwd *pw = getpwnam("alice");
	const struct group *gr = getgrnam(group);
	uid_t uid, effective_uid;
	gid_t effective_gid;

	if (!pw || !gr || initgroups("alice", pw->pw_gid))
		return -ENOENT;
	uid = pw->pw_uid;
	effective_uid = uid;
	effective_gid = gr->gr_gid;
	if (effective) {
		/* Overwrites what was found before. */
		pw = getpwnam(effective);
		if (!pw)
			return -ENOENT;
		effective_uid = pw->pw_uid;
		effective_gid = pw->pw_gid;
	}
	if (setresgid(gr->gr_gid, effective_gid, effective_gid) ||
	    setresuid(uid, effective_uid, effective_uid))
		return -errno;
	return prctl(PR_SET_DUMPABLE, 1) ? -errno : 0;
}

static int other_group(void)
{
	return change_ids("video", NULL);
}

static int effective_bob(void)
{
	return change_ids("alice", "bob");
}

/* As a program with the file capability does. */
static int with_ptrace_capability(void)
{
	struct __user_cap_data_struct data[_LINUX_CAPABILITY_U32S_3] = {
		{ .effective = 1U << CAP_SYS_PTRACE, .permitted = 1U << CAP_SYS_PTRACE },
	};

	if (prctl(PR_SET_KEEPCAPS, 1))
		return -errno;
	return change_ids("alice", NULL) ?: capabilities(true, data);
}

const struct auth_caller_kind auth_caller_kinds[] = {
	{ .name = "alice", .user = "alice" },
	{ .name = "bob", .user = "bob" },
	{ .name = "root" },
	{ .name = "root without CAP_SYS_PTRACE", .change = without_ptrace_capability },
	{ .name = "root in a user namespace", .change = user_namespace },
	{ .name = "alice as root of a user namespace", .user = "alice", .change = user_namespace },
	{ .name = "alice with no_new_privs", .user = "alice", .change = no_new_privs },
	{ .name = "alice under Landlock", .user = "alice", .change = landlock },
	{ .name = "alice with another group", .change = other_group },
	{ .name = "alice with the effective id of bob", .change = effective_bob },
	{ .name = "alice with CAP_SYS_PTRACE", .change = with_ptrace_capability },
};

const unsigned int auth_caller_kind_count =
	sizeof(auth_caller_kinds) / sizeof(auth_caller_kinds[0]);

struct order {
	const struct auth_caller_kind *kind;
	void (*fn)(void *data);
	int changed;
	char data[];
};

static void in_caller(void *data)
{
	struct order *order = data;

	order->changed = order->kind->change ? order->kind->change() : 0;
	if (!order->changed)
		order->fn(order->data);
}

void auth_caller_run(const struct auth_caller_kind *kind, void (*fn)(void *data), void *data,
		     size_t size)
{
	struct order *order = malloc(sizeof(*order) + size);

	expect_true(order);
	*order = (struct order) { .kind = kind, .fn = fn, .changed = -ECANCELED };
	memcpy(order->data, data, size);
	as_user(kind->user, 1, in_caller, order, sizeof(*order) + size);
	memcpy(data, order->data, size);
	if (order->changed)
		expect_failed(__FILE__, __LINE__, "no caller '%s': %s", kind->name,
			      strerrorname_np(-order->changed));
	free(order);
}
