// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * vm: --gpu gpusim
 * timeout: 240
 *
 * Observers look without pause while the target changes everything that can
 * change: only documented errors come, and no byte that the target had not
 * stored at that very address. The kernel log must stay clean, which tests/vm/run
 * sees to.
 */
#include <errno.h>
#include <pthread.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include "expect.h"
#include "gpusim-client.h"
#include "snoop.h"
#include "watch.h"

/* How long each race goes on. */
#define RACE_MS		2500
/* Objects are this large; mapped is [BASE, SIZE), each byte at its own address. */
#define SIZE		0x60000ULL
#define BASE		0x10000ULL

/* What the two objects hold, and what another client holds. */
#define SEED_A		1U
#define SEED_B		2U
#define SEED_FOREIGN	3U

struct race {
	int drm;
	int snoop;
	__u32 vm;
	__u32 a;
	__u32 b;
	struct watch *watch;
	/* Another client, whose content nobody may see. */
	pthread_t foreign;
	atomic_bool foreign_stop;
	atomic_bool foreign_failed;
};

static int store_words(int drm, __u32 handle, unsigned int seed)
{
	__u64 *memory = gc_bo_mmap(drm, handle, SIZE);
	__u64 offset;

	if (!memory)
		return -errno;
	for (offset = 0; offset < SIZE; offset += 8)
		memory[offset / 8] = watch_word(seed, offset);
	munmap(memory, SIZE);
	return 0;
}

static __u32 make_object(int drm, __u32 placement, unsigned int seed)
{
	__u32 handle;

	expect_ok(gc_bo_create(drm, SIZE, placement, 0, &handle));
	expect_ok(store_words(drm, handle, seed));
	return handle;
}

/*
 * Memory that the target gives back is taken and overwritten by this client at
 * once, so that a page that was read too late would show it.
 */
static void *run_foreign(void *arg)
{
	struct race *race = arg;
	int drm = gc_open();
	__u32 vm, handle;
	unsigned int round = 0;

	if (drm < 0 || gc_vm_create(drm, &vm))
		goto failed;
	while (!race->foreign_stop) {
		if (gc_bo_create(drm, SIZE, round++ & 1 ? GC_VRAM : GC_SYSTEM, 0, &handle) ||
		    store_words(drm, handle, SEED_FOREIGN) ||
		    gc_map(drm, vm, BASE, handle, BASE, SIZE - BASE) ||
		    gc_bo_close(drm, handle))
			goto failed;
		usleep(2000);
	}
	close(drm);
	return NULL;
failed:
	race->foreign_failed = true;
	close(drm);
	return NULL;
}

static int setup(void **state)
{
	struct race *race = calloc(1, sizeof(*race));

	expect_true(race);
	*state = race;
	race->watch = watch_new();
	expect_true(race->watch);
	race->drm = expect_ok(gc_open());
	race->snoop = expect_ok(snoop_open("gpusim", 0));
	expect_ok(snoop_register(race->snoop, race->drm, &race->watch->client_id));
	expect_ok(gc_vm_create(race->drm, &race->vm));
	race->a = make_object(race->drm, GC_SYSTEM, SEED_A);
	race->b = make_object(race->drm, GC_VRAM, SEED_B);
	expect_ok(gc_map(race->drm, race->vm, BASE, race->a, BASE, SIZE - BASE));
	expect_ok(snoop_bind_vm(race->snoop, race->watch->client_id, race->vm, NULL));

	race->watch->vm_id = race->vm;
	race->watch->start = BASE;
	race->watch->end = SIZE;
	race->watch->word = watch_word;
	race->watch->seed[0] = SEED_A;
	race->watch->seed[1] = SEED_B;
	race->watch->seed_count = 2;
	race->watch->errors[0] = EBUSY;
	expect_equal(pthread_create(&race->foreign, NULL, run_foreign, race), 0);
	return 0;
}

static int teardown(void **state)
{
	struct race *race = *state;
	bool failed;

	watch_stop(race->watch);
	race->foreign_stop = true;
	pthread_join(race->foreign, NULL);
	failed = race->foreign_failed;
	close(race->snoop);
	close(race->drm);
	watch_free(race->watch);
	free(race);
	expect_true(!failed);
	return 0;
}

static void may_fail(struct race *race, int error)
{
	unsigned int i = 0;

	while (race->watch->errors[i])
		i++;
	race->watch->errors[i] = error;
}

/* A snoop file of its own with the same registration and binding. */
static int another_observer(struct race *race)
{
	__u64 client_id;
	int snoop = expect_ok(snoop_open("gpusim", 0));

	expect_ok(snoop_register(snoop, race->drm, &client_id));
	expect_ok(snoop_bind_vm(snoop, client_id, race->vm, NULL));
	return snoop;
}

/* Everything looks: threads on one file, and a process with a file of its own. */
static void start_observers(struct race *race)
{
	int other = another_observer(race);

	watch_process(race->watch, other, WATCH_ALL);
	close(other);
	watch_threads(race->watch, race->snoop, WATCH_ALL);
	watch_threads(race->watch, race->snoop, WATCH_READ);
}

/* Fails unless all observers passed and each kind of them saw content. */
static void end_observers(struct race *race, unsigned long changes)
{
	watch_end(race->watch);
	expect_true(changes > 0);
	expect_true(watch_all_good(race->watch));
}

static __u64 random_page(__u64 from, __u64 to)
{
	return from + random() % ((to - from) / GC_PAGE) * GC_PAGE;
}

/* Nothing changes: nothing but content, from all observers at once. */
static void test_quiet(void **state)
{
	struct race *race = *state;
	__u64 until = 0;

	race->watch->seed_count = 1;
	race->watch->errors[0] = 0;
	start_observers(race);
	while (watch_going(race->watch, RACE_MS, &until))
		usleep(1000);
	end_observers(race, 1);
}

/* Ranges are cut, replaced and removed. */
static void test_bind_unbind(void **state)
{
	struct race *race = *state;
	unsigned long changes = 0;
	__u64 until = 0;

	may_fail(race, EIO);
	start_observers(race);
	while (watch_going(race->watch, RACE_MS, &until)) {
		__u64 start = random_page(BASE, SIZE);
		__u64 size = random_page(start + GC_PAGE, SIZE + GC_PAGE) - start;
		__u32 object = random() & 1 ? race->a : race->b;

		switch (random() % 3) {
		case 0:
			expect_ok(gc_unmap(race->drm, race->vm, start, size));
			break;
		case 1:
			expect_ok(gc_map(race->drm, race->vm, start, object, start, size));
			break;
		default:
			expect_ok(gc_map(race->drm, race->vm, BASE, object, BASE, SIZE - BASE));
			break;
		}
		changes++;
	}
	end_observers(race, changes);
	/* Holes were made, so they were met. */
	expect_true(race->watch->refused > 0);
}

/* Takes the memory that was just given back, and stores something else there. */
static void take_memory(int drm, __u32 placement)
{
	__u32 handle = make_object(drm, placement, SEED_FOREIGN);

	expect_ok(gc_bo_close(drm, handle));
}

static void move(struct race *race, int other, __u32 from, __u32 to)
{
	struct drm_gpusim_gem_info info;

	expect_ok(gc_bo_migrate(race->drm, race->b, to));
	take_memory(other, from);
	expect_ok(gc_bo_info(race->drm, race->b, &info));
	expect_equal(info.placement, to);
}

/* Memory moves between VRAM and system memory; the content does not change. */
static void test_evict_restore(void **state)
{
	struct race *race = *state;
	int other = expect_ok(gc_open());
	unsigned long moves = 0;
	__u64 until = 0;

	race->watch->seed[0] = SEED_B;
	race->watch->seed_count = 1;
	expect_ok(gc_map(race->drm, race->vm, BASE, race->b, BASE, SIZE - BASE));
	start_observers(race);
	while (watch_going(race->watch, 2 * RACE_MS, &until)) {
		move(race, other, GC_VRAM, GC_SYSTEM);
		move(race, other, GC_SYSTEM, GC_VRAM);
		moves++;
	}
	close(other);
	end_observers(race, moves);
}

/* The engine and the CPU overwrite what is read: each byte is old or new. */
static void test_overwrite(void **state)
{
	struct race *race = *state;
	unsigned long changes = 0;
	__u64 until = 0, *memory;
	unsigned int seed = SEED_A;

	race->watch->word = watch_flat_word;
	race->watch->torn = true;
	expect_ok(gc_fill(race->drm, race->vm, BASE, SIZE - BASE, watch_flat_word(SEED_A, 0)));
	memory = gc_bo_mmap(race->drm, race->a, SIZE);
	expect_true(memory);
	start_observers(race);
	while (watch_going(race->watch, RACE_MS, &until)) {
		__u64 offset;

		seed ^= SEED_A ^ SEED_B;
		if (changes++ & 2)
			for (offset = BASE; offset < SIZE; offset += 8)
				memory[offset / 8] = watch_flat_word(seed, offset);
		else
			expect_ok(gc_fill(race->drm, race->vm, BASE, SIZE - BASE,
					  watch_flat_word(seed, 0)));
	}
	munmap(memory, SIZE);
	end_observers(race, changes);
}

/* Objects are unbound, closed, and made again under the same handle. */
static void test_close(void **state)
{
	struct race *race = *state;
	unsigned long changes = 0;
	__u64 until = 0;

	may_fail(race, EIO);
	start_observers(race);
	while (watch_going(race->watch, RACE_MS, &until)) {
		/* The mapping keeps the object when the handle goes. */
		expect_ok(gc_bo_close(race->drm, race->a));
		expect_ok(gc_unmap(race->drm, race->vm, BASE, SIZE - BASE));
		race->a = make_object(race->drm, changes & 1 ? GC_VRAM : GC_SYSTEM, SEED_A);
		expect_ok(gc_map(race->drm, race->vm, BASE, race->a, BASE, SIZE - BASE));
		changes++;
	}
	end_observers(race, changes);
	expect_true(race->watch->refused > 0);
}

/* A file bound to a handle that is closed and names another object then. */
static void test_close_handle(void **state)
{
	struct race *race = *state;
	unsigned long changes = 0;
	__u64 until = 0;

	/* An object starts with zeros and is filled while it is looked at. */
	race->watch->start = 0;
	race->watch->seed_count = 1;
	race->watch->torn = true;
	race->watch->zeros = true;
	may_fail(race, ENOENT);
	expect_ok(snoop_bind_object(race->snoop, race->watch->client_id, race->a, NULL));
	watch_threads(race->watch, race->snoop, WATCH_READ | WATCH_SEEK);
	watch_threads(race->watch, race->snoop, WATCH_READ);
	expect_ok(gc_unmap(race->drm, race->vm, BASE, SIZE - BASE));
	while (watch_going(race->watch, RACE_MS, &until)) {
		__u32 handle = race->a;

		expect_ok(gc_bo_close(race->drm, handle));
		usleep(changes % 4 * 500);
		race->a = make_object(race->drm, changes & 1 ? GC_VRAM : GC_SYSTEM, SEED_A);
		expect_equal(race->a, handle);
		changes++;
	}
	end_observers(race, changes);
	/* While the handle was closed that was said. */
	expect_true(race->watch->refused > 0);
}

/* The VM is destroyed, and another one gets its number. */
static void test_vm_destroy(void **state)
{
	struct race *race = *state;
	unsigned long changes = 0;
	__u64 until = 0;
	int follower;

	may_fail(race, EIO);
	may_fail(race, ENOENT);
	start_observers(race);
	/* The file of the first observers stays with the VM that is gone. */
	follower = another_observer(race);
	watch_threads(race->watch, follower, WATCH_READ | WATCH_QUERY | WATCH_SEEK);
	while (watch_going(race->watch, RACE_MS, &until)) {
		__u32 vm;

		expect_ok(gc_vm_destroy(race->drm, race->vm));
		expect_ok(gc_vm_create(race->drm, &vm));
		expect_equal(vm, race->vm);
		expect_ok(gc_map(race->drm, race->vm, BASE, race->a, BASE, SIZE - BASE));
		expect_ok(snoop_bind_vm(follower, race->watch->client_id, race->vm, NULL));
		changes++;
		usleep(changes % 4 * 1000);
	}
	end_observers(race, changes);
	expect_error(snoop_pread(race->snoop, &until, sizeof(until), BASE), ENOENT);
	expect_equal(snoop_pread(follower, &until, sizeof(until), BASE), sizeof(until));
	expect_equal(until, watch_word(SEED_A, BASE));
	close(follower);
	expect_true(race->watch->refused > 0);
}

/* The file is bound to other things while others read from it. */
static void test_rebind(void **state)
{
	struct race *race = *state;
	unsigned long changes = 0;
	__u64 until = 0;
	__u32 second;

	/* A hole in the middle of the VM, none in the objects. */
	may_fail(race, EIO);
	expect_ok(gc_vm_create(race->drm, &second));
	expect_ok(gc_map(race->drm, second, BASE, race->b, BASE, 0x8000));
	expect_ok(gc_map(race->drm, second, 0x30000, race->a, 0x30000, SIZE - 0x30000));
	race->watch->start = 0;
	watch_threads(race->watch, race->snoop, WATCH_READ | WATCH_QUERY | WATCH_SEEK);
	watch_threads(race->watch, race->snoop, WATCH_READ);
	while (watch_going(race->watch, RACE_MS, &until)) {
		__u64 client_id = race->watch->client_id;

		switch (changes++ % 4) {
		case 0:
			expect_ok(snoop_bind_object(race->snoop, client_id, race->a, NULL));
			break;
		case 1:
			expect_ok(snoop_bind_vm(race->snoop, client_id, second, NULL));
			break;
		case 2:
			expect_ok(snoop_bind_object(race->snoop, client_id, race->b, NULL));
			break;
		default:
			expect_ok(snoop_bind_vm(race->snoop, client_id, race->vm, NULL));
			break;
		}
	}
	end_observers(race, changes);
}

/* Descriptors of the target's client and the target itself end all the time. */
static void test_registrations(void **state)
{
	struct race *race = *state;
	unsigned long changes = 0;
	__u64 until = 0;

	race->watch->seed_count = 1;
	start_observers(race);
	while (watch_going(race->watch, RACE_MS, &until)) {
		struct drm_snoop_client clients[2];
		int drm = expect_ok(gc_open());
		int snoop = expect_ok(snoop_open("gpusim", 0));
		__u64 client_id;

		expect_ok(snoop_register(snoop, drm, &client_id));
		expect_true(client_id != race->watch->client_id);
		close(drm);
		expect_equal(expect_ok(snoop_list(snoop, DRM_SNOOP_LIST_CLIENTS, 0, 0, clients, 2,
						  2)), 1);
		expect_equal(clients[0].flags, DRM_SNOOP_CLIENT_GONE);
		close(snoop);
		changes++;
	}
	end_observers(race, changes);
}

/* The process that is killed: its content is in place when it says its ids. */
struct victim {
	pid_t pid;
	int drm;
	__u32 vm;
};

static void run_victim(int ready)
{
	struct victim victim = { .pid = getpid() };
	__u32 a, b;

	prctl(PR_SET_PDEATHSIG, SIGKILL);
	victim.drm = gc_open();
	if (victim.drm < 0 || gc_vm_create(victim.drm, &victim.vm) ||
	    gc_bo_create(victim.drm, SIZE, GC_VRAM, 0, &a) ||
	    gc_bo_create(victim.drm, SIZE, GC_SYSTEM, 0, &b) ||
	    store_words(victim.drm, a, SEED_A) || store_words(victim.drm, b, SEED_B) ||
	    gc_map(victim.drm, victim.vm, BASE, a, BASE, SIZE - BASE) ||
	    write(ready, &victim, sizeof(victim)) != sizeof(victim))
		_exit(1);
	/* Killed in the middle of anything. */
	for (;;) {
		gc_map(victim.drm, victim.vm, BASE, b, BASE, SIZE - BASE);
		gc_bo_migrate(victim.drm, a, GC_SYSTEM);
		gc_map(victim.drm, victim.vm, BASE, a, BASE, SIZE - BASE);
		gc_bo_migrate(victim.drm, a, GC_VRAM);
	}
}

static void start_victim(struct victim *victim)
{
	int ready[2];
	pid_t pid;

	expect_equal(pipe(ready), 0);
	pid = fork();
	expect_true(pid >= 0);
	if (!pid)
		run_victim(ready[1]);
	close(ready[1]);
	expect_equal(read(ready[0], victim, sizeof(*victim)), sizeof(*victim));
	close(ready[0]);
	victim->pid = pid;
}

/* kill -9 of the target while everybody looks. */
static void test_kill(void **state)
{
	struct race *race = *state;
	struct victim victim;
	__u64 round, word;

	may_fail(race, EIO);
	may_fail(race, ESRCH);
	for (round = 0; round < 8; round++) {
		struct drm_snoop_client clients[2];
		__u64 until = 0;
		int drm, snoop;

		watch_reset(race->watch);
		start_victim(&victim);
		snoop = expect_ok(snoop_open("gpusim", 0));
		drm = expect_ok(snoop_steal_fd(victim.pid, victim.drm));
		expect_ok(snoop_register(snoop, drm, &race->watch->client_id));
		close(drm);
		race->watch->vm_id = victim.vm;
		expect_ok(snoop_bind_vm(snoop, race->watch->client_id, victim.vm, NULL));
		watch_threads(race->watch, snoop, WATCH_ALL);
		watch_threads(race->watch, snoop, WATCH_READ);
		while (watch_going(race->watch, 60 + round * 7, &until))
			usleep(1000);
		kill(victim.pid, SIGKILL);
		expect_equal(waitpid(victim.pid, NULL, 0), victim.pid);
		usleep(20000);
		end_observers(race, round + 1);
		expect_error(snoop_pread(snoop, &word, sizeof(word), BASE), ESRCH);
		expect_equal(expect_ok(snoop_list(snoop, DRM_SNOOP_LIST_CLIENTS, 0, 0, clients, 2,
						  2)), 1);
		expect_equal(clients[0].flags, DRM_SNOOP_CLIENT_GONE);
		close(snoop);
	}
	expect_true(race->watch->refused > 0);
}

int main(void)
{
#define RACE(test) cmocka_unit_test_setup_teardown(test, setup, teardown)
	const struct CMUnitTest tests[] = {
		RACE(test_quiet),
		RACE(test_bind_unbind),
		RACE(test_evict_restore),
		RACE(test_overwrite),
		RACE(test_close),
		RACE(test_close_handle),
		RACE(test_vm_destroy),
		RACE(test_rebind),
		RACE(test_registrations),
		RACE(test_kill),
	};

	return run_group("snoop-races", tests, sizeof(tests) / sizeof(tests[0]), NULL, NULL);
}
