// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * vm: --arch arm64 --gpu all
 * kernel: stock: the debug kernel is for amd64
 * timeout: 600
 *
 * panthor, panfrost and v3d have a job that never ends, since there is no GPU, and whose
 * client waits for it in the kernel. Who comes while the driver waits, while it resets the
 * GPU, and after that reads the commands of the job, and waits for nobody.
 */
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdbool.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include <xf86drm.h>

#include "driver-client.h"
#include "driver-observer.h"
#include "expect.h"
#include "gpusim-client.h"
#include "in-time.h"
#include "model.h"
#include "snoop.h"
#include "window.h"

#define PAGE		WINDOW_PAGE
#define COMMANDS	(3 * PAGE)
#define DATA		(5 * PAGE)
#define COMMANDS_SEED	1
#define DATA_SEED	2
/* Where the client binds them, if it may choose. */
#define COMMANDS_VA	0x10000000ULL
#define DATA_VA		0x20000000ULL
#define OWN_VM		1
#define MAX_RANGES	32
/* A busy machine may look only when the driver is done. */
#define TRIES		10

static const char text[] = "written by the observer";

/* What a driver says in the kernel's log of a job that it gave up. Each ends with NULL. */
struct hang {
	const struct driver_ops *ops;
	/* Each of these, and of these any. */
	const char *said[4];
	const char *may_say[4];
	/* What the fence of the job tells: one of these. */
	int error;
	int or_error;
};

/* A client that waits for its job, as a process of its own. */
struct target {
	const struct driver_ops *ops;
	pid_t pid;
	int socket;
	bool own_gem;
	struct {
		int fd;
		uint32_t vm, commands, data;
		uint64_t commands_va, data_va;
	} has;
};

/* An object that is full of the pattern of @seed; its map, or NULL. */
static uint8_t *target_bo(struct target *t, uint64_t size, uint64_t seed, uint32_t *handle,
			  uint64_t *va, uint64_t wanted_va)
{
	const struct driver_ops *ops = t->ops;
	uint64_t offset;
	uint8_t *map;

	if (ops->bo_create(t->has.fd, size, 0, handle, va) ||
	    ops->bo_offset(t->has.fd, *handle, &offset))
		return NULL;
	map = mmap(NULL, size, PROT_READ | PROT_WRITE, MAP_SHARED, t->has.fd, offset);
	if (map == MAP_FAILED)
		return NULL;
	model_fill(map, size, seed, 0);
	if (!ops->bind)
		return map;
	*va = wanted_va;
	return ops->bind(t->has.fd, t->has.vm, wanted_va, *handle, 0, size, 0) ? NULL : map;
}

/* The job is submitted; its syncobj, or -1. */
static int target_job(struct target *t)
{
	const uint32_t handles[] = { t->has.commands, t->has.data };
	uint32_t syncobj;

	if (drmSyncobjCreate(t->has.fd, 0, &syncobj) ||
	    t->ops->submit(t->has.fd, t->has.vm, t->has.commands_va, COMMANDS, handles, 2, syncobj))
		return -1;
	return (int)syncobj;
}

/* The client: tells what it has, then how the job ended, then what is in its data. */
static void target_run(struct target *t)
{
	int syncobj, error;
	uint8_t *data;
	char go;

	prctl(PR_SET_PDEATHSIG, SIGKILL);
	t->has.fd = gc_open_card(t->ops->name, DRM_NODE_RENDER, 0);
	t->has.vm = OWN_VM;
	if (t->has.fd < 0 || (t->ops->vm_create && t->ops->vm_create(t->has.fd, &t->has.vm)))
		_exit(1);
	if (!target_bo(t, COMMANDS, COMMANDS_SEED, &t->has.commands, &t->has.commands_va,
		       COMMANDS_VA))
		_exit(2);
	data = target_bo(t, DATA, DATA_SEED, &t->has.data, &t->has.data_va, DATA_VA);
	if (!data)
		_exit(2);
	syncobj = target_job(t);
	if (syncobj < 0 || write(t->socket, &t->has, sizeof(t->has)) != sizeof(t->has))
		_exit(3);
	error = gc_wait(t->has.fd, syncobj);
	if (write(t->socket, &error, sizeof(error)) != sizeof(error) ||
	    read(t->socket, &go, 1) != 1 || write(t->socket, data, PAGE) != (ssize_t)PAGE)
		_exit(4);
	pause();
}

static void target_start(struct target *t, const struct driver_ops *ops)
{
	int sockets[2], drm;

	*t = (struct target){ .ops = ops };
	expect_equal(socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, sockets), 0);
	t->pid = fork();
	expect_true(t->pid >= 0);
	t->socket = sockets[!t->pid];
	close(sockets[!!t->pid]);
	if (!t->pid)
		target_run(t);
	expect_equal(read(t->socket, &t->has, sizeof(t->has)), sizeof(t->has));
	drm = expect_ok(snoop_steal_fd(t->pid, t->has.fd));
	t->own_gem = driver_has_own_gem(ops, drm);
	close(drm);
}

/* Has the job ended? Then @error is what its fence tells. */
static bool target_is_done(const struct target *t, int *error)
{
	struct pollfd answer = { .fd = t->socket, .events = POLLIN };

	if (poll(&answer, 1, 0) != 1)
		return false;
	expect_equal(read(t->socket, error, sizeof(*error)), sizeof(*error));
	return true;
}

static void target_stop(const struct target *t)
{
	kill(t->pid, SIGKILL);
	expect_equal(waitpid(t->pid, NULL, 0), t->pid);
	close(t->socket);
}

/* Somebody who never was here before. */
static struct driver_observer look_open(const struct target *t)
{
	int first = expect_ok(in_time(snoop_open(t->ops->name, 0)));
	int drm = expect_ok(in_time(snoop_steal_fd(t->pid, t->has.fd)));
	struct driver_observer observer;

	observer.snoop = expect_ok(in_time(snoop_reopen(first, O_RDWR)));
	expect_ok(in_time(snoop_register_flags(observer.snoop, drm, DRM_SNOOP_REGISTER_WRITE,
					       &observer.client)));
	close(drm);
	close(first);
	return observer;
}

/* The ranges of the client's VM. */
static unsigned int look_list(const struct target *t, const struct driver_observer *observer,
			      struct drm_snoop_range *ranges)
{
	struct drm_snoop_object object;
	struct drm_snoop_vm vms[2];

	expect_equal(in_time(snoop_list(observer->snoop, DRM_SNOOP_LIST_VMS, observer->client, 0,
					vms, 2, 2)), 1);
	expect_equal(vms[0].vm_id, t->has.vm);
	expect_ok(in_time(snoop_find_object(observer->snoop, observer->client, t->has.data,
					    &object)));
	expect_equal(object.size, DATA);
	expect_equal(object.kind, t->own_gem ? DRM_SNOOP_OBJECT_OTHER : DRM_SNOOP_OBJECT_SHMEM);
	return expect_ok(in_time(snoop_list(observer->snoop, DRM_SNOOP_LIST_RANGES,
					    observer->client, t->has.vm, ranges, MAX_RANGES, 3)));
}

/*
 * panthor puts a call of the job's commands into a ring of its own in the client's VM: an
 * instruction that loads their address.
 */
static bool is_ring(int snoop, const struct drm_snoop_range *range, uint64_t commands)
{
	uint64_t words[PAGE / 8];
	unsigned int i;

	if (range->end - range->start != PAGE)
		return false;
	expect_equal(in_time(snoop_pread(snoop, words, PAGE, range->start)), PAGE);
	for (i = 0; i < PAGE / 8; i++)
		if (words[i] >> 56 == 1 && (words[i] & 0xffffffffffffULL) == commands)
			return true;
	return false;
}

static void look_at_ranges(const struct target *t, const struct driver_observer *observer,
			   bool after)
{
	struct drm_snoop_range ranges[MAX_RANGES];
	unsigned int i, count = look_list(t, observer, ranges), rings = 0;

	expect_true(count >= 2);
	expect_equal(ranges[0].start, t->has.commands_va);
	expect_equal(ranges[0].end, t->has.commands_va + COMMANDS);
	expect_equal(ranges[1].start, t->has.data_va);
	expect_equal(ranges[1].end, t->has.data_va + DATA);
	if (!t->ops->bind) {
		expect_equal(count, 2);
		return;
	}
	for (i = 2; i < count; i++)
		rings += is_ring(observer->snoop, &ranges[i], t->has.commands_va);
	/* Not before the driver gives the job to the GPU, for which it has to wake up. */
	expect_true(rings == 1 || (!rings && !after));
}

/* From the first open on; every call ends in time. @after the end of the job? */
static void look(const struct target *t, bool after)
{
	struct driver_observer observer = look_open(t);
	uint8_t got[COMMANDS], *map;
	__u64 position;

	expect_ok(in_time(snoop_bind_vm(observer.snoop, observer.client, t->has.vm, NULL)));
	look_at_ranges(t, &observer, after);
	expect_equal(in_time(snoop_pread(observer.snoop, got, COMMANDS, t->has.commands_va)),
		     COMMANDS);
	window_check(got, COMMANDS_SEED, 0, COMMANDS);
	expect_ok(in_time(snoop_seek(observer.snoop, 0, SEEK_DATA, &position)));
	expect_equal(position, t->has.commands_va);
	map = window_map(observer.snoop, t->has.commands_va + PAGE, COMMANDS - PAGE, PROT_READ);
	expect_equal(in_time(window_load(map)), 0);
	window_check(map, COMMANDS_SEED, PAGE, COMMANDS - PAGE);
	munmap(map, COMMANDS - PAGE);
	expect_equal(in_time(snoop_pwrite(observer.snoop, text, sizeof(text),
					  t->has.data_va + 100)), sizeof(text));
	driver_check_read(observer.snoop, t->has.data_va + PAGE, DATA - PAGE, DATA_SEED, PAGE);
	expect_ok(in_time(snoop_bind_object(observer.snoop, observer.client, t->has.commands,
					    NULL)));
	driver_check_read(observer.snoop, 0, COMMANDS, COMMANDS_SEED, 0);
	expect_equal(in_time(close(observer.snoop)), 0);
}

/* The client sees what was written. */
static void check_written(const struct target *t)
{
	uint8_t data[PAGE];

	expect_equal(write(t->socket, "g", 1), 1);
	expect_equal(recv(t->socket, data, PAGE, MSG_WAITALL), PAGE);
	expect_bytes(data + 100, text, sizeof(text));
	window_check(data, DATA_SEED, 0, 100);
	window_check(data + 100 + sizeof(text), DATA_SEED, 100 + sizeof(text),
		     PAGE - 100 - sizeof(text));
}

/* The kernel's log from now on. */
static int log_open(void)
{
	int log = open("/dev/kmsg", O_RDONLY | O_NONBLOCK);

	expect_true(log >= 0 && lseek(log, 0, SEEK_END) >= 0);
	return log;
}

/* Which of @said is in @line? */
static unsigned int log_find(const char *line, const char *const *said, unsigned int max)
{
	unsigned int i;

	for (i = 0; i < max && said[i]; i++)
		if (strstr(line, said[i]))
			return 1U << i;
	return 0;
}

/* The driver has warned of what belongs to the hang, and of nothing else. */
static void log_check(int log, const struct hang *hang)
{
	const unsigned int max = sizeof(hang->said) / sizeof(hang->said[0]);
	unsigned int said = 0, this, i;
	char line[8192];
	ssize_t len;

	while ((len = read(log, line, sizeof(line) - 1)) > 0) {
		line[len] = '\0';
		/* Priority and facility; errors and warnings of this driver. */
		if ((strtoul(line, NULL, 10) & 7) > 4 || !strstr(line, hang->ops->name))
			continue;
		this = log_find(line, hang->said, max);
		if (!this && !log_find(line, hang->may_say, max))
			expect_failed(__FILE__, __LINE__, "in the log: %s", line);
		said |= this;
	}
	expect_equal(len, -1);
	expect_equal(errno, EAGAIN);
	for (i = 0; i < max && hang->said[i]; i++)
		if (!(said & 1U << i))
			expect_failed(__FILE__, __LINE__, "not in the log: %s", hang->said[i]);
	close(log);
}

/* One job; true: somebody came and went while it hung. */
static bool check_job(const struct hang *hang)
{
	bool done, during = false;
	struct target target;
	int error;

	target_start(&target, hang->ops);
	do {
		look(&target, false);
		done = target_is_done(&target, &error);
		during |= !done;
	} while (!done);
	print_message("# %s: the job ended with %d\n", hang->ops->name, error);
	if (!hang->or_error || error != hang->or_error)
		expect_equal(error, hang->error);
	look(&target, true);
	check_written(&target);
	target_stop(&target);
	return during;
}

/* It goes on with the next client, and so do we. */
static void check_works(const struct driver_ops *ops)
{
	int fd = driver_open(ops);
	struct driver_observer observer = driver_observe(ops, fd);
	struct driver_bo bo;

	driver_bo(ops, fd, DATA, 0, 3, &bo);
	expect_ok(snoop_bind_object(observer.snoop, observer.client, bo.handle, NULL));
	driver_check_read(observer.snoop, 0, DATA, 3, 0);
	driver_bo_unmap(&bo);
	close(observer.snoop);
	close(fd);
}

static void check_hang(const struct hang *hang)
{
	int log = log_open(), try = 0;

	while (!check_job(hang))
		expect_true(++try < TRIES);
	check_works(hang->ops);
	log_check(log, hang);
}

static void test_panthor(void **state)
{
	static const struct hang hang = {
		.ops = &driver_panthor,
		.said = { "CSG 0 update request timedout", "CSG suspend failed" },
		/* Before it sleeps, and in later kernels. */
		.may_say = { "Failed to cleanly suspend MCU", "Timed out waiting for MCU to halt" },
		/*
		 * Whether the group was told that it timed out before it is ended
		 * (group_term_post_processing() of panthor_sched.c, 6.12).
		 */
		.error = -ETIMEDOUT,
		.or_error = -ECANCELED,
	};

	check_hang(&hang);
}

static void test_panfrost(void **state)
{
	static const struct hang hang = {
		.ops = &driver_panfrost,
		.said = { "gpu sched timeout, js=1" },
		.error = -ECANCELED,
	};

	check_hang(&hang);
}

/* @error of the job's fence. */
static void check_v3d(const struct driver_ops *ops, int error)
{
	const struct hang hang = {
		.ops = ops,
		.said = { "Resetting GPU for hang.", "V3D_ERR_STAT: 0x00000000" },
		/* In later kernels, before it sleeps. */
		.may_say = {
			"Timeout waiting for TMU write combiner flush",
			"Timeout waiting for L2T clean",
		},
		.error = error,
	};

	check_hang(&hang);
}

static void test_v3d(void **state)
{
	check_v3d(&driver_v3d, -ECANCELED);
}

static void test_v3d_bin(void **state)
{
	check_v3d(&driver_v3d_queues[0], -ECANCELED);
}

/* The client gets the fence of the job that cleans the caches after it, which ends well. */
static void test_v3d_csd(void **state)
{
	check_v3d(&driver_v3d_queues[1], 0);
}

static void test_v3d_tfu(void **state)
{
	check_v3d(&driver_v3d_queues[2], -ECANCELED);
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_panthor),
		cmocka_unit_test(test_panfrost),
		cmocka_unit_test(test_v3d),
		cmocka_unit_test(test_v3d_bin),
		cmocka_unit_test(test_v3d_csd),
		cmocka_unit_test(test_v3d_tfu),
	};

	return run_group("drivers-hang", tests, sizeof(tests) / sizeof(tests[0]), NULL, NULL);
}
