/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef BENCH_TARGET_H
#define BENCH_TARGET_H

#include <stdint.h>
#include <sys/types.h>

#include "dumb.h"

/* Size of each memory that is read. */
#define TARGET_SIZE	(4ULL << 20)
/* Size of the one that is large. */
#define TARGET_LARGE_SIZE	(256ULL << 20)
/* GPU addresses of two objects in VM target.vm. */
#define TARGET_SYSTEM_VA	0x100000000ULL
#define TARGET_VRAM_VA		0x200000000ULL
/* And of the large one. */
#define TARGET_LARGE_VA		0x300000000ULL
/* First GPU address of the ranges in the VMs for lookups, one page each. */
#define TARGET_RANGES_VA	0x100000000ULL
/* Distance of two ranges: a page and a hole. */
#define TARGET_STRIDE		0x2000ULL
/* Ranges in target.few_vm, target.some_vm and target.many_vm. */
#define TARGET_FEW		10U
#define TARGET_SOME		10000U
#define TARGET_MANY		100000U

/**
 * struct target - a process whose memories are looked at
 * @pid: Its process id.
 * @client_id: Its DRM client.
 * @fd: Descriptor of that, of its own.
 * @memory: Address of its anonymous memory.
 * @system: Handle of an object in system memory.
 * @vram: Handle of an object in device memory.
 * @large: Handle of a large object in system memory.
 * @vm: VM with the three objects.
 * @few_vm: VM with TARGET_FEW ranges of the object in system memory.
 * @some_vm: VM with TARGET_SOME ranges of it.
 * @many_vm: VM with TARGET_MANY ranges of it.
 * @bochs_system: Buffer of bochs, in system memory.
 * @bochs_vram: Buffer of bochs on its screen, in device memory.
 * @radeon: Buffer of radeon, in device memory.
 *
 * All memories have the same content, target_word().
 */
struct target {
	pid_t pid;
	uint64_t client_id;
	int fd;
	uint64_t memory;
	uint32_t system;
	uint32_t vram;
	uint32_t large;
	uint32_t vm;
	uint32_t few_vm;
	uint32_t some_vm;
	uint32_t many_vm;
	struct dumb bochs_system;
	struct dumb bochs_vram;
	struct dumb radeon;
};

void target_start(struct target *target);
void *target_memory(uint64_t size);
void target_fill(uint64_t *memory, uint64_t size);

/* What is stored at a multiple of 8 in each memory of the target. */
static inline uint64_t target_word(uint64_t offset)
{
	return 0x736e6f6f70000000ULL + offset;
}

#endif
