// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * The tables of drivers (kernel/adapters): what can be said about them without a driver.
 */

#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <setjmp.h>
#include <string.h>
#include <cmocka.h>

#include "adapters/driver.h"
#include "btf.h"

#define ARRAY_SIZE(a)	(sizeof(a) / sizeof((a)[0]))

static void test_names(void **state)
{
	size_t i, j;

	assert_non_null(snoop_drivers[0]);
	for (i = 0; snoop_drivers[i]; i++) {
		assert_true(snoop_drivers[i]->name && *snoop_drivers[i]->name);
		for (j = 0; j < i; j++)
			assert_string_not_equal(snoop_drivers[i]->name, snoop_drivers[j]->name);
	}
}

/* Nobody gets code that was never run without having asked for it. */
static void test_on_by_default(void **state)
{
	static const char *const run[] = { "gpusim", "panfrost", "panthor", "v3d" };
	size_t i, j, on = 0;

	for (i = 0; snoop_drivers[i]; i++) {
		if (snoop_drivers[i]->unverified)
			continue;
		for (j = 0; j < ARRAY_SIZE(run); j++)
			if (!strcmp(run[j], snoop_drivers[i]->name))
				break;
		if (j == ARRAY_SIZE(run))
			fail_msg("%s is on by default", snoop_drivers[i]->name);
		on++;
	}
	assert_int_equal(on, ARRAY_SIZE(run));
}

/* "structure.member" with a type: a member without one could be anything. */
static void test_members(void **state)
{
	const struct snoop_member *member;
	const char *dot;
	size_t i, id, count;

	for (i = 0; snoop_drivers[i]; i++) {
		count = 0;
		for (id = 0; id < SNOOP_MEMBERS; id++) {
			member = &snoop_drivers[i]->members[id];
			if (!member->spec) {
				assert_null(member->type);
				continue;
			}
			count++;
			dot = strchr(member->spec, '.');
			if (!dot || dot == member->spec || !dot[1] || !member->type ||
			    strlen(member->spec) > SNOOP_BTF_MAX_SPEC)
				fail_msg("%s: member %zu: %s", snoop_drivers[i]->name, id,
					 member->spec);
		}
		assert_true(count);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_names),
		cmocka_unit_test(test_on_by_default),
		cmocka_unit_test(test_members),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests_name("drivers", tests, NULL, NULL);
}
