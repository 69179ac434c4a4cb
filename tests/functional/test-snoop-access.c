// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * vm: --gpu gpusim
 *
 * Who may look, and how long: the kernel's own rules for ptrace decide who gets
 * a descriptor of the target, and what was registered by it lasts as long as
 * the client does.
 */
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include "as-user.h"
#include "expect.h"
#include "gpusim-client.h"
#include "pass-fd.h"
#include "snoop.h"
#include "target.h"
#include "yama.h"

#define ADDR		0x10000ULL
#define SIZE		0x10000ULL
#define SEED		7
/* What gpusim-sh's pattern command stores at a multiple of 8. */
#define WORD(offset)	(SEED * 0x9e3779b97f4a7c15ULL + (offset))

/* A target with content, and its only client. */
struct access {
	struct target target;
	/* Its DRM descriptor; the numbers of its VM and object. */
	int fd;
	__u64 vm;
	__u64 object;
};

static int setup_as(void **state, const char *user)
{
	struct access *access = calloc(1, sizeof(*access));

	expect_true(access);
	*state = access;
	expect_ok(yama_set_scope('0'));
	target_start_as(&access->target, user);
	access->vm = target_number(&access->target, "vm v");
	access->object = target_number(&access->target, "bo b %llu vram", SIZE);
	target_cmd(&access->target, "pattern b 0 %llu %d", SIZE, SEED);
	target_cmd(&access->target, "bind v 0x%llx b", ADDR);
	access->fd = expect_ok(snoop_client_fd(access->target.pid, access->target.client));
	return 0;
}

static int setup(void **state)
{
	return setup_as(state, "alice");
}

static int teardown(void **state)
{
	struct access *access = *state;

	target_kill(&access->target);
	free(access);
	expect_ok(yama_set_scope('0'));
	return 0;
}

/* What an observer tries, and what came of each step; later ones are -ECANCELED. */
struct attempt {
	pid_t pid;
	int fd;
	__u64 client_id;
	__u64 vm;
	int open;
	int steal;
	int registered;
	int bound;
	long long read;
	__u64 word;
};

static void try_all(void *data)
{
	struct attempt *try = data;
	__u64 client_id;
	int snoop;

	snoop = snoop_open("gpusim", 0);
	/* The function goes on to the next card; here there is only this one. */
	try->open = snoop < 0 ? -errno : 0;
	if (snoop < 0)
		return;
	try->steal = snoop_steal_fd(try->pid, try->fd);
	if (try->steal < 0)
		return;
	try->registered = snoop_register(snoop, try->steal, &client_id);
	if (!try->registered && client_id != try->client_id)
		try->registered = -EXDEV;
	if (try->registered)
		return;
	close(try->steal);
	try->steal = 0;
	try->bound = snoop_bind_vm(snoop, client_id, try->vm, NULL);
	if (!try->bound)
		try->read = snoop_pread(snoop, &try->word, 8, ADDR + 8);
}

static struct attempt attempt(const struct access *access)
{
	return (struct attempt) {
		.pid = access->target.pid,
		.fd = access->fd,
		.client_id = access->target.client,
		.vm = access->vm,
		.open = -ECANCELED,
		.steal = -ECANCELED,
		.registered = -ECANCELED,
		.bound = -ECANCELED,
		.read = -ECANCELED,
	};
}

static void expect_seen(const struct attempt *try)
{
	expect_ok(try->open);
	expect_ok(try->steal);
	expect_ok(try->registered);
	expect_ok(try->bound);
	expect_equal(try->read, 8);
	expect_equal(try->word, WORD(8));
}

static void sees(const struct access *access, const char *user)
{
	struct attempt try = attempt(access);

	as_user(user, 1, try_all, &try, sizeof(try));
	expect_seen(&try);
}

/* The user can open the node, and gets no further. */
static void is_refused(const struct access *access, const char *user)
{
	struct attempt try = attempt(access);

	as_user(user, 1, try_all, &try, sizeof(try));
	expect_ok(try.open);
	expect_error(try.steal, EPERM);
	expect_error(try.registered, ECANCELED);
}

static void test_own_process(void **state)
{
	sees(*state, "alice");
}

static void test_root(void **state)
{
	sees(*state, NULL);
}

static void test_other_user(void **state)
{
	is_refused(*state, "bob");
}

static void test_yama_own_process(void **state)
{
	expect_ok(yama_set_scope('1'));
	is_refused(*state, "alice");
	sees(*state, NULL);
}

static void test_yama_ptracer(void **state)
{
	struct access *access = *state;

	expect_ok(yama_set_scope('1'));
	target_cmd(&access->target, "ptracer any");
	sees(access, "alice");
	is_refused(access, "bob");
	target_cmd(&access->target, "ptracer none");
	is_refused(access, "alice");
	/* Descendants of the process that is named may, too. */
	target_cmd(&access->target, "ptracer %d", getpid());
	sees(access, "alice");
	target_cmd(&access->target, "ptracer %d", access->target.pid);
	is_refused(access, "alice");
}

/* A child with a client of its own, made by the observer itself. */
static void try_child(void *data)
{
	struct attempt *try = data;
	int ready[2];
	pid_t pid;

	if (pipe(ready))
		return;
	pid = fork();
	if (!pid) {
		__u32 vm, handle;
		__u64 *memory;

		prctl(PR_SET_PDEATHSIG, SIGKILL);
		try->fd = gc_open();
		if (try->fd < 0 || gc_vm_create(try->fd, &vm) ||
		    gc_bo_create(try->fd, SIZE, GC_SYSTEM, 0, &handle))
			_exit(1);
		memory = gc_bo_mmap(try->fd, handle, SIZE);
		if (!memory || gc_map(try->fd, vm, ADDR, handle, 0, SIZE) ||
		    snoop_fdinfo_client(try->fd, &try->client_id))
			_exit(1);
		memory[1] = WORD(8);
		try->vm = vm;
		if (write(ready[1], "", 1) != 1)
			_exit(1);
		for (;;)
			pause();
	}
	if (pid < 0)
		return;
	/* The rest of @try is filled by the child, which shares it. */
	try->pid = pid;
	close(ready[1]);
	if (read(ready[0], &try->word, 1) == 1)
		try_all(try);
	kill(pid, SIGKILL);
	waitpid(pid, NULL, 0);
}

static void test_yama_ancestor(void **state)
{
	struct access *access = *state;
	struct attempt try = attempt(access);

	expect_ok(yama_set_scope('1'));
	as_user("alice", 1, try_child, &try, sizeof(try));
	expect_seen(&try);
	/* The same user, the same moment, not her child. */
	is_refused(access, "alice");
}

static void test_undumpable(void **state)
{
	struct access *access = *state;

	sees(access, "alice");
	target_cmd(&access->target, "undumpable");
	is_refused(access, "alice");
	sees(access, NULL);
}

/* Root's own target is nobody else's. */
static int setup_root(void **state)
{
	return setup_as(state, NULL);
}

static void test_process_of_root(void **state)
{
	is_refused(*state, "alice");
	sees(*state, NULL);
}

/* The node alone, for who is in no group of the cards'. */
struct node_attempt {
	char path[64];
	int error;
};

static void try_node(void *data)
{
	struct node_attempt *try = data;
	int fd = open(try->path, O_RDONLY | O_CLOEXEC);

	try->error = fd < 0 ? -errno : 0;
}

static void test_node_mode(void **state)
{
	struct drm_snoop_card_info info = { 0 };
	struct node_attempt try = { .error = -ECANCELED };
	int snoop = expect_ok(snoop_open("gpusim", 0));

	expect_ok(snoop_card_info(snoop, &info));
	close(snoop);
	snprintf(try.path, sizeof(try.path), "/dev/dri/card%u-snoop", info.primary_minor);
	as_user("alice", 0, try_node, &try, sizeof(try));
	expect_error(try.error, EACCES);
	as_user("alice", 1, try_node, &try, sizeof(try));
	expect_ok(try.error);
}

/* What somebody with nothing but the node and numbers can do. */
struct stranger {
	__u64 client_id;
	__u64 vm;
	__u64 object;
	int clients;
	int bind_vm;
	int bind_object;
	int list_vms;
	int list_objects;
	int list_ranges;
	int registered;
	int own_clients;
	__u64 own_id;
	long long own_read;
	__u64 own_word;
	int foreign_vm;
};

static void try_stranger(void *data)
{
	struct stranger *try = data;
	struct drm_snoop_client clients[2];
	struct drm_snoop_range ranges[8];
	struct drm_snoop_object objects[8];
	struct drm_snoop_vm vms[8];
	int snoop = snoop_open("gpusim", 0), drm;
	__u32 vm, handle;

	try->clients = snoop_list(snoop, DRM_SNOOP_LIST_CLIENTS, 0, 0, clients, 2, 2);
	try->bind_vm = snoop_bind_vm(snoop, try->client_id, try->vm, NULL);
	try->bind_object = snoop_bind_object(snoop, try->client_id, try->object, NULL);
	try->list_vms = snoop_list(snoop, DRM_SNOOP_LIST_VMS, try->client_id, 0, vms, 8, 8);
	try->list_objects = snoop_list(snoop, DRM_SNOOP_LIST_OBJECTS, try->client_id, 0, objects,
				       8, 8);
	try->list_ranges = snoop_list(snoop, DRM_SNOOP_LIST_RANGES, try->client_id, try->vm,
				      ranges, 8, 8);
	/* With a client of one's own. */
	drm = gc_open();
	if (drm < 0 || gc_vm_create(drm, &vm) || gc_bo_create(drm, SIZE, GC_VRAM, 0, &handle) ||
	    gc_map(drm, vm, ADDR, handle, 0, SIZE) || gc_fill(drm, vm, ADDR, SIZE, 42))
		return;
	try->registered = snoop_register(snoop, drm, &try->own_id);
	try->own_clients = snoop_list(snoop, DRM_SNOOP_LIST_CLIENTS, 0, 0, clients, 2, 2);
	if (!snoop_bind_vm(snoop, try->own_id, vm, NULL))
		try->own_read = snoop_pread(snoop, &try->own_word, 8, ADDR);
	try->foreign_vm = snoop_bind_vm(snoop, try->client_id, try->vm, NULL);
}

static void test_stranger(void **state)
{
	struct access *access = *state;
	struct stranger try = {
		.client_id = access->target.client,
		.vm = access->vm,
		.object = access->object,
		.registered = -ECANCELED,
	};

	as_user("bob", 1, try_stranger, &try, sizeof(try));
	expect_equal(try.clients, 0);
	expect_error(try.bind_vm, ENOENT);
	expect_error(try.bind_object, ENOENT);
	expect_error(try.list_vms, ENOENT);
	expect_error(try.list_objects, ENOENT);
	expect_error(try.list_ranges, ENOENT);
	/* His own client he may look at, and that opens no other door. */
	expect_ok(try.registered);
	expect_true(try.own_id != access->target.client);
	expect_equal(try.own_clients, 1);
	expect_equal(try.own_read, 8);
	expect_equal(try.own_word, 42);
	expect_error(try.foreign_vm, ENOENT);
}

/* A snoop file of root's, registered for the target and bound to its VM. */
static int open_bound(const struct access *access)
{
	int snoop = expect_ok(snoop_open("gpusim", 0));
	int drm = expect_ok(snoop_steal_fd(access->target.pid, access->fd));
	__u64 client_id;

	expect_ok(snoop_register(snoop, drm, &client_id));
	expect_equal(client_id, access->target.client);
	/* Nothing of the client is kept by the observer. */
	close(drm);
	expect_ok(snoop_bind_vm(snoop, client_id, access->vm, NULL));
	return snoop;
}

static void expect_content(int snoop)
{
	__u64 words[SIZE / 8], i;

	expect_equal(expect_ok(snoop_pread(snoop, words, SIZE, ADDR)), SIZE);
	for (i = 0; i < SIZE / 8; i++)
		expect_equal(words[i], WORD(i * 8));
}

static void expect_alive(const struct access *access, int snoop)
{
	struct drm_snoop_client clients[2];
	struct drm_snoop_object objects[8];

	expect_content(snoop);
	expect_equal(expect_ok(snoop_list(snoop, DRM_SNOOP_LIST_CLIENTS, 0, 0, clients, 2, 2)), 1);
	expect_equal(clients[0].client_id, access->target.client);
	expect_equal(clients[0].flags, 0);
	expect_ok(snoop_find_object(snoop, access->target.client, access->object, objects));
	expect_ok(snoop_bind_object(snoop, access->target.client, access->object, NULL));
	expect_ok(snoop_bind_vm(snoop, access->target.client, access->vm, NULL));
	expect_content(snoop);
}

/* Each call says that the client ended, and LIST names it as gone. */
static void expect_gone(const struct access *access, int snoop)
{
	__u64 id = access->target.client, position, word;
	struct drm_snoop_client clients[2];
	struct drm_snoop_object objects[8];
	struct drm_snoop_range ranges[8];
	struct drm_snoop_vm vms[8];

	expect_error(snoop_pread(snoop, &word, 8, ADDR), ESRCH);
	expect_error(snoop_seek(snoop, 0, SEEK_DATA, &position), ESRCH);
	expect_error(snoop_query(snoop, ADDR, 0, ranges), ESRCH);
	expect_error(snoop_list(snoop, DRM_SNOOP_LIST_VMS, id, 0, vms, 8, 8), ESRCH);
	expect_error(snoop_list(snoop, DRM_SNOOP_LIST_OBJECTS, id, 0, objects, 8, 8), ESRCH);
	expect_error(snoop_list(snoop, DRM_SNOOP_LIST_RANGES, id, access->vm, ranges, 8, 8), ESRCH);
	expect_error(snoop_bind_vm(snoop, id, access->vm, NULL), ESRCH);
	expect_error(snoop_bind_object(snoop, id, access->object, NULL), ESRCH);
	expect_equal(expect_ok(snoop_list(snoop, DRM_SNOOP_LIST_CLIENTS, 0, 0, clients, 2, 2)), 1);
	expect_equal(clients[0].client_id, id);
	expect_equal(clients[0].flags, DRM_SNOOP_CLIENT_GONE);
}

static void test_exit(void **state)
{
	struct access *access = *state;
	int snoop = open_bound(access);

	expect_alive(access, snoop);
	target_stop(&access->target);
	expect_gone(access, snoop);
	close(snoop);
}

/* The target closes its client and lives on. */
static void test_close_client(void **state)
{
	struct access *access = *state;
	int snoop = open_bound(access);

	target_cmd(&access->target, "open other");
	target_cmd(&access->target, "use other");
	target_cmd(&access->target, "closefd main");
	expect_gone(access, snoop);
	close(snoop);
}

static void test_exec(void **state)
{
	struct access *access = *state;
	int snoop = open_bound(access);

	target_cmd(&access->target, "exec");
	expect_alive(access, snoop);
	/* And the new program can be looked at as the old one. */
	sees(access, "alice");
	target_stop(&access->target);
	expect_gone(access, snoop);
	close(snoop);
}

/* The client outlives the process that opened it, in a child. */
static void test_fork(void **state)
{
	struct access *access = *state;
	int snoop = open_bound(access), try;
	struct drm_snoop_client clients[2];
	pid_t child = target_number(&access->target, "fork");
	struct access heir = *access;

	expect_equal(kill(access->target.pid, SIGKILL), 0);
	expect_equal(waitpid(access->target.pid, NULL, 0), access->target.pid);
	expect_alive(access, snoop);
	heir.target.pid = child;
	sees(&heir, "alice");
	is_refused(&heir, "bob");
	expect_equal(kill(child, SIGKILL), 0);
	/* It is not ours to wait for. */
	for (try = 0; try < 1000; try++) {
		expect_ok(snoop_list(snoop, DRM_SNOOP_LIST_CLIENTS, 0, 0, clients, 2, 2));
		if (clients[0].flags == DRM_SNOOP_CLIENT_GONE)
			break;
		usleep(10000);
	}
	expect_gone(access, snoop);
	close(snoop);
}

/* What was allowed at registration stays allowed, as with the descriptor itself. */
static void test_later_undumpable(void **state)
{
	struct access *access = *state;
	int snoop = open_bound(access);

	target_cmd(&access->target, "undumpable");
	expect_ok(yama_set_scope('1'));
	expect_alive(access, snoop);
	close(snoop);
}

/* A descriptor that comes through a socket, and what its receiver sees. */
struct received {
	int socket;
	int snoop;
	__u64 client_id;
	__u64 vm;
	int got;
	long long read;
	__u64 word;
	int bound;
	int clients;
};

static void try_received(void *data)
{
	struct received *try = data;
	struct drm_snoop_client clients[2];

	/* Not by inheritance. */
	close(try->snoop);
	try->got = pass_fd_receive(try->socket);
	if (try->got < 0)
		return;
	try->read = snoop_pread(try->got, &try->word, 8, ADDR + 8);
	try->bound = snoop_bind_vm(try->got, try->client_id, try->vm, NULL);
	try->clients = snoop_list(try->got, DRM_SNOOP_LIST_CLIENTS, 0, 0, clients, 2, 2);
}

static void test_passed_on(void **state)
{
	struct access *access = *state;
	struct received try = {
		.client_id = access->target.client,
		.vm = access->vm,
		.read = -ECANCELED,
		.bound = -ECANCELED,
	};
	int sockets[2];

	/* He could not have got it himself. */
	is_refused(access, "bob");
	expect_equal(socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, sockets), 0);
	try.socket = sockets[1];
	try.snoop = open_bound(access);
	expect_ok(pass_fd_send(sockets[0], try.snoop));
	as_user("bob", 1, try_received, &try, sizeof(try));
	expect_ok(try.got);
	expect_equal(try.read, 8);
	expect_equal(try.word, WORD(8));
	expect_ok(try.bound);
	expect_equal(try.clients, 1);
	close(try.snoop);
	close(sockets[0]);
	close(sockets[1]);
}

int main(void)
{
#define ACCESS(test) cmocka_unit_test_setup_teardown(test, setup, teardown)
	const struct CMUnitTest tests[] = {
		ACCESS(test_own_process),
		ACCESS(test_root),
		ACCESS(test_other_user),
		ACCESS(test_yama_own_process),
		ACCESS(test_yama_ptracer),
		ACCESS(test_yama_ancestor),
		ACCESS(test_undumpable),
		cmocka_unit_test_setup_teardown(test_process_of_root, setup_root, teardown),
		ACCESS(test_node_mode),
		ACCESS(test_stranger),
		ACCESS(test_exit),
		ACCESS(test_close_client),
		ACCESS(test_exec),
		ACCESS(test_fork),
		ACCESS(test_later_undumpable),
		ACCESS(test_passed_on),
	};

	return run_group("snoop-access", tests, sizeof(tests) / sizeof(tests[0]), NULL, NULL);
}
