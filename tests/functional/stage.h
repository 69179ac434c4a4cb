/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef TESTS_STAGE_H
#define TESTS_STAGE_H

#include <stdint.h>
#include <sys/types.h>

#include "model.h"
#include "target.h"

/*
 * What the tests of contents start from: another process with a VM full of
 * known bytes, and a snoop file that is bound to this VM. It is made once for all
 * tests of a program, which leave it as it is.
 *
 * Objects, each filled with a pattern of its own seed:
 *	s	256 KiB, system memory
 *	m	256 KiB, VRAM
 *	e	256 KiB, VRAM, evicted to system memory
 *	bs, bm	4 MiB, system memory and VRAM
 * stage.c says where they are bound.
 */
#define STAGE_SIZE	0x40000ULL
#define STAGE_BIG	0x400000ULL
#define STAGE_S		1
#define STAGE_M		2
#define STAGE_E		3
#define STAGE_BS	4
#define STAGE_BM	5

/* s, m and then parts of e, one behind the other */
#define STAGE_ADDR	0x200000000ULL
/* bs and then bm, one behind the other, and then a hole */
#define STAGE_BIG_ADDR	0x300000000ULL
/* m where the highest bit of an address is set */
#define STAGE_UPPER	0x9abcd0000000ULL
#define STAGE_ALIAS	(STAGE_UPPER | 0xffffULL << 48)
/* the last two pages of the VM */
#define STAGE_VM_END	(1ULL << 48)
#define STAGE_LAST	(STAGE_VM_END - 0x2000)

struct stage {
	struct target target;
	/* Not bound to anything else for longer than a test. */
	int snoop;
	uint64_t client_id, vm;
	struct model model;
};

/* Group setup and teardown; the state is a struct stage. */
int stage_setup(void **state);
int stage_teardown(void **state);

/* Binds the file to the VM; for each test. */
int stage_bind(void **state);

/* Opens a snoop file that is registered with the target. */
int stage_open(const struct stage *stage);
/* The same, open and registered for writing too, and bound to the VM. */
int stage_open_write(const struct stage *stage);
/* GEM handle of a named object. */
uint32_t stage_handle(struct stage *stage, const char *bo);
/* Fills a whole object with the pattern of a seed. */
void stage_pattern(struct stage *stage, const char *bo, uint64_t size, uint64_t seed);

/* Reads by pread() and compares number and bytes with the model. */
void stage_check(const struct stage *stage, uint64_t addr, size_t len);
/* Reads all of it and compares with the checksum of the target's engine. */
void stage_check_engine(struct stage *stage, const char *vm, uint64_t addr, size_t len);

#endif
