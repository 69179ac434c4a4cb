// SPDX-License-Identifier: GPL-2.0-or-later
#include <errno.h>
#include <pthread.h>
#include <signal.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include "expect.h"
#include "gpusim-client.h"
#include "sweep.h"

#define PAGES		(SWEEP_SIZE / GC_PAGE)
/* One in a line of the cache. */
#define STRIDE		8
#define WORDS		(GC_PAGE / 8 / STRIDE)
#define PLACES		(PAGES * SWEEP_OBJECTS * WORDS)
#define START_MS	60000

/* Objects of the CPU, and then of the engine. */
static __u32 objects[2 * SWEEP_OBJECTS];

/* Where the CPU stores next: a page of each object in turn. */
static size_t place_offset(unsigned int place)
{
	unsigned int page = place / WORDS / SWEEP_OBJECTS;
	unsigned int object = place / WORDS % SWEEP_OBJECTS;

	return object * SWEEP_SIZE + page * GC_PAGE + place % WORDS * STRIDE * 8;
}

static int make_objects(const struct sweep *sweep)
{
	unsigned int i;
	int ret = 0;

	for (i = 0; !ret && i < 2 * SWEEP_OBJECTS; i++) {
		if (i == 2 * SWEEP_OBJECTS - 1)
			ret = gc_bo_create_nocpu(sweep->drm, SWEEP_SIZE, GC_VRAM, 0, &objects[i]);
		else
			ret = gc_bo_create(sweep->drm, SWEEP_SIZE,
					   i % SWEEP_OBJECTS ? GC_VRAM : GC_SYSTEM,
					   i % SWEEP_OBJECTS == 2 ? sweep->vm : 0, &objects[i]);
		if (!ret)
			ret = gc_map(sweep->drm, sweep->vm, SWEEP_ADDR + i * SWEEP_SIZE,
				     objects[i], 0, SWEEP_SIZE);
	}
	return ret;
}

static void *run_cpu(void *arg)
{
	char *maps[SWEEP_OBJECTS];
	struct sweep *sweep = arg;
	unsigned int i;
	__u64 number;

	for (i = 0; i < SWEEP_OBJECTS; i++) {
		maps[i] = gc_bo_mmap(sweep->drm, objects[i], SWEEP_SIZE);
		if (!maps[i]) {
			sweep->error = -errno;
			return NULL;
		}
	}
	for (number = 1;; number++) {
		for (i = 0; i < PLACES; i++) {
			size_t offset = place_offset(i);

			*(volatile __u64 *)(maps[offset / SWEEP_SIZE] + offset % SWEEP_SIZE) =
				number;
		}
		sweep->sweeps++;
	}
}

static void *run_engine(void *arg)
{
	struct drm_gpusim_cmd cmds[SWEEP_OBJECTS];
	struct sweep *sweep = arg;
	unsigned int i;
	int ret;

	for (i = 0; i < SWEEP_OBJECTS; i++)
		cmds[i] = (struct drm_gpusim_cmd) {
			.op = DRM_GPUSIM_CMD_ADD, .size = SWEEP_SIZE, .value = 1,
			.dst = SWEEP_ADDR + SWEEP_ENGINE + i * SWEEP_SIZE,
		};
	for (;;) {
		ret = gc_run(sweep->drm, sweep->vm, cmds, SWEEP_OBJECTS);
		if (ret) {
			sweep->error = ret;
			return NULL;
		}
		sweep->jobs++;
	}
}

static void *run_moves(void *arg)
{
	struct sweep *sweep = arg;
	unsigned int i;
	int ret;

	for (i = 0;; i++) {
		if (!sweep->move) {
			usleep(1000);
			continue;
		}
		ret = gc_bo_migrate(sweep->drm, objects[1 + i % 2 * SWEEP_OBJECTS],
				    i % 3 ? GC_SYSTEM : GC_SWAPPED);
		if (ret && ret != -EBUSY) {
			sweep->error = ret;
			return NULL;
		}
		sweep->moves++;
		usleep(1000);
	}
}

static int run(struct sweep *sweep)
{
	void *(*const functions[])(void *) = { run_cpu, run_engine, run_moves };
	pthread_t thread;
	unsigned int i;
	int ret;

	prctl(PR_SET_PDEATHSIG, SIGKILL);
	sweep->drm = gc_open();
	if (sweep->drm < 0)
		return sweep->drm;
	ret = gc_vm_create(sweep->drm, &sweep->vm);
	if (!ret)
		ret = make_objects(sweep);
	for (i = 0; !ret && i < sizeof(functions) / sizeof(functions[0]); i++)
		ret = -pthread_create(&thread, NULL, functions[i], sweep);
	return ret;
}

struct sweep *sweep_start(void)
{
	struct sweep *sweep = mmap(NULL, sizeof(*sweep), PROT_READ | PROT_WRITE,
				   MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	unsigned int i;
	pid_t pid;

	expect_true(sweep != MAP_FAILED);
	pid = fork();
	expect_true(pid >= 0);
	if (!pid) {
		sweep->error = run(sweep);
		sweep->ready = true;
		for (;;)
			pause();
	}
	sweep->pid = pid;
	for (i = 0; i < START_MS && !(sweep->ready && sweep->sweeps && sweep->jobs) &&
	     !sweep->error; i++)
		usleep(1000);
	expect_ok(sweep->error);
	expect_true(sweep->ready && sweep->sweeps && sweep->jobs);
	return sweep;
}

void sweep_kill(struct sweep *sweep)
{
	kill(sweep->pid, SIGKILL);
	waitpid(sweep->pid, NULL, 0);
	munmap(sweep, sizeof(*sweep));
}

void sweep_stop(struct sweep *sweep)
{
	int error = sweep->error;

	sweep_kill(sweep);
	expect_ok(error);
}

static __u64 word(const void *window, size_t offset)
{
	return *(const __u64 *)((const char *)window + offset);
}

void sweep_check(const void *window, struct sweep_count *count)
{
	__u64 first = word(window, place_offset(0)), last = first, now;
	size_t offset;
	unsigned int i;

	for (i = 0; i < PLACES; i++, last = now) {
		now = word(window, place_offset(i));
		/* One step down in all. */
		count->cpu_torn += (now != last && now != last - 1) || first - now > 1;
	}
	count->cpu += PLACES;
	first = word(window, SWEEP_ENGINE);
	for (offset = SWEEP_ENGINE; offset < SWEEP_WINDOW; offset += 8)
		count->engine_torn += word(window, offset) != first;
	count->engine += (SWEEP_WINDOW - SWEEP_ENGINE) / 8;
}
