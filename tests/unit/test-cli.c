// SPDX-License-Identifier: GPL-2.0-or-later
/* drmsnoop: numbers, dumps, tables, text and JSON. */

#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#include "dump.h"
#include "fake-kernel.h"
#include "json.h"
#include "number.h"
#include "table.h"
#include "text.h"

static void number_is(const char *text, uint64_t want)
{
	uint64_t value = ~want;

	assert_int_equal(number_parse(text, UINT64_MAX, &value), 0);
	assert_true(value == want);
}

static void number_fails(const char *text, int error)
{
	uint64_t value = 12345;

	if (number_parse(text, UINT64_MAX, &value) != -error)
		fail_msg("'%s' is not refused with %d", text, error);
	assert_int_equal(value, 12345);
}

static void numbers(void **state)
{
	uint64_t value;

	number_is("0", 0);
	number_is("42", 42);
	number_is("010", 10);
	number_is("0x10", 16);
	number_is("0XfF", 255);
	number_is("4K", 4096);
	number_is("4k", 4096);
	number_is("0x10K", 16384);
	number_is("3M", 3 << 20);
	number_is("2G", 2ULL << 30);
	number_is("1T", 1ULL << 40);
	number_is("16777215T", 16777215ULL << 40);
	number_is("18446744073709551615", UINT64_MAX);
	number_is("0xffffffffffffffff", UINT64_MAX);
	number_is("0xffff800000001000", 0xffff800000001000);

	number_fails("", EINVAL);
	number_fails("0x", EINVAL);
	number_fails("x10", EINVAL);
	number_fails("-1", EINVAL);
	number_fails("+1", EINVAL);
	number_fails(" 1", EINVAL);
	number_fails("1 ", EINVAL);
	number_fails("1KB", EINVAL);
	number_fails("1KK", EINVAL);
	number_fails("K", EINVAL);
	number_fails("1.5K", EINVAL);
	number_fails("12f", EINVAL);
	number_fails("1_000", EINVAL);
	number_fails("0x-1", EINVAL);
	number_fails("0x0x1", EINVAL);
	number_fails("18446744073709551616", ERANGE);
	number_fails("99999999999999999999999", ERANGE);
	number_fails("0x10000000000000000", ERANGE);
	number_fails("16777216T", ERANGE);
	number_fails("0xffffffffffffffffK", ERANGE);

	assert_int_equal(number_parse("256", 255, &value), -ERANGE);
	assert_int_equal(number_parse("255", 255, &value), 0);
}

static void sizes(void **state)
{
	char text[NUMBER_HUMAN_SIZE];

	assert_string_equal(number_human(0, text), "0");
	assert_string_equal(number_human(1023, text), "1023");
	assert_string_equal(number_human(1024, text), "1K");
	assert_string_equal(number_human(1536, text), "1.5K");
	assert_string_equal(number_human((1 << 20) - 1, text), "1023.9K");
	assert_string_equal(number_human(1 << 20, text), "1M");
	assert_string_equal(number_human(UINT64_MAX, text), "15.9E");
}

/* What a dump of pieces looks like; the caller frees it. */
static char *dump_text(uint64_t offset, bool all,
		       const struct drmsnoop_piece *pieces, size_t count)
{
	struct dump dump;
	char *text;
	size_t size, i;
	FILE *out = open_memstream(&text, &size);

	dump_begin(&dump, out, offset, all);
	for (i = 0; i < count; i++)
		dump_piece(&dump, &pieces[i]);
	dump_end(&dump);
	fclose(out);
	return text;
}

/* Compare with the real hexdump: offset @skip is reached by a sparse file. */
static void same_as_hexdump(const unsigned char *data, size_t size,
			    uint64_t skip, bool all)
{
	char name[] = "/tmp/drmsnoop-dump.XXXXXX", command[128], *got;
	struct drmsnoop_piece pieces[3];
	static char want[1 << 16];
	int fd = mkstemp(name);
	size_t len;
	FILE *pipe;

	assert_true(fd >= 0);
	assert_int_equal(pwrite(fd, data, size, skip), size);
	close(fd);
	snprintf(command, sizeof(command), "hexdump -C %s -s %llu %s",
		 all ? "-v" : "", (unsigned long long)skip, name);
	pipe = popen(command, "r");
	assert_non_null(pipe);
	len = fread(want, 1, sizeof(want) - 1, pipe);
	want[len] = '\0';
	assert_int_equal(pclose(pipe), 0);
	unlink(name);

	/* In three pieces, none a multiple of a line. */
	pieces[0] = (struct drmsnoop_piece){ skip, 5, data, 0, NULL };
	pieces[1] = (struct drmsnoop_piece){ skip + 5, 30, data + 5, 0, NULL };
	pieces[2] = (struct drmsnoop_piece){ skip + 35, size - 35, data + 35, 0,
					      NULL };
	got = dump_text(skip, all, pieces, 3);
	assert_string_equal(got, want);
	free(got);
}

static void dump_like_hexdump(void **state)
{
	unsigned char data[300];
	size_t i;

	for (i = 0; i < sizeof(data); i++)
		data[i] = i;
	same_as_hexdump(data, 256, 0, false);
	same_as_hexdump(data, 257, 0x1003, false);
	same_as_hexdump(data, 300, 0x123456780, false);
	/* equal lines in the middle and at the end, whole and partly */
	memset(data + 32, 0xaa, 200);
	same_as_hexdump(data, 300, 0, false);
	same_as_hexdump(data, 224, 0, false);
	same_as_hexdump(data, 230, 0, false);
	same_as_hexdump(data, 300, 7, true);
}

static void dump_holes(void **state)
{
	static const unsigned char zeros[64], letters[] = "abcdefgh";
	const struct drmsnoop_piece pieces[] = {
		{ 0x1000, 32, zeros, 0, NULL },
		{ 0x1020, 0x1000, NULL, DRMSNOOP_HOLE_UNBOUND, NULL },
		{ 0x2020, 48, zeros, 0, NULL },
		{ 0x2050, 3, letters, 0, NULL },
		{ 0x2053, 16, NULL, DRMSNOOP_HOLE_UNREADABLE, "why" },
		{ 0x2063, 2, letters, 0, NULL },
	};
	static const char want[] =
		"00001000  00 00 00 00 00 00 00 00  00 00 00 00 00 00 00 00  |................|\n"
		"*\n"
		"00001020  hole of 0x1000 bytes: unbound\n"
		"00002020  00 00 00 00 00 00 00 00  00 00 00 00 00 00 00 00  |................|\n"
		"*\n"
		"00002050  61 62 63                                          |abc|\n"
		"00002053  hole of 0x10 bytes: unreadable: why\n"
		"00002063  61 62                                             |ab|\n"
		"00002065\n";
	char *text = dump_text(0x1000, false, pieces, 6);

	assert_string_equal(text, want);
	free(text);
}

static void cleaned(const char *text, const char *want)
{
	char *clean = text_clean(text);

	assert_string_equal(clean, want);
	free(clean);
}

static void texts(void **state)
{
	cleaned("", "");
	cleaned("plain", "plain");
	cleaned("a\nb\tc\x1b[0m\x7f", "a?b?c?[0m?");
	cleaned("gr\xc3\xbc\xc3\x9f \xe2\x82\xac \xf0\x9f\x90\xa7",
		"gr\xc3\xbc\xc3\x9f \xe2\x82\xac \xf0\x9f\x90\xa7");
	/* C1 controls, overlong, surrogate, too large, cut off */
	cleaned("\xc2\x9b", "??");
	cleaned("\xc0\xaf", "??");
	cleaned("\xe0\x80\xaf", "???");
	cleaned("\xed\xa0\x80", "???");
	cleaned("\xf4\x90\x80\x80", "????");
	cleaned("x\xe2\x82", "x??");
	cleaned("\xff", "?");
}

static void tables(void **state)
{
	static const char *const names[] = { "PID", "COMM", "SIZE" };
	static const bool right[] = { true, false, true };
	struct table table = { .columns = 3, .names = names, .right = right };
	const size_t all[] = { 0, 1, 2 }, two[] = { 2, 1 };
	char *text;
	size_t size;
	FILE *out;

	assert_int_equal(table_add(&table, (const char *[]){ "7", "\xc3\xa4\n", "10" }), 0);
	assert_int_equal(table_add(&table, (const char *[]){ "12345", "editor", NULL }), 0);

	out = open_memstream(&text, &size);
	table_print(&table, out, all, 3, true);
	fputs("--\n", out);
	table_print(&table, out, two, 2, false);
	fclose(out);
	assert_string_equal(text,
			    "  PID COMM   SIZE\n"
			    "    7 \xc3\xa4?       10\n"
			    "12345 editor    -\n"
			    "--\n"
			    "10 \xc3\xa4?\n"
			    " - editor\n");
	free(text);
	table_free(&table);
}

static void json_is(struct json_object *value, const char *want)
{
	assert_string_equal(json_object_to_json_string_ext(value,
							   JSON_C_TO_STRING_PLAIN),
			    want);
	json_object_put(value);
}

static void jsons(void **state)
{
	static const struct drm_snoop_object object = {
		.object_id = 0xfedcba9876543210,
		.size = 0xffffffffffffffff,
		.handle = 4,
		.kind = DRM_SNOOP_OBJECT_TTM,
		.placement = DRM_SNOOP_PLACEMENT_TT,
		.flags = DRM_SNOOP_READABLE | DRM_SNOOP_IMPORTED |
			 DRM_SNOOP_EXPORTED | DRM_SNOOP_PURGED,
		.path = DRM_SNOOP_PATH_DMABUF,
	};
	static const struct drm_snoop_object large = {
		.path = DRM_SNOOP_PATH_NONE,
		.error = EFBIG,
	};
	struct drm_snoop_range range = {
		.start = 0xffff00000000,
		.end = 1ULL << 48,
		.object_id = 0xfedcba9876543210,
		.object_offset = 0x1000,
		.object_size = 0x2000,
		.generation = 0x8000000000000001,
		.kind = DRM_SNOOP_RANGE_OBJECT,
		.placement = DRM_SNOOP_PLACEMENT_VRAM,
		.flags = DRM_SNOOP_READABLE,
	};
	struct drm_snoop_vm vm = { .vm_id = 1, .end = 1ULL << 48 };
	struct drmsnoop_objects *objects;
	struct drmsnoop *snoop;

	json_is(json_hex(UINT64_MAX), "\"0xffffffffffffffff\"");
	json_is(json_text("a\"\xff"), "\"a\\\"?\"");
	json_is(json_flags(0), "[]");
	/* a name that fills its array has no NUL */
	memset(vm.name, 'n', sizeof(vm.name));
	json_is(json_vm(&vm), "{\"vm\":1,\"name\":\"nnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnn\",\"start\":\"0x0\",\"end\":\"0x1000000000000\"}");
	json_is(json_bo(&object), "{\"handle\":4,\"object\":\"0xfedcba9876543210\",\"kind\":\"ttm\",\"placement\":\"tt\",\"flags\":[\"readable\",\"imported\",\"exported\",\"purged\"],\"size\":18446744073709551615,\"path\":\"dma-buf\",\"reason\":null}");
	json_is(json_bo(&large), "{\"handle\":0,\"object\":\"0x0\",\"kind\":\"other\",\"placement\":\"unknown\",\"flags\":[],\"size\":0,\"path\":\"none\",\"reason\":\"EFBIG: larger than 256 MiB, and it would be mapped as a whole\"}");

	fake_kernel.objects = &object;
	fake_kernel.object_count = 1;
	assert_int_equal(dsn_handle_new(dup(0), false, &fake_backend, &snoop), 0);
	assert_int_equal(drmsnoop_objects_get(snoop, FAKE_CLIENT, &objects), 0);
	json_is(json_range(&range, objects, NULL), "{\"start\":\"0xffff00000000\",\"end\":\"0x1000000000000\",\"kind\":\"object\",\"placement\":\"vram\",\"flags\":[\"readable\"],\"handle\":4,\"object\":\"0xfedcba9876543210\",\"offset\":\"0x1000\",\"object_size\":8192,\"generation\":\"0x8000000000000001\",\"reason\":null}");
	range.object_id = 0;
	range.kind = DRM_SNOOP_RANGE_USERPTR;
	range.flags = DRM_SNOOP_READ_ONLY | DRM_SNOOP_WRITABLE;
	json_is(json_range(&range, NULL, "no"), "{\"start\":\"0xffff00000000\",\"end\":\"0x1000000000000\",\"kind\":\"userptr\",\"placement\":\"vram\",\"flags\":[\"writable\",\"read-only\"],\"handle\":null,\"object\":null,\"offset\":\"0x1000\",\"object_size\":8192,\"generation\":\"0x8000000000000001\",\"reason\":\"no\"}");
	drmsnoop_objects_free(objects);
	drmsnoop_close(snoop);
}

static void json_in_pieces(void **state)
{
	char *text;
	size_t size;
	FILE *out = open_memstream(&text, &size);
	struct json_object *value;

	value = json_object_new_object();
	json_object_object_add(value, "vm", json_object_new_int(1));
	json_print_open(out, value);
	fputs(",\"ranges\":[", out);
	json_print(out, json_hex(1));
	fputs("]}", out);
	fclose(out);
	assert_string_equal(text, "{\"vm\":1,\"ranges\":[\"0x1\"]}");
	value = json_tokener_parse(text);
	assert_non_null(value);
	json_object_put(value);
	free(text);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(numbers),
		cmocka_unit_test(sizes),
		cmocka_unit_test(dump_like_hexdump),
		cmocka_unit_test(dump_holes),
		cmocka_unit_test(texts),
		cmocka_unit_test(tables),
		cmocka_unit_test(jsons),
		cmocka_unit_test(json_in_pieces),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
