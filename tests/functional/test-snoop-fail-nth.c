// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * kernel: debug: it has fault injection
 * vm: --gpu gpusim
 *
 * drm_snoop when memory runs out or user memory goes away, at every place where it
 * can: an error, and then the same call works and tells the truth. Leaks are found
 * at the end of the run.
 */
#include <errno.h>
#include <fcntl.h>
#include <unistd.h>

#include "expect.h"
#include "fail-nth.h"
#include "snoop.h"
#include "stage.h"

#define ENTRIES	64
/* Through the end of one object into the next. */
#define READ_ADDR	(STAGE_ADDR + STAGE_SIZE - 0x1800)
#define READ_SIZE	0x3000
/* The pages of that, and one more. */
#define SNAPSHOT_ADDR	(STAGE_ADDR + STAGE_SIZE - 0x2000)
#define SNAPSHOT_SIZE	0x5000
/* The default of max_stop_ms. */
#define BUDGET_MS	1000

static struct {
	const struct stage *stage;
	char node[64];
	int snoop, drm, writer;
	__u64 id;
	__u32 what;
	int count;
	struct drm_snoop_range range;
	struct drm_snoop_pages pages[ENTRIES];
	struct drm_snoop_snapshot_range table[ENTRIES];
	union {
		struct drm_snoop_client clients[ENTRIES];
		struct drm_snoop_vm vms[ENTRIES];
		struct drm_snoop_object objects[ENTRIES];
		struct drm_snoop_range ranges[ENTRIES];
	} list, wanted;
	unsigned char data[READ_SIZE], right[READ_SIZE];
} it;

static int call_open(void *context)
{
	it.snoop = open(it.node, O_RDONLY | O_CLOEXEC);
	return it.snoop < 0 ? -errno : 0;
}

static void check_open(void *context)
{
	struct drm_snoop_card_info info;

	expect_ok(snoop_card_info(it.snoop, &info));
}

static void after_open(void *context)
{
	close(it.snoop);
}

static void test_open(void **state)
{
	static const struct fail_path path = { NULL, call_open, check_open, after_open };

	fail_nth_sweep(&path, NULL);
}

static void before_register(void *context)
{
	expect_ok(call_open(context));
	it.drm = expect_ok(target_getfd((struct target *)&it.stage->target, 0));
}

static int call_register(void *context)
{
	return snoop_register(it.snoop, it.drm, &it.id);
}

static void check_register(void *context)
{
	expect_equal(it.id, it.stage->client_id);
	expect_ok(snoop_bind_vm(it.snoop, it.id, it.stage->vm, NULL));
}

static void after_register(void *context)
{
	close(it.drm);
	close(it.snoop);
}

static void test_register(void **state)
{
	static const struct fail_path path = {
		before_register, call_register, check_register, after_register
	};

	fail_nth_sweep(&path, NULL);
}

static int call_list(void *context)
{
	int ret = snoop_list(it.stage->snoop, it.what,
			     it.what == DRM_SNOOP_LIST_CLIENTS ? 0 : it.stage->client_id,
			     it.what == DRM_SNOOP_LIST_RANGES ? it.stage->vm : 0, &it.list,
			     ENTRIES, ENTRIES);

	if (ret < 0)
		return ret;
	it.count = ret;
	return 0;
}

static void check_list(void *context)
{
	expect_bytes(&it.list, &it.wanted, it.count * snoop_entry_size(it.what));
}

static void sweep_list(__u32 what)
{
	static const struct fail_path path = { NULL, call_list, check_list, NULL };
	int wanted;

	it.what = what;
	expect_ok(call_list(NULL));
	wanted = it.count;
	expect_true(wanted > 0);
	it.wanted = it.list;
	fail_nth_sweep(&path, NULL);
	expect_equal(it.count, wanted);
}

static void test_list(void **state)
{
	sweep_list(DRM_SNOOP_LIST_CLIENTS);
	sweep_list(DRM_SNOOP_LIST_VMS);
	sweep_list(DRM_SNOOP_LIST_OBJECTS);
	sweep_list(DRM_SNOOP_LIST_RANGES);
}

static void before_bind(void *context)
{
	expect_ok(snoop_bind_object(it.stage->snoop, it.stage->client_id, it.what, NULL));
}

static int call_bind(void *context)
{
	return snoop_bind_vm(it.stage->snoop, it.stage->client_id, it.stage->vm, NULL);
}

static void check_bind(void *context)
{
	stage_check(it.stage, READ_ADDR, READ_SIZE);
}

static void test_bind(void **state)
{
	static const struct fail_path path = { before_bind, call_bind, check_bind, NULL };

	it.what = stage_handle(*state, "m");
	fail_nth_sweep(&path, NULL);
}

static int call_query(void *context)
{
	return snoop_query(it.stage->snoop, STAGE_ADDR + 0x40000, 0, &it.range);
}

static void check_query(void *context)
{
	expect_equal(it.range.start, STAGE_ADDR + 0x40000);
	expect_equal(it.range.end, STAGE_ADDR + 0x40000 + STAGE_SIZE);
}

static void test_query(void **state)
{
	static const struct fail_path path = { NULL, call_query, check_query, NULL };

	fail_nth_sweep(&path, NULL);
}

/* A short read tells the truth as far as it goes. */
static int call_read(void *context)
{
	ssize_t ret;

	memset(it.data, 0xee, sizeof(it.data));
	ret = snoop_pread(it.stage->snoop, it.data, READ_SIZE, READ_ADDR);
	if (ret < 0)
		return ret;
	if (memcmp(it.data, it.right, ret))
		return -EBADMSG;
	return ret == READ_SIZE ? 0 : -EFAULT;
}

static void test_read(void **state)
{
	static const struct fail_path path = { NULL, call_read, NULL, NULL };

	expect_equal(model_read(&it.stage->model, it.right, READ_SIZE, READ_ADDR), READ_SIZE);
	fail_nth_sweep(&path, NULL);
}

/* What is written is there, as far as the write says it went. */
static int call_write(void *context)
{
	ssize_t ret = snoop_pwrite(it.snoop, it.right, READ_SIZE, READ_ADDR);

	if (ret < 0)
		return ret;
	return ret == READ_SIZE ? 0 : -EFAULT;
}

static void check_write(void *context)
{
	memset(it.data, 0xee, sizeof(it.data));
	expect_equal(expect_ok(snoop_pread(it.snoop, it.data, READ_SIZE, READ_ADDR)), READ_SIZE);
	expect_bytes(it.data, it.right, READ_SIZE);
}

/* Another content for each time. */
static void before_write(void *context)
{
	for (size_t i = 0; i < READ_SIZE; i++)
		it.right[i]++;
}

static void test_write(void **state)
{
	static const struct fail_path path = { before_write, call_write, check_write, NULL };

	it.snoop = stage_open_write(it.stage);
	expect_equal(model_read(&it.stage->model, it.right, READ_SIZE, READ_ADDR), READ_SIZE);
	fail_nth_sweep(&path, NULL);
	/* The stage stays as it was. */
	expect_equal(model_read(&it.stage->model, it.right, READ_SIZE, READ_ADDR), READ_SIZE);
	expect_ok(call_write(NULL));
	stage_check(it.stage, READ_ADDR, READ_SIZE);
	close(it.snoop);
}

static void before_mem(void *context)
{
	it.snoop = stage_open(it.stage);
	it.drm = expect_ok(snoop_open_mem(it.stage->target.pid, O_RDONLY));
}

static int call_mem(void *context)
{
	return snoop_register_mem(it.snoop, it.drm, 0);
}

static void after_mem(void *context)
{
	close(it.drm);
	close(it.snoop);
}

static void test_register_mem(void **state)
{
	static const struct fail_path path = { before_mem, call_mem, NULL, after_mem };

	fail_nth_sweep(&path, NULL);
}

static int call_pages(void *context)
{
	int ret = snoop_pages(it.stage->snoop, READ_ADDR, READ_ADDR + READ_SIZE, it.pages, ENTRIES,
			      ENTRIES);

	it.count = ret;
	return ret < 0 ? ret : 0;
}

static void check_pages(void *context)
{
	expect_equal(it.pages[0].start, READ_ADDR);
}

static void test_pages(void **state)
{
	static const struct fail_path path = { NULL, call_pages, check_pages, NULL };

	fail_nth_sweep(&path, NULL);
}

/* Two objects and a table. */
static int call_snapshot(void *context)
{
	int ret = snoop_snapshot(it.stage->snoop, SNAPSHOT_ADDR, SNAPSHOT_SIZE, NULL);

	it.drm = ret;
	return ret < 0 ? ret : 0;
}

static int call_consistent(void *context)
{
	int ret = snoop_snapshot_consistent(it.writer, SNAPSHOT_ADDR, SNAPSHOT_SIZE, BUDGET_MS,
					    NULL);

	it.drm = ret;
	return ret < 0 ? ret : 0;
}

static void check_snapshot(void *context)
{
	expect_equal(pread(it.drm, it.data, READ_SIZE, READ_ADDR - SNAPSHOT_ADDR), READ_SIZE);
	expect_bytes(it.data, it.right, READ_SIZE);
}

static void after_snapshot(void *context)
{
	close(it.drm);
}

static void test_snapshot(void **state)
{
	static const struct fail_path path = {
		NULL, call_snapshot, check_snapshot, after_snapshot
	};

	expect_equal(model_read(&it.stage->model, it.right, READ_SIZE, READ_ADDR), READ_SIZE);
	fail_nth_sweep(&path, NULL);
}

static void test_consistent(void **state)
{
	static const struct fail_path path = {
		NULL, call_consistent, check_snapshot, after_snapshot
	};

	it.writer = stage_open_write(it.stage);
	fail_nth_sweep(&path, NULL);
	close(it.writer);
}

static int call_table(void *context)
{
	it.count = snoop_snapshot_table(it.drm, it.table, ENTRIES, 1);
	return it.count < 0 ? it.count : 0;
}

static void check_table(void *context)
{
	expect_equal(it.count, 2);
	expect_equal(it.table[1].start, STAGE_ADDR + STAGE_SIZE);
}

static void test_snapshot_table(void **state)
{
	static const struct fail_path path = { NULL, call_table, check_table, NULL };

	expect_ok(call_snapshot(NULL));
	fail_nth_sweep(&path, NULL);
	close(it.drm);
}

static int setup(void **state)
{
	char link[64];

	fail_nth_setup(state);
	stage_setup(state);
	it.stage = *state;
	snprintf(link, sizeof(link), "/proc/self/fd/%d", it.stage->snoop);
	expect_true(readlink(link, it.node, sizeof(it.node) - 1) > 0);
	return 0;
}

#define TEST(function) cmocka_unit_test_setup(function, stage_bind)

int main(void)
{
	static const struct CMUnitTest tests[] = {
		TEST(test_open),
		TEST(test_register),
		TEST(test_list),
		TEST(test_bind),
		TEST(test_query),
		TEST(test_read),
		TEST(test_write),
		TEST(test_register_mem),
		TEST(test_pages),
		TEST(test_snapshot),
		TEST(test_consistent),
		TEST(test_snapshot_table),
	};

	return run_group("snoop-fail-nth", tests, sizeof(tests) / sizeof(tests[0]), setup,
			 stage_teardown);
}
