// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * vm: --gpu gpusim
 * timeout: 400
 *
 * Never a lie: whatever is bound, written, evicted and moved, by whomever, each way
 * of reading agrees afterwards with what the target's engine itself reads at the
 * same addresses, hole for hole.
 *
 * TRUTH_SEED repeats one walk; a failure names it.
 */
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <sys/uio.h>
#include <sys/wait.h>
#include <unistd.h>
#include <zlib.h>

#include "expect.h"
#include "snoop.h"
#include "truth.h"

#define STEPS		60

/* The VM as the file system has it. */
struct tree {
	char mount[64];
	int mem;
	pid_t daemon;
};

static uint64_t address(unsigned int page)
{
	return TRUTH_ADDR + page * TRUTH_PAGE;
}

static void tree_open(struct tree *tree, struct truth *truth)
{
	char path[256];
	unsigned int tries;

	strcpy(tree->mount, "tree.XXXXXX");
	expect_true(mkdtemp(tree->mount));
	tree->daemon = fork();
	if (!tree->daemon) {
		execlp("drmsnoopfs", "drmsnoopfs", "-f", tree->mount, NULL);
		_exit(127);
	}
	expect_true(tree->daemon > 0);
	snprintf(path, sizeof(path), "%s/by-pid/%d/clients/%llu/vm/%llu/mem", tree->mount,
		 truth->target.pid, (unsigned long long)truth->client_id,
		 (unsigned long long)truth->vm);
	for (tries = 0; tries < 1200; tries++) {
		tree->mem = open(path, O_RDONLY | O_CLOEXEC);
		if (tree->mem >= 0)
			return;
		usleep(50000);
	}
	expect_failed(__FILE__, __LINE__, "%s: %s", path, strerror(errno));
}

static void tree_close(struct tree *tree)
{
	int status;

	close(tree->mem);
	kill(tree->daemon, SIGTERM);
	expect_equal(waitpid(tree->daemon, &status, 0), tree->daemon);
	expect_equal(status, 0);
	rmdir(tree->mount);
}

/* A run of bound pages, in one call, in pieces, by vector and by the tree. */
static void check_run(struct truth *truth, const struct tree *tree, unsigned int page,
		      unsigned int end)
{
	static uint8_t whole[TRUTH_PAGES * TRUTH_PAGE], other[sizeof(whole)];
	size_t size = (end - page) * TRUTH_PAGE, done, part;
	struct iovec parts[2];

	expect_equal(expect_ok(snoop_pread(truth->snoop, whole, size, address(page))), size);
	expect_equal(crc32(0, whole, size), truth_sum(truth, page, end - page));

	/* Over the end of the run there is no more. */
	if (end < TRUTH_PAGES)
		expect_equal(expect_ok(snoop_pread(truth->snoop, other, size + 1, address(page))),
			     size);

	for (done = 0; done < size; done += part) {
		part = 1 + truth_choose(truth, 9000);
		if (part > size - done)
			part = size - done;
		expect_equal(expect_ok(snoop_pread(truth->snoop, other + done, part,
						   address(page) + done)), part);
	}
	expect_bytes(other, whole, size);

	memset(other, 0, size);
	parts[0] = (struct iovec) { other, size / 3 };
	parts[1] = (struct iovec) { other + size / 3, size - size / 3 };
	expect_equal(preadv(truth->snoop, parts, 2, address(page)), size);
	expect_bytes(other, whole, size);

	memset(other, 0, size);
	expect_equal(pread(tree->mem, other, size, address(page)), size);
	expect_bytes(other, whole, size);
}

/* Nothing is there, for nobody. */
static void check_hole(struct truth *truth, const struct tree *tree, unsigned int page)
{
	uint8_t byte;

	expect_error(snoop_pread(truth->snoop, &byte, 1, address(page)), EIO);
	expect_error(snoop_pwrite(truth->snoop, &byte, 1, address(page)), EIO);
	expect_equal(pread(tree->mem, &byte, 1, address(page)), -1);
	expect_equal(errno, EIO);
	target_cmd_err(&truth->target, EFAULT, "sum v %#lx 1", address(page));
}

/* Where data and holes begin, by lseek(). */
static void check_seek(struct truth *truth, unsigned int page, unsigned int end)
{
	bool hole = truth->pages[page].kind == TRUTH_HOLE;
	__u64 at;

	expect_ok(snoop_seek(truth->snoop, address(page), hole ? SEEK_HOLE : SEEK_DATA, &at));
	expect_equal(at, address(page));
	if (hole && end == TRUTH_PAGES)
		return;
	expect_ok(snoop_seek(truth->snoop, address(page), hole ? SEEK_DATA : SEEK_HOLE, &at));
	expect_equal(at, address(end));
}

/* A page by the handle of its object. */
static void check_object(struct truth *truth, unsigned int page)
{
	const struct truth_page *bound = &truth->pages[page];
	uint8_t by_vm[TRUTH_PAGE], by_handle[TRUTH_PAGE];

	if (bound->kind != TRUTH_OBJECT)
		return;
	expect_equal(expect_ok(snoop_pread(truth->snoop, by_vm, TRUTH_PAGE, address(page))),
		     TRUTH_PAGE);
	expect_ok(snoop_bind_object(truth->snoop, truth->client_id,
				    truth->objects[bound->object].handle, NULL));
	expect_equal(expect_ok(snoop_pread(truth->snoop, by_handle, TRUTH_PAGE,
					   bound->page * TRUTH_PAGE)), TRUTH_PAGE);
	expect_ok(snoop_bind_vm(truth->snoop, truth->client_id, truth->vm, NULL));
	expect_bytes(by_handle, by_vm, TRUTH_PAGE);
}

/* What QUERY_RANGE and QUERY_PAGES say of a page. */
static void check_query(struct truth *truth, unsigned int page)
{
	static const __u32 kinds[] = {
		[TRUTH_OBJECT] = DRM_SNOOP_RANGE_OBJECT,
		[TRUTH_USERPTR] = DRM_SNOOP_RANGE_USERPTR,
		[TRUTH_SPARSE] = DRM_SNOOP_RANGE_SPARSE,
	};
	const struct truth_page *bound = &truth->pages[page];
	struct drm_snoop_range range;
	struct drm_snoop_pages runs[1];
	__u64 offset;

	if (bound->kind == TRUTH_HOLE) {
		expect_error(snoop_query(truth->snoop, address(page), 0, &range), ENOENT);
		expect_equal(expect_ok(snoop_pages(truth->snoop, address(page), address(page + 1),
						   runs, 1, 1)), 0);
		return;
	}
	expect_ok(snoop_query(truth->snoop, address(page), 0, &range));
	expect_equal(range.kind, kinds[bound->kind]);
	expect_true(range.flags & DRM_SNOOP_READABLE);
	expect_true(!(range.flags & DRM_SNOOP_WRITABLE) == bound->read_only);
	expect_true(!(range.flags & DRM_SNOOP_READ_ONLY) != bound->read_only);
	expect_equal(expect_ok(snoop_pages(truth->snoop, address(page), address(page + 1), runs,
					   1, 1)), 1);
	expect_equal(runs[0].kind, range.kind);
	offset = range.object_offset + (address(page) - range.start);
	if (bound->kind == TRUTH_OBJECT)
		expect_equal(offset, bound->page * TRUTH_PAGE);
	if (bound->kind != TRUTH_SPARSE)
		expect_equal(runs[0].object_offset, offset);
}

static void check_all(struct truth *truth, const struct tree *tree)
{
	unsigned int page, end;

	for (page = 0; page < TRUTH_PAGES; page = end) {
		end = truth_run_end(truth, page);
		check_seek(truth, page, end);
		if (truth->pages[page].kind == TRUTH_HOLE)
			check_hole(truth, tree, page + truth_choose(truth, end - page));
		else
			check_run(truth, tree, page, end);
	}
	check_object(truth, truth_choose(truth, TRUTH_PAGES));
	for (page = 0; page < TRUTH_PAGES; page += 1 + truth_choose(truth, 6))
		check_query(truth, page);
}

/* The registered test's function: its state is the seed. */
static void test_walk(void **state)
{
	uint64_t seed = *(const uint64_t *)*state;
	struct truth truth;
	struct tree tree;
	unsigned int step;

	print_message("# TRUTH_SEED=%lu repeats this walk\n", seed);
	truth_start(&truth, seed);
	tree_open(&tree, &truth);
	for (step = 0; step < STEPS; step++) {
		truth_step(&truth);
		check_all(&truth, &tree);
	}
	tree_close(&tree);
	truth_stop(&truth);
}

int main(void)
{
	static uint64_t seeds[] = { 1, 20, 300 };
	const char *given = getenv("TRUTH_SEED");
	struct CMUnitTest tests[] = {
		{ .name = "walk 1", .test_func = test_walk, .initial_state = &seeds[0] },
		{ .name = "walk 2", .test_func = test_walk, .initial_state = &seeds[1] },
		{ .name = "walk 3", .test_func = test_walk, .initial_state = &seeds[2] },
	};

	if (given)
		seeds[0] = strtoull(given, NULL, 0);
	return run_group("snoop-truth", tests, given ? 1 : 3, NULL, NULL);
}
