// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * vm: boot engine --gpu gpusim --gpu vgem
 * timeout: 240
 *
 * A call that is stuck in a page fault on the caller's own memory holds up
 * nobody: nothing of the driver, the client or the card is held while user
 * memory is touched. The fault lasts as long as the test wants, by userfaultfd.
 */
#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include <linux/userfaultfd.h>

#include "expect.h"
#include "gpusim-client.h"
#include "slow-memory.h"
#include "snoop.h"
#include "watch.h"

#define SIZE		0x100000ULL
#define ADDR		0x10000000ULL
/* What takes longer than this while a call is stuck is held up by it. */
#define PATIENCE_MS	15000

/* A target process: killed when the parent ends. */
struct target {
	pid_t pid;
	int drm;
	__u32 vm;
	__u32 bo;
};

struct stuck {
	struct target target;
	int snoop;
	__u64 client_id;
	/* Before the target began. */
	__u64 vram_free;
	/* What the call is stuck at. */
	struct slow_memory slow;
	void *memory;
	/* The call that is stuck, and what it returned. */
	void (*call)(struct stuck *stuck);
	pthread_t caller;
	bool called;
	atomic_bool returned;
	long long result;
	/* Lets the call go when the test itself is held up. */
	pthread_t guard;
	atomic_bool done;
	atomic_bool late;
};

/* The target's ids come by a pipe, commands go by another. */
static void run_target(int ready, int orders)
{
	struct target target = { .pid = getpid() };
	__u64 *memory, offset;
	__u32 other;
	char order;

	prctl(PR_SET_PDEATHSIG, SIGKILL);
	target.drm = gc_open();
	if (target.drm < 0 || gc_vm_create(target.drm, &target.vm) ||
	    gc_bo_create(target.drm, SIZE, GC_VRAM, 0, &target.bo))
		_exit(1);
	memory = gc_bo_mmap(target.drm, target.bo, SIZE);
	if (!memory)
		_exit(1);
	for (offset = 0; offset < SIZE; offset += 8)
		memory[offset / 8] = watch_word(1, offset);
	munmap(memory, SIZE);
	if (gc_map(target.drm, target.vm, ADDR, target.bo, 0, SIZE) ||
	    write(ready, &target, sizeof(target)) != sizeof(target))
		_exit(1);

	/* Everything that needs a lock of the VM, the object or the client. */
	while (read(orders, &order, 1) == 1) {
		int ret = gc_bo_migrate(target.drm, target.bo, GC_SYSTEM) ?:
			  gc_bo_migrate(target.drm, target.bo, GC_VRAM) ?:
			  gc_fill(target.drm, target.vm, ADDR, SIZE, 1) ?:
			  gc_unmap(target.drm, target.vm, ADDR, SIZE / 2) ?:
			  gc_bo_create(target.drm, SIZE, GC_SYSTEM, 0, &other) ?:
			  gc_map(target.drm, target.vm, ADDR, other, 0, SIZE) ?:
			  gc_bo_close(target.drm, target.bo) ?:
			  gc_vm_destroy(target.drm, target.vm);

		if (write(ready, &ret, sizeof(ret)) != sizeof(ret))
			_exit(1);
	}
	_exit(0);
}

/* Pipes to and from the target. */
static int from_target, to_target;

static void start_target(struct target *target)
{
	int ready[2], orders[2];
	pid_t pid;

	expect_equal(pipe2(ready, O_CLOEXEC), 0);
	expect_equal(pipe2(orders, O_CLOEXEC), 0);
	pid = fork();
	expect_true(pid >= 0);
	if (!pid) {
		close(orders[1]);
		run_target(ready[1], orders[0]);
	}
	close(ready[1]);
	close(orders[0]);
	from_target = ready[0];
	to_target = orders[1];
	expect_equal(read(from_target, target, sizeof(*target)), sizeof(*target));
}

static void *run_guard(void *arg)
{
	struct stuck *stuck = arg;
	unsigned int ms;

	for (ms = 0; ms < PATIENCE_MS && !stuck->done; ms += 10)
		usleep(10000);
	if (!stuck->done) {
		stuck->late = true;
		slow_memory_let_go(&stuck->slow);
	}
	return NULL;
}

static void *run_caller(void *arg)
{
	struct stuck *stuck = arg;

	stuck->call(stuck);
	stuck->returned = true;
	return NULL;
}

/* Makes @call and waits until it hangs in its page fault. */
static void get_stuck(struct stuck *stuck, void (*call)(struct stuck *stuck))
{
	stuck->call = call;
	expect_equal(pthread_create(&stuck->caller, NULL, run_caller, stuck), 0);
	stuck->called = true;
	slow_memory_wait(&stuck->slow, PATIENCE_MS);
	expect_equal(pthread_create(&stuck->guard, NULL, run_guard, stuck), 0);
}

/* Lets the call go and fails if anything had to wait for it. */
static void get_loose(struct stuck *stuck)
{
	bool returned = stuck->returned;

	stuck->done = true;
	pthread_join(stuck->guard, NULL);
	slow_memory_let_go(&stuck->slow);
	pthread_join(stuck->caller, NULL);
	stuck->called = false;
	expect_true(!stuck->late);
	/* It was stuck all the time, or the test would show nothing. */
	expect_true(!returned);
}

static __u64 free_vram(void)
{
	struct drm_gpusim_dev_query query = { 0 };
	int drm = expect_ok(gc_open());

	expect_ok(gc_ioctl(drm, DRM_IOCTL_GPUSIM_DEV_QUERY, &query));
	close(drm);
	return query.vram_free;
}

static int setup(void **state)
{
	struct stuck *stuck = calloc(1, sizeof(*stuck));
	int drm;

	expect_true(stuck);
	*state = stuck;
	stuck->vram_free = free_vram();
	start_target(&stuck->target);
	stuck->snoop = expect_ok(snoop_open("gpusim", 0));
	drm = expect_ok(snoop_steal_fd(stuck->target.pid, stuck->target.drm));
	expect_ok(snoop_register(stuck->snoop, drm, &stuck->client_id));
	close(drm);
	expect_ok(snoop_bind_vm(stuck->snoop, stuck->client_id, stuck->target.vm, NULL));
	slow_memory_init(&stuck->slow, SIZE);
	stuck->memory = stuck->slow.memory;
	return 0;
}

static int teardown(void **state)
{
	struct stuck *stuck = *state;

	stuck->done = true;
	slow_memory_let_go(&stuck->slow);
	if (stuck->called)
		pthread_join(stuck->caller, NULL);
	kill(stuck->target.pid, SIGKILL);
	waitpid(stuck->target.pid, NULL, 0);
	close(from_target);
	close(to_target);
	slow_memory_fini(&stuck->slow);
	close(stuck->snoop);
	free(stuck);
	return 0;
}

static void call_pread(struct stuck *stuck)
{
	stuck->result = snoop_pread(stuck->snoop, stuck->memory, SIZE, ADDR);
}

static void call_pread_object(struct stuck *stuck)
{
	/* Less than goes over the stack. */
	stuck->result = snoop_bind_object(stuck->snoop, stuck->client_id, stuck->target.bo, NULL);
	if (!stuck->result)
		stuck->result = snoop_pread(stuck->snoop, stuck->memory, 8, 0x1000);
}

static long long list_to(struct stuck *stuck, __u32 what, __u64 vm)
{
	struct drm_snoop_list list = {
		.what = what,
		.client_id = stuck->client_id,
		.vm_id = vm,
		.entries = (unsigned long)stuck->memory,
		.count = 16,
		.entry_size = snoop_entry_size(what),
	};

	return snoop_ioctl(stuck->snoop, DRM_IOCTL_SNOOP_LIST, &list) ?: (long long)list.count;
}

static void call_list_ranges(struct stuck *stuck)
{
	stuck->result = list_to(stuck, DRM_SNOOP_LIST_RANGES, stuck->target.vm);
}

static void call_list_objects(struct stuck *stuck)
{
	stuck->result = list_to(stuck, DRM_SNOOP_LIST_OBJECTS, 0);
}

/* The argument itself: the call cannot even begin. */
static void call_bind(struct stuck *stuck)
{
	stuck->result = snoop_ioctl(stuck->snoop, DRM_IOCTL_SNOOP_BIND, stuck->memory);
}

/* The argument can be read and not be written. */
static void call_query(struct stuck *stuck)
{
	struct drm_snoop_query_range *query;
	/* The zero page is there, writing to it is a fault. */
	struct uffdio_zeropage zero = { .range = { (unsigned long)stuck->memory, 4096 } };
	struct uffdio_writeprotect protect = {
		.range = { (unsigned long)stuck->memory, 4096 },
		.mode = UFFDIO_WRITEPROTECT_MODE_WP,
	};

	stuck->result = -EINVAL;
	if (ioctl(stuck->slow.uffd, UFFDIO_ZEROPAGE, &zero))
		return;
	query = stuck->memory;
	query->addr = ADDR;
	if (ioctl(stuck->slow.uffd, UFFDIO_WRITEPROTECT, &protect))
		return;
	stuck->result = snoop_ioctl(stuck->snoop, DRM_IOCTL_SNOOP_QUERY_RANGE, query);
}

/* The target does all that needs its locks. */
static void target_works(void)
{
	int ret;

	expect_equal(write(to_target, "", 1), 1);
	expect_equal(read(from_target, &ret, sizeof(ret)), sizeof(ret));
	expect_ok(ret);
}

/* Others come, look and go: no lock of the card is held. */
static void others_work(void)
{
	__u64 client_id, word;
	__u32 vm, handle;
	int render = expect_ok(gc_open());
	int primary = expect_ok(gc_open_primary());
	int snoop = expect_ok(snoop_open("gpusim", 0));

	expect_ok(snoop_register(snoop, primary, &client_id));
	expect_ok(gc_vm_create(primary, &vm));
	expect_ok(gc_bo_create(primary, SIZE, GC_VRAM, 0, &handle));
	expect_ok(gc_map(primary, vm, ADDR, handle, 0, SIZE));
	expect_ok(gc_fill(primary, vm, ADDR, SIZE, 42));
	expect_ok(snoop_bind_vm(snoop, client_id, vm, NULL));
	expect_equal(snoop_pread(snoop, &word, 8, ADDR), 8);
	expect_equal(word, 42);
	close(snoop);
	close(primary);
	close(render);
}

/* The target is killed: it must end, with its client and all its memory. */
static void target_ends(struct stuck *stuck)
{
	struct drm_snoop_client client[2];
	__u64 vram = 0;
	unsigned int try;

	expect_equal(kill(stuck->target.pid, SIGKILL), 0);
	expect_equal(waitpid(stuck->target.pid, NULL, 0), stuck->target.pid);
	/* Its VMs are torn down by a worker. */
	for (try = 0; try < 500; try++) {
		expect_equal(expect_ok(snoop_list(stuck->snoop, DRM_SNOOP_LIST_CLIENTS, 0, 0,
						  client, 2, 2)), 1);
		vram = free_vram();
		if (client[0].flags == DRM_SNOOP_CLIENT_GONE && vram == stuck->vram_free)
			break;
		usleep(10000);
	}
	expect_equal(client[0].flags, DRM_SNOOP_CLIENT_GONE);
	expect_true(vram == stuck->vram_free);
}

static void test_read_target_works(void **state)
{
	struct stuck *stuck = *state;

	get_stuck(stuck, call_pread);
	target_works();
	others_work();
	get_loose(stuck);
	/* The first piece had been read; what came later is gone, with the VM. */
	expect_true(stuck->result > 0 && stuck->result < (long long)SIZE);
	expect_equal(*(__u64 *)stuck->memory, watch_word(1, 0));
}

static void test_read_target_ends(void **state)
{
	struct stuck *stuck = *state;

	get_stuck(stuck, call_pread);
	target_ends(stuck);
	get_loose(stuck);
	expect_true(stuck->result > 0 && stuck->result < (long long)SIZE);
	expect_equal(*(__u64 *)stuck->memory, watch_word(1, 0));
}

static void test_read_word(void **state)
{
	struct stuck *stuck = *state;

	get_stuck(stuck, call_pread_object);
	target_works();
	others_work();
	target_ends(stuck);
	get_loose(stuck);
	expect_equal(stuck->result, 8);
	expect_equal(*(__u64 *)stuck->memory, watch_word(1, 0x1000));
}

static void test_list_ranges(void **state)
{
	struct stuck *stuck = *state;

	get_stuck(stuck, call_list_ranges);
	target_works();
	others_work();
	target_ends(stuck);
	get_loose(stuck);
	expect_equal(stuck->result, 1);
	expect_equal(((struct drm_snoop_range *)stuck->memory)->start, ADDR);
}

static void test_list_objects(void **state)
{
	struct stuck *stuck = *state;

	get_stuck(stuck, call_list_objects);
	target_works();
	others_work();
	target_ends(stuck);
	get_loose(stuck);
	expect_equal(stuck->result, 1);
	expect_equal(((struct drm_snoop_object *)stuck->memory)->handle, stuck->target.bo);
}

static void test_bind(void **state)
{
	struct stuck *stuck = *state;

	get_stuck(stuck, call_bind);
	target_works();
	others_work();
	target_ends(stuck);
	get_loose(stuck);
	/* All zeros: no such thing to bind to. */
	expect_error(stuck->result, EINVAL);
}

static void test_query(void **state)
{
	struct stuck *stuck = *state;

	get_stuck(stuck, call_query);
	target_works();
	others_work();
	target_ends(stuck);
	get_loose(stuck);
	/* Whether the answer can be stored is tried first: the target is gone then. */
	expect_error(stuck->result, ESRCH);
}

static int store_text(const char *path, const char *text)
{
	int fd = open(path, O_WRONLY | O_CLOEXEC);
	ssize_t ret;

	if (fd < 0)
		return -errno;
	ret = write(fd, text, strlen(text));
	ret = ret < 0 ? -errno : 0;
	close(fd);
	return ret;
}

/* The card is taken away from its driver, and comes back. */
static void test_card_goes(void **state)
{
	struct stuck *stuck = *state;
	struct drm_snoop_card_info info = { 0 };
	char node[64];
	__u64 word;

	expect_ok(snoop_card_info(stuck->snoop, &info));
	snprintf(node, sizeof(node), "/dev/dri/card%u-snoop", info.primary_minor);
	get_stuck(stuck, call_pread);
	expect_ok(store_text("/sys/bus/pci/drivers/gpusim/unbind", info.bus_name));
	expect_equal(access(node, F_OK), -1);
	expect_error(snoop_card_info(stuck->snoop, &info), ENODEV);
	expect_error(snoop_pread(stuck->snoop, &word, 8, ADDR), ENODEV);
	get_loose(stuck);
	expect_true(stuck->result > 0 && stuck->result < (long long)SIZE);
	expect_equal(*(__u64 *)stuck->memory, watch_word(1, 0));
	expect_ok(store_text("/sys/bus/pci/drivers/gpusim/bind", info.bus_name));
	others_work();
}

int main(void)
{
#define STUCK(test) cmocka_unit_test_setup_teardown(test, setup, teardown)
	const struct CMUnitTest tests[] = {
		STUCK(test_read_target_works),
		STUCK(test_read_target_ends),
		STUCK(test_read_word),
		STUCK(test_list_ranges),
		STUCK(test_list_objects),
		STUCK(test_bind),
		STUCK(test_query),
		/* Last, because it makes new nodes. */
		STUCK(test_card_goes),
	};

	return run_group("snoop-stuck", tests, sizeof(tests) / sizeof(tests[0]), NULL, NULL);
}
