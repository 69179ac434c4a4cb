/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef BENCH_REPORT_H
#define BENCH_REPORT_H

#include <stdbool.h>

#include "measure.h"

/**
 * struct bench_limit - what is promised
 * @what: The promise in words.
 * @group: Group that it is about.
 * @contender: The contender of ours.
 * @reference: The one that it is compared with; NULL: a millisecond.
 * @max: Largest ratio of times that keeps the promise.
 */
struct bench_limit {
	const char *what;
	const struct bench_group *group;
	const char *contender;
	const char *reference;
	double max;
};

void report_group(const struct bench_group *group, const char *reference);
void report_limits(const struct bench_limit *limits, unsigned int count);
void report_json(const struct bench_group *const *groups, unsigned int group_count,
		 const struct bench_limit *limits, unsigned int limit_count);
struct bench_stat report_ratio(const struct bench_limit *limit);
bool report_kept(const struct bench_limit *limit);

#endif
