/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef TESTS_WATCH_H
#define TESTS_WATCH_H

#include <stdatomic.h>
#include <stdbool.h>

#include <linux/types.h>

/*
 * Observers that look at a target without pause while a test changes it, and
 * check each answer: threads, and processes with threads of their own.
 *
 * What is looked at are addresses [start, end) of a VM or bytes of an object.
 * Every 8-byte word there, whatever object it comes from, was stored by the
 * target as word(seed, address) with one of a few seeds.
 */

#define WATCH_SEEDS	4
#define WATCH_ERRORS	8

/* Kinds of observers; each is one thread. */
#define WATCH_READ	(1U << 0)	/* pread() of many sizes and alignments */
#define WATCH_QUERY	(1U << 1)	/* QUERY_RANGE */
#define WATCH_LIST	(1U << 2)	/* LIST of everything */
#define WATCH_SEEK	(1U << 3)	/* SEEK_DATA and SEEK_HOLE; moves the position */
#define WATCH_KINDS	4
#define WATCH_ALL	(WATCH_READ | WATCH_QUERY | WATCH_LIST | WATCH_SEEK)

/**
 * struct watch - rules for observers, and what they found
 *
 * Lives in memory that is shared with observing processes. The rules are
 * constant while observers run.
 */
struct watch {
	/* Rules */
	__u64 client_id;
	__u64 vm_id;
	/** @start: First address with content, a multiple of 8. */
	__u64 start;
	/** @end: First address after it. */
	__u64 end;
	/** @word: What the target stores at an address with a seed. */
	__u64 (*word)(unsigned int seed, __u64 address);
	unsigned int seed[WATCH_SEEDS];
	unsigned int seed_count;
	/** @torn: Words change while they are read: each byte may be old or new. */
	bool torn;
	/** @zeros: With @torn: a byte may also still be zero. */
	bool zeros;
	/** @errors: Errors that may come, positive, then 0. */
	int errors[WATCH_ERRORS];

	/* Findings */
	atomic_bool stop;
	/** @kinds: All that were started. */
	unsigned int kinds;
	/** @good: Answers with content, for each bit of the kinds. */
	atomic_ulong good[WATCH_KINDS];
	/** @refused: Answers with an error that may come. */
	atomic_ulong refused;
	atomic_bool failed;
	/** @failure: The first wrong answer. */
	char failure[256];
};

/* Words that tell their address and their seed. */
__u64 watch_word(unsigned int seed, __u64 address);
/* The same word everywhere, as the engine's fill makes it. */
__u64 watch_flat_word(unsigned int seed, __u64 address);

/* A watch without rules, or NULL. Freed by watch_free(). */
struct watch *watch_new(void);
void watch_free(struct watch *watch);

/*
 * Starts one thread for each of @kinds on the snoop file @fd, or a process that
 * does so. At most 16 threads and 4 processes.
 */
void watch_threads(struct watch *watch, int fd, unsigned int kinds);
void watch_process(struct watch *watch, int fd, unsigned int kinds);
/* Ends all observers. */
void watch_stop(struct watch *watch);
/* Ends all observers of @watch and fails the running test if one found fault. */
void watch_end(struct watch *watch);

/* Notes a wrong answer. */
__attribute__((format(printf, 2, 3)))
void watch_wrong(struct watch *watch, const char *format, ...);

/* Begins to count anew. */
void watch_reset(struct watch *watch);
/* Has each kind of observer that was started got content? */
bool watch_all_good(const struct watch *watch);

/*
 * Paces a test: true until the time is over or an observer found fault; longer
 * on a busy machine, until each kind of observer has got content. Start with
 * *@until 0.
 */
bool watch_going(struct watch *watch, unsigned int milliseconds, __u64 *until);

#endif
