// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * vm: --gpu all
 * timeout: 300
 *
 * Buffers that TTM evicts and brings back while their process writes them and two
 * others read them, by maps and by pread(): nobody ever sees a wrong word.
 */
#include <errno.h>
#include <signal.h>
#include <stdarg.h>
#include <stdatomic.h>
#include <pthread.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include "clock.h"
#include "crowd.h"
#include "expect.h"
#include "snoop.h"
#include "window.h"
#include "words.h"

#define PAGE		WINDOW_PAGE
#define OBSERVERS	2

/* What is to happen before the test ends, with each driver. */
#define MAP_CHECKS	10000
#define READ_CHECKS	10000
#define MOVES		40
/* More is no progress. */
#define MAX_BUSY	1000
/* It took too long: the machine stands still. */
#define LIMIT_MS	380000

/* A window is looked at this often, and then mapped anew somewhere else. */
#define LOOKS		300

/**
 * struct board - what all processes see
 * @words: what the target wrote
 * @crowd: the target's buffers
 * @ready: @crowd is complete, and all words are written once
 * @stop: all are to end
 * @map_checks: words that were right, in maps
 * @read_checks: the same for calls of pread(), each of one word or more
 * @copies: parts that the target's engine wrote
 * @busy: looks that were to be tried again
 * @slowest: the longest look, in ms
 * @failure: what was wrong; who fails first has written it when @failed is 2
 */
struct board {
	struct words words;
	struct crowd crowd;
	atomic_bool ready, stop;
	atomic_uint map_checks, read_checks, copies, busy;
	atomic_long slowest;
	atomic_uint failed;
	char failure[256];
};

static struct board *board;
static const struct crowd_driver *driver;
/* The target is the first. */
static pid_t children[1 + OBSERVERS];

/* In a child process: ends it and with it the test. */
__attribute__((noreturn, format(printf, 1, 2)))
static void fail_child(const char *format, ...)
{
	unsigned int none = 0;
	va_list args;

	if (atomic_compare_exchange_strong(&board->failed, &none, 1)) {
		va_start(args, format);
		vsnprintf(board->failure, sizeof(board->failure), format, args);
		va_end(args);
		atomic_store(&board->failed, 2);
	}
	_exit(1);
}

static long must(long result, const char *what)
{
	if (result < 0)
		fail_child("%s: %s", what, strerrorname_np(-result));
	return result;
}

static void start_child(unsigned int number, void (*run)(unsigned int number))
{
	children[number] = fork();
	expect_true(children[number] >= 0);
	if (children[number])
		return;
	prctl(PR_SET_PDEATHSIG, SIGKILL);
	run(number);
	_exit(0);
}

/* The target */

static void *keep_moving(void *unused)
{
	while (!atomic_load(&board->stop))
		must(driver->move(&board->crowd), "move");
	if (driver->close)
		must(driver->close(&board->crowd), "close");
	return unused;
}

/* By the CPU, or every other time by the GPU if it can. */
static void write_part(unsigned int buffer, unsigned int part, bool engine)
{
	struct crowd *crowd = &board->crowd;
	uint32_t generation = words_begin(&board->words, buffer, part);

	if (!engine) {
		words_put((char *)crowd->watched[buffer].map + part * WORDS_PART, buffer, part,
			  generation);
	} else {
		words_put(crowd->stage.map, buffer, part, generation);
		must(driver->copy(crowd, buffer, part * WORDS_PART, WORDS_PART), "copy");
		atomic_fetch_add(&board->copies, 1);
	}
	words_end(&board->words, buffer, part);
}

static void target(unsigned int number)
{
	struct crowd *crowd = &board->crowd;
	unsigned int buffer, part, parts, i;
	pthread_t mover;

	(void)number;
	must(driver->open(crowd), "open");
	for (buffer = 0; buffer < WORDS_BUFFERS; buffer++) {
		parts = crowd->watched[buffer].size / WORDS_PART;
		if (parts > WORDS_PARTS)
			fail_child("a buffer of %u parts", parts);
		for (part = 0; part < parts; part++)
			write_part(buffer, part, false);
	}
	atomic_store(&board->ready, true);
	must(-pthread_create(&mover, NULL, keep_moving, NULL), "pthread_create");
	for (i = 0; !atomic_load(&board->stop); i++) {
		buffer = random() % WORDS_BUFFERS;
		part = random() % (crowd->watched[buffer].size / WORDS_PART);
		write_part(buffer, part, driver->copy && i % 2);
	}
	pthread_join(mover, NULL);
}

/* The observers */

/* A driver's lock was held for seconds, as it is where processors are few. */
static void count_busy(void)
{
	if (atomic_fetch_add(&board->busy, 1) > MAX_BUSY)
		fail_child("EBUSY or SIGBUS, again and again");
}

/* A snoop file of one buffer, at @start of the file. */
struct sight {
	int snoop;
	uint64_t start, size;
	/* What is mapped of it, from byte @first on. */
	char *map;
	uint64_t first, count;
};

static int sight_open(struct sight *sight, unsigned int buffer, __u64 *client_id)
{
	const struct crowd *crowd = &board->crowd;
	const struct crowd_buffer *watched = &crowd->watched[buffer];
	int drm = snoop_steal_fd(children[0], crowd->drm), ret;

	if (drm < 0)
		return drm;
	*sight = (struct sight) { .start = watched->addr, .size = watched->size };
	sight->snoop = snoop_open(driver->name, 0);
	if (sight->snoop < 0)
		return sight->snoop;
	ret = snoop_register(sight->snoop, drm, client_id);
	close(drm);
	if (ret)
		return ret;
	return crowd->vm ? snoop_bind_vm(sight->snoop, *client_id, crowd->vm, NULL) :
			   snoop_bind_object(sight->snoop, *client_id, watched->handle, NULL);
}

/* All of it, or a few pages somewhere. */
static void sight_map(struct sight *sight, bool whole)
{
	const uint64_t pages = sight->size / PAGE;
	void *map;
	int ret;

	if (sight->map)
		munmap(sight->map, sight->count);
	sight->first = whole ? 0 : random() % pages * PAGE;
	sight->count = whole ? sight->size : (1 + random() % (pages - sight->first / PAGE)) * PAGE;
	while ((ret = window_try(sight->snoop, sight->start + sight->first, sight->count,
				 PROT_READ, &map)) == -EBUSY)
		count_busy();
	must(ret, "mmap");
	sight->map = map;
}

__attribute__((noreturn))
static void wrong_word(const char *way, unsigned int buffer, uint64_t index, uint32_t before,
		       uint64_t word)
{
	fail_child("%s: word %lu of buffer %u is %#018lx instead of %#018lx or newer", way, index,
		   buffer, word, words_value(buffer, index, before));
}

static void look_at_map(const struct sight *sight, unsigned int buffer)
{
	uint64_t at = random() % (sight->count / 8), index = sight->first / 8 + at, word;
	uint32_t before = words_before(&board->words, buffer, index);

	while (window_load_word(sight->map + at * 8, &word))
		count_busy();
	if (words_misplaced(buffer, index, word) ||
	    words_untimely(&board->words, buffer, index, before, word))
		wrong_word("map", buffer, index, before, word);
	atomic_fetch_add(&board->map_checks, 1);
}

/*
 * Up to a page of one part. The kernel may read a word in pieces, so that one has
 * to have a generation only if nobody wrote it meanwhile; that is what is counted.
 */
static void look_by_pread(const struct sight *sight, unsigned int buffer)
{
	uint64_t words[PAGE / 8], index = random() % (sight->size / 8);
	uint64_t rest = WORDS_PART / 8 - index % (WORDS_PART / 8);
	uint64_t count = 1 + random() % (PAGE / 8);
	uint32_t before = words_before(&board->words, buffer, index);
	bool settled;
	unsigned int i;
	ssize_t ret;

	if (random() % 2)
		count = 1;
	if (count > rest)
		count = rest;
	while ((ret = snoop_pread(sight->snoop, words, count * 8, sight->start + index * 8)) ==
	       -EBUSY)
		count_busy();
	if (must(ret, "pread") != (long)count * 8)
		fail_child("pread: a part of %lu bytes", count * 8);
	settled = words_settled(&board->words, buffer, index, before);
	for (i = 0; i < count; i++)
		if (words_misplaced(buffer, index + i, words[i]) ||
		    (settled && (uint32_t)words[i] != before))
			wrong_word("pread", buffer, index + i, before, words[i]);
	if (settled)
		atomic_fetch_add(&board->read_checks, 1);
}

static void observe(unsigned int number)
{
	struct sight sights[WORDS_BUFFERS];
	unsigned int buffer, looks;
	int64_t begin;
	__u64 client;

	srandom(number);
	for (buffer = 0; buffer < WORDS_BUFFERS; buffer++)
		must(sight_open(&sights[buffer], buffer, &client), "sight");
	for (looks = 0; !atomic_load(&board->stop); looks++) {
		struct sight *sight;

		buffer = random() % WORDS_BUFFERS;
		sight = &sights[buffer];
		begin = clock_ms();
		if (!sight->map || (number > 1 && looks % LOOKS == 0))
			sight_map(sight, number == 1);
		if (random() % 2)
			look_at_map(sight, buffer);
		else
			look_by_pread(sight, buffer);
		if (clock_ms() - begin > atomic_load(&board->slowest))
			atomic_store(&board->slowest, clock_ms() - begin);
	}
}

/* The test itself */

/* Where the watched buffers are, and how often that changed. */
struct places {
	__u32 last[WORDS_BUFFERS];
	unsigned int moves, in_vram, elsewhere;
};

static void places_look(struct places *places, const struct sight *sight, __u64 client)
{
	struct drm_snoop_object object;
	unsigned int i;

	for (i = 0; i < WORDS_BUFFERS; i++) {
		expect_ok(snoop_find_object(sight->snoop, client,
					    board->crowd.watched[i].handle, &object));
		if (object.placement == DRM_SNOOP_PLACEMENT_UNKNOWN)
			continue;
		places->in_vram += object.placement == DRM_SNOOP_PLACEMENT_VRAM;
		places->elsewhere += object.placement != DRM_SNOOP_PLACEMENT_VRAM;
		places->moves += places->last[i] && object.placement != places->last[i];
		places->last[i] = object.placement;
	}
}

__attribute__((noreturn))
static void fail_as_child(void)
{
	expect_failed(__FILE__, __LINE__, "%s", atomic_load(&board->failed) == 2 ?
		      board->failure : "a process died");
}

/* A child ends only when it is told to, or failed. */
static void expect_alive(int64_t end)
{
	siginfo_t info = { };

	expect_ok(waitid(P_ALL, 0, &info, WEXITED | WNOHANG | WNOWAIT));
	if (info.si_pid)
		fail_as_child();
	if (clock_ms() > end)
		expect_failed(__FILE__, __LINE__, "only %u words of maps and %u pread() in time",
			      atomic_load(&board->map_checks), atomic_load(&board->read_checks));
}

static void expect_end(void)
{
	unsigned int i;
	int status;

	atomic_store(&board->stop, true);
	for (i = 0; i <= OBSERVERS; i++) {
		expect_equal(waitpid(children[i], &status, 0), children[i]);
		children[i] = 0;
		if (status)
			fail_as_child();
	}
}

static int kill_children(void **state)
{
	unsigned int i;

	for (i = 0; i <= OBSERVERS; i++) {
		if (children[i] <= 0)
			continue;
		kill(children[i], SIGKILL);
		waitpid(children[i], NULL, 0);
		children[i] = 0;
	}
	return 0;
}

static void watch(void)
{
	const int64_t end = clock_ms() + LIMIT_MS;
	struct places places = { };
	struct sight sight;
	unsigned int i;
	__u64 client;
	int ret;

	start_child(0, target);
	while (!atomic_load(&board->ready)) {
		expect_alive(end);
		usleep(10000);
	}
	ret = sight_open(&sight, 0, &client);
	expect_alive(end);
	expect_ok(ret);
	for (i = 1; i <= OBSERVERS; i++)
		start_child(i, observe);
	do {
		usleep(5000);
		expect_alive(end);
		places_look(&places, &sight, client);
	} while (atomic_load(&board->map_checks) < MAP_CHECKS ||
		 atomic_load(&board->read_checks) < READ_CHECKS || places.moves < MOVES);
	expect_end();
	close(sight.snoop);
	print_message("# %s: %u words of maps, %u pread(), %u moves, %u copies, %u busy, slowest %ld ms\n",
		      driver->name, atomic_load(&board->map_checks),
		      atomic_load(&board->read_checks), places.moves,
		      atomic_load(&board->copies), atomic_load(&board->busy),
		      atomic_load(&board->slowest));
	expect_true(places.in_vram && places.elsewhere);
	expect_true(!driver->copy || atomic_load(&board->copies));
}

static void on_driver(const struct crowd_driver *chosen)
{
	driver = chosen;
	board = mmap(NULL, sizeof(*board), PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1,
		     0);
	expect_true(board != MAP_FAILED);
	watch();
	munmap(board, sizeof(*board));
}

static void test_gpusim(void **state)
{
	on_driver(&crowd_gpusim);
}

static void test_bochs(void **state)
{
	on_driver(&crowd_bochs);
}

static void test_radeon(void **state)
{
	on_driver(&crowd_radeon);
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test_teardown(test_gpusim, kill_children),
		cmocka_unit_test_teardown(test_bochs, kill_children),
		cmocka_unit_test_teardown(test_radeon, kill_children),
	};

	return run_group("snoop-moves", tests, sizeof(tests) / sizeof(tests[0]), NULL, NULL);
}
