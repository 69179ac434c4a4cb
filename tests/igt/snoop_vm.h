/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What the tests of access to a VM start from: a client of any driver in vm_driver.c
 * with an empty VM, and a snoop file that is bound to the VM and may write.
 */
#ifndef SNOOP_VM_H
#define SNOOP_VM_H

#include <sys/types.h>

#include <drm/drm_snoop.h>

#include "vm_driver.h"

#define PAGE_BYTES	4096ull
/* Odd enough to end in the middle of everything that is done in pieces */
#define OBJECT_BYTES	(145 * PAGE_BYTES)
/* Above 32 bits */
#define OBJECT_ADDR	0x7654321000ull

struct snoop_vm {
	const struct vm_driver *driver;
	int drm, snoop;
	uint64_t client_id;
	uint32_t vm;
};

/* Memory of the client, which its process sees at @cpu. */
struct snoop_vm_object {
	enum vm_memory memory;
	uint32_t handle;
	uint64_t size;
	uint8_t *cpu;
};

struct snoop_vm snoop_vm_open(void);
/* The same without the right to write. */
struct snoop_vm snoop_vm_open_read_only(void);
void snoop_vm_close(struct snoop_vm *s);
/* Registers the process's own memory, to be written too. */
void snoop_vm_register_mem(const struct snoop_vm *s);

/* New, with the pattern of @seed in it; skips if the driver has no such memory. */
struct snoop_vm_object snoop_vm_object(const struct snoop_vm *s, enum vm_memory memory,
				       uint64_t size, uint64_t seed);
void snoop_vm_bind_part(const struct snoop_vm *s, const struct snoop_vm_object *o,
			uint64_t offset, uint64_t addr, uint64_t range, bool read_only);
/* All of it. */
void snoop_vm_bind(const struct snoop_vm *s, const struct snoop_vm_object *o, uint64_t addr);
/* Both: an object at an address, its memory registered if it is a userptr. */
struct snoop_vm_object snoop_vm_bound(const struct snoop_vm *s, enum vm_memory memory,
				      uint64_t addr, uint64_t seed);
void snoop_vm_object_free(struct snoop_vm_object *o);

/* The pattern's bytes from @offset on: word i is seed + i. */
void pattern_fill(void *buf, uint64_t seed, uint64_t offset, size_t len);
/* The same compared. */
void pattern_check(const void *buf, uint64_t seed, uint64_t offset, size_t len);

/*
 * pread() and pwrite(), which have to return @ret, or -1 and @error. What is beyond
 * @ret in the buffer of a read has to be as it was.
 */
void check_pread(const struct snoop_vm *s, void *buf, size_t len, uint64_t addr, ssize_t ret,
		 int error);
void check_pwrite(const struct snoop_vm *s, const void *buf, size_t len, uint64_t addr,
		  ssize_t ret, int error);

#endif
