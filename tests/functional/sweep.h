/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef TESTS_SWEEP_H
#define TESTS_SWEEP_H

#include <linux/types.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

/*
 * A process that writes without pause, so that a copy that is not of one moment shows:
 *
 * - Its CPU stores a number to all words of some objects, a page of each in turn, then the
 *   next higher number, and so on. At each moment the words up to some place have a number,
 *   and all behind it have the number before.
 * - Each job of its engine adds 1 to all words of some other objects. Between two jobs all
 *   of them are equal.
 *
 * Objects are bound one behind the other from SWEEP_ADDR on, in system memory, in VRAM,
 * private to the VM, and in VRAM that the CPU cannot map.
 */
#define SWEEP_ADDR	0x700000000ULL
#define SWEEP_SIZE	0x10000ULL
#define SWEEP_OBJECTS	3
#define SWEEP_ENGINE	(SWEEP_OBJECTS * SWEEP_SIZE)
#define SWEEP_WINDOW	(2 * SWEEP_OBJECTS * SWEEP_SIZE)

/**
 * struct sweep - the process; in memory that is shared with it
 * @pid: process id
 * @drm: its DRM descriptor
 * @vm: its VM
 * @ready: all of it is bound
 * @move: an object of either kind is evicted and brought back without pause
 * @sweeps: numbers that the CPU has stored
 * @jobs: jobs that are done
 * @moves: evictions
 * @error: what ended it, a negative error number
 */
struct sweep {
	pid_t pid;
	int drm;
	__u32 vm;
	atomic_bool ready, move;
	atomic_ulong sweeps, jobs, moves;
	atomic_int error;
};

/**
 * struct sweep_count - words that were compared, and pairs that cannot be of one moment
 */
struct sweep_count {
	unsigned long cpu, cpu_torn;
	unsigned long engine, engine_torn;
};

/* Fail the running test when it does not start, or ended by itself. */
struct sweep *sweep_start(void);
void sweep_stop(struct sweep *sweep);
/* Ends it, whatever became of it. */
void sweep_kill(struct sweep *sweep);

/* Compares the bytes of SWEEP_WINDOW at SWEEP_ADDR, and adds to @count. */
void sweep_check(const void *window, struct sweep_count *count);

#endif
