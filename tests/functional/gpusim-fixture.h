/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What most tests of gpusim start with: a client with a VM, and short ways to
 * compare what the engine sees with what the CPU sees.
 */
#ifndef GPUSIM_FIXTURE_H
#define GPUSIM_FIXTURE_H

#include "expect.h"
#include "gpusim-client.h"

#define ADDR		0x100000ull
#define HIGH		0x7ffffff00000ull	/* another branch at every level */
#define VA_END		(1ull << 48)
#define PAGES		16
#define SIZE		(PAGES * GC_PAGE)

/* Mapped in the VM from the start: where the engine's checksums go. */
#define RESULT		0xaaaaaaaaa000ull

/* The client and its VM; new in each test. */
extern int fd;
extern uint32_t vm;

int gpusim_setup(void **state);
int gpusim_teardown(void **state);

#define GPUSIM_TEST(name) \
	cmocka_unit_test_setup_teardown(name, gpusim_setup, gpusim_teardown)

uint32_t new_bo(uint64_t size, uint32_t placement, uint32_t private_to);
unsigned char *map_cpu(uint32_t handle, size_t size);
uint32_t placement_of(uint32_t handle);

/* Content in which each byte depends on its place and on the seed. */
void scribble(unsigned char *p, size_t size, unsigned int seed);

/* The engine's CRC-32 of [addr, addr + size). */
uint64_t gpu_crc(uint64_t addr, uint64_t size);
/* The engine finds at [addr, addr + size) what the CPU has at p. */
void check_gpu(uint64_t addr, const void *p, size_t size);
/* The engine faults in [addr, addr + size), at fault_addr. */
void check_faults(uint64_t addr, uint64_t size, uint64_t fault_addr);
/* The engine faults when it writes to [addr, addr + size), at fault_addr. */
void check_write_faults(uint64_t addr, uint64_t size, uint64_t fault_addr);

#endif
