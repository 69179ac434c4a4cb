// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * vm: boot engine --gpu gpusim --gpu vgem
 * timeout: 300
 *
 * Limits of a user: registrations are refused exactly beyond the limit, reads
 * go on with little memory; other users do not notice, and all is given back.
 */
#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <unistd.h>

#include "as-user.h"
#include "expect.h"
#include "gpusim-client.h"
#include "open-as.h"
#include "slow-memory.h"
#include "snoop-module.h"
#include "snoop.h"
#include "watch.h"

#define DEFAULT_REGISTRATIONS	4096
#define DEFAULT_MEMORY_MB	64
/* The limit in these tests, and clients to reach it with. */
#define LIMIT			100
#define CLIENTS			150
#define THREADS			8
/* Pieces of a read with and without a buffer of its own. */
#define PIECE			(60 * 1024)
#define SMALL_PIECE		144
/* Readers whose buffers are just below 1 MiB together. */
#define READERS			17

#define ADDR			0x10000000ULL
#define SIZE			0x10000ULL
#define OLD			0x1111111111111111ULL
#define NEW			0x2222222222222222ULL

static int client[CLIENTS];

/* Registers clients from @first on; their number until one is refused. */
static int try_register(int snoop, unsigned int first, unsigned int last)
{
	unsigned int i;
	__u64 id;
	int ret;

	for (i = first; i < last; i++) {
		ret = snoop_register(snoop, client[i], &id);
		if (ret == -EDQUOT)
			break;
		if (ret)
			return ret;
	}
	return i - first;
}

static unsigned int count_clients(int snoop)
{
	struct drm_snoop_client clients[CLIENTS + 1];

	return expect_ok(snoop_list(snoop, DRM_SNOOP_LIST_CLIENTS, 0, 0, clients, CLIENTS + 1,
				    CLIENTS + 1));
}

static int group_setup(void **state)
{
	unsigned int i;

	(void)state;
	for (i = 0; i < CLIENTS; i++)
		client[i] = expect_ok(gc_open());
	return 0;
}

static int setup(void **state)
{
	(void)state;
	snoop_module_set("max_registrations", LIMIT);
	return 0;
}

static int teardown(void **state)
{
	(void)state;
	snoop_module_set("max_registrations", DEFAULT_REGISTRATIONS);
	snoop_module_set("max_memory_mb", DEFAULT_MEMORY_MB);
	return 0;
}

static void test_files(void **state)
{
	int a = open_as("alice"), b = open_as("alice"), c = open_as("alice");
	__u64 id;

	(void)state;
	expect_equal(try_register(a, 0, 70), 70);
	expect_equal(try_register(b, 0, 20), 20);
	/* Again is not one more. */
	expect_equal(try_register(b, 0, 20), 20);
	expect_equal(try_register(c, 0, CLIENTS), 10);
	expect_error(snoop_register(c, client[10], &id), EDQUOT);
	expect_error(snoop_register(a, client[70], &id), EDQUOT);
	/* Who is registered can still be named; who was refused is not there. */
	expect_equal(try_register(a, 0, 70), 70);
	expect_equal(count_clients(a), 70);
	expect_equal(count_clients(c), 10);

	/* Just what a file had comes back. */
	close(b);
	expect_equal(try_register(c, 10, CLIENTS), 20);
	close(a);
	close(c);
	a = open_as("alice");
	expect_equal(try_register(a, 0, CLIENTS), LIMIT);
	close(a);
}

static void test_users(void **state)
{
	int alice = open_as("alice"), bob = open_as("bob");
	int root = expect_ok(snoop_open("gpusim", 0));

	(void)state;
	expect_equal(try_register(alice, 0, CLIENTS), LIMIT);
	expect_equal(try_register(bob, 0, CLIENTS), LIMIT);
	/* The opener's privilege counts, not the caller's, which is root's for all. */
	expect_equal(try_register(root, 0, CLIENTS), CLIENTS);
	close(alice);
	/* One user's room is not the other's. */
	expect_equal(try_register(bob, LIMIT, CLIENTS), 0);
	close(bob);
	close(root);
}

static void register_inherited(void *data)
{
	int *numbers = data;

	numbers[1] = try_register(numbers[0], 0, CLIENTS);
}

/* A file that root opened and a user uses counts for root. */
static void test_opener(void **state)
{
	int numbers[2] = { expect_ok(snoop_open("gpusim", 0)) };
	int alice = open_as("alice");

	(void)state;
	as_user("alice", 1, register_inherited, numbers, sizeof(numbers));
	expect_equal(numbers[1], CLIENTS);
	expect_equal(try_register(alice, 0, CLIENTS), LIMIT);
	close(alice);
	close(numbers[0]);
}

/* A lower limit takes nothing away. */
static void test_limit_changes(void **state)
{
	int alice = open_as("alice");
	__u64 id;

	(void)state;
	expect_equal(try_register(alice, 0, CLIENTS), LIMIT);
	snoop_module_set("max_registrations", 10);
	expect_equal(count_clients(alice), LIMIT);
	expect_ok(snoop_register(alice, client[LIMIT - 1], &id));
	expect_error(snoop_register(alice, client[LIMIT], &id), EDQUOT);
	snoop_module_set("max_registrations", LIMIT + 1);
	expect_equal(try_register(alice, LIMIT, CLIENTS), 1);
	close(alice);
	snoop_module_set("max_registrations", 0);
	alice = open_as("alice");
	expect_error(snoop_register(alice, client[0], &id), EDQUOT);
	close(alice);
}

/* Memories and clients are counted together. */
static void test_memories(void **state)
{
	int alice = open_as("alice"), mem = expect_ok(snoop_open_mem(getpid(), O_RDONLY));
	int other = open_as("alice");
	__u64 id;

	(void)state;
	expect_equal(try_register(alice, 0, LIMIT - 1), LIMIT - 1);
	expect_ok(snoop_register_mem(alice, mem, 0));
	expect_ok(snoop_register_mem(alice, mem, 0));
	expect_error(snoop_register(alice, client[LIMIT - 1], &id), EDQUOT);
	expect_error(snoop_register_mem(other, mem, 0), EDQUOT);
	close(alice);
	expect_equal(try_register(other, 0, LIMIT - 1), LIMIT - 1);
	expect_ok(snoop_register_mem(other, mem, 0));
	expect_error(snoop_register(other, client[LIMIT - 1], &id), EDQUOT);
	close(other);
	close(mem);
}

/* Threads of one user that take what they can get. */
struct grab {
	pthread_t thread;
	int snoop;
	int count;
};

static pthread_barrier_t barrier;

static void *run_grab(void *arg)
{
	struct grab *grab = arg;

	pthread_barrier_wait(&barrier);
	grab->count = try_register(grab->snoop, 0, CLIENTS);
	return NULL;
}

static void test_race(void **state)
{
	struct grab grab[THREADS];
	int i, round, total;

	(void)state;
	expect_equal(pthread_barrier_init(&barrier, NULL, THREADS), 0);
	for (round = 0; round < 10; round++) {
		for (i = 0; i < THREADS; i++)
			grab[i].snoop = open_as("alice");
		for (i = 0; i < THREADS; i++)
			expect_equal(pthread_create(&grab[i].thread, NULL, run_grab, &grab[i]), 0);
		for (total = 0, i = 0; i < THREADS; i++) {
			pthread_join(grab[i].thread, NULL);
			total += grab[i].count;
		}
		expect_equal(total, LIMIT);
		for (i = 0; i < THREADS; i++)
			close(grab[i].snoop);
	}
	pthread_barrier_destroy(&barrier);
}

/* A VM with one object. */
struct memory {
	int drm;
	__u32 vm, bo;
};

static void memory_init(struct memory *memory)
{
	memory->drm = expect_ok(gc_open());
	expect_ok(gc_vm_create(memory->drm, &memory->vm));
	expect_ok(gc_bo_create(memory->drm, SIZE, GC_VRAM, 0, &memory->bo));
	expect_ok(gc_map(memory->drm, memory->vm, ADDR, memory->bo, 0, SIZE));
}

/* A file of @user that is bound to the VM. */
static int memory_open(const struct memory *memory, const char *user)
{
	int snoop = open_as(user);
	__u64 id;

	expect_ok(snoop_register(snoop, memory->drm, &id));
	expect_ok(snoop_bind_vm(snoop, id, memory->vm, NULL));
	return snoop;
}

/* A read that is stuck at its first byte, with the first piece copied. */
struct reader {
	struct slow_memory slow;
	pthread_t thread;
	int snoop;
	ssize_t result;
};

static void *run_reader(void *arg)
{
	struct reader *reader = arg;

	reader->result = snoop_pread(reader->snoop, reader->slow.memory, SIZE, ADDR);
	return NULL;
}

static void reader_start(struct reader *reader, int snoop)
{
	reader->snoop = snoop;
	slow_memory_init(&reader->slow, SIZE);
	expect_equal(pthread_create(&reader->thread, NULL, run_reader, reader), 0);
	slow_memory_wait(&reader->slow, 60000);
}

/* Ends it; bytes that were read before the memory was filled anew, all else is new. */
static size_t reader_end(struct reader *reader)
{
	const __u64 *words = reader->slow.memory;
	size_t i, old;

	slow_memory_let_go(&reader->slow);
	pthread_join(reader->thread, NULL);
	expect_equal(reader->result, SIZE);
	for (i = 0; i < SIZE / 8 && words[i] == OLD; i++)
		;
	old = i * 8;
	for (; i < SIZE / 8; i++)
		expect_equal(words[i], NEW);
	slow_memory_fini(&reader->slow);
	return old;
}

/* Size of the first piece of a read on @snoop. */
static size_t first_piece(const struct memory *memory, int snoop)
{
	struct reader reader;

	expect_ok(gc_fill(memory->drm, memory->vm, ADDR, SIZE, OLD));
	reader_start(&reader, snoop);
	expect_ok(gc_fill(memory->drm, memory->vm, ADDR, SIZE, NEW));
	return reader_end(&reader);
}

static void test_no_memory(void **state)
{
	struct memory memory;
	int alice, root;

	(void)state;
	memory_init(&memory);
	alice = memory_open(&memory, "alice");
	root = memory_open(&memory, NULL);
	expect_equal(first_piece(&memory, alice), PIECE);
	snoop_module_set("max_memory_mb", 0);
	expect_equal(first_piece(&memory, alice), SMALL_PIECE);
	expect_equal(first_piece(&memory, root), PIECE);
	snoop_module_set("max_memory_mb", 1);
	expect_equal(first_piece(&memory, alice), PIECE);
	close(alice);
	close(root);
	close(memory.drm);
}

/* Reads that are under way count, and no longer when they have ended. */
static void test_memory_reached(void **state)
{
	struct reader readers[READERS + 1];
	struct memory memory;
	int alice, bob, i;

	(void)state;
	memory_init(&memory);
	alice = memory_open(&memory, "alice");
	bob = memory_open(&memory, "bob");
	snoop_module_set("max_memory_mb", 1);
	expect_ok(gc_fill(memory.drm, memory.vm, ADDR, SIZE, OLD));
	for (i = 0; i < READERS + 1; i++)
		reader_start(&readers[i], alice);
	expect_equal(first_piece(&memory, bob), PIECE);
	/* All of Alice's first pieces are older than that. */
	for (i = 0; i < READERS; i++)
		expect_equal(reader_end(&readers[i]), PIECE);
	expect_equal(reader_end(&readers[READERS]), SMALL_PIECE);
	expect_equal(first_piece(&memory, alice), PIECE);
	close(alice);
	close(bob);
	close(memory.drm);
}

/* Content is the same, however a read begins and ends. */
static void test_small_content(void **state)
{
	static const struct {
		__u64 offset;
		size_t len;
	} reads[] = {
		{ 0, SIZE }, { 1, SIZE - 1 }, { 7, 4099 }, { 15, 129 }, { 16, 128 }, { 0x0ff8, 16 },
		{ 0x1235, 0x4321 }, { SIZE - 127, 127 }, { SIZE - 129, 500 },
	};
	static unsigned char wanted[SIZE], got[SIZE + 1];
	struct memory memory;
	size_t len, i;
	__u64 *words;
	int alice;

	(void)state;
	memory_init(&memory);
	words = gc_bo_mmap(memory.drm, memory.bo, SIZE);
	expect_true(words);
	for (i = 0; i < SIZE; i += 8)
		words[i / 8] = watch_word(1, i);
	memcpy(wanted, words, SIZE);
	munmap(words, SIZE);
	alice = memory_open(&memory, "alice");
	snoop_module_set("max_memory_mb", 0);
	for (i = 0; i < sizeof(reads) / sizeof(reads[0]); i++) {
		len = reads[i].len;
		if (len > SIZE - reads[i].offset)
			len = SIZE - reads[i].offset;
		memset(got, 0xee, sizeof(got));
		expect_equal(snoop_pread(alice, got, reads[i].len, ADDR + reads[i].offset), len);
		expect_bytes(got, wanted + reads[i].offset, len);
		expect_equal(got[len], 0xee);
	}
	close(alice);
	close(memory.drm);
}

int main(void)
{
#define LIMITS(test) cmocka_unit_test_setup_teardown(test, setup, teardown)
	const struct CMUnitTest tests[] = {
		LIMITS(test_files),
		LIMITS(test_users),
		LIMITS(test_opener),
		LIMITS(test_limit_changes),
		LIMITS(test_memories),
		LIMITS(test_race),
		LIMITS(test_no_memory),
		LIMITS(test_memory_reached),
		LIMITS(test_small_content),
	};

	return run_group("snoop-limits", tests, sizeof(tests) / sizeof(tests[0]), group_setup,
			 NULL);
}
