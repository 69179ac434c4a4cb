// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Taking turns, and statistics of what came out.
 */

#include <err.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "measure.h"

/* Length of a batch: much longer than a look at the clock, shorter than a tick. */
#define BATCH_NS	2e6
/* Longest calibration of one contender. */
#define MAX_BATCH	(1U << 20)

static double now_ns(void)
{
	struct timespec ts;

	clock_gettime(CLOCK_MONOTONIC, &ts);
	return ts.tv_sec * 1e9 + ts.tv_nsec;
}

static double time_batch(const struct bench_contender *contender, unsigned int count)
{
	double start;

	if (contender->prepare)
		contender->prepare(contender->arg);
	start = now_ns();
	contender->run(contender->arg, count);
	return now_ns() - start;
}

/* Doubles the batch until it is long enough; warms everything up on the way. */
static void calibrate(struct bench_contender *contender)
{
	unsigned int batch = 1;

	time_batch(contender, 1);
	while (!contender->prepare && batch < MAX_BATCH && time_batch(contender, batch) < BATCH_NS)
		batch *= 2;
	contender->batch = batch;
}

/**
 * bench_add - add a contender
 * @group: Its group.
 * @name: Its name; must outlive the group.
 * @run: Does the thing a number of times.
 * @arg: For @run; must outlive bench_measure().
 */
void bench_add(struct bench_group *group, const char *name,
	       void (*run)(void *arg, unsigned int count), void *arg)
{
	if (group->count == BENCH_MAX_CONTENDERS)
		errx(1, "too many contenders in group %s", group->name);
	group->contender[group->count++] = (struct bench_contender) {
		.name = name,
		.run = run,
		.arg = arg,
	};
}

/**
 * bench_add_prepared - add a contender that can do its thing only once
 * @group: Its group.
 * @name: Its name; must outlive the group.
 * @prepare: Makes @run possible; not measured.
 * @run: Does the thing, for a count of 1.
 * @arg: For both; must outlive bench_measure().
 */
void bench_add_prepared(struct bench_group *group, const char *name,
			void (*prepare)(void *arg), void (*run)(void *arg, unsigned int count),
			void *arg)
{
	bench_add(group, name, run, arg);
	group->contender[group->count - 1].prepare = prepare;
}

/**
 * bench_measure - measure a group
 * @group: The group.
 * @rounds: Number of rounds.
 */
void bench_measure(struct bench_group *group, unsigned int rounds)
{
	unsigned int i, round;

	for (i = 0; i < group->count; i++) {
		group->contender[i].samples = calloc(rounds, sizeof(double));
		if (!group->contender[i].samples)
			err(1, "samples");
		calibrate(&group->contender[i]);
	}
	group->rounds = rounds;
	for (round = 0; round < rounds; round++) {
		for (i = 0; i < group->count; i++) {
			struct bench_contender *c = &group->contender[i];

			c->samples[round] = time_batch(c, c->batch) / c->batch;
		}
	}
}

/**
 * bench_group_fini - free what bench_measure() allocated
 * @group: The group.
 */
void bench_group_fini(struct bench_group *group)
{
	unsigned int i;

	for (i = 0; i < group->count; i++)
		free(group->contender[i].samples);
}

/**
 * bench_find - a contender by name
 * @group: The group.
 * @name: Name.
 *
 * Return: the contender; a name that is not there ends the program.
 */
const struct bench_contender *bench_find(const struct bench_group *group, const char *name)
{
	unsigned int i;

	for (i = 0; i < group->count; i++)
		if (!strcmp(group->contender[i].name, name))
			return &group->contender[i];
	errx(1, "group %s has no contender %s", group->name, name);
}

static int compare_double(const void *a, const void *b)
{
	double x = *(const double *)a, y = *(const double *)b;

	return (x > y) - (x < y);
}

/* Sorts @values. */
static struct bench_stat stat_of(double *values, unsigned int count)
{
	qsort(values, count, sizeof(*values), compare_double);
	return (struct bench_stat) {
		.q1 = values[count / 4],
		.median = values[count / 2],
		.q3 = values[count - 1 - count / 4],
	};
}

/**
 * bench_time - time of one operation
 * @group: A group that was measured.
 * @name: Contender.
 *
 * Return: nanoseconds.
 */
struct bench_stat bench_time(const struct bench_group *group, const char *name)
{
	return bench_ratio(group, name, NULL);
}

/**
 * bench_ratio - time of one contender in units of another's
 * @group: A group that was measured.
 * @name: Contender.
 * @reference: The other one; NULL: one nanosecond.
 *
 * Return: statistics of the ratios of all rounds.
 */
struct bench_stat bench_ratio(const struct bench_group *group, const char *name,
			      const char *reference)
{
	const struct bench_contender *c = bench_find(group, name);
	const struct bench_contender *ref = reference ? bench_find(group, reference) : NULL;
	double *ratios = calloc(group->rounds, sizeof(*ratios));
	struct bench_stat stat;
	unsigned int i;

	if (!ratios)
		err(1, "ratios");
	for (i = 0; i < group->rounds; i++)
		ratios[i] = c->samples[i] / (ref ? ref->samples[i] : 1.0);
	stat = stat_of(ratios, group->rounds);
	free(ratios);
	return stat;
}
