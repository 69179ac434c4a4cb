// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * The process that is looked at: a client of gpusim and stock drivers with everything
 * that the benchmark needs. It ends with its parent.
 */

#include <err.h>
#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <unistd.h>

#include "gpusim-client.h"
#include "target.h"

/* Ends the target if a call of gpusim failed. */
static void check(int ret, const char *what)
{
	if (ret) {
		errno = -ret;
		err(1, "target: %s", what);
	}
}

/**
 * target_fill - store what each memory of a target has
 * @memory: The memory.
 * @size: Its bytes.
 */
void target_fill(uint64_t *memory, uint64_t size)
{
	uint64_t offset;

	for (offset = 0; offset < size; offset += 8)
		memory[offset / 8] = target_word(offset);
}

/**
 * target_memory - anonymous memory in small pages, as most processes have
 * @size: Bytes.
 *
 * Return: memory with the content of a target.
 */
void *target_memory(uint64_t size)
{
	void *memory = mmap(NULL, size, PROT_READ | PROT_WRITE,
			    MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);

	if (memory == MAP_FAILED)
		err(1, "memory");
	madvise(memory, size, MADV_NOHUGEPAGE);
	target_fill(memory, size);
	return memory;
}

static uint32_t make_object(int fd, uint32_t placement, uint64_t size)
{
	uint32_t handle;
	void *memory;

	check(gc_bo_create(fd, size, placement, 0, &handle), "object");
	memory = gc_bo_mmap(fd, handle, size);
	if (!memory)
		err(1, "target: mmap of an object");
	target_fill(memory, size);
	munmap(memory, size);
	return handle;
}

static uint32_t make_ranges(int fd, uint32_t handle, unsigned int count)
{
	unsigned int i;
	uint32_t vm;

	check(gc_vm_create(fd, &vm), "VM");
	for (i = 0; i < count; i++)
		check(gc_map(fd, vm, TARGET_RANGES_VA + i * TARGET_STRIDE, handle,
			     (uint64_t)i * GC_PAGE % TARGET_SIZE, GC_PAGE), "bind");
	return vm;
}

/* The number after "drm-client-id:" in the fdinfo of a descriptor. */
static uint64_t client_id(int fd)
{
	unsigned long long id = 0;
	char path[64], line[128];
	FILE *file;

	snprintf(path, sizeof(path), "/proc/self/fdinfo/%d", fd);
	file = fopen(path, "re");
	if (!file)
		err(1, "target: %s", path);
	while (fgets(line, sizeof(line), file))
		if (sscanf(line, "drm-client-id: %llu", &id) == 1)
			break;
	fclose(file);
	return id;
}

static void make_stock(struct target *target)
{
	int fd = dumb_open("bochs-drm");

	dumb_make(&target->bochs_system, fd, false);
	dumb_make(&target->bochs_vram, fd, true);
	fd = dumb_open("radeon");
	dumb_make(&target->radeon, fd, false);
}

static void make_target(struct target *target)
{
	struct drm_gpusim_gem_info info;
	int fd;

	target->memory = (uintptr_t)target_memory(TARGET_SIZE);
	fd = gc_open();
	check(fd < 0 ? fd : 0, "no gpusim");
	target->fd = fd;
	target->client_id = client_id(fd);
	target->system = make_object(fd, GC_SYSTEM, TARGET_SIZE);
	target->vram = make_object(fd, GC_VRAM, TARGET_SIZE);
	target->large = make_object(fd, GC_SYSTEM, TARGET_LARGE_SIZE);
	check(gc_bo_info(fd, target->vram, &info), "info");
	if (info.placement != GC_VRAM)
		errx(1, "target: the object for device memory is not there");
	check(gc_vm_create(fd, &target->vm), "VM");
	check(gc_map(fd, target->vm, TARGET_SYSTEM_VA, target->system, 0, TARGET_SIZE), "bind");
	check(gc_map(fd, target->vm, TARGET_VRAM_VA, target->vram, 0, TARGET_SIZE), "bind");
	check(gc_map(fd, target->vm, TARGET_LARGE_VA, target->large, 0, TARGET_LARGE_SIZE), "bind");
	target->few_vm = make_ranges(fd, target->system, TARGET_FEW);
	target->some_vm = make_ranges(fd, target->system, TARGET_SOME);
	target->many_vm = make_ranges(fd, target->system, TARGET_MANY);
	make_stock(target);
}

/**
 * target_start - start the target
 * @target: Filled.
 *
 * Returns when all is set up; ends the program if that fails.
 */
void target_start(struct target *target)
{
	int ready[2];
	pid_t pid;

	if (pipe(ready))
		err(1, "pipe");
	pid = fork();
	if (pid < 0)
		err(1, "fork");
	if (!pid) {
		prctl(PR_SET_PDEATHSIG, SIGKILL);
		close(ready[0]);
		make_target(target);
		target->pid = getpid();
		if (write(ready[1], target, sizeof(*target)) != sizeof(*target))
			err(1, "target: pipe");
		for (;;)
			pause();
	}
	close(ready[1]);
	if (read(ready[0], target, sizeof(*target)) != sizeof(*target))
		errx(1, "the target ended");
	close(ready[0]);
}
