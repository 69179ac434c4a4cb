// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * libdrmsnoop: cores, on a stand-in for drm_snoop. The reader is libelf, and gdb where
 * there are very many ranges.
 */

#include <errno.h>
#include <fcntl.h>
#include <gelf.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/procfs.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cmocka.h>

#include "fake-kernel.h"

#define READABLE DRM_SNOOP_READABLE
#define COUNT(array) (sizeof(array) / sizeof((array)[0]))

static const struct drm_snoop_object objects[] = {
	{ .object_id = 11, .size = 0x4000, .handle = 1, .kind = DRM_SNOOP_OBJECT_TTM,
	  .placement = DRM_SNOOP_PLACEMENT_VRAM, .flags = READABLE },
	{ .object_id = 12, .size = 0x9000, .handle = 2, .error = ENODATA },
};

static const struct drm_snoop_range scene[] = {
	{ .start = 0x10000, .end = 0x13000, .kind = DRM_SNOOP_RANGE_OBJECT, .object_id = 11,
	  .object_offset = 0x1000, .object_size = 0x4000, .flags = READABLE, .generation = 1,
	  .placement = DRM_SNOOP_PLACEMENT_VRAM },
	{ .start = 0x13000, .end = 0x14000, .kind = DRM_SNOOP_RANGE_OBJECT,
	  .flags = READABLE | DRM_SNOOP_READ_ONLY, .generation = 2,
	  .placement = DRM_SNOOP_PLACEMENT_TT },
	{ .start = 0x15000, .end = 0x16000, .kind = DRM_SNOOP_RANGE_USERPTR, .generation = 3 },
	/* Half pages, as of a GPU with smaller ones. */
	{ .start = 0x17800, .end = 0x19400, .kind = DRM_SNOOP_RANGE_OBJECT, .flags = READABLE,
	  .generation = 4, .placement = DRM_SNOOP_PLACEMENT_TT },
	{ .start = 0x20000, .end = 0x8000020000, .kind = DRM_SNOOP_RANGE_SPARSE,
	  .flags = READABLE, .generation = 5 },
	{ .start = 0x10000000000, .end = 0x10000009000, .kind = DRM_SNOOP_RANGE_OBJECT,
	  .object_id = 12, .generation = 6, .placement = DRM_SNOOP_PLACEMENT_NONE },
	{ .start = 0xfffffffff000, .end = 0x1000000000000, .kind = DRM_SNOOP_RANGE_OBJECT,
	  .flags = READABLE, .generation = 7, .placement = DRM_SNOOP_PLACEMENT_VRAM },
};

static int setup(void **state)
{
	struct drmsnoop *snoop;

	memset(&fake_kernel, 0, sizeof(fake_kernel));
	fake_kernel.ranges = scene;
	fake_kernel.range_count = COUNT(scene);
	fake_kernel.objects = objects;
	fake_kernel.object_count = COUNT(objects);
	assert_int_equal(dsn_handle_new(dup(0), false, &fake_backend, &snoop), 0);
	*state = snoop;
	return drmsnoop_bind_vm(snoop, FAKE_CLIENT, FAKE_VM, NULL);
}

static int teardown(void **state)
{
	drmsnoop_close(*state);
	return 0;
}

static struct drmsnoop_core *open_core(struct drmsnoop *snoop,
				       const struct drmsnoop_core_options *more)
{
	struct drmsnoop_core_options options = more ? *more : (struct drmsnoop_core_options){ 0 };
	struct drmsnoop_core *core;
	uint64_t size;

	options.client_id = FAKE_CLIENT;
	options.vm_id = FAKE_VM;
	options.pid = getpid();
	assert_int_equal(drmsnoop_core_open(snoop, &options, &core), 0);
	/* Without the tables it comes to the same. */
	assert_int_equal(drmsnoop_core_measure(snoop, &options, &size), 0);
	assert_int_equal(size, drmsnoop_core_size(core));
	return core;
}

/* A file in memory. */
struct image {
	unsigned char *bytes;
	size_t size;
	uint64_t last;
	int refuse_at;
	int calls;
};

static int put(const void *bytes, size_t size, uint64_t offset, void *data)
{
	struct image *image = data;

	if (image->refuse_at && ++image->calls == image->refuse_at)
		return 42;
	/* In order, in pieces, and the header at the end. */
	assert_true(size && size <= 1 << 20);
	if (offset) {
		assert_true(offset >= 4096 && offset >= image->last);
		image->last = offset + size;
	} else {
		assert_int_equal(size, 4096);
		image->last = UINT64_MAX;
	}
	assert_true(offset + size <= image->size);
	memcpy(image->bytes + offset, bytes, size);
	return 0;
}

static void dump(struct drmsnoop_core *core, struct image *image)
{
	memset(image, 0, sizeof(*image));
	image->size = drmsnoop_core_size(core) + 65536;
	image->bytes = calloc(1, image->size);
	assert_non_null(image->bytes);
	assert_int_equal(drmsnoop_core_dump(core, put, image), 0);
	assert_true(image->last == UINT64_MAX);
	image->size = drmsnoop_core_size(core);
}

/* What a segment ought to be. */
struct segment {
	uint64_t start, filesz, memsz;
	uint32_t flags;
};

#define RW (PF_R | PF_W)

static void expect_segments(const struct image *image, const struct segment *wanted, size_t count)
{
	Elf *elf = elf_memory((char *)image->bytes, image->size);
	size_t headers, i;
	GElf_Phdr header;
	uint64_t n;

	assert_non_null(elf);
	assert_int_equal(elf_getphdrnum(elf, &headers), 0);
	assert_int_equal(headers, count + 1);
	assert_non_null(gelf_getphdr(elf, 0, &header));
	assert_int_equal(header.p_type, PT_NOTE);
	assert_int_equal(header.p_offset + header.p_filesz, image->size);
	for (i = 0; i < count; i++) {
		assert_non_null(gelf_getphdr(elf, i + 1, &header));
		assert_int_equal(header.p_type, PT_LOAD);
		assert_int_equal(header.p_vaddr, wanted[i].start);
		assert_int_equal(header.p_filesz, wanted[i].filesz);
		assert_int_equal(header.p_memsz, wanted[i].memsz);
		assert_int_equal(header.p_flags, wanted[i].flags);
		if (header.p_align > 1)
			assert_int_equal((header.p_offset - header.p_vaddr) % header.p_align, 0);
		for (n = 0; n < header.p_filesz; n++)
			assert_int_equal(image->bytes[header.p_offset + n],
					 fake_byte(header.p_vaddr + n));
	}
	elf_end(elf);
}

/* The description of a note. */
static const void *find_note(const struct image *image, const char *owner, uint32_t type,
			     size_t *size)
{
	Elf *elf = elf_memory((char *)image->bytes, image->size);
	size_t at = 0, next, name, found = 0;
	GElf_Phdr header;
	GElf_Nhdr note;
	Elf_Data *data;

	gelf_getphdr(elf, 0, &header);
	data = elf_getdata_rawchunk(elf, header.p_offset, header.p_filesz, ELF_T_NHDR);
	assert_non_null(data);
	for (; (next = gelf_getnote(data, at, &note, &name, &found)); at = next) {
		if (note.n_type != type || note.n_namesz != strlen(owner) + 1 ||
		    strcmp((char *)image->bytes + header.p_offset + name, owner))
			continue;
		*size = note.n_descsz;
		elf_end(elf);
		return image->bytes + header.p_offset + found;
	}
	fail_msg("there is no note %s %u", owner, type);
	return NULL;
}

/* Any window of the file is what was dumped. */
static void expect_same(struct drmsnoop_core *core, const struct image *image)
{
	static const size_t sizes[] = { 1, 7, 56, 4095, 4096, 70000, 1 << 20 };
	unsigned char *buf = malloc(1 << 20);
	uint64_t at;
	size_t i, n;

	for (i = 0; i < COUNT(sizes); i++) {
		uint64_t step = sizes[i] < 56 ? 191 : sizes[i] - 3;

		for (at = 0; at < image->size; at += step) {
			n = image->size - at < sizes[i] ? image->size - at : sizes[i];
			assert_int_equal(drmsnoop_core_pread(core, buf, sizes[i], at), n);
			assert_memory_equal(buf, image->bytes + at, n);
		}
	}
	assert_int_equal(drmsnoop_core_pread(core, buf, 1, image->size), 0);
	free(buf);
}

static void segments(void **state)
{
	static const struct segment wanted[] = {
		{ 0x10000, 0x3000, 0x3000, RW },
		{ 0x13000, 0x1000, 0x1000, PF_R },
		{ 0x15000, 0, 0, 0 },
		{ 0x17800, 0x1c00, 0x1c00, RW },
		{ 0x20000, 0, 0x8000000000, RW },
		{ 0x10000000000, 0, 0, 0 },
		{ 0xfffffffff000, 0x1000, 0x1000, RW },
	};
	struct drmsnoop_core *core = open_core(*state, NULL);
	struct image image;

	dump(core, &image);
	assert_memory_equal(image.bytes, ELFMAG, SELFMAG);
	expect_segments(&image, wanted, COUNT(wanted));
	expect_same(core, &image);
	free(image.bytes);
	drmsnoop_core_close(core);
}

static void notes(void **state)
{
	struct drmsnoop_core *core = open_core(*state, NULL);
	const struct drmsnoop_core_target *target;
	const struct drmsnoop_core_object *entries;
	const struct drmsnoop_core_table *table;
	const struct drmsnoop_core_range *ranges;
	prpsinfo_t process;
	prstatus_t status;
	struct image image;
	size_t size, i;

	dump(core, &image);
	target = find_note(&image, "DRMSNOOP", DRMSNOOP_NT_TARGET, &size);
	assert_int_equal(size, sizeof(*target));
	assert_int_equal(target->version, 1);
	assert_int_equal(target->flags, 0);
	assert_int_equal(target->client_id, FAKE_CLIENT);
	assert_int_equal(target->vm_id, FAKE_VM);
	assert_int_equal(target->vm_end, FAKE_VM_END);
	assert_int_equal(target->pid, getpid());
	assert_int_equal(target->uid, geteuid());
	assert_true(target->time > 1000000000ULL * 1000000000);
	assert_string_equal(target->comm, "test-lib-core");
	/* The stand-in's is not terminated. */
	assert_int_equal(strlen(target->driver), sizeof(target->driver) - 1);

	table = find_note(&image, "DRMSNOOP", DRMSNOOP_NT_RANGES, &size);
	assert_int_equal(table->entry_size, sizeof(*ranges));
	assert_int_equal(table->count, COUNT(scene));
	assert_int_equal(size, sizeof(*table) + table->count * sizeof(*ranges));
	ranges = (const void *)(table + 1);
	for (i = 0; i < COUNT(scene); i++) {
		assert_int_equal(ranges[i].start, scene[i].start);
		assert_int_equal(ranges[i].end, scene[i].end);
		assert_int_equal(ranges[i].object_id, scene[i].object_id);
		assert_int_equal(ranges[i].object_offset, scene[i].object_offset);
		assert_int_equal(ranges[i].object_size, scene[i].object_size);
		assert_int_equal(ranges[i].generation, scene[i].generation);
		assert_int_equal(ranges[i].kind, scene[i].kind);
		assert_int_equal(ranges[i].placement, scene[i].placement);
	}
	assert_int_equal(ranges[0].error, 0);
	assert_int_equal(ranges[1].flags, DRMSNOOP_CORE_READ_ONLY);
	assert_int_equal(ranges[2].error, EACCES);
	assert_int_equal(ranges[4].error, 0);
	assert_int_equal(ranges[5].error, ENODATA);

	table = find_note(&image, "DRMSNOOP", DRMSNOOP_NT_OBJECTS, &size);
	entries = (const void *)(table + 1);
	assert_int_equal(table->count, COUNT(objects));
	assert_int_equal(entries[0].object_id, 11);
	assert_int_equal(entries[0].size, 0x4000);
	assert_int_equal(entries[1].handle, 2);
	assert_int_equal(entries[1].error, ENODATA);

	/* They need not be aligned. */
	memcpy(&process, find_note(&image, "CORE", NT_PRPSINFO, &size), sizeof(process));
	assert_int_equal(size, sizeof(process));
	assert_int_equal(process.pr_pid, getpid());
	assert_memory_equal(process.pr_fname, "test-lib-core", 14);
	memcpy(&status, find_note(&image, "CORE", NT_PRSTATUS, &size), sizeof(status));
	assert_int_equal(size, sizeof(status));
	assert_int_equal(status.pr_pid, getpid());
	free(image.bytes);
	drmsnoop_core_close(core);
}

static void unreadable(void **state)
{
	static const struct segment wanted[] = {
		{ 0x10000, 0x1000, 0x1000, RW },
		{ 0x11000, 0, 0, 0 },
		{ 0x12000, 0x1000, 0x1000, RW },
		{ 0x13000, 0x1000, 0x1000, PF_R },
		{ 0x15000, 0, 0, 0 },
		{ 0x17800, 0x1c00, 0x1c00, RW },
		{ 0x20000, 0, 0x8000000000, RW },
		{ 0x10000000000, 0, 0, 0 },
		{ 0xfffffffff000, 0x1000, 0x1000, RW },
	};
	struct drmsnoop_core *core = open_core(*state, NULL);
	const struct drmsnoop_core_range *ranges;
	struct image image;
	char buf[0x3000];
	size_t count;

	fake_kernel.bad_page = 0x11000;
	dump(core, &image);
	expect_segments(&image, wanted, COUNT(wanted));
	ranges = drmsnoop_core_ranges(core, &count);
	assert_int_equal(count, COUNT(wanted));
	assert_int_equal(ranges[1].error, EIO);
	assert_int_equal(ranges[1].object_offset, 0x2000);
	assert_int_equal(ranges[2].object_offset, 0x3000);
	assert_int_equal(ranges[2].generation, 1);
	free(image.bytes);
	drmsnoop_core_close(core);

	/* Read as a file, it is an error where it cannot be read. */
	core = open_core(*state, NULL);
	assert_int_equal(drmsnoop_core_pread(core, buf, sizeof(buf), 0x1000), 0x1000);
	assert_int_equal(drmsnoop_core_pread(core, buf, 1, 0x2000), -EIO);
	assert_int_equal(drmsnoop_core_pread(core, buf, sizeof(buf), 0x3000), sizeof(buf));
	drmsnoop_core_close(core);
}

/* The first, last and several pages of a range. */
static void unreadable_ends(void **state)
{
	static const struct drm_snoop_range some[] = {
		{ .start = 0x1000, .end = 0x9000, .kind = DRM_SNOOP_RANGE_OBJECT,
		  .flags = READABLE, .generation = 1 },
	};
	/* Unbound when they are read: what is bound changes once the core was opened. */
	static const struct drm_snoop_range left[] = {
		{ .start = 0x4000, .end = 0x7000, .flags = READABLE },
	};
	static const struct segment wanted[] = {
		{ 0x1000, 0, 0, 0 },
		{ 0x4000, 0x3000, 0x3000, RW },
		{ 0x7000, 0, 0, 0 },
	};
	struct drmsnoop_core *core;
	struct image image;

	fake_kernel.ranges = some;
	fake_kernel.range_count = 1;
	core = open_core(*state, NULL);
	fake_kernel.ranges = left;
	dump(core, &image);
	expect_segments(&image, wanted, COUNT(wanted));
	free(image.bytes);
	drmsnoop_core_close(core);

	/* All of it. */
	fake_kernel.ranges = some;
	core = open_core(*state, NULL);
	fake_kernel.range_count = 0;
	dump(core, &image);
	expect_segments(&image, wanted, 1);
	free(image.bytes);
	drmsnoop_core_close(core);
}

static void some_only(void **state)
{
	static const struct drmsnoop_core_options
		vram = { .placements = 1 << DRM_SNOOP_PLACEMENT_VRAM },
		window = { .start = 0x12800, .end = 0x18000 };
	static const struct segment in_vram[] = {
		{ 0x10000, 0x3000, 0x3000, RW },
		{ 0x13000, 0, 0, 0 },
		{ 0x15000, 0, 0, 0 },
		{ 0x17800, 0, 0, 0 },
		{ 0x20000, 0, 0, 0 },
		{ 0x10000000000, 0, 0, 0 },
		{ 0xfffffffff000, 0x1000, 0x1000, RW },
	}, in_window[] = {
		{ 0x10000, 0, 0, 0 },
		{ 0x12800, 0x800, 0x800, RW },
		{ 0x13000, 0x1000, 0x1000, PF_R },
		{ 0x15000, 0, 0, 0 },
		{ 0x17800, 0x800, 0x800, RW },
		{ 0x18000, 0, 0, 0 },
		{ 0x20000, 0, 0, 0 },
		{ 0x10000000000, 0, 0, 0 },
		{ 0xfffffffff000, 0, 0, 0 },
	};
	const struct drmsnoop_core_target *target;
	struct drmsnoop_core *core;
	struct image image;
	size_t size;

	core = open_core(*state, &vram);
	dump(core, &image);
	expect_segments(&image, in_vram, COUNT(in_vram));
	target = find_note(&image, "DRMSNOOP", DRMSNOOP_NT_TARGET, &size);
	assert_int_equal(target->flags, DRMSNOOP_CORE_PARTIAL);
	free(image.bytes);
	drmsnoop_core_close(core);

	core = open_core(*state, &window);
	dump(core, &image);
	expect_segments(&image, in_window, COUNT(in_window));
	expect_same(core, &image);
	free(image.bytes);
	drmsnoop_core_close(core);
}

/* No ranges: there are still the notes. */
static void empty(void **state)
{
	struct drmsnoop_core *core;
	struct image image;

	fake_kernel.range_count = 0;
	fake_kernel.object_count = 0;
	core = open_core(*state, NULL);
	dump(core, &image);
	expect_segments(&image, NULL, 0);
	expect_same(core, &image);
	free(image.bytes);
	drmsnoop_core_close(core);
}

static int write_file(const void *bytes, size_t size, uint64_t offset, void *data)
{
	return pwrite(*(int *)data, bytes, size, offset) == (ssize_t)size ? 0 : -EIO;
}

/* More than e_phnum can count. libelf and gdb find the last one. */
static void extended(void **state)
{
	static const size_t counts[] = { 0xfffd, 0xfffe, 0xffff, 70000 };
	struct drm_snoop_range *many = calloc(70000, sizeof(*many));
	char path[] = "/tmp/drmsnoop-core.XXXXXX", command[256], line[256] = "";
	int fd = mkstemp(path);
	struct drmsnoop_core *core;
	struct stat st;
	size_t i, n;
	FILE *gdb;
	Elf *elf;

	for (i = 0; i < 70000; i++)
		many[i] = (struct drm_snoop_range){
			.start = 0x10000 + i * 0x2000,
			.end = 0x10008 + i * 0x2000,
			.kind = DRM_SNOOP_RANGE_OBJECT,
			.flags = i == 0xfffc || i == 69999 ? READABLE : 0,
		};
	fake_kernel.ranges = many;
	for (i = 0; i < COUNT(counts); i++) {
		fake_kernel.range_count = counts[i];
		core = open_core(*state, NULL);
		assert_int_equal(ftruncate(fd, 0), 0);
		assert_int_equal(drmsnoop_core_dump(core, write_file, &fd), 0);
		assert_int_equal(fstat(fd, &st), 0);
		assert_int_equal(st.st_size, drmsnoop_core_size(core));
		elf = elf_begin(fd, ELF_C_READ, NULL);
		assert_int_equal(elf_getphdrnum(elf, &n), 0);
		assert_int_equal(n, counts[i] + 1);
		elf_end(elf);
		drmsnoop_core_close(core);
	}
	snprintf(command, sizeof(command), "gdb -batch -nx -c %s -ex 'x/8xb 0x%llx' 2>/dev/null | tail -n 1",
		 path, (unsigned long long)many[69999].start);
	gdb = popen(command, "r");
	assert_non_null(gdb);
	assert_non_null(fgets(line, sizeof(line), gdb));
	pclose(gdb);
	n = snprintf(command, sizeof(command), "0x%llx:", (unsigned long long)many[69999].start);
	for (i = 0; i < 8; i++)
		n += snprintf(command + n, sizeof(command) - n, "\t0x%02x",
			      fake_byte(many[69999].start + i));
	command[n] = '\n';
	command[n + 1] = '\0';
	assert_string_equal(line, command);
	close(fd);
	unlink(path);
	free(many);
}

static void failures(void **state)
{
	struct drmsnoop_core_options options = {
		.client_id = FAKE_CLIENT, .vm_id = FAKE_VM, .flags = 0x80,
	};
	struct image image = { .bytes = calloc(1, 1 << 20), .size = 1 << 20, .refuse_at = 3 };
	struct drmsnoop_core *core;
	uint64_t size;

	assert_int_equal(drmsnoop_core_open(*state, &options, &core), -EINVAL);
	options.flags = 0;
	options.start = 0x1000;
	options.end = 0x1000;
	assert_int_equal(drmsnoop_core_open(*state, &options, &core), -EINVAL);
	options.end = 0;
	options.vm_id = FAKE_VM + 1;
	assert_int_equal(drmsnoop_core_open(*state, &options, &core), -ENOENT);
	assert_int_equal(drmsnoop_core_measure(*state, &options, &size), -ENOENT);
	options.vm_id = FAKE_VM;
	options.client_id++;
	assert_int_equal(drmsnoop_core_open(*state, &options, &core), -ENOENT);
	options.client_id--;
	options.flags = DRMSNOOP_CORE_SNAPSHOT;
	options.snapshot = open("/dev/null", O_RDONLY);
	assert_int_equal(drmsnoop_core_open(*state, &options, &core), -ENOTTY);
	close(options.snapshot);
	options.flags = 0;
	fake_kernel.list_batch = 1;
	fake_kernel.list_error = ESRCH;
	assert_int_equal(drmsnoop_core_open(*state, &options, &core), -ESRCH);
	fake_kernel.list_error = 0;

	/* Whoever puts it can end it. */
	core = open_core(*state, NULL);
	assert_int_equal(drmsnoop_core_dump(core, put, &image), 42);
	drmsnoop_core_close(core);
	drmsnoop_core_close(NULL);
	free(image.bytes);
}

/* Ranges whose bytes have no place in a file. */
static void too_large(void **state)
{
	static const struct drm_snoop_range huge[] = {
		{ .start = 0x1000, .end = 1ULL << 62, .kind = DRM_SNOOP_RANGE_OBJECT,
		  .flags = READABLE },
		{ .start = 1ULL << 62, .end = 1ULL << 63, .kind = DRM_SNOOP_RANGE_OBJECT,
		  .flags = READABLE },
	};
	struct drmsnoop_core_options options = { .client_id = FAKE_CLIENT, .vm_id = FAKE_VM };
	struct drmsnoop_core *core;
	uint64_t size;

	fake_kernel.ranges = huge;
	fake_kernel.range_count = 2;
	assert_int_equal(drmsnoop_core_open(*state, &options, &core), -EFBIG);
	assert_int_equal(drmsnoop_core_measure(*state, &options, &size), -EFBIG);
	/* A part of it has. */
	options.start = 0x100000;
	options.end = 0x101000;
	assert_int_equal(drmsnoop_core_open(*state, &options, &core), 0);
	assert_true(drmsnoop_core_size(core) < 65536);
	drmsnoop_core_close(core);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(segments, setup, teardown),
		cmocka_unit_test_setup_teardown(notes, setup, teardown),
		cmocka_unit_test_setup_teardown(unreadable, setup, teardown),
		cmocka_unit_test_setup_teardown(unreadable_ends, setup, teardown),
		cmocka_unit_test_setup_teardown(some_only, setup, teardown),
		cmocka_unit_test_setup_teardown(empty, setup, teardown),
		cmocka_unit_test_setup_teardown(extended, setup, teardown),
		cmocka_unit_test_setup_teardown(failures, setup, teardown),
		cmocka_unit_test_setup_teardown(too_large, setup, teardown),
	};

	elf_version(EV_CURRENT);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
