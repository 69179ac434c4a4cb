// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * vm: boot engine --gpu gpusim --gpu vgem
 * timeout: 300
 *
 * Audit: each registration and each binding is a trace event that says who did
 * it to whom; the kernel's log has a line that nobody can forge or flood.
 */
#include <errno.h>
#include <fcntl.h>
#include <pwd.h>
#include <stdlib.h>
#include <sys/prctl.h>
#include <sys/types.h>
#include <unistd.h>

#include "as-user.h"
#include "expect.h"
#include "gpusim-client.h"
#include "scene.h"
#include "snoop-module.h"
#include "snoop.h"
#include "target.h"
#include "trace.h"

#define TRACE		"snoop-audit"
/* The kernel's interval of 5 s, and a little. */
#define INTERVAL_MS	5500
#define FLOOD		1000

static unsigned int card;
static int kmsg = -1;

/* There was an event @text, made by process @pid. */
static void expect_event(pid_t pid, const char *text)
{
	char head[64], tail[256];
	const char *line, *end;

	snprintf(head, sizeof(head), "-%d ", pid);
	snprintf(tail, sizeof(tail), ": %s\n", text);
	for (line = trace_read(TRACE); (end = strchr(line, '\n')); line = end + 1) {
		size_t len = end + 1 - line;

		if (memmem(line, len, head, strlen(head)) && memmem(line, len, tail, strlen(tail)))
			return;
	}
	expect_failed(__FILE__, __LINE__, "no event '%s...%s' in:\n%s", head, tail,
		      trace_read(TRACE));
}

/* Occurrences of a text. */
static unsigned int count(const char *in, const char *text)
{
	unsigned int found = 0;

	while ((in = strstr(in, text))) {
		found++;
		in++;
	}
	return found;
}

/* What is told as bytes in \xNN. */
static void unescape(char *text)
{
	char *out = text, hex[3] = "";

	while (*text) {
		if (text[0] == '\\' && text[1] == 'x') {
			memcpy(hex, text + 2, 2);
			*out++ = strtoul(hex, NULL, 16);
			text += 4;
		} else {
			*out++ = *text++;
		}
	}
	*out = '\0';
}

/*
 * The next record of the kernel's log that begins with @head, without that;
 * NULL: there is none.
 */
static const char *next_line(const char *head)
{
	static char record[2048];
	ssize_t len;
	char *text;

	for (;;) {
		len = read(kmsg, record, sizeof(record) - 1);
		if (len < 0 && errno == EAGAIN)
			return NULL;
		expect_true(len > 0);
		record[len] = '\0';
		text = strchr(record, ';');
		expect_true(text);
		text[strcspn(text, "\n")] = '\0';
		unescape(text);
		if (!strncmp(text + 1, head, strlen(head)))
			return text + 1 + strlen(head);
	}
}

/* From here on lines are not suppressed. */
static void wait_interval(void)
{
	usleep(INTERVAL_MS * 1000);
	expect_true(lseek(kmsg, 0, SEEK_END) == 0);
}

static int group_setup(void **state)
{
	struct drm_snoop_card_info info = { 0 };
	int snoop = expect_ok(snoop_open("gpusim", 0));

	(void)state;
	expect_ok(snoop_card_info(snoop, &info));
	card = info.primary_minor;
	close(snoop);
	trace_begin(TRACE, "drm_snoop");
	kmsg = open("/dev/kmsg", O_RDONLY | O_NONBLOCK | O_CLOEXEC);
	expect_true(kmsg >= 0);
	return 0;
}

static int group_teardown(void **state)
{
	(void)state;
	close(kmsg);
	trace_end(TRACE, "drm_snoop");
	return 0;
}

static int setup(void **state)
{
	trace_clear(TRACE);
	return scene_setup(state);
}

/* What a user does to a process of the same user. */
struct attempt {
	struct target target;
	pid_t pid;
	__u64 client_id;
	int result;
};

static void attempt(void *data)
{
	struct attempt *attempt = data;
	int snoop = snoop_open("gpusim", 0);
	int drm = target_getfd(&attempt->target, 0);

	attempt->pid = getpid();
	prctl(PR_SET_NAME, "observer");
	attempt->result = snoop < 0 ? snoop : drm;
	if (attempt->result >= 0)
		attempt->result = snoop_register(snoop, drm, &attempt->client_id);
}

/* Alice registers a process of hers; returns which. */
static pid_t alice_registers(struct attempt *alice)
{
	pid_t pid;

	target_start_as(&alice->target, "alice");
	as_user("alice", 1, attempt, alice, sizeof(*alice));
	expect_ok(alice->result);
	expect_equal(alice->client_id, alice->target.client);
	pid = alice->target.pid;
	target_stop(&alice->target);
	return pid;
}

static unsigned int uid_of(const char *user)
{
	struct passwd *pw = getpwnam(user);

	expect_true(pw);
	return pw->pw_uid;
}

static void test_event_register(void **state)
{
	struct attempt alice = { 0 };
	pid_t target;
	char text[256];

	(void)state;
	target = alice_registers(&alice);
	snprintf(text, sizeof(text),
		 "drm_snoop_register: card=%u driver=gpusim client_id=%llu opener=%d uid=%u write=0 result=0",
		 card, alice.client_id, target, uid_of("alice"));
	expect_event(alice.pid, text);
}

static void test_event_refused(void **state)
{
	struct scene *scene = *state;
	int null = open("/dev/null", O_RDONLY | O_CLOEXEC);
	int drm = expect_ok(snoop_open_drm(scene->snoop, DRM_SNOOP_NODE_PRIMARY, O_WRONLY));
	char text[256];
	__u64 id = 0;

	expect_error(snoop_register(scene->snoop, null, &id), EINVAL);
	snprintf(text, sizeof(text),
		 "drm_snoop_register: card=%u driver=gpusim client_id=0 opener=0 uid=0 write=0 result=%d",
		 card, -EINVAL);
	expect_event(getpid(), text);
	close(null);

	expect_error(snoop_register(scene->snoop, drm, &id), EACCES);
	expect_ok(snoop_fdinfo_client(drm, &id));
	snprintf(text, sizeof(text),
		 "drm_snoop_register: card=%u driver=gpusim client_id=%llu opener=%d uid=0 write=0 result=%d",
		 card, id, getpid(), -EACCES);
	expect_event(getpid(), text);
	close(drm);
}

/* Writing, and the memory of a process. */
static void test_event_flags(void **state)
{
	struct scene *scene = *state;
	int snoop = expect_ok(snoop_reopen(scene->snoop, O_RDWR)), mem;
	struct target target;
	char text[256];
	__u64 id;

	expect_ok(snoop_register_flags(snoop, scene->drm, DRM_SNOOP_REGISTER_WRITE, &id));
	snprintf(text, sizeof(text),
		 "drm_snoop_register: card=%u driver=gpusim client_id=%llu opener=%d uid=0 write=1 result=0",
		 card, id, getpid());
	expect_event(getpid(), text);

	target_start(&target);
	mem = expect_ok(snoop_open_mem(target.pid, O_RDWR));
	expect_ok(snoop_register_mem(snoop, mem, 0));
	snprintf(text, sizeof(text),
		 "drm_snoop_register_mem: card=%u driver=gpusim owner=%d uid=0 write=0 result=0",
		 card, target.pid);
	expect_event(getpid(), text);
	expect_ok(snoop_register_mem(snoop, mem, DRM_SNOOP_REGISTER_WRITE));
	snprintf(text, sizeof(text),
		 "drm_snoop_register_mem: card=%u driver=gpusim owner=%d uid=0 write=1 result=0",
		 card, target.pid);
	expect_event(getpid(), text);
	target_stop(&target);
	close(mem);

	expect_error(snoop_register_mem(snoop, scene->drm, 0), EINVAL);
	snprintf(text, sizeof(text),
		 "drm_snoop_register_mem: card=%u driver=gpusim owner=0 uid=0 write=0 result=%d",
		 card, -EINVAL);
	expect_event(getpid(), text);
	/* Refused before anybody has looked at the descriptor. */
	expect_error(snoop_register_flags(scene->snoop, scene->drm, DRM_SNOOP_REGISTER_WRITE, &id),
		     EACCES);
	snprintf(text, sizeof(text),
		 "drm_snoop_register: card=%u driver=gpusim client_id=0 opener=0 uid=0 write=1 result=%d",
		 card, -EACCES);
	expect_event(getpid(), text);
	close(snoop);
}

static void test_event_bind(void **state)
{
	struct scene *scene = *state;
	char text[256];

	expect_ok(snoop_bind_vm(scene->snoop, scene->client_id, scene->vm, NULL));
	snprintf(text, sizeof(text),
		 "drm_snoop_bind: card=%u driver=gpusim client_id=%llu what=vm id=%u uid=0 result=0",
		 card, scene->client_id, scene->vm);
	expect_event(getpid(), text);

	expect_ok(snoop_bind_object(scene->snoop, scene->client_id, scene->vram, NULL));
	snprintf(text, sizeof(text),
		 "drm_snoop_bind: card=%u driver=gpusim client_id=%llu what=object id=%u uid=0 result=0",
		 card, scene->client_id, scene->vram);
	expect_event(getpid(), text);

	expect_error(snoop_bind_vm(scene->snoop, scene->client_id, 12345, NULL), ENOENT);
	snprintf(text, sizeof(text),
		 "drm_snoop_bind: card=%u driver=gpusim client_id=%llu what=vm id=12345 uid=0 result=%d",
		 card, scene->client_id, -ENOENT);
	expect_event(getpid(), text);
}

static void test_log(void **state)
{
	struct attempt alice = { 0 };
	pid_t target;
	char wanted[256];
	const char *line;

	(void)state;
	wait_interval();
	target = alice_registers(&alice);
	snprintf(wanted, sizeof(wanted),
		 "\"observer\" (pid %d, uid %u) registered client %llu, opened by \"gpusim-sh\" (pid %d) on card%u (gpusim)",
		 alice.pid, uid_of("alice"), alice.client_id, target, card);
	line = next_line("drm_snoop: ");
	expect_true(line);
	assert_string_equal(line, wanted);
	expect_true(!next_line("drm_snoop: "));
}

static void test_log_flags(void **state)
{
	struct scene *scene = *state;
	int snoop = expect_ok(snoop_reopen(scene->snoop, O_RDWR)), mem;
	struct target target;
	char wanted[256];
	__u64 id;

	prctl(PR_SET_NAME, "observer");
	target_start(&target);
	mem = expect_ok(snoop_open_mem(target.pid, O_RDWR));
	wait_interval();
	expect_ok(snoop_register_flags(snoop, scene->drm, DRM_SNOOP_REGISTER_WRITE, &id));
	snprintf(wanted, sizeof(wanted),
		 "\"observer\" (pid %d, uid 0) registered client %llu, opened by \"observer\" (pid %d) on card%u (gpusim), to write",
		 getpid(), id, getpid(), card);
	assert_string_equal(next_line("drm_snoop: ") ?: "nothing", wanted);
	expect_ok(snoop_register_mem(snoop, mem, DRM_SNOOP_REGISTER_WRITE));
	snprintf(wanted, sizeof(wanted),
		 "\"observer\" (pid %d, uid 0) registered the memory of \"gpusim-sh\" (pid %d) on card%u (gpusim), to write",
		 getpid(), target.pid, card);
	assert_string_equal(next_line("drm_snoop: ") ?: "nothing", wanted);
	target_stop(&target);
	close(mem);
	close(snoop);
}

/* A name that would end the quotation, the line and the terminal's colour. */
static void test_log_escaped(void **state)
{
	struct scene *scene = *state;
	char wanted[512];
	const char *line;
	__u64 id;

	prctl(PR_SET_NAME, "x\" (\n\\\033[31m\303\251");
	wait_interval();
	expect_ok(snoop_register(scene->snoop, scene->drm, &id));
	snprintf(wanted, sizeof(wanted),
		 "\"x\\x22 (\\x0a\\x5c\\x1b[31m\\xc3\\xa9\" (pid %d, uid 0) registered client %llu, opened by \"x\\x22 (\\x0a\\x5c\\x1b[31m\\xc3\\xa9\" (pid %d) on card%u (gpusim)",
		 getpid(), id, getpid(), card);
	line = next_line("drm_snoop: ");
	expect_true(line);
	assert_string_equal(line, wanted);
	prctl(PR_SET_NAME, "observer");
}

/* Who fails leaves an event and no line. */
static void test_log_refused(void **state)
{
	struct scene *scene = *state;
	__u64 id;

	wait_interval();
	expect_error(snoop_register(scene->snoop, STDOUT_FILENO, &id), EINVAL);
	expect_true(!next_line("drm_snoop: "));
	expect_equal(count(trace_read(TRACE), "client_id=0 "), 1);
}

static void test_log_off(void **state)
{
	struct scene *scene = *state;
	const char *line;
	__u64 id;

	wait_interval();
	snoop_module_set("audit_log", 0);
	expect_ok(snoop_register(scene->snoop, scene->drm, &id));
	line = next_line("drm_snoop: ");
	snoop_module_set("audit_log", 1);
	expect_true(!line);
	/* The setup's and this one. */
	expect_equal(count(trace_read(TRACE), " drm_snoop_register: "), 2);
	expect_ok(snoop_register(scene->snoop, scene->drm, &id));
	expect_true(next_line("drm_snoop: "));
}

/* Lines that were left out are counted, events are complete. */
static void test_flood(void **state)
{
	struct scene *scene = *state;
	unsigned int lines = 0, missing = 0, i;
	const char *line, *end;
	__u64 id;

	wait_interval();
	/* What was missing before is told with this one. */
	expect_ok(snoop_register(scene->snoop, scene->drm, &id));
	expect_true(lseek(kmsg, 0, SEEK_END) == 0);
	trace_clear(TRACE);
	for (i = 0; i < FLOOD; i++)
		expect_ok(snoop_register(scene->snoop, scene->drm, &id));
	expect_equal(count(trace_read(TRACE), " drm_snoop_register: "), FLOOD);
	usleep(INTERVAL_MS * 1000);
	expect_ok(snoop_register(scene->snoop, scene->drm, &id));

	while ((line = next_line("drm_snoop: "))) {
		end = strstr(line, " callbacks suppressed");
		if (end && !strncmp(line, "registrations: ", 15))
			missing += strtoul(line + 15, NULL, 10);
		else if (strstr(line, "registered client"))
			lines++;
	}
	expect_equal(lines + missing, FLOOD + 1);
	expect_true(missing > 0);
}

int main(void)
{
#define AUDIT(test) cmocka_unit_test_setup_teardown(test, setup, scene_teardown)
	const struct CMUnitTest tests[] = {
		AUDIT(test_event_register),
		AUDIT(test_event_refused),
		AUDIT(test_event_flags),
		AUDIT(test_event_bind),
		AUDIT(test_log),
		AUDIT(test_log_flags),
		AUDIT(test_log_escaped),
		AUDIT(test_log_refused),
		AUDIT(test_log_off),
		AUDIT(test_flood),
	};

	return run_group("snoop-audit", tests, sizeof(tests) / sizeof(tests[0]), group_setup,
			 group_teardown);
}
