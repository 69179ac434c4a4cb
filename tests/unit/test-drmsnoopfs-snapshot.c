// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * drmsnoopfs: the list of snapshots, what they keep, and their files, on a stand-in for
 * libdrmsnoop. The content is in a file of memory, as that of the kernel is.
 */

#include <elf.h>
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cmocka.h>

#include "attr.h"
#include "children.h"
#include "dir.h"
#include "drmsnoopfs-fixture.h"
#include "process.h"
#include "snapshot.h"
#include "snapshot_file.h"
#include "text.h"

#define SIZE	0x10000
#define OF(start, end, error, kind, flags) \
	{ start, end, 900, 0x2000, 0x8000, 1, kind, DRM_SNOOP_PLACEMENT_VRAM, flags, error }
#define OBJECT	DRM_SNOOP_RANGE_OBJECT
#define NOT_STOPPED	DRM_SNOOP_SNAPSHOT_NOT_STOPPED

static const struct drm_snoop_snapshot_range entries[] = {
	OF(0x1000, 0x2000, 0, OBJECT, 0),
	OF(0x2000, 0x3800, 0, OBJECT, DRM_SNOOP_SNAPSHOT_MOVED | NOT_STOPPED),
	OF(0x5000, 0x6000, EIO, OBJECT, DRM_SNOOP_SNAPSHOT_REBOUND),
	OF(0x6000, 0x8000, 0, DRM_SNOOP_RANGE_SPARSE, 0),
	OF(0x8000, 0x9000, 0, OBJECT, NOT_STOPPED | DRM_SNOOP_SNAPSHOT_SHARED),
};

#define RANGES \
	"0000000000001000-0000000000002000|" \
	"0000000000002000-0000000000003800|" \
	"0000000000005000-0000000000006000|" \
	"0000000000006000-0000000000008000|" \
	"0000000000008000-0000000000009000|"

#define MAPS \
	"000000001000-000000002000 r---- object vram 0:0x2000 0x8000\n" \
	"000000002000-000000003800 r---- object vram 0:0x2000 0x8000 " \
	"# moved meanwhile; not stopped\n" \
	"000000005000-000000006000 ----- object vram 0:0x2000 0x8000 " \
	"# not copied: EIO: Input/output error; rebound meanwhile\n" \
	"000000006000-000000008000 r---- sparse vram 0:0x2000 0x8000\n" \
	"000000008000-000000009000 r---- object vram 0:0x2000 0x8000 # not stopped: shared\n"

#define COUNT	(sizeof(entries) / sizeof(entries[0]))

static struct snapshot *make(uint64_t pid, uint64_t client, uint64_t vm, const char *name)
{
	struct snapshot *snapshot = calloc(1, sizeof(*snapshot));

	snapshot->name = strdup(name);
	snapshot->card = 3;
	snapshot->pid = pid;
	snapshot->start = 4711;
	snapshot->client = client;
	snapshot->vm.vm_id = vm;
	snapshot->size = SIZE;
	snapshot->copied = 0x3800;
	snapshot->consistent = true;
	snapshot->stopped_us = 4;
	snapshot->entries = malloc(sizeof(entries));
	memcpy(snapshot->entries, entries, sizeof(entries));
	snapshot->count = COUNT;
	snapshot->fd = memfd_create("content", MFD_CLOEXEC);
	assert_int_equal(ftruncate(snapshot->fd, SIZE), 0);
	for (size_t i = 0; i < COUNT; i++) {
		if (entries[i].error || entries[i].kind != OBJECT)
			continue;
		for (uint64_t at = entries[i].start; at < entries[i].end; at++) {
			uint8_t byte = fake_byte(at);

			assert_int_equal(pwrite(snapshot->fd, &byte, 1, at), 1);
		}
	}
	return snapshot;
}

/* As long as the client is there. */
static void lay_out(struct snapshot *snapshot)
{
	const struct drmsnoop_core_options options = {
		.client_id = FAKE_CLIENT, .vm_id = FAKE_VM, .pid = getpid(),
		.flags = DRMSNOOP_CORE_SNAPSHOT, .snapshot = snapshot->fd,
	};
	struct drmsnoop *snoop;

	fake.entries = entries;
	fake.entry_count = COUNT;
	assert_int_equal(drmsnoop_open(FAKE_CARD, 0, &snoop), 0);
	assert_int_equal(drmsnoop_core_open(snoop, &options, &snapshot->core), 0);
	drmsnoop_close(snoop);
}

static int add(uint64_t pid, uint64_t client, uint64_t vm, const char *name)
{
	struct snapshot *snapshot = make(pid, client, vm, name);
	int err = snapshot_add(snapshot);

	if (err)
		snapshot_free(snapshot);
	return err;
}

static int drop_all(void **state)
{
	snapshot_drop_all();
	return teardown(state);
}

static int collect(void *data, const char *name, uint64_t ino, mode_t mode, off_t next)
{
	strcat(data, name);
	strcat(data, "|");
	return 0;
}

static const char *names_of(struct node *node)
{
	static char names[4096];
	struct dir *dir;

	names[0] = '\0';
	assert_int_equal(dir_open(node, &dir), 0);
	assert_int_equal(dir_read(dir, 2, collect, names), 0);
	dir_close(dir);
	return names;
}

/* The snapshot that a name means. */
static struct node *look_snapshot(struct node *dir, const char *name)
{
	struct node_id id;
	struct node *node;

	assert_int_equal(snapshot_find(dir, name, &id), 0);
	assert_int_equal(node_lookup(&fs.nodes, dir, &id, NULL, &node), 0);
	return node;
}

static void test_names(void **state)
{
	struct node *dir = walk(VM "snapshots"), *first;
	char name[SNAPSHOT_NAME_MAX + 2] = "";
	struct node_id id;

	assert_int_equal(snapshot_check_name(dir, "a"), 0);
	assert_int_equal(snapshot_find(dir, "a", &id), -ENOENT);
	assert_int_equal(add(fake.pid, 77, 5, "a"), 0);
	assert_int_equal(add(fake.pid, 77, 5, "a"), -EEXIST);
	assert_int_equal(snapshot_check_name(dir, "a"), -EEXIST);
	/* Of another VM, client and process. */
	assert_int_equal(add(fake.pid, 77, 6, "a"), 0);
	assert_int_equal(add(fake.pid, 78, 5, "a"), 0);
	assert_int_equal(add(1, 77, 5, "a"), 0);
	assert_int_equal(add(fake.pid, 77, 5, "b"), 0);
	assert_string_equal(names_of(dir), "a|b|");

	memset(name, 'x', SNAPSHOT_NAME_MAX + 1);
	assert_int_equal(snapshot_check_name(dir, name), -ENAMETOOLONG);
	name[SNAPSHOT_NAME_MAX] = '\0';
	assert_int_equal(snapshot_check_name(dir, name), 0);

	first = look_snapshot(dir, "a");
	assert_int_equal(snapshot_drop(dir, "a"), 0);
	assert_int_equal(snapshot_drop(dir, "a"), -ENOENT);
	assert_string_equal(names_of(dir), "b|");
	/* A new one is another directory. */
	assert_int_equal(add(fake.pid, 77, 5, "a"), 0);
	assert_true(look_snapshot(dir, "a")->ino != first->ino);
	assert_null(snapshot_get(first));
}

static void test_too_many(void **state)
{
	struct node *dir = walk(VM "snapshots");
	char name[16];

	for (int i = 0; i < SNAPSHOT_MAX; i++) {
		snprintf(name, sizeof(name), "%d", i);
		assert_int_equal(add(fake.pid, 77, 5, name), 0);
	}
	assert_int_equal(snapshot_check_name(dir, "more"), -ENOSPC);
	assert_int_equal(add(fake.pid, 77, 5, "more"), -ENOSPC);
	assert_int_equal(snapshot_drop(dir, "7"), 0);
	assert_int_equal(add(fake.pid, 77, 5, "more"), 0);
}

static void test_directory(void **state)
{
	struct node *dir, *snapshot;
	struct stat st;

	assert_int_equal(add(fake.pid, 77, 5, "a"), 0);
	dir = walk(VM "snapshots");
	assert_int_equal(attr_get(&fs, dir, &st), 0);
	assert_int_equal(st.st_mode, S_IFDIR | 0700);
	fs.read_only = true;
	assert_int_equal(attr_get(&fs, dir, &st), 0);
	assert_int_equal(st.st_mode, S_IFDIR | 0500);
	fs.read_only = false;
	snapshot = look_snapshot(dir, "a");
	assert_int_equal(attr_get(&fs, snapshot, &st), 0);
	assert_int_equal(st.st_mode, S_IFDIR | 0500);
	assert_string_equal(names_of(snapshot), "mem|maps|maps.json|ranges|core|");
	assert_string_equal(names_of(look(snapshot, "ranges")), RANGES);
	fs.writable = true;
	assert_int_equal(attr_get(&fs, look(snapshot, "mem"), &st), 0);
	fs.writable = false;
	assert_int_equal(st.st_mode, S_IFREG | 0400);
	assert_int_equal(st.st_size, SIZE);
	assert_int_equal(st.st_blocks, 0x3800 / 512);
	assert_int_equal(attr_get(&fs, look(look(snapshot, "ranges"),
					    "0000000000005000-0000000000006000"), &st), 0);
	assert_int_equal(st.st_size, 0x1000);
	assert_int_equal(st.st_blocks, 0);
	assert_int_equal(attr_get(&fs, look(look(snapshot, "ranges"),
					    "0000000000001000-0000000000003800"), &st), -ENOENT);
	snapshot_drop(dir, "a");
	assert_int_equal(attr_get(&fs, snapshot, &st), -ENOENT);
	assert_int_equal(attr_get(&fs, look(snapshot, "mem"), &st), -ENOENT);
}

static struct frozen *open_frozen(const char *range)
{
	struct node *snapshot;
	struct frozen *frozen;

	if (add(fake.pid, 77, 5, "a"))
		fail();
	snapshot = look_snapshot(walk(VM "snapshots"), "a");
	assert_int_equal(frozen_open(range ? look(look(snapshot, "ranges"), range) :
					     look(snapshot, "mem"), &frozen), 0);
	/* Open files stay. */
	snapshot_drop_all();
	return frozen;
}

/* Content where something was copied, zeros elsewhere. */
static void check(const uint8_t *buf, uint64_t start, size_t size)
{
	for (uint64_t at = start; at < start + size; at++) {
		bool copied = (at >= 0x1000 && at < 0x3800) || (at >= 0x8000 && at < 0x9000);

		assert_int_equal(buf[at - start], copied ? fake_byte(at) : 0);
	}
}

static void test_read(void **state)
{
	static uint8_t buf[SIZE];
	struct frozen *frozen = open_frozen(NULL);

	/* As the live file: short before a hole, an error in it. */
	assert_int_equal(frozen_read(frozen, buf, SIZE, 0xfff, false), -EIO);
	assert_int_equal(frozen_read(frozen, buf, SIZE, 0x1001, false), 0x27ff);
	check(buf, 0x1001, 0x27ff);
	assert_int_equal(frozen_read(frozen, buf, 1, 0x3800, false), -EIO);
	assert_int_equal(frozen_read(frozen, buf, 1, 0x5fff, false), -EIO);
	assert_int_equal(frozen_read(frozen, buf, SIZE, 0x7000, false), 0x2000);
	check(buf, 0x7000, 0x2000);
	assert_int_equal(frozen_read(frozen, buf, SIZE, SIZE, false), 0);

	/* Pages: all or nothing; one with a part has all. */
	assert_int_equal(frozen_read(frozen, buf, 0x3000, 0x1000, true), 0x3000);
	check(buf, 0x1000, 0x3000);
	assert_int_equal(frozen_read(frozen, buf, 0x4000, 0x1000, true), -EIO);
	assert_int_equal(frozen_read(frozen, buf, 0x1000, 0, true), -EIO);
	assert_int_equal(frozen_read(frozen, buf, 0x2000, 0x5000, true), -EIO);
	assert_int_equal(frozen_read(frozen, buf, 0x3000, 0x6000, true), 0x3000);
	check(buf, 0x6000, 0x3000);
	assert_int_equal(frozen_read(frozen, buf, SIZE, 0x8000, true), -EIO);
	frozen_close(frozen);
}

static void test_read_range(void **state)
{
	static uint8_t buf[SIZE];
	struct frozen *frozen = open_frozen("0000000000002000-0000000000003800");

	assert_int_equal(frozen_read(frozen, buf, SIZE, 0, true), 0x1800);
	check(buf, 0x2000, 0x1800);
	assert_int_equal(frozen_read(frozen, buf, SIZE, 0x17ff, false), 1);
	check(buf, 0x37ff, 1);
	assert_int_equal(frozen_read(frozen, buf, SIZE, 0x1800, false), 0);
	assert_int_equal(frozen_seek(frozen, 0, SEEK_DATA), 0);
	assert_int_equal(frozen_seek(frozen, 0, SEEK_HOLE), 0x1800);
	frozen_close(frozen);

	frozen = open_frozen("0000000000005000-0000000000006000");
	assert_int_equal(frozen_read(frozen, buf, SIZE, 0, true), -EIO);
	assert_int_equal(frozen_read(frozen, buf, SIZE, 0, false), -EIO);
	assert_int_equal(frozen_seek(frozen, 0, SEEK_DATA), -ENXIO);
	frozen_close(frozen);
}

/* Its core asks nobody, and has all its bytes: what is in none is in no segment. */
static void test_core(void **state)
{
	struct snapshot *made = make(fake.pid, 77, 5, "a");
	static uint8_t buf[SIZE];
	Elf64_Phdr headers[COUNT + 1];
	struct frozen *frozen;
	struct node *snapshot;
	Elf64_Ehdr header;
	struct stat st;

	lay_out(made);
	assert_int_equal(snapshot_add(made), 0);
	snapshot = look_snapshot(walk(VM "snapshots"), "a");
	fake.gone = true;
	assert_int_equal(fake.handles, 0);
	assert_int_equal(attr_get(&fs, look(snapshot, "core"), &st), 0);
	assert_int_equal(st.st_mode, S_IFREG | 0400);
	assert_int_equal(frozen_open(look(snapshot, "core"), &frozen), 0);
	snapshot_drop_all();
	for (int cached = 0; cached < 2; cached++)
		assert_int_equal(frozen_read(frozen, buf, SIZE, 0, cached), st.st_size);
	assert_int_equal(frozen_read(frozen, buf, 1, st.st_size, false), 0);
	memcpy(&header, buf, sizeof(header));
	assert_int_equal(header.e_phnum, COUNT + 1);
	memcpy(headers, buf + header.e_phoff, sizeof(headers));
	for (size_t i = 0; i < COUNT; i++) {
		bool copied = !entries[i].error && entries[i].kind == OBJECT;

		assert_int_equal(headers[i + 1].p_vaddr, entries[i].start);
		assert_int_equal(headers[i + 1].p_filesz,
				 copied ? entries[i].end - entries[i].start : 0);
		assert_int_equal(headers[i + 1].p_memsz,
				 entries[i].error ? 0 : entries[i].end - entries[i].start);
		check(buf + headers[i + 1].p_offset, entries[i].start, headers[i + 1].p_filesz);
	}
	assert_int_equal(frozen_seek(frozen, 5, SEEK_DATA), 5);
	assert_int_equal(frozen_seek(frozen, 5, SEEK_HOLE), st.st_size);
	frozen_close(frozen);
}

static void test_seek(void **state)
{
	struct frozen *frozen = open_frozen(NULL);

	assert_int_equal(frozen_seek(frozen, 0, SEEK_DATA), 0x1000);
	assert_int_equal(frozen_seek(frozen, 0x1fff, SEEK_DATA), 0x1fff);
	assert_int_equal(frozen_seek(frozen, 0x3800, SEEK_DATA), 0x8000);
	assert_int_equal(frozen_seek(frozen, 0x9000, SEEK_DATA), -ENXIO);
	assert_int_equal(frozen_seek(frozen, 0, SEEK_HOLE), 0);
	assert_int_equal(frozen_seek(frozen, 0x1000, SEEK_HOLE), 0x3800);
	assert_int_equal(frozen_seek(frozen, 0x6000, SEEK_HOLE), 0x6000);
	assert_int_equal(frozen_seek(frozen, 0x8fff, SEEK_HOLE), 0x9000);
	assert_int_equal(frozen_seek(frozen, SIZE, SEEK_HOLE), -ENXIO);
	assert_int_equal(frozen_seek(frozen, -1, SEEK_DATA), -ENXIO);
	assert_int_equal(frozen_seek(frozen, 0, SEEK_SET), -EINVAL);
	frozen_close(frozen);
}

static void test_texts(void **state)
{
	struct snapshot *made;
	struct node *snapshot;
	struct text text;
	char *end;

	assert_int_equal(add(fake.pid, 77, 5, "a"), 0);
	snapshot = look_snapshot(walk(VM "snapshots"), "a");
	made = snapshot_get(snapshot);
	assert_int_equal(text_make(look(snapshot, "maps"), &text), 0);
	text_append(&text, "", 1);
	assert_string_equal(text.data, MAPS);
	text_free(&text);
	assert_int_equal(text_make(look(snapshot, "maps.json"), &text), 0);
	text_append(&text, "", 1);
	assert_true(!strncmp(text.data, "{\"vm\":5,\"name\":\"\",", 18));
	end = strstr(text.data, "\"start\":\"0x5000\"");
	assert_non_null(end);
	end = strstr(end, "\"error\":\"EIO\",\"change\":\"rebound\",\"stopped\":false,\"shared\":false}");
	assert_non_null(end);
	end = strstr(end, "\"stopped\":true,\"shared\":false}");
	assert_non_null(end);
	end = strstr(end, "\"error\":null,\"change\":null,\"stopped\":false,\"shared\":true}]}\n");
	assert_non_null(end);
	assert_non_null(strstr(text.data, "\"consistent\":true,\"stopped_us\":4,\"ranges\":["));
	text_free(&text);
	snapshot_put(made);
}

/* What is left of a path when client or process are gone. */
static void test_kept(void **state)
{
	struct node *process = walk(PROCESS), *client = walk(CLIENT), *vm = walk(VM);
	struct stat st;
	char pid[16];

	assert_int_equal(add(fake.pid, 77, 5, "a"), 0);
	assert_int_equal(add(fake.pid, 77, 6, "b"), 0);
	assert_int_equal(add(fake.pid, 70, 1, "c"), 0);
	/* With the living. */
	assert_string_equal(names_of(walk(PROCESS "clients")), "70|77|");
	assert_string_equal(names_of(walk(CLIENT "vm")), "5|6|");
	assert_string_equal(names_of(vm), "mem|maps|maps.json|ranges|core|snapshots|");
	assert_string_equal(names_of(look(look(client, "vm"), "6")), "snapshots|");
	assert_int_equal(attr_get(&fs, look(look(client, "vm"), "6"), &st), 0);
	assert_int_equal(attr_get(&fs, look(look(client, "vm"), "7"), &st), -ENOENT);

	fake.gone = true;
	assert_string_equal(names_of(client), "vm|");
	assert_string_equal(names_of(walk(CLIENT "vm")), "5|6|");
	assert_string_equal(names_of(vm), "snapshots|");
	assert_string_equal(names_of(look(vm, "snapshots")), "a|");
	assert_string_equal(names_of(process), "comm|proc|clients|");

	fake.pid = 0;
	snprintf(pid, sizeof(pid), "%d|", getpid());
	assert_string_equal(names_of(process->parent), pid);
	assert_string_equal(names_of(look(&fs.nodes.root, "by-pid")), pid);
	assert_int_equal(children_find_process(3, getpid(), NULL), 0);
	assert_int_equal(snapshot_drop(look(vm, "snapshots"), "a"), 0);
	assert_int_equal(attr_get(&fs, vm, &st), -ENOENT);
	assert_int_equal(attr_get(&fs, client, &st), 0);
	snapshot_drop_all();
	assert_int_equal(attr_get(&fs, client, &st), -ENOENT);
	assert_int_equal(children_find_process(3, getpid(), NULL), -ENOENT);
	assert_string_equal(names_of(process->parent), "");
}

static void test_ended_process(void **state)
{
	struct process *process;
	struct node_id id = { .kind = NODE_PROCESS, .a = 1, .b = 4711 };
	struct node *node;
	uint64_t start;
	struct stat st;

	assert_false(snapshot_keeps_process(3, 1, NULL, NULL));
	assert_int_equal(add(1, 77, 5, "a"), 0);
	assert_true(snapshot_keeps_process(3, 1, NULL, &start));
	assert_int_equal(start, 4711);
	assert_false(snapshot_keeps_process(2, 1, NULL, NULL));
	assert_int_equal(process_ended(1, 4711, &process), 0);
	assert_false(process_alive(process));
	assert_int_equal(node_lookup(&fs.nodes, walk("card3"), &id, process, &node), 0);
	assert_int_equal(attr_get(&fs, node, &st), 0);
	assert_string_equal(names_of(node), "clients|");
	assert_int_equal(attr_get(&fs, look(node, "comm"), &st), -ENOENT);
	assert_string_equal(names_of(look(node, "clients")), "77|");
}

#undef TEST
#define TEST(name)	cmocka_unit_test_setup_teardown(name, setup, drop_all)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(test_names),
		TEST(test_too_many),
		TEST(test_directory),
		TEST(test_read),
		TEST(test_read_range),
		TEST(test_core),
		TEST(test_seek),
		TEST(test_texts),
		TEST(test_kept),
		TEST(test_ended_process),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests_name("drmsnoopfs snapshots", tests, NULL, NULL);
}
