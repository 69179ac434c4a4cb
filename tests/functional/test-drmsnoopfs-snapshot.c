// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * vm: boot engine --gpu gpusim --gpu vgem
 * timeout: 240
 *
 * Snapshots in the tree of drmsnoopfs: what the target's engine and CPU had stored stays
 * there, whatever becomes of the memory, the client, the process; who may take them, how
 * many, and what is left of those that were not finished.
 *
 * slow: mounts for each test; test-snoop-snapshot and -limits have the same calls
 */
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <setjmp.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/sendfile.h>
#include <sys/stat.h>
#include <sys/time.h>
#include <sys/wait.h>
#include <unistd.h>
#include <zlib.h>

#include "as-user.h"
#include "clock.h"
#include "expect.h"
#include "fuse-mount.h"
#include "snoop-module.h"
#include "target.h"
#include "vm-dir.h"

#define PAGE		0x1000ULL
#define DEFAULT_SNAPSHOT_MB	1024
#define SNAPSHOT_MAX	256

/* What a target has: an object in VRAM, a part of one in memory, zeros, own memory. */
#define A		0x100000ULL
#define A_SIZE		0x10000ULL
#define B		0x110000ULL
#define B_SIZE		0x8000ULL
#define ZEROS		0x118000ULL
#define ZEROS_SIZE	0x8000ULL
#define OWN		0x40000000ULL
#define OWN_SIZE	0x4000ULL
/* Its third page is not there. */
#define OWN_HOLE	(OWN + 0x2000)

#define RANGE_A		"ranges/0000000000100000-0000000000110000"
#define RANGE_B		"ranges/0000000000110000-0000000000118000"

/* A mount, and a process with a VM, whose directory there is @dir. */
struct scene {
	struct target target;
	struct fuse_mount mount;
	struct vm_dir dir;
	/* where the process has its own memory */
	uint64_t own;
};

static int ok(int result)
{
	return result < 0 ? -errno : result;
}

#define at(scene, ...)	vm_dir_path(&(scene)->dir, __VA_ARGS__)

static int take(const struct scene *scene, const char *name)
{
	return vm_dir_take(&scene->dir, name);
}

static int drop(const struct scene *scene, const char *name)
{
	return vm_dir_drop(&scene->dir, name);
}

static uint32_t engine(struct scene *scene, uint64_t addr, uint64_t size)
{
	return target_number(&scene->target, "sum v %#llx %#llx", (unsigned long long)addr,
			     (unsigned long long)size);
}

/* The engine and the CPU of the target fill all that there is. */
static void store_all(struct scene *scene, uint64_t seed)
{
	struct target *t = &scene->target;

	target_cmd(t, "fill v %#llx %#llx %#llx", A, A_SIZE + B_SIZE,
		   0x1111111111111111ULL * seed);
	target_cmd(t, "add v %#llx 0x800 %llu", A + 0x3000, (unsigned long long)seed);
	target_cmd(t, "mempattern m 0 0x2000 %llu", (unsigned long long)seed);
}

static void populate(struct scene *scene)
{
	struct target *t = &scene->target;

	target_cmd(t, "vm v");
	target_cmd(t, "bo a %#llx vram", A_SIZE);
	target_cmd(t, "bo b %#llx system", 2 * B_SIZE);
	target_cmd(t, "bind v %#llx a", A);
	target_cmd(t, "bind v %#llx b 0x3000 %#llx", B, B_SIZE);
	target_cmd(t, "sparse v %#llx %#llx", ZEROS, ZEROS_SIZE);
	scene->own = target_number(t, "memory m %#llx", OWN_SIZE);
	target_cmd(t, "mempattern m 0 %#llx 9", OWN_SIZE);
	target_cmd(t, "userptr v %#llx m", OWN);
	target_cmd(t, "memunmap m 0x2000 0x1000");
}

static int setup_as(void **state, const char *user, const char *options)
{
	struct scene *scene = calloc(1, sizeof(*scene));

	*state = scene;
	target_start_as(&scene->target, user);
	populate(scene);
	store_all(scene, 3);
	fuse_mount_start(&scene->mount, user, options);
	scene->dir = (struct vm_dir) {
		.mount = scene->mount.dir, .pid = scene->target.pid,
		.client = scene->target.client, .vm = 1,
	};
	return 0;
}

static int setup(void **state)
{
	return setup_as(state, NULL, NULL);
}

static int setup_alice(void **state)
{
	return setup_as(state, "alice", NULL);
}

static int setup_rw(void **state)
{
	return setup_as(state, NULL, "rw");
}

static int setup_ro(void **state)
{
	return setup_as(state, NULL, "ro");
}

static int teardown(void **state)
{
	struct scene *scene = *state;

	snoop_module_set("max_snapshot_mb", DEFAULT_SNAPSHOT_MB);
	fuse_mount_kill(&scene->mount);
	target_kill(&scene->target);
	free(scene);
	return 0;
}

/* With the addresses of three parts of the process's own memory. */
#define FROZEN_MAPS \
	"000000100000-000000110000 r---- object vram 1:0x0 0x10000\n" \
	"000000110000-000000118000 r---- object tt 2:0x3000 0x10000\n" \
	"000000118000-000000120000 r---- sparse unknown -:0x0 0x0\n" \
	"000040000000-000040002000 r---- userptr unknown cpu:0x%llx 0x0\n" \
	"000040002000-000040003000 ----- userptr unknown cpu:0x%llx 0x0 " \
	"# not copied: EIO: Input/output error\n" \
	"000040003000-000040004000 r---- userptr unknown cpu:0x%llx 0x0\n"

/* The bytes are those of then, while the engine, the binds and the objects go on. */
static void test_content(void **state)
{
	struct scene *scene = *state;
	uint32_t a = engine(scene, A, A_SIZE), all = engine(scene, A, A_SIZE + B_SIZE + ZEROS_SIZE);
	uint32_t b = engine(scene, B, B_SIZE);
	uint32_t own = target_number(&scene->target, "memsum m 0 0x2000");
	char frozen[4096], wanted[4096];
	struct stat st;

	expect_ok(take(scene, "s"));
	assert_string_equal(names_in(at(scene, "snapshots")), "s|");
	assert_string_equal(names_in(at(scene, "snapshots/s")),
			    "mem|maps|maps.json|ranges|core|");
	/* Like the live one, at this moment. */
	expect_equal(crc_file(at(scene, RANGE_A), 0, A_SIZE), a);
	expect_equal(crc_file(at(scene, "snapshots/s/" RANGE_A), 0, A_SIZE), a);

	store_all(scene, 5);
	expect_true(engine(scene, A, A_SIZE) != a);
	expect_equal(crc_file(at(scene, RANGE_A), 0, A_SIZE), engine(scene, A, A_SIZE));
	expect_equal(crc_file(at(scene, "snapshots/s/" RANGE_A), 0, A_SIZE), a);
	expect_equal(crc_core(at(scene, "core"), A, A_SIZE), engine(scene, A, A_SIZE));
	/* Another object there, nothing at all, and the objects closed. */
	target_cmd(&scene->target, "bind v %#llx b 0 %#llx", A, B_SIZE);
	target_cmd(&scene->target, "unbind v %#llx %#llx", B, B_SIZE);
	target_cmd(&scene->target, "close a");
	target_cmd(&scene->target, "memunmap m");
	expect_equal(crc_file(at(scene, "mem"), A, B_SIZE), engine(scene, A, B_SIZE));

	expect_equal(crc_file(at(scene, "snapshots/s/" RANGE_A), 0, A_SIZE), a);
	expect_equal(crc_file(at(scene, "snapshots/s/" RANGE_B), 0, B_SIZE), b);
	expect_equal(crc_file(at(scene, "snapshots/s/mem"), A, A_SIZE + B_SIZE + ZEROS_SIZE), all);
	expect_equal(crc_file(at(scene, "snapshots/s/mem"), OWN, 0x2000), own);
	expect_equal(crc_core(at(scene, "snapshots/s/core"), A, A_SIZE), a);
	expect_equal(crc_core(at(scene, "snapshots/s/core"), B, B_SIZE), b);
	expect_equal(crc_core(at(scene, "snapshots/s/core"), OWN, 0x2000), own);
	expect_error(open_file(at(scene, RANGE_B), O_RDONLY), ENOENT);

	strcpy(frozen, text_file(at(scene, "snapshots/s/maps")));
	snprintf(wanted, sizeof(wanted), FROZEN_MAPS, (unsigned long long)scene->own,
		 (unsigned long long)scene->own + 0x2000, (unsigned long long)scene->own + 0x3000);
	assert_string_equal(frozen, wanted);
	expect_true(strcmp(text_file(at(scene, "maps")), frozen));
	expect_true(strstr(text_file(at(scene, "snapshots/s/maps.json")),
			   "\"error\":\"EIO\",\"change\":null,\"stopped\":false,"));

	expect_ok(ok(stat(at(scene, "snapshots/s/mem"), &st)));
	expect_equal(st.st_size, 1ULL << 48);
	expect_equal(st.st_blocks * 512, A_SIZE + B_SIZE + 0x3000);
	expect_ok(ok(stat(at(scene, "snapshots/s/" RANGE_B), &st)));
	expect_equal(st.st_size, B_SIZE);
	expect_ok(ok(stat(at(scene, "snapshots/s/ranges/0000000040002000-0000000040003000"), &st)));
	expect_equal(st.st_blocks, 0);
}

static sigjmp_buf fault;

static void on_fault(int sig)
{
	siglongjmp(fault, sig);
}

/* Whether a byte of a map cannot be had. */
static int is_fault(const volatile uint8_t *byte)
{
	if (sigsetjmp(fault, 1))
		return 1;
	(void)*byte;
	return 0;
}

/* All ways to the bytes, and to the holes. */
static void test_access(void **state)
{
	struct scene *scene = *state;
	uint32_t sum = engine(scene, A, A_SIZE + B_SIZE);
	static uint8_t buf[0x40000];
	uint8_t *map, *zeros;
	int fd, way, ends[2];
	off_t from = A;

	expect_ok(take(scene, "s"));
	store_all(scene, 5);
	fd = expect_ok(open_file(at(scene, "snapshots/s/mem"), O_RDONLY));
	expect_equal(seek_file(fd, 0, SEEK_DATA), A);
	expect_equal(seek_file(fd, A + 5, SEEK_DATA), A + 5);
	/* Sparse is zeros, but nothing was copied. */
	expect_equal(seek_file(fd, A, SEEK_HOLE), ZEROS);
	expect_equal(seek_file(fd, ZEROS, SEEK_DATA), OWN);
	expect_equal(seek_file(fd, OWN, SEEK_HOLE), OWN_HOLE);
	expect_equal(seek_file(fd, OWN_HOLE, SEEK_DATA), OWN_HOLE + PAGE);
	expect_error(seek_file(fd, OWN + OWN_SIZE, SEEK_DATA), ENXIO);

	/* Through the page cache, and past it. */
	for (way = 0; way < 2; way++) {
		if (way) {
			close(fd);
			fd = expect_ok(open_file(at(scene, "snapshots/s/mem"),
						 O_RDONLY | O_DIRECT));
		}
		expect_error(ok(pread(fd, buf, PAGE, 0)), EIO);
		expect_error(ok(pread(fd, buf, PAGE, A - PAGE)), EIO);
		expect_error(ok(pread(fd, buf, PAGE, OWN_HOLE)), EIO);
		expect_error(ok(pread(fd, buf, PAGE, (1ULL << 48) - PAGE)), EIO);
		expect_equal(pread(fd, buf, PAGE, 1ULL << 48), 0);
		expect_equal(pread(fd, buf, sizeof(buf), A), A_SIZE + B_SIZE + ZEROS_SIZE);
		expect_equal(crc32(0, buf, A_SIZE + B_SIZE), sum);
		zeros = buf + A_SIZE + B_SIZE;
		expect_true(!zeros[0] && !memcmp(zeros, zeros + 1, ZEROS_SIZE - 1));
		expect_equal(pread(fd, buf, sizeof(buf), OWN + PAGE), PAGE);
	}
	close(fd);

	fd = expect_ok(open_file(at(scene, "snapshots/s/mem"), O_RDONLY));
	signal(SIGBUS, on_fault);
	for (way = 0; way < 2; way++) {
		map = mmap(NULL, 0x40000, PROT_READ, way ? MAP_PRIVATE : MAP_SHARED, fd, A);
		expect_true(map != MAP_FAILED);
		expect_equal(crc32(0, map, A_SIZE + B_SIZE), sum);
		expect_true(is_fault(map + A_SIZE + B_SIZE + ZEROS_SIZE));
		expect_true(!is_fault(map + A_SIZE + B_SIZE + ZEROS_SIZE - 1));
		munmap(map, 0x40000);
	}
	signal(SIGBUS, SIG_DFL);
	expect_true(mmap(NULL, PAGE, PROT_READ | PROT_WRITE, MAP_SHARED, fd, A) == MAP_FAILED);
	expect_equal(errno, EACCES);
	expect_ok(ok(pipe2(ends, O_CLOEXEC)));
	expect_equal(sendfile(ends[1], fd, &from, PAGE), PAGE);
	close(ends[0]);
	close(ends[1]);
	close(fd);
}

static void test_names(void **state)
{
	struct scene *scene = *state;
	uint32_t sum = engine(scene, A, A_SIZE);
	static uint8_t buf[A_SIZE];
	char name[258];
	ino_t first;
	struct stat st;
	int fd;

	expect_ok(take(scene, "s"));
	expect_error(take(scene, "s"), EEXIST);
	expect_error(drop(scene, "t"), ENOENT);
	memset(name, 'x', 256);
	name[256] = '\0';
	expect_error(take(scene, name), ENAMETOOLONG);
	name[255] = '\0';
	expect_ok(take(scene, name));
	expect_ok(drop(scene, name));
	expect_ok(take(scene, " a name.\n"));
	assert_string_equal(names_in(at(scene, "snapshots")), "s| a name.\n|");
	expect_ok(drop(scene, " a name.\n"));

	/* Nothing else can be made or changed, and nothing in it. */
	expect_error(ok(mkdir(at(scene, "new"), 0700)), EROFS);
	expect_error(ok(mkdir(at(scene, "snapshots/s/new"), 0700)), EROFS);
	expect_error(ok(rmdir(at(scene, "snapshots"))), EROFS);
	expect_error(ok(rmdir(at(scene, "snapshots/s/ranges"))), EROFS);
	expect_error(ok(unlink(at(scene, "snapshots/s/mem"))), EROFS);
	expect_error(ok(rename(at(scene, "snapshots/s"), at(scene, "snapshots/t"))), EROFS);
	expect_error(ok(chmod(at(scene, "snapshots/s"), 0700)), EROFS);
	expect_error(ok(truncate(at(scene, "snapshots/s/mem"), 0)), EROFS);
	expect_error(open_file(at(scene, "snapshots/s/mem"), O_RDWR), EROFS);
	expect_error(open_file(at(scene, "snapshots/new"), O_RDWR | O_CREAT), EROFS);
	expect_ok(ok(access(at(scene, "snapshots"), W_OK)));
	expect_error(ok(access(at(scene, "snapshots/s"), W_OK)), EROFS);

	/* Its open files stay, and a new one is another. */
	expect_ok(ok(stat(at(scene, "snapshots/s"), &st)));
	first = st.st_ino;
	fd = expect_ok(open_file(at(scene, "snapshots/s/" RANGE_A), O_RDONLY));
	expect_ok(drop(scene, "s"));
	assert_string_equal(names_in(at(scene, "snapshots")), "");
	expect_error(open_file(at(scene, "snapshots/s/mem"), O_RDONLY), ENOENT);
	store_all(scene, 5);
	expect_ok(take(scene, "s"));
	expect_equal(pread(fd, buf, A_SIZE, 0), A_SIZE);
	expect_equal(crc32(0, buf, A_SIZE), sum);
	close(fd);
	expect_ok(ok(stat(at(scene, "snapshots/s"), &st)));
	expect_true(st.st_ino != first);
	expect_equal(crc_file(at(scene, "snapshots/s/" RANGE_A), 0, A_SIZE),
		     engine(scene, A, A_SIZE));
}

/* What is left, and for how long. */
static void test_ends(void **state)
{
	struct scene *scene = *state;
	uint32_t sum = engine(scene, A, A_SIZE);
	char process[PATH_MAX], pid[16];

	snprintf(process, sizeof(process), "%s/by-pid/%d/", scene->mount.dir, scene->target.pid);
	snprintf(pid, sizeof(pid), "%d|", scene->target.pid);
	expect_ok(take(scene, "s"));
	expect_ok(take(scene, "t"));
	/* The client ends, its process does not. */
	target_cmd(&scene->target, "closefd main");
	assert_string_equal(names_in(at(scene, ".")), "snapshots|");
	assert_string_equal(names_in(at(scene, "..")), "1|");
	assert_string_equal(names_in(process), "comm|proc|clients|");
	expect_error(open_file(at(scene, "mem"), O_RDONLY), ENOENT);
	expect_equal(crc_file(at(scene, "snapshots/s/" RANGE_A), 0, A_SIZE), sum);
	expect_error(take(scene, "u"), ENOENT);

	target_stop(&scene->target);
	expect_equal(crc_file(at(scene, "snapshots/s/" RANGE_A), 0, A_SIZE), sum);
	expect_equal(crc_core(at(scene, "snapshots/s/core"), A, A_SIZE), sum);
	assert_string_equal(names_in(at(scene, "snapshots")), "s|t|");
	assert_string_equal(names_in(process), "clients|");
	snprintf(process, sizeof(process), "%s/by-pid", scene->mount.dir);
	assert_string_equal(names_in(process), pid);
	expect_error(take(scene, "u"), ENOENT);
	/* The directories go with the last one. */
	expect_ok(drop(scene, "s"));
	expect_equal(crc_file(at(scene, "snapshots/t/mem"), A, A_SIZE), sum);
	expect_ok(drop(scene, "t"));
	assert_string_equal(names_in(process), "");
}

struct as {
	struct scene *scene;
	const char *name;
	int result;
};

static void take_as(void *data)
{
	struct as *as = data;

	as->result = take(as->scene, as->name);
}

static void drop_as(void *data)
{
	struct as *as = data;

	as->result = drop(as->scene, as->name);
}

static int run_as(struct scene *scene, const char *user, void (*fn)(void *data), const char *name)
{
	struct as as = { .scene = scene, .name = name };

	as_user(user, 1, fn, &as, sizeof(as));
	return as.result;
}

/* Of memory for a user, whom others cannot use up; and unmounting gives it back. */
static void test_limits(void **state)
{
	struct scene *scene = *state;
	char log[512];

	target_cmd(&scene->target, "bo big 512K system");
	target_cmd(&scene->target, "bind v 0x10000000 big");
	expect_error(run_as(scene, "bob", take_as, "s"), EACCES);
	expect_error(take(scene, "s"), EACCES);
	snoop_module_set("max_snapshot_mb", 1);
	for (int i = 0; i < 3; i++) {
		expect_ok(run_as(scene, "alice", take_as, "s"));
		expect_error(run_as(scene, "alice", take_as, "t"), EDQUOT);
		expect_error(run_as(scene, "bob", drop_as, "s"), EACCES);
		expect_ok(run_as(scene, "alice", drop_as, "s"));
	}
	fuse_mount_log(&scene->mount, log, sizeof(log));
	expect_true(strstr(log, "max_snapshot_mb"));
	expect_ok(run_as(scene, "alice", take_as, "s"));
	fuse_mount_stop(&scene->mount);
	fuse_mount_start(&scene->mount, "alice", NULL);
	expect_error(run_as(scene, "alice", drop_as, "s"), ENOENT);
	expect_ok(run_as(scene, "alice", take_as, "t"));
	fuse_mount_stop(&scene->mount);
}

/* Of a VM with a page: what counts is the number. */
static void test_too_many(void **state)
{
	struct scene *scene = *state;
	struct target *t = &scene->target;
	char name[16];
	int dir, i;

	target_cmd(t, "vm w");
	target_cmd(t, "bo p 4K system");
	target_cmd(t, "bind w 0x1000 p");
	target_cmd(t, "fill w 0x1000 4K 77");
	dir = expect_ok(open_file(at(scene, "../2/snapshots"), O_RDONLY | O_DIRECTORY));
	for (i = 0; i < SNAPSHOT_MAX; i++) {
		snprintf(name, sizeof(name), "%d", i);
		expect_ok(ok(mkdirat(dir, name, 0700)));
	}
	expect_error(ok(mkdirat(dir, "more", 0700)), ENOSPC);
	/* Those of another VM count, too. */
	expect_error(take(scene, "s"), ENOSPC);
	expect_ok(ok(unlinkat(dir, "100", AT_REMOVEDIR)));
	expect_ok(ok(mkdirat(dir, "more", 0700)));
	close(dir);
	expect_equal(crc_file(at(scene, "../2/snapshots/more/mem"), 0x1000, PAGE),
		     target_number(t, "sum w 0x1000 4K"));
}

static void on_alarm(int sig)
{
	(void)sig;
}

/* Sends itself a signal while it takes one; what mkdir() returns. */
static int take_interrupted(const struct scene *scene, unsigned int after_us)
{
	struct itimerval timer = { .it_value.tv_sec = after_us / 1000000,
				       .it_value.tv_usec = after_us % 1000000 }, off = { 0 };
	int result;

	setitimer(ITIMER_REAL, &timer, NULL);
	result = take(scene, "s");
	setitimer(ITIMER_REAL, &off, NULL);
	return result;
}

/* Whether kill -9 came while one was being taken: then it is not there. */
static int take_killed(const struct scene *scene, unsigned int after_us)
{
	pid_t child = fork();

	expect_true(child >= 0);
	if (!child) {
		take(scene, "s");
		_exit(0);
	}
	usleep(after_us);
	kill(child, SIGKILL);
	expect_equal(waitpid(child, NULL, 0), child);
	return drop(scene, "s") == -ENOENT;
}

/* Pages that are looked at one by one and cannot be read: it takes long, and no memory. */
static void make_slow(struct scene *scene)
{
	target_cmd(&scene->target, "memory slow 1M");
	target_cmd(&scene->target, "userptr v 0x200000000 slow");
	target_cmd(&scene->target, "memunmap slow");
}

static void test_interrupted(void **state)
{
	const struct sigaction action = { .sa_handler = on_alarm };
	struct scene *scene = *state;
	unsigned int interrupted = 0, killed = 0, before, i;
	int64_t full;
	int result;

	sigaction(SIGALRM, &action, NULL);
	make_slow(scene);
	full = clock_ms();
	expect_ok(take(scene, "s"));
	full = clock_ms() - full;
	expect_ok(drop(scene, "s"));
	before = fuse_mount_descriptors(&scene->mount);
	for (i = 0; i < 8; i++) {
		/* From the first steps up to a part of the whole. */
		result = take_interrupted(scene, 1 + full * 1000 * i / 24);
		if (result == -EINTR) {
			interrupted++;
			expect_error(drop(scene, "s"), ENOENT);
		} else {
			expect_ok(result);
			expect_ok(drop(scene, "s"));
		}
	}
	for (i = 0; i < 4; i++)
		killed += take_killed(scene, full * 1000 * (i + 1) / 12);
	printf("# a whole one %lld ms; %u interrupted, %u killed\n", (long long)full, interrupted,
	       killed);
	expect_true(interrupted && killed);
	expect_equal(fuse_mount_descriptors(&scene->mount), before);
	assert_string_equal(names_in(at(scene, "snapshots")), "");
	expect_ok(take(scene, "s"));
	expect_equal(crc_file(at(scene, "snapshots/s/" RANGE_A), 0, A_SIZE),
		     engine(scene, A, A_SIZE));
}

/* Memory can be written: a snapshot not. */
static void test_rw(void **state)
{
	struct scene *scene = *state;
	uint32_t sum = engine(scene, A, A_SIZE);
	int fd;

	expect_ok(take(scene, "s"));
	fd = expect_ok(open_file(at(scene, RANGE_A), O_WRONLY));
	expect_equal(pwrite(fd, "written", 7, 8), 7);
	close(fd);
	expect_true(engine(scene, A, A_SIZE) != sum);
	expect_equal(crc_file(at(scene, "snapshots/s/" RANGE_A), 0, A_SIZE), sum);
	expect_error(open_file(at(scene, "snapshots/s/" RANGE_A), O_WRONLY), EACCES);
	expect_error(ok(truncate(at(scene, "snapshots/s/mem"), 0)), EACCES);
	expect_error(ok(mkdir(at(scene, "snapshots/s/new"), 0700)), EPERM);
	expect_error(ok(unlink(at(scene, "snapshots/s/mem"))), EPERM);
	expect_ok(drop(scene, "s"));
}

/* The kernel lets nothing be made on a mount that is read-only to it. */
static void test_ro(void **state)
{
	struct scene *scene = *state;
	struct stat st;

	expect_error(take(scene, "s"), EROFS);
	expect_ok(ok(stat(at(scene, "snapshots"), &st)));
	expect_equal(st.st_mode, S_IFDIR | 0500);
	fuse_mount_stop(&scene->mount);
}

#define SCENE(name, setup)	cmocka_unit_test_setup_teardown(name, setup, teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		SCENE(test_content, setup),
		SCENE(test_access, setup),
		SCENE(test_names, setup),
		SCENE(test_ends, setup),
		SCENE(test_limits, setup_alice),
		SCENE(test_too_many, setup),
		SCENE(test_interrupted, setup),
		SCENE(test_rw, setup_rw),
		SCENE(test_ro, setup_ro),
	};

	return run_group("drmsnoopfs-snapshot", tests, sizeof(tests) / sizeof(tests[0]), NULL,
			 NULL);
}
