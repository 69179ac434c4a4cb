/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef TESTS_TRUTH_H
#define TESTS_TRUTH_H

#include <linux/types.h>
#include <stdbool.h>
#include <stdint.h>

#include "target.h"

/*
 * A target whose VM is changed at random, and what is known of it without looking:
 * which pages are bound to what. Not what they contain: that is asked of the
 * target's engine.
 */

#define TRUTH_ADDR	0x700000000ULL
#define TRUTH_PAGE	0x1000ULL
#define TRUTH_PAGES	48
#define TRUTH_END	(TRUTH_ADDR + TRUTH_PAGES * TRUTH_PAGE)

/* Pages of each object and of the process's memory. */
#define TRUTH_SIZE	16

enum truth_kind {
	TRUTH_HOLE,
	TRUTH_OBJECT,
	TRUTH_USERPTR,
	TRUTH_SPARSE
};

/* One page of the VM. */
struct truth_page {
	enum truth_kind kind;
	unsigned int object;	/* index, of OBJECT */
	unsigned int page;	/* of the object or of the memory */
	bool read_only;
};

/* An object of the target. */
struct truth_object {
	const char *name;
	bool vram, cpu;
	uint32_t handle;
};

#define TRUTH_OBJECTS	5

struct truth {
	struct target target;
	uint64_t seed;		/* of the next choice */
	uint64_t vm;
	struct truth_object objects[TRUTH_OBJECTS];
	struct truth_page pages[TRUTH_PAGES];
	/* Registered with everything that there is, for writing; bound to the VM. */
	int snoop;
	__u64 client_id;
};

void truth_start(struct truth *truth, uint64_t seed);
void truth_stop(struct truth *truth);

/* A number below @limit. */
unsigned int truth_choose(struct truth *truth, unsigned int limit);

/* Does something to the VM or to what is in it. */
void truth_step(struct truth *truth);

/* First page after the run of pages from @page on that are alike in being bound. */
unsigned int truth_run_end(const struct truth *truth, unsigned int page);
/* The CRC-32 that the engine has of some bound pages. */
uint32_t truth_sum(struct truth *truth, unsigned int page, unsigned int count);

#endif
