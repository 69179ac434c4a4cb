// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * drmsnoopfs without a mount and without a GPU: names, nodes, directories and texts
 * on a stand-in for libdrmsnoop.
 */

#include <errno.h>
#include <inttypes.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>

#include "attr.h"
#include "children.h"
#include "dir.h"
#include "drmsnoopfs-fixture.h"
#include "process.h"
#include "text.h"
#include "tree.h"

/* Names */

static void test_names_round_trip(void **state)
{
	static const struct {
		enum node_kind parent;
		const char *name;
		struct node_id id;
	} names[] = {
		{ NODE_ROOT, "by-pid", { NODE_BY_PID, 0, 0 } },
		{ NODE_ROOT, "card0", { NODE_CARD, 0, 0 } },
		{ NODE_ROOT, "card12", { NODE_CARD, 12, 0 } },
		{ NODE_CARD, "1", { NODE_PROCESS, 1, 0 } },
		{ NODE_CARD, "2147483647", { NODE_PROCESS, 2147483647, 0 } },
		{ NODE_BY_PID, "4711", { NODE_PID_LINK, 4711, 0 } },
		{ NODE_PROCESS, "comm", { NODE_COMM, 0, 0 } },
		{ NODE_CLIENTS, "18446744073709551615",
		  { NODE_CLIENT, UINT64_MAX, 0 } },
		{ NODE_BOS, "4294967295", { NODE_BO, UINT32_MAX, 0 } },
		{ NODE_VMS, "0", { NODE_VM, 0, 0 } },
		{ NODE_VM, "maps.json", { NODE_MAPS_JSON, 0, 0 } },
		{ NODE_VM, "core", { NODE_CORE, 0, 0 } },
		{ NODE_RANGES, "0000000000100000-0000000000104000",
		  { NODE_RANGE, 0x100000, 0x104000 } },
		{ NODE_RANGES, "fffffffffffff000-ffffffffffffffff",
		  { NODE_RANGE, 0xfffffffffffff000, UINT64_MAX } },
		{ NODE_SNAPSHOT, "maps.json", { NODE_FROZEN_MAPS_JSON, 0, 0 } },
		{ NODE_FROZEN_RANGES, "0000000000100000-0000000000104000",
		  { NODE_FROZEN_RANGE, 0x100000, 0x104000 } },
	};
	char name[TREE_NAME_SIZE];
	struct node_id id;

	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
		assert_int_equal(tree_parse(names[i].parent, names[i].name,
					    &id), 0);
		assert_memory_equal(&id, &names[i].id, sizeof(id));
		tree_name(&id, name);
		assert_string_equal(name, names[i].name);
	}
}

static void test_names_refused(void **state)
{
	static const struct {
		enum node_kind parent;
		const char *name;
	} names[] = {
		{ NODE_ROOT, "" }, { NODE_ROOT, "card" },
		{ NODE_ROOT, "card00" }, { NODE_ROOT, "card-1" },
		{ NODE_ROOT, "card2147483648" }, { NODE_ROOT, "comm" },
		{ NODE_CARD, "0" }, { NODE_CARD, "01" }, { NODE_CARD, "+1" },
		{ NODE_CARD, " 1" }, { NODE_CARD, "1 " }, { NODE_CARD, "1x" },
		{ NODE_CARD, "2147483648" },
		{ NODE_CLIENTS, "18446744073709551616" },
		{ NODE_CLIENTS, "184467440737095516150" },
		{ NODE_BOS, "0" }, { NODE_BOS, "4294967296" },
		{ NODE_RANGES, "100000-104000" },
		{ NODE_RANGES, "000000000010000A-000000000010000B" },
		{ NODE_RANGES, "0000000000104000-0000000000100000" },
		{ NODE_RANGES, "0000000000100000-0000000000100000" },
		{ NODE_RANGES, "0000000000100000+0000000000104000" },
		{ NODE_RANGES, "0000000000100000-0000000000104000 " },
		{ NODE_COMM, "comm" }, { NODE_SNAPSHOTS, "mem" },
		{ NODE_SNAPSHOT, "snapshots" },
	};
	struct node_id id;

	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++)
		assert_int_equal(tree_parse(names[i].parent, names[i].name,
					    &id), -ENOENT);
}

/* Nodes */

static void test_lookups_and_forgets(void **state)
{
	struct node *vms = walk(CLIENT "vm");
	struct node *vm = look(vms, "5"), *again = look(vms, "5");

	assert_ptr_equal(vm, again);
	assert_int_equal(vm->lookups, 2);
	/* card3, PID, clients, 77, vm, 5 */
	assert_int_equal(node_count(&fs.nodes), 6);
	node_forget(&fs.nodes, vm, 1);
	assert_int_equal(node_count(&fs.nodes), 6);
	node_forget(&fs.nodes, vm, 1);
	assert_int_equal(node_count(&fs.nodes), 5);
}

static void test_parents_outlive_children(void **state)
{
	struct node *node = walk(CLIENT "bo/9"), *up;

	/* The kernel forgets from the top: nothing may go before the child. */
	for (up = node->parent; up->parent; up = up->parent)
		node_forget(&fs.nodes, up, 1);
	assert_int_equal(node_count(&fs.nodes), 6);
	assert_int_equal(node_ancestor(node, NODE_CLIENT)->id.a, 77);
	node_forget(&fs.nodes, node, 1);
	assert_int_equal(node_count(&fs.nodes), 0);
}

static void test_many_nodes(void **state)
{
	const uint64_t count = 20000;
	struct node *ranges = walk(VM "ranges"), **nodes, *node;
	size_t before = node_count(&fs.nodes);
	struct node_id id = { .kind = NODE_RANGE };

	nodes = calloc(count, sizeof(*nodes));
	for (uint64_t i = 0; i < count; i++) {
		id.a = i << 12;
		id.b = (i + 1) << 12;
		assert_int_equal(node_lookup(&fs.nodes, ranges, &id, NULL,
					     &nodes[i]), 0);
	}
	assert_int_equal(node_count(&fs.nodes), before + count);
	id.a = 777 << 12;
	id.b = 778 << 12;
	assert_int_equal(node_lookup(&fs.nodes, ranges, &id, NULL, &node), 0);
	assert_ptr_equal(node, nodes[777]);
	node_forget(&fs.nodes, node, 1);
	for (uint64_t i = 0; i < count; i++)
		node_forget(&fs.nodes, nodes[i], 1);
	assert_int_equal(node_count(&fs.nodes), before);
	free(nodes);
}

static void test_inode_numbers_stay(void **state)
{
	struct node *vm = walk(CLIENT "vm/5");
	uint64_t ino = vm->ino;
	struct node_id other = { .kind = NODE_VM, .a = 6 };

	assert_int_equal(node_ino(vm->parent, &vm->id), ino);
	assert_true(node_ino(vm->parent, &other) != ino);
	node_forget(&fs.nodes, vm, 1);
	assert_true(look(walk(CLIENT "vm"), "5")->ino == ino);
}

/* Processes */

static void test_process_dies(void **state)
{
	struct node *clients;
	struct stat st;
	pid_t pid = fork();

	if (!pid) {
		pause();
		_exit(0);
	}
	fake.pid = pid;
	clients = walk(PROCESS "clients");
	assert_int_equal(attr_get(&fs, clients, &st), 0);
	kill(pid, SIGKILL);
	waitid(P_PID, pid, NULL, WEXITED | WNOWAIT);
	assert_int_equal(attr_get(&fs, clients, &st), -ENOENT);
	assert_int_equal(clients->parent->process->pidfd, -1);
	waitpid(pid, NULL, 0);
	assert_int_equal(attr_get(&fs, clients, &st), -ENOENT);
}

static void test_number_of_another_process(void **state)
{
	struct node *mine = walk(PROCESS);
	struct process *process;
	struct node *other;
	struct node_id id = mine->id;

	/* As if the number had been given to a process that started later. */
	assert_int_equal(process_open(getpid(), &process), 0);
	id.b++;
	assert_int_equal(node_lookup(&fs.nodes, mine->parent, &id, process,
				     &other), 0);
	assert_ptr_not_equal(other, mine);
	assert_true(other->ino != mine->ino);
}

static void test_process_refused(void **state)
{
	unsigned int card;

	assert_int_equal(children_find_process(FAKE_CARD, fake.pid, &card), 0);
	assert_int_equal(card, FAKE_CARD);
	assert_int_equal(children_find_process(FAKE_CARD - 1, fake.pid, NULL),
			 -ENOENT);
	/* Exists, has no client. */
	assert_int_equal(children_find_process(FAKE_CARD, getppid(), NULL),
			 -ENOENT);
	fake.get = -EPERM;
	assert_int_equal(children_find_process(FAKE_CARD, fake.pid, NULL),
			 -EACCES);
	fake.get = 0;
	fake.see = -EACCES;
	assert_int_equal(children_find_process(FAKE_CARD, fake.pid, NULL),
			 -EACCES);
}

/* Directories */

struct listing {
	char names[64][TREE_NAME_SIZE];
	off_t next[64];
	size_t count;
	size_t limit;
};

static int collect(void *data, const char *name, uint64_t ino, mode_t mode,
		   off_t next)
{
	struct listing *listing = data;

	if (listing->count == listing->limit)
		return 1;
	assert_true(ino != 0);
	strcpy(listing->names[listing->count], name);
	listing->next[listing->count++] = next;
	return 0;
}

/* All names of a directory with bars between. */
static char *names_of(const char *path)
{
	struct listing listing = { .limit = 64 };
	struct node *node = walk(path);
	static char all[2048];
	struct dir *dir;

	assert_int_equal(dir_open(node, &dir), 0);
	assert_int_equal(dir_read(dir, 0, collect, &listing), 0);
	dir_close(dir);
	*all = '\0';
	for (size_t i = 0; i < listing.count; i++) {
		strcat(all, listing.names[i]);
		strcat(all, "|");
	}
	return all;
}

static void test_directories(void **state)
{
	char expected[64];

	add_object(4, 4096, 900);
	add_object(6, 8192, 901);
	add_range(0x1000, 0x2000, 1);
	assert_string_equal(names_of("/"), ".|..|by-pid|card3|");
	snprintf(expected, sizeof(expected), ".|..|%d|", fake.pid);
	assert_string_equal(names_of("card3"), expected);
	assert_string_equal(names_of("by-pid"), expected);
	assert_string_equal(names_of(PROCESS), ".|..|comm|proc|clients|");
	assert_string_equal(names_of(PROCESS "clients"), ".|..|77|");
	assert_string_equal(names_of(CLIENT),
			    ".|..|fdinfo|objects|bo|vm|");
	assert_string_equal(names_of(CLIENT "bo"), ".|..|4|6|");
	assert_string_equal(names_of(CLIENT "vm"), ".|..|5|");
	assert_string_equal(names_of(VM),
			    ".|..|mem|maps|maps.json|ranges|core|snapshots|");
	assert_string_equal(names_of(VM "ranges"),
			    ".|..|0000000000001000-0000000000002000|");
	assert_int_equal(fake.handles, 0);
}

static void test_directory_without_vms(void **state)
{
	struct stat st;

	fake.no_vms = true;
	assert_string_equal(names_of(CLIENT), ".|..|fdinfo|objects|bo|");
	assert_int_equal(attr_get(&fs, walk(CLIENT "vm"), &st), -ENOENT);
}

static void test_refused_process_is_not_listed(void **state)
{
	fake.get = -EPERM;
	assert_string_equal(names_of("card3"), ".|..|");
	assert_string_equal(names_of("by-pid"), ".|..|");
}

static void test_directory_resumes(void **state)
{
	struct listing listing = { .limit = 3 };
	struct node *node;
	struct dir *dir;

	for (uint32_t i = 1; i <= 10; i++)
		add_object(i, 4096, i);
	node = walk(CLIENT "bo");
	assert_int_equal(dir_open(node, &dir), 0);
	assert_int_equal(dir_read(dir, 0, collect, &listing), 0);
	assert_string_equal(listing.names[2], "1");
	/* New objects do not move what is still to come. */
	add_object(11, 4096, 11);
	listing = (struct listing) { .limit = 64, .next = { listing.next[2] } };
	assert_int_equal(dir_read(dir, listing.next[0], collect,
				  &listing), 0);
	assert_int_equal(listing.count, 9);
	assert_string_equal(listing.names[0], "2");
	assert_string_equal(listing.names[8], "10");
	/* From the beginning, they are seen. */
	listing = (struct listing) { .limit = 64 };
	assert_int_equal(dir_read(dir, 0, collect, &listing), 0);
	assert_int_equal(listing.count, 13);
	assert_int_equal(dir_read(dir, -1, collect, &listing), -EINVAL);
	dir_close(dir);
}

static void test_many_ranges_cost_what_they_return(void **state)
{
	const size_t count = 100000;
	struct listing listing;
	struct node *node;
	struct dir *dir;
	uint64_t seen = 0;
	off_t at = 0;

	fake.ranges = calloc(count, sizeof(*fake.ranges));
	for (size_t i = 0; i < count; i++) {
		fake.ranges[i].start = i << 13;
		fake.ranges[i].end = (i << 13) + 4096;
	}
	fake.range_count = count;
	node = walk(VM "ranges");
	assert_int_equal(dir_open(node, &dir), 0);
	for (;;) {
		listing = (struct listing) { .limit = 60 };
		assert_int_equal(dir_read(dir, at, collect, &listing), 0);
		if (!listing.count)
			break;
		for (size_t i = 0; i < listing.count; i++) {
			struct node_id id;

			if (listing.names[i][0] == '.')
				continue;
			assert_int_equal(tree_parse(NODE_RANGES,
						    listing.names[i], &id), 0);
			assert_true(id.a == seen << 13);
			seen++;
		}
		at = listing.next[listing.count - 1];
	}
	dir_close(dir);
	assert_int_equal(seen, count);
	/* One a range, and one more a call that found no room. */
	assert_true(fake.queries < count + count / 59 + 10);
}

static void test_open_directory_lends_its_handle(void **state)
{
	struct node *ranges = walk(VM "ranges"), *range;
	struct dir *first, *second;
	struct stat st;

	add_range(0x1000, 0x2000, 1);
	range = look(ranges, "0000000000001000-0000000000002000");
	assert_int_equal(dir_open(ranges, &first), 0);
	assert_int_equal(dir_open(ranges, &second), 0);
	assert_int_equal(fake.handles, 2);
	/* No new handle may be had, and none is needed. */
	fake.get = -EPERM;
	assert_int_equal(attr_get(&fs, range, &st), 0);
	dir_close(second);
	assert_int_equal(attr_get(&fs, range, &st), 0);
	dir_close(first);
	assert_int_equal(fake.handles, 0);
	assert_int_equal(attr_get(&fs, range, &st), -EACCES);
	fake.get = 0;
	assert_int_equal(attr_get(&fs, range, &st), 0);
}

static void test_ranges_change_while_read(void **state)
{
	struct listing listing = { .limit = 3 };
	struct node *node = walk(VM "ranges");
	struct dir *dir;

	add_range(0x1000, 0x2000, 1);
	add_range(0x3000, 0x4000, 2);
	assert_int_equal(dir_open(node, &dir), 0);
	assert_int_equal(dir_read(dir, 0, collect, &listing), 0);
	/* One that covers the place where to go on is passed over. */
	fake.ranges[0].end = 0x3000;
	listing.count = 0;
	assert_int_equal(dir_read(dir, listing.next[2], collect,
				  &listing), 0);
	assert_int_equal(listing.count, 1);
	assert_string_equal(listing.names[0],
			    "0000000000003000-0000000000004000");
	fake.gone = true;
	assert_int_equal(dir_read(dir, 2, collect, &listing), -ESRCH);
	dir_close(dir);
}

/* Attributes */

static void test_attributes(void **state)
{
	struct node *node;
	struct stat st;

	add_object(4, 0x5000, 900);
	add_range(0x1000, 0x3000, 1);
	add_range(0x8000, 0x9000, 2);
	assert_int_equal(attr_get(&fs, walk(VM "mem"), &st), 0);
	assert_int_equal(st.st_size, FAKE_VM_END);
	assert_int_equal(st.st_blocks, 0x3000 / 512);
	assert_int_equal(st.st_mode, S_IFREG | 0400);
	assert_int_equal(st.st_uid, 1);
	assert_int_equal(st.st_gid, 2);
	assert_int_equal(attr_get(&fs, walk(CLIENT "bo/4"), &st), 0);
	assert_int_equal(st.st_size, 0x5000);
	assert_int_equal(attr_get(&fs, walk(CLIENT "bo/5"), &st), -ENOENT);
	assert_int_equal(attr_get(&fs, walk(VM "maps"), &st), 0);
	assert_int_equal(st.st_size, 0);
	assert_int_equal(attr_get(&fs, walk(CLIENT "vm/6"), &st), -ENOENT);
	node = look(walk(VM "ranges"), "0000000000001000-0000000000003000");
	assert_int_equal(attr_get(&fs, node, &st), 0);
	assert_int_equal(st.st_size, 0x2000);
	/* Part of a range is not a range. */
	assert_int_equal(attr_get(&fs, walk(RANGE), &st), -ENOENT);
	assert_int_equal(attr_get(&fs, walk("card2"), &st), -ENOENT);
	assert_int_equal(fake.handles, 0);
}

/* Texts */

static void expect_text(const char *path, const char *expected)
{
	struct text text;

	assert_int_equal(text_make(walk(path), &text), 0);
	assert_int_equal(text.size, strlen(expected));
	assert_memory_equal(text.data, expected, text.size);
	text_free(&text);
}

static void test_texts(void **state)
{
	add_object(4, 0x8000, 900);
	add_range(0x100000, 0x104000, 17);
	expect_text(VM "maps", "000000100000-000000104000 rw--- object vram 4:0x2000 0x8000\n");
	expect_text(VM "maps.json",
		    "{\"vm\":5,\"name\":\"\",\"start\":\"0x0\",\"end\":\"0x1000000000000\",\"ranges\":[\n"
		    "{\"start\":\"0x100000\",\"end\":\"0x104000\",\"kind\":\"object\",\"placement\":\"vram\",\"flags\":[\"readable\"],\"handle\":4,\"object\":\"0x384\",\"offset\":\"0x2000\",\"object_size\":32768,\"generation\":\"0x11\",\"reason\":null}]}\n");
	expect_text(CLIENT "objects",
		    "# handle flags kind placement size path\n"
		    "4 rw--- ttm vram 0x8000 ttm\n");
	expect_text(PROCESS "comm", "test-drmsnoopfs\n");
	fake.range_count = 0;
	expect_text(VM "maps", "");
	expect_text(VM "maps.json",
		    "{\"vm\":5,\"name\":\"\",\"start\":\"0x0\",\"end\":\"0x1000000000000\",\"ranges\":[\n]}\n");
	assert_int_equal(fake.handles, 0);
}

static void test_text_seek(void **state)
{
	struct text text = { .size = 10 };

	assert_int_equal(text_seek(&text, 3, SEEK_DATA), 3);
	assert_int_equal(text_seek(&text, 3, SEEK_HOLE), 10);
	assert_int_equal(text_seek(&text, 10, SEEK_DATA), -ENXIO);
	assert_int_equal(text_seek(&text, 3, SEEK_END), -EINVAL);
}

static void test_text_of_the_dead(void **state)
{
	struct node *maps = walk(VM "maps");
	struct text text;

	fake.gone = true;
	assert_int_equal(text_make(maps, &text), -ENOENT);
	text_free(&text);
	fake.gone = false;
	fake.get = -EPERM;
	assert_int_equal(text_make(maps, &text), -EACCES);
	text_free(&text);
}

static void test_text_has_a_limit(void **state)
{
	const size_t count = TEXT_MAX / 40;
	struct node *maps = walk(VM "maps");
	struct text text;

	fake.ranges = calloc(count, sizeof(*fake.ranges));
	for (size_t i = 0; i < count; i++) {
		fake.ranges[i].start = i << 12;
		fake.ranges[i].end = (i + 1) << 12;
	}
	fake.range_count = count;
	assert_int_equal(text_make(maps, &text), -EFBIG);
	assert_true(text.size <= TEXT_MAX);
	text_free(&text);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(test_names_round_trip),
		TEST(test_names_refused),
		TEST(test_lookups_and_forgets),
		TEST(test_parents_outlive_children),
		TEST(test_many_nodes),
		TEST(test_inode_numbers_stay),
		TEST(test_process_dies),
		TEST(test_number_of_another_process),
		TEST(test_process_refused),
		TEST(test_directories),
		TEST(test_directory_without_vms),
		TEST(test_refused_process_is_not_listed),
		TEST(test_directory_resumes),
		TEST(test_many_ranges_cost_what_they_return),
		TEST(test_open_directory_lends_its_handle),
		TEST(test_ranges_change_while_read),
		TEST(test_attributes),
		TEST(test_texts),
		TEST(test_text_seek),
		TEST(test_text_of_the_dead),
		TEST(test_text_has_a_limit),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests_name("drmsnoopfs", tests, NULL, NULL);
}
