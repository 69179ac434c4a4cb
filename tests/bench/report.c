// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Results as a table and as JSON.
 */

#include <err.h>
#include <stdio.h>

#include <json-c/json.h>

#include "report.h"

/* Bytes in a nanosecond as MiB in a second. */
static double mib_per_s(const struct bench_group *group, double ns)
{
	return group->bytes / ns * 1e9 / (1024 * 1024);
}

/**
 * report_group - print one group as a table
 * @group: The group, measured.
 * @reference: Contender that the others are compared with.
 *
 * Times are microseconds an operation; the ratio is that of the times, so less
 * is faster.
 */
void report_group(const struct bench_group *group, const char *reference)
{
	unsigned int i;

	printf("\n%s (%u rounds)\n", group->name, group->rounds);
	printf("  %-30s %9s %9s %9s  %9s  %s %s\n", "", "q1 us", "median us", "q3 us",
	       group->bytes >= 4096 ? "MiB/s" : "", "time /", reference);
	for (i = 0; i < group->count; i++) {
		const char *name = group->contender[i].name;
		struct bench_stat t = bench_time(group, name);
		struct bench_stat r = bench_ratio(group, name, reference);
		char rate[32] = "";

		if (group->bytes >= 4096)
			snprintf(rate, sizeof(rate), "%.0f", mib_per_s(group, t.median));
		printf("  %-30s %9.3f %9.3f %9.3f  %9s  %.3f (%.3f .. %.3f)\n", name,
		       t.q1 / 1e3, t.median / 1e3, t.q3 / 1e3, rate, r.median, r.q1, r.q3);
	}
}

/**
 * report_ratio - what a promise is about
 * @limit: The promise.
 *
 * Return: ratios of times, or milliseconds if nothing is compared.
 */
struct bench_stat report_ratio(const struct bench_limit *limit)
{
	struct bench_stat ratio = bench_ratio(limit->group, limit->contender, limit->reference);
	double unit = limit->reference ? 1.0 : 1e6;

	return (struct bench_stat) {
		.q1 = ratio.q1 / unit,
		.median = ratio.median / unit,
		.q3 = ratio.q3 / unit,
	};
}

/**
 * report_kept - is a promise kept?
 * @limit: The promise.
 *
 * Return: true if the median of the ratios is within the limit.
 */
bool report_kept(const struct bench_limit *limit)
{
	return report_ratio(limit).median <= limit->max;
}

/**
 * report_limits - print which promises are kept
 * @limits: Promises.
 * @count: Elements.
 */
void report_limits(const struct bench_limit *limits, unsigned int count)
{
	unsigned int i;

	printf("\nLimits\n");
	for (i = 0; i < count; i++) {
		bool kept = report_kept(&limits[i]);

		printf("  %-6s %-62s %.3f (at most %.2f)\n", kept ? "kept" : "MISSED",
		       limits[i].what, report_ratio(&limits[i]).median, limits[i].max);
	}
}

static struct json_object *json_stat(struct bench_stat stat)
{
	struct json_object *json = json_object_new_object();

	json_object_object_add(json, "q1", json_object_new_double(stat.q1));
	json_object_object_add(json, "median", json_object_new_double(stat.median));
	json_object_object_add(json, "q3", json_object_new_double(stat.q3));
	return json;
}

static struct json_object *json_group(const struct bench_group *group)
{
	struct json_object *json = json_object_new_object();
	struct json_object *list = json_object_new_array();
	unsigned int i;

	json_object_object_add(json, "name", json_object_new_string(group->name));
	json_object_object_add(json, "bytes", json_object_new_int64(group->bytes));
	json_object_object_add(json, "rounds", json_object_new_int64(group->rounds));
	for (i = 0; i < group->count; i++) {
		const char *name = group->contender[i].name;
		struct json_object *entry = json_object_new_object();

		json_object_object_add(entry, "name", json_object_new_string(name));
		json_object_object_add(entry, "batch",
				       json_object_new_int64(group->contender[i].batch));
		json_object_object_add(entry, "ns", json_stat(bench_time(group, name)));
		json_object_array_add(list, entry);
	}
	json_object_object_add(json, "contenders", list);
	return json;
}

static struct json_object *json_limit(const struct bench_limit *limit)
{
	struct json_object *json = json_object_new_object();

	json_object_object_add(json, "what", json_object_new_string(limit->what));
	json_object_object_add(json, "group", json_object_new_string(limit->group->name));
	json_object_object_add(json, "contender", json_object_new_string(limit->contender));
	json_object_object_add(json, "reference", limit->reference ?
			       json_object_new_string(limit->reference) : NULL);
	json_object_object_add(json, "ratio", json_stat(report_ratio(limit)));
	json_object_object_add(json, "max", json_object_new_double(limit->max));
	json_object_object_add(json, "kept", json_object_new_boolean(report_kept(limit)));
	return json;
}

/**
 * report_json - print everything as one JSON object
 * @groups: Groups, measured.
 * @group_count: Elements.
 * @limits: Promises.
 * @limit_count: Elements.
 *
 * ``{"groups": [{name, bytes, rounds, contenders: [{name, batch, ns}]}],
 * "limits": [{what, group, contender, reference, ratio, max, kept}]}``, where
 * ns and ratio are ``{q1, median, q3}``. Without reference (null) the ratio is
 * milliseconds.
 */
void report_json(const struct bench_group *const *groups, unsigned int group_count,
		 const struct bench_limit *limits, unsigned int limit_count)
{
	struct json_object *json = json_object_new_object();
	struct json_object *list;
	unsigned int i;

	list = json_object_new_array();
	for (i = 0; i < group_count; i++)
		json_object_array_add(list, json_group(groups[i]));
	json_object_object_add(json, "groups", list);
	list = json_object_new_array();
	for (i = 0; i < limit_count; i++)
		json_object_array_add(list, json_limit(&limits[i]));
	json_object_object_add(json, "limits", list);
	puts(json_object_to_json_string_ext(json, JSON_C_TO_STRING_PRETTY |
					    JSON_C_TO_STRING_SPACED));
	json_object_put(json);
}
