// SPDX-License-Identifier: GPL-2.0-or-later
/* libdrmsnoop: fdinfo, cards, processes and explanations, on made-up trees. */

#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#include "proc-fixture.h"

/* Above any pid of Linux, so that no real process is meant. */
#define PID 8000001

#define FDINFO(id) \
	"pos:\t0\nflags:\t02100002\ndrm-driver:\tgpusim\ndrm-client-id:\t" id \
	"\ndrm-pdev:\t0000:00:02.0\n"

static void fdinfo_fields(void **state)
{
	struct dsn_fdinfo info;

	dsn_parse_fdinfo(FDINFO("42"), &info);
	assert_int_equal(info.client_id, 42);
	assert_string_equal(info.driver, "gpusim");

	dsn_parse_fdinfo("drm-client-id: 18446744073709551615 ", &info);
	assert_true(info.client_id == UINT64_MAX);
	assert_string_equal(info.driver, "");
}

static void fdinfo_malformed(void **state)
{
	static const char *const bad[] = {
		"", "\n\n", "drm-client-id:", "drm-client-id:\t\n",
		"drm-client-id:\t-1\n", "drm-client-id:\t+1\n",
		"drm-client-id:\t0x10\n", "drm-client-id:\t12x\n",
		"drm-client-id:\t1 2\n", "xdrm-client-id:\t12\n",
		"drm-client-idx:\t12\n", "drm-client-id\t12\n",
		"drm-client-id:\t18446744073709551616\n",
		"drm-client-id:\t99999999999999999999999999999999999999999\n",
	};
	struct dsn_fdinfo info;
	size_t i;

	for (i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
		dsn_parse_fdinfo(bad[i], &info);
		assert_int_equal(info.client_id, 0);
	}
	/* A name that does not fit is no name, rather than half of one. */
	dsn_parse_fdinfo("drm-driver:\t0123456789012345678901234567890123456789\n"
			 "drm-client-id:\t7\n", &info);
	assert_string_equal(info.driver, "");
	assert_int_equal(info.client_id, 7);
}

static void ids(void **state)
{
	uint64_t value = 99;

	assert_int_equal(dsn_parse_id("0", 10, &value), 0);
	assert_int_equal(value, 0);
	assert_int_equal(dsn_parse_id("", 10, &value), -EINVAL);
	assert_int_equal(dsn_parse_id(" 1", 10, &value), -EINVAL);
	assert_int_equal(dsn_parse_id("1 ", 10, &value), -EINVAL);
	assert_int_equal(dsn_parse_id("-1", 10, &value), -EINVAL);
	assert_int_equal(dsn_parse_id("self", 10, &value), -EINVAL);
	assert_int_equal(dsn_parse_id("18446744073709551616", 10, &value),
			 -ERANGE);
	assert_int_equal(value, 0);
}

/* Collects what the callbacks get, as text. */
static char seen[2048];

static int see_card(const struct drmsnoop_card *card, void *data)
{
	size_t len = strlen(seen);

	snprintf(seen + len, sizeof(seen) - len, "%u %d %d %s %s\n",
		 card->index, card->render, card->access, card->driver,
		 card->bus_name);
	return 0;
}

static int see_client(const struct drmsnoop_client *client, void *data)
{
	size_t len = strlen(seen);

	snprintf(seen + len, sizeof(seen) - len,
		 "%d %u %s card%u %s %llu '%s' fd %d x%u\n", client->pid,
		 client->uid, client->comm, client->card,
		 drmsnoop_node_name(client->node),
		 (unsigned long long)client->client_id, client->driver,
		 client->fd, client->fd_count);
	return 0;
}

static void cards(void **state)
{
	char text[64];

	seen[0] = '\0';
	assert_int_equal(dsn_foreach_card(&fixture, see_card, NULL), 0);
	assert_string_equal(seen, "");

	fixture_card(2, 0, "bochs-drm");
	fixture_card(0, 1, "gpusim");
	/* Connectors and others are no cards. */
	fixture_dir("sys/class/drm/card0-Virtual-1");
	fixture_dir("sys/class/drm/cardX");
	fixture_file("sys/class/drm/version", "drm 1.1.0 20060810\n");
	fixture_file("dev/dri/card0-snoop", "");

	assert_int_equal(dsn_foreach_card(&fixture, see_card, NULL), 0);
	snprintf(text, sizeof(text),
		 "0 128 0 gpusim 0000:00:00.0\n2 -1 %d bochs-drm 0000:00:02.0\n",
		 -ENOENT);
	assert_string_equal(seen, text);
}

static void clients_grouped(void **state)
{
	fixture_card(0, 1, "gpusim");
	fixture_card(1, 0, "bochs-drm");
	fixture_process(PID, "app", 1000);
	fixture_fd(PID, 0, "/dev/null", NULL);
	fixture_fd(PID, 12, "226:128", FDINFO("9"));
	fixture_fd(PID, 3, "226:128", FDINFO("9"));
	fixture_fd(PID, 4, "226:128", FDINFO("7"));
	fixture_fd(PID, 5, "226:0", FDINFO("8"));
	/* a card of its own, without fdinfo: the client id is not known */
	fixture_fd(PID, 6, "226:1", NULL);
	fixture_fd(PID, 7, "226:1", "pos:\t0\n");
	/* no DRM major, a minor that sysfs does not know, accel */
	fixture_fd(PID, 8, "1:128", FDINFO("1"));
	fixture_fd(PID, 9, "226:129", FDINFO("2"));
	fixture_fd(PID, 10, "261:0", FDINFO("3"));

	seen[0] = '\0';
	assert_int_equal(dsn_foreach_client(&fixture, PID, DRMSNOOP_ANY_CARD,
					    see_client, NULL), 0);
	assert_string_equal(seen,
			    "8000001 1000 app card0 render 7 'gpusim' fd 4 x1\n"
			    "8000001 1000 app card0 card 8 'gpusim' fd 5 x1\n"
			    "8000001 1000 app card0 render 9 'gpusim' fd 3 x2\n"
			    "8000001 1000 app card1 card 0 '' fd 6 x1\n"
			    "8000001 1000 app card1 card 0 '' fd 7 x1\n");

	seen[0] = '\0';
	assert_int_equal(dsn_foreach_client(&fixture, PID, 1, see_client,
					    NULL), 0);
	assert_string_equal(seen,
			    "8000001 1000 app card1 card 0 '' fd 6 x1\n"
			    "8000001 1000 app card1 card 0 '' fd 7 x1\n");
}

static int stop_at_second(const struct drmsnoop_client *client, void *data)
{
	int *calls = data;

	return ++*calls == 2 ? -EINTR : 0;
}

static void all_processes(void **state)
{
	int calls = 0;

	fixture_card(0, 1, "gpusim");
	fixture_process(PID + 1, "second", 0);
	fixture_fd(PID + 1, 3, "226:128", FDINFO("5"));
	fixture_process(PID, "first", 0);
	/* the same client, inherited */
	fixture_fd(PID, 3, "226:128", FDINFO("5"));
	fixture_process(PID + 2, "idle", 0);
	/* no fd directory: ended meanwhile */
	fixture_dir("proc/8000009");
	fixture_dir("proc/self");
	fixture_file("proc/uptime", "1 1\n");

	seen[0] = '\0';
	assert_int_equal(dsn_foreach_client(&fixture, 0, DRMSNOOP_ANY_CARD,
					    see_client, NULL), 0);
	assert_string_equal(seen,
			    "8000001 0 first card0 render 5 'gpusim' fd 3 x1\n"
			    "8000002 0 second card0 render 5 'gpusim' fd 3 x1\n");

	assert_int_equal(dsn_foreach_client(&fixture, 0, DRMSNOOP_ANY_CARD,
					    stop_at_second, &calls), -EINTR);
	assert_int_equal(calls, 2);
}

static void no_process(void **state)
{
	assert_int_equal(dsn_foreach_client(&fixture, PID, DRMSNOOP_ANY_CARD,
					    see_client, NULL), -ESRCH);
	assert_string_equal(drmsnoop_error(), "there is no process 8000001");
	assert_int_equal(drmsnoop_foreach_client(-1, 0, see_client, NULL),
			 -EINVAL);
	assert_int_equal(drmsnoop_foreach_client(0, -2, see_client, NULL),
			 -EINVAL);
}

/* Who asks: an ordinary user unless @caps says more. */
static void self_is(unsigned int uid, const char *caps)
{
	char text[256];

	snprintf(text, sizeof(text),
		 "Name:\tself\nUid:\t%u\t%u\t%u\t%u\nGid:\t%u\t%u\t%u\t%u\nCapPrm:\t%s\n",
		 uid, uid, uid, uid, uid, uid, uid, uid, caps);
	fixture_file("proc/self/status", text);
}

static void explains(enum dsn_refused refused, const char *words)
{
	assert_int_equal(dsn_explain_process(&fixture, PID, refused, EPERM),
			 -EPERM);
	if (!strstr(drmsnoop_error(), words))
		fail_msg("'%s' does not name '%s'", drmsnoop_error(), words);
}

#define NOBODY "0000000000000000"
#define PTRACE "0000000000080000"

static void why_not_process(void **state)
{
	unsigned int uid = geteuid();

	explains(DSN_REFUSED_ATTACH, "Operation not permitted");

	fixture_process(PID, "app", uid);
	self_is(uid + 1, NOBODY);
	explains(DSN_REFUSED_ATTACH, "it belongs to user");

	self_is(uid, NOBODY);
	explains(DSN_REFUSED_ATTACH, "a security module, a container");
	fixture_file("proc/sys/kernel/yama/ptrace_scope", "1\n");
	explains(DSN_REFUSED_ATTACH, "kernel.yama.ptrace_scope is 1: start it with `drmsnoop run --child`, use root, or let it call prctl(PR_SET_PTRACER)");
	/* Yama says nothing about looking at /proc. */
	explains(DSN_REFUSED_SIGHT, "a security module, a container");
	fixture_file("proc/sys/kernel/yama/ptrace_scope", "2\n");
	explains(DSN_REFUSED_ATTACH, "ptrace_scope is 2: use root");
	fixture_file("proc/sys/kernel/yama/ptrace_scope", "3\n");
	explains(DSN_REFUSED_ATTACH, "ptrace_scope is 3, which forbids it to everybody");

	/* CAP_SYS_PTRACE passes everything but Yama 3 and security modules. */
	self_is(uid + 1, PTRACE);
	explains(DSN_REFUSED_ATTACH, "ptrace_scope is 3");
	fixture_file("proc/sys/kernel/yama/ptrace_scope", "2\n");
	explains(DSN_REFUSED_ATTACH, "a security module, a container");
}

static void why_not_undumpable(void **state)
{
	/* Its files belong to somebody else than its user: to root. */
	fixture_process(PID, "setuid", geteuid() + 5);
	self_is(geteuid() + 5, NOBODY);
	fixture_file("proc/sys/kernel/yama/ptrace_scope", "1\n");
	explains(DSN_REFUSED_ATTACH, "it is not dumpable");
	explains(DSN_REFUSED_SIGHT, "it is not dumpable");
}

static void why_not_ids(void **state)
{
	fixture_process(PID, "app", 1000);
	fixture_file("proc/8000001/status",
		     "Name:\tapp\nUid:\t1000\t1000\t1000\t1000\nGid:\t1000\t424242\t1000\t1000\nCapPrm:\t0000000000000000\n");
	self_is(1000, NOBODY);
	explains(DSN_REFUSED_ATTACH, "it runs with group 424242: use newgrp");

	fixture_file("proc/8000001/status",
		     "Name:\tapp\nUid:\t1000\t1000\t1000\t1000\nGid:\t1000\t1000\t1000\t1000\nCapPrm:\t0000000000000400\n");
	explains(DSN_REFUSED_ATTACH, "it has capabilities that you do not have");
}

static void why_not_node(void **state)
{
	assert_int_equal(dsn_explain_node(&fixture, 3, false, ENOENT), -ENOENT);
	assert_non_null(strstr(drmsnoop_error(), "there is no card3"));

	fixture_card(3, 0, "gpusim");
	dsn_explain_node(&fixture, 3, false, ENOENT);
	assert_non_null(strstr(drmsnoop_error(), "drm_snoop is not loaded: modprobe drm_snoop"));

	fixture_dir("sys/module/drm_snoop");
	dsn_explain_node(&fixture, 3, false, ENOENT);
	assert_non_null(strstr(drmsnoop_error(), "although drm_snoop is loaded"));

	assert_int_equal(dsn_explain_node(&fixture, 3, true, EACCES),
			 -EACCES);
	assert_non_null(strstr(drmsnoop_error(),
			       "may not be opened for writing: it is for root only"));
	assert_int_equal(dsn_explain_node(&fixture, 3, false, ENXIO), -ENODEV);
	assert_string_equal(drmsnoop_error(), "card3 is gone");
}

static void why_not_writing(void **state)
{
	assert_int_equal(dsn_explain_writing(&fixture), -EOPNOTSUPP);
	assert_non_null(strstr(drmsnoop_error(), "only reads: update it"));
	fixture_file("sys/module/drm_snoop/parameters/writes", "N\n");
	assert_int_equal(dsn_explain_writing(&fixture), -EPERM);
	assert_non_null(strstr(drmsnoop_error(), "it is switched off: as root, echo Y >"));
	fixture_file("sys/kernel/security/lockdown",
		     "[none] integrity confidentiality\n");
	assert_int_equal(dsn_explain_writing(&fixture), -EPERM);
	assert_non_null(strstr(drmsnoop_error(), "switched off"));
	fixture_file("sys/kernel/security/lockdown",
		     "none [integrity] confidentiality\n");
	assert_int_equal(dsn_explain_writing(&fixture), -EPERM);
	assert_non_null(strstr(drmsnoop_error(), "the kernel is locked down"));
}

static void messages_are_one_line(void **state)
{
	assert_int_equal(dsn_fail(EIO, "a\nb\x1b[31m\x7f"), -EIO);
	assert_string_equal(drmsnoop_error(), "a?b?[31m?");
}

static void own_fdinfo(void **state)
{
	struct dsn_fdinfo info;

	fixture_file("proc/thread-self/fdinfo/5", FDINFO("77"));
	assert_int_equal(dsn_own_fdinfo(&fixture, 5, &info), 0);
	assert_int_equal(info.client_id, 77);
	assert_int_equal(dsn_own_fdinfo(&fixture, 6, &info), -ENOENT);
}

static void real_pidfds(void **state)
{
	int pidfd, fd, mine[2];
	char byte = 0;

	assert_int_equal(dsn_pidfd_open(&dsn_real_roots, 0), -EINVAL);
	assert_int_equal(dsn_pidfd_open(&dsn_real_roots, PID), -ESRCH);
	assert_string_equal(drmsnoop_error(), "there is no process 8000001");

	/* A process may always look at itself. */
	assert_int_equal(pipe(mine), 0);
	pidfd = dsn_pidfd_open(&dsn_real_roots, getpid());
	assert_true(pidfd >= 0);
	fd = dsn_pidfd_getfd(&dsn_real_roots, pidfd, getpid(), mine[1]);
	assert_true(fd >= 0);
	assert_int_equal(write(fd, "x", 1), 1);
	assert_int_equal(read(mine[0], &byte, 1), 1);
	assert_int_equal(byte, 'x');
	close(fd);
	close(mine[0]);
	assert_int_equal(drmsnoop_check_access(getpid(), mine[1]), 0);
	close(mine[1]);
	assert_int_equal(drmsnoop_check_access(getpid(), mine[1]), -EBADF);
	close(pidfd);
}

#define WITH_TREE(test) \
	cmocka_unit_test_setup_teardown(test, fixture_setup, fixture_teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(fdinfo_fields),
		cmocka_unit_test(fdinfo_malformed),
		cmocka_unit_test(ids),
		WITH_TREE(cards),
		WITH_TREE(clients_grouped),
		WITH_TREE(all_processes),
		WITH_TREE(no_process),
		WITH_TREE(why_not_process),
		WITH_TREE(why_not_undumpable),
		WITH_TREE(why_not_ids),
		WITH_TREE(why_not_node),
		WITH_TREE(why_not_writing),
		cmocka_unit_test(messages_are_one_line),
		WITH_TREE(own_fdinfo),
		cmocka_unit_test(real_pidfds),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
