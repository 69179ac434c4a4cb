/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef BENCH_MEASURE_H
#define BENCH_MEASURE_H

#include <stdbool.h>
#include <stddef.h>

/**
 * DOC: how the benchmark measures
 *
 * Machines and emulators are noisy, and what is to be known is a ratio. So the
 * contenders of one group take turns in batches of a few milliseconds, for many
 * rounds; each round gives one ratio of each pair, and of all ratios the median
 * counts. A disturbance that lasts longer than a round hits both sides, one
 * that is shorter spoils a round that the median ignores.
 */

/**
 * struct bench_contender - one way of doing something
 * @name: Short name, for the table; unique in its group.
 * @run: Does the thing @count times; ends the program if it fails.
 * @arg: For @run.
 * @prepare: Done before each batch, which is one operation then, and not measured; NULL
 *	if there is nothing to do.
 * @batch: Operations in one batch; chosen by bench_measure().
 * @samples: Nanoseconds an operation, one for each round; owned by the group.
 */
struct bench_contender {
	const char *name;
	void (*run)(void *arg, unsigned int count);
	void *arg;
	void (*prepare)(void *arg);
	unsigned int batch;
	double *samples;
};

/* Most contenders in one group. */
#define BENCH_MAX_CONTENDERS	16

/**
 * struct bench_group - contenders that take turns
 * @name: Name of the group, for the table.
 * @bytes: Bytes that one operation moves; 0 if that says nothing.
 * @count: Elements of @contender.
 * @rounds: Rounds that were measured.
 * @contender: The contenders.
 */
struct bench_group {
	const char *name;
	size_t bytes;
	unsigned int count;
	unsigned int rounds;
	struct bench_contender contender[BENCH_MAX_CONTENDERS];
};

/**
 * struct bench_stat - median and quartiles
 */
struct bench_stat {
	double q1;
	double median;
	double q3;
};

void bench_add(struct bench_group *group, const char *name,
	       void (*run)(void *arg, unsigned int count), void *arg);
void bench_add_prepared(struct bench_group *group, const char *name,
			void (*prepare)(void *arg), void (*run)(void *arg, unsigned int count),
			void *arg);
void bench_measure(struct bench_group *group, unsigned int rounds);
void bench_group_fini(struct bench_group *group);

const struct bench_contender *bench_find(const struct bench_group *group, const char *name);
struct bench_stat bench_time(const struct bench_group *group, const char *name);
struct bench_stat bench_ratio(const struct bench_group *group, const char *name,
			      const char *reference);

#endif
