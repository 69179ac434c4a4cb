// SPDX-License-Identifier: GPL-2.0-or-later
/* drmsnoop doctor */

#include <getopt.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include "command.h"
#include "doctor.h"
#include "json.h"

enum { KEY_JSON = 0x100 };

static const struct option_spec options[] = {
	{ KEY_JSON, "json", NULL, "print JSON" },
	{ 0 }
};

static const char *const states[] = {
	[CHECK_OK] = "ok",
	[CHECK_WARN] = "warn",
	[CHECK_FAIL] = "fail",
};

void checkup_add(struct checkup *checkup, const char *name,
		 enum check_state state, const char *cure, const char *format,
		 ...)
{
	struct check *check, *grown;
	va_list args;

	grown = realloc(checkup->checks,
			(checkup->count + 1) * sizeof(*grown));
	if (!grown)
		die(&doctor_command, "out of memory");
	checkup->checks = grown;
	check = &grown[checkup->count++];
	check->name = name;
	check->state = state;
	check->cure = cure ? strdup(cure) : NULL;
	va_start(args, format);
	if (vasprintf(&check->text, format, args) < 0 || (cure && !check->cure))
		die(&doctor_command, "out of memory");
	va_end(args);
}

bool checkup_usable(const struct checkup *checkup)
{
	size_t i;

	for (i = 0; i < checkup->count; i++)
		if (checkup->checks[i].state == CHECK_FAIL)
			return false;
	return true;
}

static void print_json(const struct checkup *checkup, FILE *out)
{
	struct json_object *list = json_object_new_array();
	struct json_object *value = json_object_new_object();
	struct json_object *item;
	size_t i;

	for (i = 0; i < checkup->count; i++) {
		const struct check *check = &checkup->checks[i];

		item = json_object_new_object();
		json_object_object_add(item, "name",
				       json_object_new_string(check->name));
		json_object_object_add(item, "state",
				       json_object_new_string(states[check->state]));
		json_object_object_add(item, "text", json_text(check->text));
		json_object_object_add(item, "cure",
				       check->cure ? json_text(check->cure) : NULL);
		json_object_array_add(list, item);
	}
	json_object_object_add(value, "usable",
			       json_object_new_boolean(checkup_usable(checkup)));
	json_object_object_add(value, "checks", list);
	json_print(out, value);
	fputc('\n', out);
}

void checkup_print(const struct checkup *checkup, FILE *out, bool json)
{
	size_t i;

	if (json) {
		print_json(checkup, out);
		return;
	}
	for (i = 0; i < checkup->count; i++) {
		const struct check *check = &checkup->checks[i];

		fprintf(out, "%-4s  %-8s  %s\n", states[check->state],
			check->name, check->text);
		if (check->cure)
			fprintf(out, "                -> %s\n", check->cure);
	}
	fprintf(out, "\ndrmsnoop %s here\n", checkup_usable(checkup) ?
		"can be used" : "cannot be used");
}

void checkup_free(struct checkup *checkup)
{
	size_t i;

	for (i = 0; i < checkup->count; i++) {
		free(checkup->checks[i].text);
		free(checkup->checks[i].cure);
	}
	free(checkup->checks);
	memset(checkup, 0, sizeof(*checkup));
}

static int run(int argc, char **argv)
{
	struct checkup checkup = { 0 };
	const char *value;
	bool json = false;
	int key, status;

	while ((key = option_next(&doctor_command, argc, argv, &value)) != -1)
		if (key == KEY_JSON)
			json = true;
	no_more_arguments(&doctor_command, argc, argv, optind);

	check_kernel(&checkup);
	check_cards(&checkup);
	check_helpers(&checkup);
	checkup_print(&checkup, stdout, json);
	status = checkup_usable(&checkup) ? 0 : STATUS_RUNTIME;
	checkup_free(&checkup);
	return status;
}

const struct command doctor_command = {
	.name = "doctor",
	.args = "[OPTIONS]",
	.summary = "Say what works on this machine, what does not, and the cure",
	.options = options,
	.run = run,
};
