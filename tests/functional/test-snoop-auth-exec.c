// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * vm: --gpu gpusim
 * timeout: 400
 *
 * A registration and a target that executes a program which changes the user: what
 * was registered lasts as long as the descriptor would, and no byte of the new
 * program's memory is ever read, also not while it comes.
 */
#include <errno.h>
#include <fcntl.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

#include "as-user.h"
#include "auth-targets.h"
#include "expect.h"
#include "snoop.h"

#define ROUNDS	20

static struct auth_target target;

static int prepare(void **state)
{
	expect_ok(auth_targets_prepare());
	return 0;
}

static int setup(void **state)
{
	expect_ok(auth_target_start(&target, &auth_target_kinds[0], -1));
	return 0;
}

static int teardown(void **state)
{
	if (target.pid)
		auth_target_stop(&target);
	target.pid = 0;
	return 0;
}

/* As the target's user: snoop files with what the kernel gave for the asking. */
struct observer {
	int snoop;
	int mem;
	int pipe;
	struct {
		int steal;
		int client;
		int mem;
		int memory;
		int bound;
	} results;
};

static void observe(void *data)
{
	struct observer *o = data;
	const struct auth_client *client = &target.ready.clients[AUTH_RENDER];
	int drm = snoop_steal_fd(target.pid, client->fd);
	int mem = snoop_open_mem(target.pid, O_RDONLY);
	__u64 id;

	o->results.steal = drm;
	o->results.mem = mem;
	o->results.client = snoop_register(o->snoop, drm, &id);
	o->results.memory = snoop_register_mem(o->snoop, mem, 0);
	o->results.bound = snoop_bind_vm(o->snoop, client->client_id, client->vm, NULL);
}

/* The registrations are alice's; the file is also the test's own. */
static int open_registered(void)
{
	struct observer observer = { .snoop = expect_ok(snoop_open("gpusim", 0)) };

	as_user("alice", 1, observe, &observer, sizeof(observer));
	expect_ok(observer.results.steal);
	expect_ok(observer.results.client);
	expect_ok(observer.results.mem);
	expect_ok(observer.results.memory);
	expect_ok(observer.results.bound);
	return observer.snoop;
}

static void expect_word(int snoop, uint64_t addr, uint64_t wanted)
{
	uint64_t word = 0;

	expect_equal(expect_ok(snoop_pread(snoop, &word, 8, addr)), 8);
	expect_equal(word, wanted);
}

static void expect_no_word(int snoop, uint64_t addr, int error)
{
	uint64_t word = 0;

	expect_error(snoop_pread(snoop, &word, 8, addr), error);
	expect_equal(word, 0);
}

/* Has the target execute the program; nobody of its old user may look at it anew. */
static void change(char how)
{
	struct observer observer = { .snoop = expect_ok(snoop_open("gpusim", 0)) };
	uint64_t before = target.ready.memory_word;

	expect_ok(auth_target_tell(&target, how));
	expect_ok(auth_target_wait(&target));
	expect_true(target.ready.memory_word != before);
	as_user("alice", 1, observe, &observer, sizeof(observer));
	expect_error(observer.results.steal, EPERM);
	expect_error(observer.results.client, EBADF);
	expect_error(observer.results.mem, EACCES);
	expect_error(observer.results.memory, EBADF);
	expect_error(observer.results.bound, ENOENT);
	close(observer.snoop);
}

/* The client lives on, as the descriptor does; the memory ended. */
static void test_descriptor_kept(void **state)
{
	int snoop = open_registered();

	expect_word(snoop, AUTH_ADDR, target.ready.clients[AUTH_RENDER].word);
	expect_word(snoop, AUTH_MEMORY_ADDR, target.ready.memory_word);
	change(AUTH_DO_CHANGE);
	expect_word(snoop, AUTH_ADDR, target.ready.clients[AUTH_RENDER].word);
	expect_no_word(snoop, AUTH_MEMORY_ADDR, ESRCH);
	close(snoop);
}

/* The new program uses the same client for memory of its own. */
static void test_new_memory_bound(void **state)
{
	int snoop = open_registered(), mem;

	change(AUTH_DO_CHANGE_AND_BIND);
	expect_word(snoop, AUTH_ADDR, target.ready.clients[AUTH_RENDER].word);
	expect_no_word(snoop, AUTH_MEMORY_ADDR, EACCES);
	/* Root may: it is there. */
	mem = expect_ok(snoop_open_mem(target.pid, O_RDONLY));
	expect_ok(snoop_register_mem(snoop, mem, 0));
	close(mem);
	expect_word(snoop, AUTH_MEMORY_ADDR, target.ready.memory_word);
	close(snoop);
}

/* O_CLOEXEC: with the descriptor the client ends. */
static void test_descriptor_closed(void **state)
{
	struct drm_snoop_client clients[2];
	int snoop = open_registered();

	change(AUTH_DO_CHANGE_AND_CLOSE);
	expect_no_word(snoop, AUTH_ADDR, ESRCH);
	expect_no_word(snoop, AUTH_MEMORY_ADDR, ESRCH);
	expect_equal(expect_ok(snoop_list(snoop, DRM_SNOOP_LIST_CLIENTS, 0, 0, clients, 2, 2)), 1);
	expect_equal(clients[0].flags, DRM_SNOOP_CLIENT_GONE);
	close(snoop);
}

/* An open mem stands for the memory that was there, and is nothing afterwards. */
static void test_mem_of_before(void **state)
{
	int mem = expect_ok(snoop_open_mem(target.pid, O_RDONLY)), drm;
	int snoop = expect_ok(snoop_open("gpusim", 0));
	const struct auth_client *client = &target.ready.clients[AUTH_RENDER];
	__u64 id;

	change(AUTH_DO_CHANGE_AND_BIND);
	expect_error(snoop_register_mem(snoop, mem, 0), ESRCH);
	drm = expect_ok(auth_target_hand_out(&target));
	expect_ok(snoop_register(snoop, drm, &id));
	expect_ok(snoop_bind_vm(snoop, client->client_id, client->vm, NULL));
	expect_no_word(snoop, AUTH_MEMORY_ADDR, EACCES);
	close(drm);
	close(mem);
	close(snoop);
}

/* What came of looking again and again while the target changed. */
struct watch {
	int snoop;
	int register_anew;
	uint64_t word;
	/* Shared with the test: it ends the watch. */
	volatile int *end;
	unsigned int seen;
	unsigned int refused;
	int unexpected;
	uint64_t wrong;
};

/* Each time anew: between opening mem, registering it and reading the target can change. */
static void register_again(struct watch *w)
{
	int mem = snoop_open_mem(target.pid, O_RDONLY), ret;

	if (mem < 0) {
		if (mem != -EACCES)
			w->unexpected = mem;
		return;
	}
	ret = snoop_register_mem(w->snoop, mem, 0);
	if (ret && ret != -ESRCH)
		w->unexpected = ret;
	close(mem);
}

static void watch(void *data)
{
	struct watch *w = data;
	uint64_t word;
	ssize_t n;
	int last;

	/* Looks once more after the change. */
	do {
		last = *w->end;
		if (w->register_anew)
			register_again(w);
		word = 0;
		n = snoop_pread(w->snoop, &word, 8, AUTH_MEMORY_ADDR);
		if (n == 8 && word == w->word)
			w->seen++;
		else if (n == 8)
			w->wrong = word;
		else if ((n == -ESRCH || n == -EACCES) && !word)
			w->refused++;
		else
			w->unexpected = n ? n : -EILSEQ;
	} while (!last);
}

static void race(int register_anew, char how)
{
	volatile int *end = mmap(NULL, sizeof(*end), PROT_READ | PROT_WRITE,
				 MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	struct watch w = {
		.register_anew = register_anew,
		.word = target.ready.memory_word,
		.end = end,
	};
	int status;
	pid_t pid;

	expect_true((void *)end != MAP_FAILED);
	w.snoop = open_registered();
	/* Tells the target when the watch has begun, and ends it when it changed. */
	pid = fork();
	expect_true(pid >= 0);
	if (!pid) {
		int failed = auth_target_tell(&target, how) || auth_target_wait(&target);

		*end = 1;
		_exit(failed || target.ready.memory_word == w.word);
	}
	as_user("alice", 1, watch, &w, sizeof(w));
	expect_equal(waitpid(pid, &status, 0), pid);
	expect_equal(status, 0);
	expect_equal(w.wrong, 0);
	expect_equal(w.unexpected, 0);
	/* The last look at least. */
	expect_true(w.refused > 0);
	close(w.snoop);
	munmap((void *)end, sizeof(*end));
}

static void rounds(int register_anew, char how)
{
	unsigned int i;

	for (i = 0; i < ROUNDS; i++) {
		race(register_anew, how);
		teardown(NULL);
		setup(NULL);
	}
}

static void test_race_read(void **state)
{
	rounds(0, AUTH_DO_CHANGE);
}

static void test_race_read_new_binding(void **state)
{
	rounds(0, AUTH_DO_CHANGE_AND_BIND);
}

static void test_race_register(void **state)
{
	rounds(1, AUTH_DO_CHANGE);
}

static void test_race_register_new_binding(void **state)
{
	rounds(1, AUTH_DO_CHANGE_AND_BIND);
}

#define TEST(function) cmocka_unit_test_setup_teardown(function, setup, teardown)

int main(void)
{
	static const struct CMUnitTest tests[] = {
		TEST(test_descriptor_kept),
		TEST(test_new_memory_bound),
		TEST(test_descriptor_closed),
		TEST(test_mem_of_before),
		TEST(test_race_read),
		TEST(test_race_read_new_binding),
		TEST(test_race_register),
		TEST(test_race_register_new_binding),
	};

	return run_group("snoop-auth-exec", tests, sizeof(tests) / sizeof(tests[0]), prepare, NULL);
}
