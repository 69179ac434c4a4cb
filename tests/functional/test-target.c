// SPDX-License-Identifier: GPL-2.0-or-later
/* What tests in C rely on: target.h. The commands are tested by test-gpusim-sh. */
#include <errno.h>
#include <pwd.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>
#include <xf86drm.h>

#include "expect.h"
#include "target.h"

static struct target target, other;

static int kill_targets(void **state)
{
	target_kill(&target);
	target_kill(&other);
	return 0;
}

static void test_commands(void **state)
{
	const char *values;

	target_start(&target);
	expect_equal(target_number(&target, "pid"), target.pid);
	values = target_cmd(&target, "client main");
	expect_equal(target_value(values, 0), target.client);
	target_cmd(&target, "vm v");
	target_cmd(&target, "bo b %u system", 8192);
	assert_string_equal(target_cmd(&target, "bind v %#x b", 0x1000), "");
	target_cmd(&target, "fill v 0x1001 0x1fff 0x0102030405060708");
	expect_equal(target_number(&target, "sum v 0x1000 8K"),
		     target_number(&target, "cpusum b 0 8K"));
	assert_string_equal(target_cmd_err(&target, EFAULT, "fill v 0x3000 1 1"), "at 0x3000");
	target_cmd_err(&target, ENOENT, "close nosuch");
	target_stop(&target);
	expect_equal(target.pid, 0);
	/* again: nothing */
	target_stop(&target);
}

static void test_value(void **state)
{
	expect_equal(target_value("7 0x10 system 9", 0), 7);
	expect_equal(target_value("7 0x10 system 9", 1), 16);
	expect_equal(target_value("7 0x10 system 9", 3), 9);
}

static void test_send_and_answer(void **state)
{
	target_start(&target);
	target_start(&other);
	assert_int_not_equal(target.client, other.client);
	target_send(&target, "sleep 100");
	target_send(&target, "pid");
	expect_equal(target_number(&other, "pid"), other.pid);
	assert_string_equal(target_answer(&target), "");
	expect_equal(target_value(target_answer(&target), 0), target.pid);
	target_stop(&other);
	target_stop(&target);
}

static void test_exec(void **state)
{
	const char *values;

	target_start(&target);
	target_cmd(&target, "vm v");
	values = target_cmd(&target, "exec");
	expect_equal(target_value(values, 0), target.pid);
	expect_equal(target_value(values, 1), target.client);
	target_cmd(&target, "vmdestroy v");
	target_stop(&target);
}

static void test_user(void **state)
{
	struct passwd *alice = getpwnam("alice");
	char path[64];
	struct stat st;

	expect_true(alice);
	target_start_as(&target, "alice");
	snprintf(path, sizeof(path), "/proc/%d", target.pid);
	expect_ok(stat(path, &st) ? -errno : 0);
	expect_equal(st.st_uid, alice->pw_uid);
	target_stop(&target);
}

static void test_getfd(void **state)
{
	drmVersionPtr version;
	int fd;

	target_start(&target);
	fd = expect_ok(target_getfd(&target, 0));
	version = drmGetVersion(fd);
	expect_true(version);
	assert_string_equal(version->name, "gpusim");
	drmFreeVersion(version);
	close(fd);
	expect_error(target_getfd(&target, 999), EBADF);
	target_stop(&target);
}

/* It holds for targets that hang and for those that are gone */
static void test_kill(void **state)
{
	pid_t pid;

	target_start(&target);
	pid = target.pid;
	target_send(&target, "sleep 600000");
	target_kill(&target);
	expect_equal(target.pid, 0);
	expect_error(kill(pid, 0) ? -errno : 0, ESRCH);

	target_start(&target);
	pid = target.pid;
	kill(pid, SIGKILL);
	target_kill(&target);
	expect_error(kill(pid, 0) ? -errno : 0, ESRCH);
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test_teardown(test_commands, kill_targets),
		cmocka_unit_test(test_value),
		cmocka_unit_test_teardown(test_send_and_answer, kill_targets),
		cmocka_unit_test_teardown(test_exec, kill_targets),
		cmocka_unit_test_teardown(test_user, kill_targets),
		cmocka_unit_test_teardown(test_getfd, kill_targets),
		cmocka_unit_test_teardown(test_kill, kill_targets),
	};

	return run_group("target", tests, sizeof(tests) / sizeof(tests[0]), NULL, NULL);
}
