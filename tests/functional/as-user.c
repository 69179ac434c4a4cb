// SPDX-License-Identifier: GPL-2.0-or-later
#include <grp.h>
#include <pwd.h>
#include <signal.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include "as-user.h"
#include "expect.h"

/* After this a child that hangs is ended. */
#define SECONDS		60

static int become(const char *user, int groups)
{
	struct passwd *pw = getpwnam(user);

	if (!pw)
		return -1;
	if (groups ? initgroups(user, pw->pw_gid) : setgroups(0, NULL))
		return -1;
	if (setresgid(pw->pw_gid, pw->pw_gid, pw->pw_gid) ||
	    setresuid(pw->pw_uid, pw->pw_uid, pw->pw_uid))
		return -1;
	/* As after a login, which ends in execve(). */
	return prctl(PR_SET_DUMPABLE, 1);
}

/*
 * The C library loads what looks up users at the first time: not in each child
 * anew, which costs more than all else together.
 */
static void load_lookup(void)
{
	static int loaded;
	gid_t group;
	int count = 1;

	if (!loaded)
		getgrouplist("root", 0, &group, &count);
	loaded = 1;
}

void as_user(const char *user, int groups, void (*fn)(void *data), void *data, size_t size)
{
	void *shared = mmap(NULL, size, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	int status;
	pid_t pid;

	expect_true(shared != MAP_FAILED);
	memcpy(shared, data, size);
	load_lookup();
	pid = fork();
	expect_true(pid >= 0);
	if (!pid) {
		alarm(SECONDS);
		if (user && become(user, groups))
			_exit(1);
		prctl(PR_SET_PDEATHSIG, SIGKILL);
		fn(shared);
		_exit(0);
	}
	expect_equal(waitpid(pid, &status, 0), pid);
	memcpy(data, shared, size);
	munmap(shared, size);
	expect_equal(status, 0);
}
