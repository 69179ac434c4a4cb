// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * The BTF parser on inputs that are made from blobs by chance, always the same ones:
 * input N depends on N alone. tests/fuzz/fuzz-btf.c judges. See usage() for what to do
 * with one that fails.
 * timeout: 300
 */
#include <linux/types.h>
#include <err.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>
#include <cmocka.h>

#include <linux/btf.h>
#include <sanitizer/common_interface_defs.h>

#include "btf.h"
#include "btf-seeds.h"
#include "fuzz-btf.h"

#define INPUTS		100000ul
#define FAN_INPUTS	6ul		/* of the seed that takes long */
#define MAX_CHANGES	3u		/* of one blob */
#define MAX_SHIFT	4u		/* bytes that a change can add */
#define MAX_SECONDS	60		/* for one input, far above what any needs */
#define HEADER_WORDS	(sizeof(struct btf_header) / 4)

static const struct seed *seeds;
static unsigned int seed_count;

struct input {
	u8 *data;
	size_t len;
};

/* --- chance ------------------------------------------------------------ */

static u64 chance_state;

static void chance_start(u64 n)
{
	chance_state = n * 0x9e3779b97f4a7c15 + 0xbf58476d1ce4e5b9;
}

/* xorshift64*; from 0 to limit - 1 */
static u32 chance(u32 limit)
{
	chance_state ^= chance_state >> 12;
	chance_state ^= chance_state << 25;
	chance_state ^= chance_state >> 27;
	return (chance_state * 0x2545f4914f6cdd1d >> 32) % limit;
}

/* --- inputs ------------------------------------------------------------ */

static u32 get_word(const u8 *raw, size_t index)
{
	u32 word;

	memcpy(&word, raw + 4 * index, sizeof(word));
	return word;
}

static void put_word(u8 *raw, size_t index, u32 word)
{
	memcpy(raw + 4 * index, &word, sizeof(word));
}

/* A number that something in a blob might be, and should not */
static u32 odd_number(size_t len)
{
	static const u32 numbers[] = {
		0, 1, 2, 3, 4, 7, 8, 9, 12, 31, 32, 64, 0xff, 0x100, 0xffff, 0x10000, 0xfffff,
		0x100000, 0xffffff, 0x1000000, 0x7ffffff8, 0x7fffffff, 0x80000000, 0xfffffff8,
		0xffffffff,
	};

	switch (chance(5)) {
	case 0:
		return len + chance(9) - 4;
	case 1:		/* an id, or the offset of a string */
		return chance(80);
	case 2:
		return (u32)BTF_MAGIC << 8 * chance(3);
	case 3:		/* another kind of type */
		return chance(2) << 31 | chance(32) << 24 | chance(6);
	default:
		return numbers[chance(sizeof(numbers) / sizeof(numbers[0]))];
	}
}

/* The end of a section is moved, and what is behind it with it. */
static void cut(u8 *raw, size_t *len)
{
	struct btf_header h;
	u32 types, strings;

	memcpy(&h, raw, sizeof(h));
	if (h.hdr_len != sizeof(h) || h.type_off || h.str_off != h.type_len ||
	    (u64)h.str_off + h.str_len + sizeof(h) > *len) {
		*len = sizeof(h) + chance(*len - sizeof(h) + 1);
		return;
	}
	types = chance(2) ? h.type_len : chance(h.type_len / 4 + 1) * 4;
	strings = chance(2) ? h.str_len : chance(h.str_len + 1);
	memmove(raw + sizeof(h) + types, raw + sizeof(h) + h.str_off, strings);
	h.type_len = types;
	h.str_off = types;
	h.str_len = strings;
	memcpy(raw, &h, sizeof(h));
	*len = sizeof(h) + types + strings;
}

/* Some bytes between the header and the sections, of which the header tells. */
static void shift(u8 *raw, size_t *len)
{
	u32 by = 1 + chance(MAX_SHIFT);

	memmove(raw + sizeof(struct btf_header) + by, raw + sizeof(struct btf_header),
		*len - sizeof(struct btf_header));
	memset(raw + sizeof(struct btf_header), 0, by);
	put_word(raw, 2, get_word(raw, 2) + by);
	put_word(raw, 4, get_word(raw, 4) + by);
	*len += by;
}

static void mutate(u8 *raw, size_t *len)
{
	size_t words = *len / 4, at;

	if (words <= HEADER_WORDS)
		return;
	at = HEADER_WORDS + chance(words - HEADER_WORDS);
	switch (chance(10)) {
	case 0:
		raw[chance(*len)] ^= 1 << chance(8);
		break;
	case 1:
		raw[chance(*len)] = chance(256);
		break;
	case 2:
		put_word(raw, chance(HEADER_WORDS), odd_number(*len));
		break;
	case 3:		/* an offset or length, a little off */
		at = 1 + chance(HEADER_WORDS - 1);
		put_word(raw, at, get_word(raw, at) + chance(9) - 4);
		break;
	case 4:
		put_word(raw, at, get_word(raw, at) + chance(9) - 4);
		break;
	case 5:
		put_word(raw, at, get_word(raw, HEADER_WORDS + chance(words - HEADER_WORDS)));
		break;
	case 6:
		if (chance(8))
			cut(raw, len);
		else
			*len = chance(*len + 1);
		break;
	case 7:
		shift(raw, len);
		break;
	default:
		put_word(raw, at, odd_number(*len));
		break;
	}
}

/* A copy of the blob, with @times changes */
static void append(struct input *in, const u8 *blob, size_t len, u32 times)
{
	u8 *raw = in->data + in->len;

	if (!len)
		return;
	memcpy(raw, blob, len);
	while (times--)
		mutate(raw, &len);
	in->len += len;
}

/* Makes input @n of @seed, whose blobs are changed up to MAX_CHANGES times. */
static struct input make_input(unsigned long n, unsigned int seed)
{
	const struct seed *base = &seeds[seed], *module = base;
	u32 in_base, in_module, base_len;
	struct input in;

	chance_start(n);
	/* the module of another base: all its ids and strings lie */
	if (!chance(8))
		module = &seeds[chance(seed_count)];
	in_base = chance(MAX_CHANGES + !module->module_len);
	in_module = chance(MAX_CHANGES + 1);
	in.data = malloc(4 + base->base_len + module->module_len + 2 * MAX_CHANGES * MAX_SHIFT);
	in.len = 4;
	append(&in, base->base, base->base_len, in_base);
	base_len = in.len - 4;
	put_word(in.data, 0, base_len);
	append(&in, module->module, module->module_len, in_module);
	return in;
}

/* --- runs -------------------------------------------------------------- */

/* What runs, for who has to tell when it does not come back */
static unsigned long current;
static unsigned int current_seed;

static void tell(void)
{
	fprintf(stderr, "# input %lu of %s: test-fuzz-btf --input %s %lu writes it\n", current,
		seeds[current_seed].name, seeds[current_seed].name, current);
}

static void on_signal(int number)
{
	tell();
	fprintf(stderr, "# %s\n", number == SIGALRM ? "takes too long" : strsignal(number));
	_exit(1);
}

static void run(unsigned int seed, unsigned long n)
{
	struct input in = make_input(n, seed);

	current = n;
	current_seed = seed;
	alarm(MAX_SECONDS);
	LLVMFuzzerTestOneInput(in.data, in.len);
	alarm(0);
	free(in.data);
}

/* cmocka has handlers of its own during a test */
static void start(void)
{
	signal(SIGSEGV, on_signal);
	signal(SIGALRM, on_signal);
	signal(SIGABRT, on_signal);
	fuzz_accepted = 0;
	fuzz_refused = 0;
	fuzz_answered = 0;
}

/* They are right, so everything in them is reached. */
static void test_seeds(void **state)
{
	unsigned int i;

	for (i = 0; i < seed_count; i++) {
		const struct seed *s = &seeds[i];
		struct input in = { .data = malloc(4 + s->base_len + s->module_len), .len = 4 };

		start();
		put_word(in.data, 0, s->base_len);
		append(&in, s->base, s->base_len, 0);
		append(&in, s->module, s->module_len, 0);
		LLVMFuzzerTestOneInput(in.data, in.len);
		assert_int_equal(fuzz_accepted, 1 + !!s->module_len);
		assert_true(fuzz_answered > 0);
		free(in.data);
	}
}

static void test_inputs(void **state)
{
	unsigned long n;

	start();
	for (n = 0; n < INPUTS; n++)
		run(n % (seed_count - 1), n);
	print_message("# %lu inputs: %lu blobs accepted, %lu refused, %lu answers\n", n,
		      fuzz_accepted, fuzz_refused, fuzz_answered);
	/* neither all nothing but wrong, nor all nearly right */
	assert_true(fuzz_accepted > INPUTS / 5);
	assert_true(fuzz_refused > INPUTS / 5);
	assert_true(fuzz_answered > INPUTS);
}

static void test_fan(void **state)
{
	unsigned long n;

	start();
	for (n = 0; n < FAN_INPUTS; n++)
		run(seed_count - 1, n);
}

/* A base with @count types, all of them void's pointers, and a module with one more */
static void run_many(u32 count, u32 more)
{
	const struct btf_header right = {
		.magic = BTF_MAGIC, .version = BTF_VERSION, .hdr_len = sizeof(right),
	};
	struct btf_header h[2] = { right, right };
	size_t size[2];
	u8 *data, *p;
	u32 i, part;

	for (part = 0; part < 2; part++) {
		h[part].type_len = 12 * (part ? more : count);
		h[part].str_off = h[part].type_len;
		h[part].str_len = !part;
		size[part] = sizeof(right) + h[part].type_len + !part;
	}
	data = calloc(4 + size[0] + size[1], 1);
	put_word(data, 0, size[0]);
	for (part = 0, p = data + 4; part < 2; p += size[part++]) {
		memcpy(p, &h[part], sizeof(right));
		for (i = 0; i < h[part].type_len; i += 12)
			put_word(p + sizeof(right) + i, 1, BTF_KIND_PTR << 24);
	}
	LLVMFuzzerTestOneInput(data, 4 + size[0] + size[1]);
	free(data);
}

static void test_huge(void **state)
{
	const u32 most = SNOOP_BTF_MAX_TYPES - 1;

	start();
	run_many(most - 1, 1);
	assert_int_equal(fuzz_accepted, 2);
	assert_int_equal(fuzz_refused, 1);	/* a third upon both */
	start();
	run_many(most - 1, 2);
	run_many(most + 1, 0);
	assert_int_equal(fuzz_accepted, 1);
	assert_int_equal(fuzz_refused, 2);
}

/* A blob of @len bytes, of which the parser needs 25 */
static void run_long(size_t len)
{
	const struct btf_header h = {
		.magic = BTF_MAGIC, .version = BTF_VERSION, .hdr_len = sizeof(h), .str_len = 1,
	};
	u8 *data = calloc(4 + len, 1);

	put_word(data, 0, len);
	memcpy(data + 4, &h, sizeof(h));
	LLVMFuzzerTestOneInput(data, 4 + len);
	free(data);
}

static void test_long(void **state)
{
	start();
	run_long(SNOOP_BTF_MAX_LEN);
	assert_int_equal(fuzz_accepted, 1);
	run_long(SNOOP_BTF_MAX_LEN + 1);
	assert_int_equal(fuzz_accepted, 1);
	assert_int_equal(fuzz_refused, 1);
}

/* --- by hand ----------------------------------------------------------- */

static void usage(FILE *f)
{
	fputs("Usage: test-fuzz-btf [FILE...]\n"
	      "       test-fuzz-btf --input SEED N    write input N of SEED to standard output\n"
	      "       test-fuzz-btf --corpus DIR      write the seeds as inputs to DIR\n"
	      "\n"
	      "Without an argument the test runs; with FILEs these inputs do.\n", f);
}

static unsigned int find_seed(const char *name)
{
	unsigned int i;

	for (i = 0; i < seed_count; i++)
		if (!strcmp(seeds[i].name, name))
			return i;
	errx(2, "no seed '%s'", name);
}

static void run_file(const char *path)
{
	struct stat st;
	FILE *f = fopen(path, "r");
	u8 *data;

	if (!f || fstat(fileno(f), &st))
		err(1, "%s", path);
	data = malloc(st.st_size + 1);
	if (fread(data, 1, st.st_size, f) != (size_t)st.st_size)
		err(1, "%s", path);
	LLVMFuzzerTestOneInput(data, st.st_size);
	free(data);
	fclose(f);
}

static void write_file(const char *path, const struct input *in)
{
	FILE *f = path ? fopen(path, "w") : stdout;

	if (!f || fwrite(in->data, 1, in->len, f) != in->len || fflush(f))
		err(1, "%s", path ? path : "standard output");
	if (path)
		fclose(f);
}

static void write_corpus(const char *dir)
{
	char path[4096];
	unsigned int i;

	for (i = 0; i < seed_count - 1; i++) {
		struct input in = { .data = malloc(4 + seeds[i].base_len + seeds[i].module_len),
				    .len = 4 };

		put_word(in.data, 0, seeds[i].base_len);
		append(&in, seeds[i].base, seeds[i].base_len, 0);
		append(&in, seeds[i].module, seeds[i].module_len, 0);
		snprintf(path, sizeof(path), "%s/%s", dir, seeds[i].name);
		write_file(path, &in);
		free(in.data);
	}
}

static int by_hand(int argc, char **argv)
{
	int i, status = 0;

	if (!strcmp(argv[1], "--help")) {
		usage(stdout);
	} else if (!strcmp(argv[1], "--input") && argc == 4) {
		struct input in = make_input(strtoul(argv[3], NULL, 0), find_seed(argv[2]));

		write_file(NULL, &in);
		free(in.data);
	} else if (!strcmp(argv[1], "--corpus") && argc == 3) {
		write_corpus(argv[2]);
	} else if (argv[1][0] != '-') {
		for (i = 1; i < argc; i++)
			run_file(argv[i]);
	} else {
		usage(stderr);
		status = 2;
	}
	return status;
}

int main(int argc, char **argv)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_seeds),
		cmocka_unit_test(test_inputs),
		cmocka_unit_test(test_fan),
		cmocka_unit_test(test_huge),
		cmocka_unit_test(test_long),
	};

	seed_count = btf_seeds(&seeds);
	if (argc > 1)
		return by_hand(argc, argv);
	__sanitizer_set_death_callback(tell);
	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
