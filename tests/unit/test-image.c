// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * What drmsnoop diff and find read: cores and tables of snapshots, as they are made, and as
 * somebody made them who means harm. tests/fuzz/fuzz-image.c judges.
 *
 * test-image FILE... has files of libFuzzer read again, --corpus DIR writes some for it.
 */

#include <elf.h>
#include <errno.h>
#include <fcntl.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cmocka.h>

#include "fake-kernel.h"
#include "fuzz-image.h"

#define READABLE DRM_SNOOP_READABLE
#define COUNT(array) (sizeof(array) / sizeof((array)[0]))

/* What refusals begin with, or have in them. */
#define FOREIGN	"is not a core of a GPU address space"
#define CUT	"before what its tables name"
#define NEITHER	"is neither a core of drmsnoop core nor a snapshot"
#define BAD_TABLE "is not a table of drmsnoop snapshot"
#define BAD_RANGES "the table of ranges is damaged"
#define BAD_TARGET "the description of what it is of is damaged"

static const struct drm_snoop_range scene[] = {
	{ .start = 0x10000, .end = 0x11000, .kind = DRM_SNOOP_RANGE_OBJECT, .flags = READABLE },
	{ .start = 0x11000, .end = 0x12000, .kind = DRM_SNOOP_RANGE_OBJECT, .flags = READABLE },
	{ .start = 0x15000, .end = 0x16000, .kind = DRM_SNOOP_RANGE_USERPTR },
	{ .start = 0x20000, .end = 0x8000020000, .kind = DRM_SNOOP_RANGE_SPARSE,
	  .flags = READABLE },
	{ .start = 0x10000000000, .end = 0x10000001000, .kind = DRM_SNOOP_RANGE_OBJECT,
	  .flags = READABLE },
};

static const char table[] =
	"{\"start\":\"0x10000\",\"end\":\"0x20000\",\"ranges\":[\n"
	"{\"start\":\"0x10000\",\"end\":\"0x13000\",\"kind\":\"object\",\"error\":null},\n"
	"{\"start\":\"0x14000\",\"end\":\"0x15000\",\"kind\":\"userptr\",\"error\":\"EIO\"},\n"
	"{\"start\":\"0x15000\",\"end\":\"0x16000\",\"kind\":\"sparse\",\"error\":null}\n"
	"]}\n";

/* A core of the scene; its content is [0x1000, tail). */
static uint8_t core[0x8000];
static size_t core_size, tail;

static int put(const void *bytes, size_t size, uint64_t offset, void *data)
{
	if (offset + size > sizeof(core))
		return -EFBIG;
	memcpy(core + offset, bytes, size);
	return 0;
}

static int make_core(void **state)
{
	struct drmsnoop_core_options options = { .client_id = FAKE_CLIENT, .vm_id = FAKE_VM };
	struct drmsnoop_core *made;
	struct drmsnoop *snoop;

	fake_kernel.ranges = scene;
	fake_kernel.range_count = COUNT(scene);
	if (dsn_handle_new(dup(0), false, &fake_backend, &snoop) ||
	    drmsnoop_bind_vm(snoop, FAKE_CLIENT, FAKE_VM, NULL) ||
	    drmsnoop_core_open(snoop, &options, &made) ||
	    drmsnoop_core_dump(made, put, NULL))
		return -1;
	core_size = drmsnoop_core_size(made);
	tail = ((Elf64_Ehdr *)core)->e_phoff;
	drmsnoop_core_close(made);
	drmsnoop_close(snoop);
	return 0;
}

/* What is in a core. */
enum part { EHDR, PHDR, NOTE, TARGET, TABLE, RANGE };

/* Where the part begins; of the first note, of the first range. */
static size_t part_offset(enum part part)
{
	size_t at = ((Elf64_Phdr *)(core + tail))->p_offset;
	const Elf64_Nhdr *note = (Elf64_Nhdr *)(core + at);
	uint32_t type = part == TARGET ? DRMSNOOP_NT_TARGET : DRMSNOOP_NT_RANGES;

	if (part == EHDR)
		return 0;
	if (part == PHDR)
		return tail;
	if (part == NOTE)
		return at;
	while (note->n_type != type) {
		at += sizeof(*note) + ((note->n_namesz + 3) & ~3U) + ((note->n_descsz + 3) & ~3U);
		note = (Elf64_Nhdr *)(core + at);
	}
	at += sizeof(*note) + ((note->n_namesz + 3) & ~3U);
	return part == RANGE ? at + sizeof(struct drmsnoop_core_table) : at;
}

/* A text for what was seen, "ADDR+SIZE STATE (REASON)" and ';' for each piece. */
static char seen[1024];

static void note_piece(const struct image_piece *piece)
{
	size_t n = strlen(seen), i;

	snprintf(seen + n, sizeof(seen) - n, "%llx+%llx %s%s%s;", (unsigned long long)piece->addr,
		 (unsigned long long)piece->size, image_state_name(piece->state),
		 piece->reason ? " " : "", piece->reason ?: "");
	for (i = 0; piece->data && i < piece->size; i++)
		assert_int_equal(piece->data[i], fake_byte(piece->addr + i));
}

static void good_core(void **state)
{
	seen[0] = '\0';
	assert_null(fuzz_image(core, core_size, note_piece));
	assert_string_equal(seen, "0+10000 unbound;10000+2000 data;12000+3000 unbound;"
			    "15000+1000 unreadable EACCES;16000+a000 unbound;"
			    "20000+8000000000 zeros;8000020000+7ffffe0000 unbound;"
			    "10000000000+1000 data;10000001000+fefffffff000 unbound;");
}

/* One that it names, and one that is all right: @message is NULL then. */
static void expect(const char *name, const char *why, const char *message)
{
	if (!message && why)
		fail_msg("%s: refused: %s", name, why);
	if (message && (!why || !strstr(why, message)))
		fail_msg("%s: %s instead of '%s'", name, why ?: "taken", message);
}

#define AT(type, member)	offsetof(type, member), sizeof(((type *)0)->member)
#define NEXT(member) \
	offsetof(struct drmsnoop_core_range, member) + sizeof(struct drmsnoop_core_range), \
	sizeof(((struct drmsnoop_core_range *)0)->member)

static void lying_cores(void **state)
{
	static const struct {
		const char *name;
		enum part part;
		size_t offset, size;
		uint64_t value;
		const char *message;
	} lies[] = {
		{ "32 bits", EHDR, EI_CLASS, 1, ELFCLASS32, FOREIGN },
		{ "no byte order", EHDR, EI_DATA, 1, 0, NEITHER },
		{ "a program", EHDR, AT(Elf64_Ehdr, e_type), ET_DYN, NEITHER },
		{ "no headers", EHDR, AT(Elf64_Ehdr, e_phnum), 0, FOREIGN },
		{ "many headers", EHDR, AT(Elf64_Ehdr, e_phnum), PN_XNUM, NULL },
		{ "small headers", EHDR, AT(Elf64_Ehdr, e_phentsize), 1, FOREIGN },
		{ "headers far off", EHDR, AT(Elf64_Ehdr, e_phoff), UINT64_MAX, CUT },
		{ "headers below 0", EHDR, AT(Elf64_Ehdr, e_phoff), 1ULL << 63, CUT },
		{ "headers elsewhere", EHDR, AT(Elf64_Ehdr, e_phoff), 0, FOREIGN },
		{ "no notes", PHDR, AT(Elf64_Phdr, p_type), PT_LOAD, FOREIGN },
		{ "notes far off", PHDR, AT(Elf64_Phdr, p_offset), UINT64_MAX - 7, CUT },
		{ "endless notes", PHDR, AT(Elf64_Phdr, p_filesz), UINT64_MAX, CUT },
		{ "empty notes", PHDR, AT(Elf64_Phdr, p_filesz), 0, FOREIGN },
		{ "longer than memory", PHDR, AT(Elf64_Phdr, p_memsz), 1, NULL },
		{ "long owner", NOTE, AT(Elf64_Nhdr, n_namesz), UINT32_MAX, "a note is damaged" },
		{ "long note", NOTE, AT(Elf64_Nhdr, n_descsz), UINT32_MAX, "a note is damaged" },
		{ "version", TARGET, AT(struct drmsnoop_core_target, version), 2, "version 2" },
		{ "no VM", TARGET, AT(struct drmsnoop_core_target, vm_end), 0, BAD_TARGET },
		{ "VM of no size", TARGET, AT(struct drmsnoop_core_target, vm_start),
		  FAKE_VM_END, BAD_TARGET },
		{ "small VM", TARGET, AT(struct drmsnoop_core_target, vm_end), 0x20000,
		  BAD_RANGES },
		{ "high VM", TARGET, AT(struct drmsnoop_core_target, vm_start), 0x10001,
		  BAD_RANGES },
		{ "most ranges", TABLE, AT(struct drmsnoop_core_table, count), UINT64_MAX,
		  BAD_RANGES },
		{ "too many", TABLE, AT(struct drmsnoop_core_table, count), 6, BAD_RANGES },
		{ "no entries", TABLE, AT(struct drmsnoop_core_table, entry_size), 0, BAD_RANGES },
		{ "small ones", TABLE, AT(struct drmsnoop_core_table, entry_size), 16, BAD_RANGES },
		{ "large ones", TABLE, AT(struct drmsnoop_core_table, entry_size), UINT32_MAX,
		  BAD_RANGES },
		{ "ends before it begins", RANGE, AT(struct drmsnoop_core_range, end), 0x1000,
		  BAD_RANGES },
		{ "wraps", RANGE, AT(struct drmsnoop_core_range, start), UINT64_MAX, BAD_RANGES },
		{ "no bytes", RANGE, AT(struct drmsnoop_core_range, end), 0x10000, BAD_RANGES },
		{ "overlaps", RANGE, AT(struct drmsnoop_core_range, end), 0x11001, BAD_RANGES },
		{ "below", RANGE, NEXT(start), 0x8000, BAD_RANGES },
		{ "past the VM", RANGE, NEXT(end), FAKE_VM_END + 1, BAD_RANGES },
		{ "content far off", RANGE, AT(struct drmsnoop_core_range, offset),
		  UINT64_MAX - 0x800, CUT },
		{ "content behind the end", RANGE, AT(struct drmsnoop_core_range, offset),
		  sizeof(core), CUT },
		{ "content in the header", RANGE, AT(struct drmsnoop_core_range, offset), 0,
		  BAD_RANGES },
		{ "content twice", RANGE, NEXT(offset), 0x1000, BAD_RANGES },
		{ "longer than the file", RANGE, NEXT(end), 0x15000, CUT },
		{ "left out", RANGE, AT(struct drmsnoop_core_range, flags), UINT32_MAX, NULL },
		{ "unknown kind", RANGE, AT(struct drmsnoop_core_range, kind), 77, NULL },
		{ "unknown error", RANGE, AT(struct drmsnoop_core_range, error), UINT32_MAX, NULL },
	};
	uint8_t lie[sizeof(core)];
	size_t i, at;

	for (i = 0; i < COUNT(lies); i++) {
		memcpy(lie, core, core_size);
		at = part_offset(lies[i].part) + lies[i].offset;
		memcpy(lie + at, &lies[i].value, lies[i].size);
		expect(lies[i].name, fuzz_image(lie, core_size, NULL), lies[i].message);
	}
	memcpy(lie, core, core_size);
	lie[EI_DATA] = core[EI_DATA] == ELFDATA2LSB ? ELFDATA2MSB : ELFDATA2LSB;
	lie[16] = core[17];
	lie[17] = core[16];
	expect("byte order", fuzz_image(lie, core_size, NULL), "another byte order");
}

/* No length but the whole one is taken, so nothing that was cut off reads as zeros. */
static void cut_cores(void **state)
{
	size_t size;

	for (size = 0; size < core_size; size++)
		expect("cut off", fuzz_image(core, size, NULL),
		       !size || size < 18 ? "" : CUT);
}

/* Every bit of all that is not content. */
static void changed_bits(void **state)
{
	size_t bit, taken = 0, refused = 0;

	for (bit = 0; bit < 8 * core_size; bit++) {
		if (bit == 8 * sizeof(Elf64_Ehdr))
			bit = 8 * tail;
		core[bit / 8] ^= 1 << bit % 8;
		*(fuzz_image(core, core_size, NULL) ? &refused : &taken) += 1;
		core[bit / 8] ^= 1 << bit % 8;
	}
	assert_true(taken > 1000 && refused > 1000);
}

static const char *name_of(int fd)
{
	static char name[32];

	snprintf(name, sizeof(name), "/proc/self/fd/%d", fd);
	return name;
}

/* Files that have far more bytes than anybody can store. */
static void large_cores(void **state)
{
	const size_t range = part_offset(RANGE) + 4 * sizeof(struct drmsnoop_core_range);
	const uint64_t end = FAKE_VM_END, content = 1ULL << 40;
	int fd = memfd_create("large", 0);
	Elf64_Phdr notes;

	/* 2^48 bytes of the VM are a hole of the file, and that is one piece. */
	assert_int_equal(pwrite(fd, core, core_size, 0), core_size);
	assert_int_equal(ftruncate(fd, content + FAKE_VM_END), 0);
	pwrite(fd, &end, 8, range + offsetof(struct drmsnoop_core_range, end));
	pwrite(fd, &content, 8, range + offsetof(struct drmsnoop_core_range, offset));
	seen[0] = '\0';
	assert_null(fuzz_image_file(name_of(fd), note_piece));
	assert_non_null(strstr(seen, ";10000000000+ff0000000000 data;"));

	/* And empty notes without end. */
	memcpy(&notes, core + tail, sizeof(notes));
	notes.p_offset = content;
	notes.p_filesz = FAKE_VM_END;
	assert_int_equal(pwrite(fd, &notes, sizeof(notes), tail), sizeof(notes));
	expect("endless notes", fuzz_image_file(name_of(fd), NULL), FOREIGN);
	close(fd);
}

/* What is not a file, or neither a core nor a snapshot, is refused, and not waited for. */
static void other_files(void **state)
{
	char dir[] = "/tmp/test-image.XXXXXX", pipe[64];
	int fd = memfd_create("other", 0);

	assert_non_null(mkdtemp(dir));
	snprintf(pipe, sizeof(pipe), "%s/pipe", dir);
	assert_int_equal(mkfifo(pipe, 0600), 0);
	expect("pipe", fuzz_image_file(pipe, NULL), "pipe is not a regular file: copy it into one");
	expect("directory", fuzz_image_file(dir, NULL), "is a directory: name a file in it");
	unlink(pipe);
	expect("none", fuzz_image_file(pipe, NULL), "No such file");
	rmdir(dir);
	expect("zeros", fuzz_image_file("/dev/zero", NULL), "is not a regular file");
	expect("a program", fuzz_image_file("/proc/self/exe", NULL), NEITHER);
	expect("empty", fuzz_image_file(name_of(fd), NULL), NEITHER);
	assert_int_equal(write(fd, "\x1f\x8b\x08", 3), 3);
	expect("compressed", fuzz_image_file(name_of(fd), NULL), "is compressed: gunzip it first");
	close(fd);
}

static const char *try_text(const char *text, void (*piece)(const struct image_piece *))
{
	return fuzz_image((const uint8_t *)text, strlen(text), piece);
}

static void count_pieces(const struct image_piece *piece)
{
	size_t n = strlen(seen);

	snprintf(seen + n, sizeof(seen) - n, "%llx+%llx %s%s;", (unsigned long long)piece->addr,
		 (unsigned long long)piece->size, image_state_name(piece->state),
		 piece->data ? " stored" : "");
}

static void good_table(void **state)
{
	seen[0] = '\0';
	assert_null(try_text(table, count_pieces));
	/* The bytes that were stored are in two pages. */
	assert_string_equal(seen, "10000+1000 data;11000+2000 data stored;13000+1000 unbound;"
			    "14000+1000 unreadable;15000+1000 zeros;16000+a000 unbound;");
}

#define HEAD	"{\"start\":\"0x10000\",\"end\":\"0x20000\",\"ranges\":["
#define ONE	"\"kind\":\"object\",\"error\":null"
#define TWO	"{\"start\":\"0x10000\",\"end\":\"0x12000\"," ONE "},"

static void lying_tables(void **state)
{
	static const struct {
		const char *text, *message;
	} lies[] = {
		{ HEAD "]}", NULL },
		{ HEAD "{\"start\":\"0x10000\",\"end\":\"0x20000\"," ONE "}]}", NULL },
		{ "", BAD_TABLE },
		{ "{", BAD_TABLE },
		{ "}", BAD_TABLE },
		{ "]}", BAD_TABLE },
		{ "[]}", BAD_TABLE },
		{ HEAD, BAD_TABLE },
		{ HEAD "]", BAD_TABLE },
		{ HEAD "}", BAD_TABLE },
		{ HEAD "{}]}", BAD_TABLE },
		{ HEAD "{\"start\":1,\"end\":2," ONE "}]}", BAD_TABLE },
		{ HEAD "{\"start\":{\"start\":\"0x10000\",\"end\":\"0x20000\"," ONE "}}]}",
		  BAD_TABLE },
		{ HEAD "{\"start\":\"0x10000\",\"end\":\"0x20000\"}]}", BAD_TABLE },
		{ HEAD "{\"start\":\"-1\",\"end\":\"0x20000\"," ONE "}]}", BAD_TABLE },
		{ HEAD "{\"start\":\"0x10000\",\"end\":\"0xfffffffffffffffff\"," ONE "}]}",
		  BAD_TABLE },
		{ HEAD "{\"start\":\"0x10000\",\"end\":\"0x8000000000000000\"," ONE "}]}",
		  BAD_TABLE },
		{ HEAD "{\"start\":\"0x10000\",\"end\":\"0x20001\"," ONE "}]}", BAD_TABLE },
		{ HEAD "{\"start\":\"0xffff\",\"end\":\"0x20000\"," ONE "}]}", BAD_TABLE },
		{ HEAD "{\"start\":\"0x20000\",\"end\":\"0x10000\"," ONE "}]}", BAD_TABLE },
		{ HEAD TWO "{\"start\":\"0x11fff\",\"end\":\"0x13000\"," ONE "}]}", BAD_TABLE },
		{ "{\"start\":1e999,\"end\":\"0x20000\",\"ranges\":[]}", BAD_TABLE },
		{ "{\"start\":\"0x20000\",\"end\":\"0x10000\",\"ranges\":[]}", BAD_TABLE },
		{ "{\"start\":\"0x10000\",\"end\":\"0x20001\",\"ranges\":[]}", "the sizes differ" },
		{ "{\"start\":\"0\",\"end\":\"0x7fffffffffffffff\",\"ranges\":[]}",
		  "the sizes differ" },
		{ HEAD "{\"start\":\"0x10000\",\"end\":\"0x20000\",\"error\":\"nothing that is known\"}]}",
		  NULL },
	};
	size_t i;

	for (i = 0; i < COUNT(lies); i++)
		expect(lies[i].text, try_text(lies[i].text, NULL), lies[i].message);
}

/* Much of the same: more than any entry has, and more nesting. */
static void endless_tables(void **state)
{
	static const char again[] = "[{\"x ";
	const size_t size = 8 << 20;
	char *text = malloc(size + 1);
	size_t i;

	for (i = 0; i < COUNT(again) - 1; i++) {
		memset(text, again[i], size);
		memcpy(text, HEAD, strlen(HEAD));
		text[size] = '\0';
		expect("without end", try_text(text, NULL), BAD_TABLE);
		text[10000] = '}';
		expect("nested", try_text(text, NULL), BAD_TABLE);
	}
	free(text);
}

/* Each byte left out, or another one in its place. */
static void changed_tables(void **state)
{
	static const char others[] = " \"{}[],:0x9\\\n\xff";
	size_t size = strlen(table), at, i, taken = 0, refused = 0;
	uint8_t text[sizeof(table)];

	for (at = 0; at < size; at++) {
		memcpy(text, table, size);
		memmove(text + at, text + at + 1, size - at - 1);
		*(fuzz_image(text, size - 1, NULL) ? &refused : &taken) += 1;
		memcpy(text, table, size);
		/* The NUL, too. */
		for (i = 0; i < sizeof(others); i++) {
			text[at] = others[i];
			*(fuzz_image(text, size, NULL) ? &refused : &taken) += 1;
		}
	}
	assert_true(taken > 500 && refused > 500);
}

static void stop(const char *what) __attribute__((noreturn));

static void stop(const char *what)
{
	perror(what);
	exit(1);
}

static void write_file(const char *dir, const char *name, const void *bytes, size_t size)
{
	char path[4096];
	FILE *out;

	snprintf(path, sizeof(path), "%s/%s", dir, name);
	out = fopen(path, "w");
	if (!out || fwrite(bytes, 1, size, out) != size || fclose(out))
		stop(path);
}

static int by_hand(int argc, char **argv)
{
	static uint8_t bytes[1 << 20];
	FILE *in;
	int i;

	if (!strcmp(argv[1], "--corpus") && argc == 3) {
		write_file(argv[2], "core", core, core_size);
		write_file(argv[2], "table", table, strlen(table));
		return 0;
	}
	for (i = 1; i < argc; i++) {
		in = fopen(argv[i], "r");
		if (!in)
			stop(argv[i]);
		LLVMFuzzerTestOneInput(bytes, fread(bytes, 1, sizeof(bytes), in));
		fclose(in);
	}
	return 0;
}

int main(int argc, char **argv)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(good_core),
		cmocka_unit_test(lying_cores),
		cmocka_unit_test(cut_cores),
		cmocka_unit_test(changed_bits),
		cmocka_unit_test(large_cores),
		cmocka_unit_test(other_files),
		cmocka_unit_test(good_table),
		cmocka_unit_test(lying_tables),
		cmocka_unit_test(endless_tables),
		cmocka_unit_test(changed_tables),
	};

	if (make_core(NULL))
		stop("a core");
	if (argc > 1)
		return by_hand(argc, argv);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
