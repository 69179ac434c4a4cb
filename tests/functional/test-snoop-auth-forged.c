// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * vm: --gpu gpusim --gpu gpusim --gpu virtio-gpu --gpu bochs --gpu vgem --append iomem=relaxed
 * timeout: 240
 *
 * Which descriptors REGISTER and REGISTER_MEM take for what: each kind of
 * descriptor, by a caller who may look at the target and so can open what belongs
 * to it. One result a call; what is refused opens nothing.
 */
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdbool.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "auth-callers.h"
#include "auth-targets.h"
#include "expect.h"
#include "snoop.h"

/* What is not a path: made by a function. */
enum made {
	OPENED,
	HANDED_OUT,
	NODE_PATH,
	OTHER_CARD,
	OTHER_DRIVER,
	SNOOP_FILE,
	PIDFD,
	MEMFD,
	SOCKET,
};

/**
 * struct forgery - a descriptor
 * @name: for the names of tests
 * @path: to open; %1$d is the target, %2$s the caller's user
 * @flags: for open()
 * @made: other ways to get it
 * @client: what REGISTER says of it: 0 or an error number
 * @memory: what REGISTER_MEM says
 * @foreign: it is a memory, but not the target's
 */
struct forgery {
	const char *name;
	const char *path;
	int flags;
	enum made made;
	int client;
	int memory;
	bool foreign;
};

#define REFUSED(error)	.client = (error), .memory = (error)
#define PROC(name)	{ #name, "/proc/%1$d/" #name, REFUSED(EINVAL) }

static const struct forgery forgeries[] = {
	{ "the DRM descriptor", .made = HANDED_OUT, .memory = EINVAL },
	{ "mem", "/proc/%1$d/mem", .client = EINVAL },
	{ "mem of the thread", "/proc/%1$d/task/%1$d/mem", .client = EINVAL },
	{ "mem through a symbolic link", "link/mem", .client = EINVAL },
	{ "mem in another mount of proc", "proc/%1$d/mem", .client = EINVAL },
	{ "mem for reading and writing", "/proc/%1$d/mem", O_RDWR, .client = EINVAL },
	{ "mem for writing only", "/proc/%1$d/mem", O_WRONLY, .client = EINVAL, .memory = EACCES },
	{ "mem of the caller", "/proc/self/mem", .client = EINVAL, .foreign = true },
	{ "O_PATH of mem", "/proc/%1$d/mem", O_PATH, REFUSED(EBADF) },
	{ "O_PATH of the node", .made = NODE_PATH, REFUSED(EBADF) },
	{ "client of another card of the driver", .made = OTHER_CARD, REFUSED(EINVAL) },
	{ "client of another driver", .made = OTHER_DRIVER, REFUSED(EINVAL) },
	{ "snoop file", .made = SNOOP_FILE, REFUSED(EINVAL) },
	{ "pidfd", .made = PIDFD, REFUSED(EINVAL) },
	{ "memory file", .made = MEMFD, REFUSED(EINVAL) },
	{ "socket", .made = SOCKET, REFUSED(EINVAL) },
	/* Their files have a memory behind them too, or would lead to one. */
	PROC(environ),
	PROC(auxv),
	PROC(maps),
	PROC(smaps),
	PROC(smaps_rollup),
	PROC(pagemap),
	PROC(cmdline),
	PROC(stat),
	PROC(statm),
	PROC(exe),
	{ "clear_refs", "/proc/%1$d/clear_refs", O_WRONLY, REFUSED(EINVAL) },
	{ "directory of the process", "/proc/%1$d", O_DIRECTORY, REFUSED(EINVAL) },
	{ "/dev/null", "/dev/null", O_RDWR, REFUSED(EINVAL) },
	{ "/dev/zero", "/dev/zero", O_RDWR, REFUSED(EINVAL) },
	{ "regular file named mem", "file/mem", O_RDWR, REFUSED(EINVAL) },
	{ "directory named mem", "directory/mem", O_DIRECTORY, REFUSED(EINVAL) },
	{ "file named mem of a FUSE file system", "fuse.%2$s/mem", REFUSED(EINVAL) },
};

/* Whether by REGISTER or by REGISTER_MEM, and who. */
struct cell {
	const struct forgery *forgery;
	const char *user;
	bool memory;
};

/* What the caller found. */
struct found {
	const struct cell *cell;
	int got;
	int registered;
	int clients;
	int read;
	uint64_t word;
	int memory_read;
	uint64_t memory_word;
};

static struct auth_target target;
/* Which of the two gpusims the target uses; libdrm has an order of its own. */
static unsigned int card;

static int open_path(const struct forgery *forgery, const char *user)
{
	char path[PATH_MAX];
	int fd;

	snprintf(path, sizeof(path), forgery->path, target.pid, user);
	fd = open(path, forgery->flags | O_CLOEXEC);
	return fd < 0 ? -errno : fd;
}

static int open_other(const char *driver, unsigned int index)
{
	int snoop = snoop_open(driver, index), fd;

	if (snoop < 0)
		return snoop;
	fd = snoop_open_drm(snoop, DRM_SNOOP_NODE_RENDER, O_RDWR);
	close(snoop);
	return fd;
}

static int get(const struct forgery *forgery, const char *user, int snoop)
{
	int fd;

	switch (forgery->made) {
	case HANDED_OUT:
		return auth_target_hand_out(&target);
	case NODE_PATH:
		return snoop_open_drm(snoop, DRM_SNOOP_NODE_RENDER, O_PATH);
	case OTHER_CARD:
		return open_other("gpusim", !card);
	case OTHER_DRIVER:
		return open_other("virtio_gpu", 0);
	case SNOOP_FILE:
		return snoop_open("gpusim", card);
	case PIDFD:
		fd = syscall(SYS_pidfd_open, target.pid, 0);
		break;
	case MEMFD:
		fd = memfd_create("mem", MFD_CLOEXEC);
		break;
	case SOCKET:
		fd = dup(target.socket);
		break;
	default:
		return open_path(forgery, user);
	}
	return fd < 0 ? -errno : fd;
}

static void try_forgery(void *data)
{
	struct found *found = data;
	const struct forgery *forgery = found->cell->forgery;
	const struct auth_client *client = &target.ready.clients[AUTH_RENDER];
	int snoop = snoop_open("gpusim", card), drm;
	struct drm_snoop_client clients[4];
	__u64 id = 0;

	found->got = get(forgery, found->cell->user, snoop);
	if (found->cell->memory) {
		/* The client is registered, so that only its memory is missing. */
		drm = auth_target_hand_out(&target);
		snoop_register(snoop, drm, &id);
		close(drm);
		found->registered = snoop_register_mem(snoop, found->got, 0);
	} else {
		found->registered = snoop_register(snoop, found->got, &id);
	}
	close(found->got);
	found->clients = snoop_list(snoop, DRM_SNOOP_LIST_CLIENTS, 0, 0, clients, 4, 4);
	snoop_bind_vm(snoop, client->client_id, client->vm, NULL);
	found->read = snoop_pread(snoop, &found->word, 8, AUTH_ADDR);
	found->memory_read = snoop_pread(snoop, &found->memory_word, 8, AUTH_MEMORY_ADDR);
	close(snoop);
}

static const struct auth_caller_kind *caller_of(const char *user)
{
	unsigned int i;

	for (i = 0; strcmp(auth_caller_kinds[i].name, user); i++)
		;
	return &auth_caller_kinds[i];
}

static void test_forgery(void **state)
{
	const struct cell *cell = *state;
	const struct forgery *forgery = cell->forgery;
	int error = cell->memory ? forgery->memory : forgery->client;
	struct found found = { .cell = cell, .got = -ECANCELED };

	auth_caller_run(caller_of(cell->user), try_forgery, &found, sizeof(found));
	expect_ok(found.got);
	if (error)
		expect_error(found.registered, error);
	else
		expect_ok(found.registered);
	if (!cell->memory && error) {
		expect_equal(expect_ok(found.clients), 0);
		expect_error(found.read, ENXIO);
		return;
	}
	expect_equal(expect_ok(found.clients), 1);
	expect_equal(expect_ok(found.read), 8);
	expect_equal(found.word, target.ready.clients[AUTH_RENDER].word);
	if (cell->memory && !error && !forgery->foreign) {
		expect_equal(expect_ok(found.memory_read), 8);
		expect_equal(found.memory_word, target.ready.memory_word);
	} else {
		expect_error(found.memory_read, EACCES);
	}
}

/* A kernel thread has no memory: that is said when it is opened. */
static void test_kernel_thread(void **state)
{
	expect_error(snoop_open_mem(2, O_RDONLY), ESRCH);
}

static void command(const char *format, ...)
{
	char line[PATH_MAX];
	va_list args;

	va_start(args, format);
	vsnprintf(line, sizeof(line), format, args);
	va_end(args);
	if (system(line))
		expect_failed(__FILE__, __LINE__, "%s: failed", line);
}

/* drmsnoopfs shows the target's VM as a file of this very name. */
static void mount_fuse(const char *user)
{
	const struct auth_client *client = &target.ready.clients[AUTH_RENDER];
	int snoop = expect_ok(snoop_open("gpusim", card));
	struct drm_snoop_card_info info;
	char path[PATH_MAX], link[32];

	expect_ok(snoop_card_info(snoop, &info));
	close(snoop);
	command("mkdir fuse.%s fs.%s && chown %s fuse.%s fs.%s", user, user, user, user, user);
	command("runuser -u %s -- drmsnoopfs fs.%s", user, user);
	snprintf(path, sizeof(path), "../fs.%s/card%u/%d/clients/%llu/vm/%u/mem", user,
		 info.primary_minor, target.pid, (unsigned long long)client->client_id,
		 client->vm);
	snprintf(link, sizeof(link), "fuse.%s/mem", user);
	expect_equal(symlink(path, link), 0);
}

static void find_card(void)
{
	int drm = expect_ok(auth_target_hand_out(&target)), snoop, ret;
	__u64 id;

	for (card = 0; card < 2; card++) {
		snoop = expect_ok(snoop_open("gpusim", card));
		ret = snoop_register(snoop, drm, &id);
		close(snoop);
		if (!ret)
			break;
	}
	expect_true(card < 2);
	close(drm);
}

static int setup(void **state)
{
	int file;

	expect_ok(auth_targets_prepare());
	expect_ok(auth_target_start(&target, &auth_target_kinds[0], -1));
	find_card();
	expect_equal(mkdir("file", 0755), 0);
	file = open("file/mem", O_RDWR | O_CREAT | O_CLOEXEC, 0666);
	expect_true(file >= 0);
	expect_equal(fchmod(file, 0666), 0);
	close(file);
	expect_equal(mkdir("directory", 0755), 0);
	expect_equal(mkdir("directory/mem", 0755), 0);
	expect_equal(mkdir("proc", 0755), 0);
	expect_equal(mount("proc", "proc", "proc", 0, NULL), 0);
	command("mkdir link && ln -s /proc/%d/mem link/mem", target.pid);
	mount_fuse("alice");
	mount_fuse("root");
	return 0;
}

static int teardown(void **state)
{
	umount2("fs.alice", MNT_DETACH);
	umount2("fs.root", MNT_DETACH);
	umount2("proc", MNT_DETACH);
	if (target.pid)
		auth_target_stop(&target);
	return 0;
}

int main(void)
{
	static const char *const users[] = { "alice", "root" };
	static struct cell cells[4 * sizeof(forgeries) / sizeof(forgeries[0])];
	static struct CMUnitTest tests[sizeof(cells) / sizeof(cells[0]) + 1];
	unsigned int i, count = 0;
	char *name;

	for (i = 0; i < sizeof(cells) / sizeof(cells[0]); i++) {
		struct cell *cell = &cells[i];

		cell->forgery = &forgeries[i / 4];
		cell->user = users[i / 2 % 2];
		cell->memory = i % 2;
		if (asprintf(&name, "%s by %s: %s", cell->memory ? "REGISTER_MEM" : "REGISTER",
			     cell->user, cell->forgery->name) < 0)
			return 1;
		tests[count++] = (struct CMUnitTest) {
			.name = name, .test_func = test_forgery, .initial_state = cell,
		};
	}
	tests[count++] = (struct CMUnitTest)cmocka_unit_test(test_kernel_thread);
	return run_group("snoop-auth-forged", tests, count, setup, teardown);
}
