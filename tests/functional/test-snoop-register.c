// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * vm: --gpu gpusim --gpu gpusim --gpu virtio-gpu --gpu bochs --gpu vgem --append iomem=relaxed
 *
 * Registration: which descriptors are clients of the card and which are not,
 * how many there may be, and what a registration outlives.
 */
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdbool.h>
#include <stdlib.h>
#include <sys/epoll.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include "expect.h"
#include "gpusim-client.h"
#include "scene.h"
#include "snoop.h"

#define MAX_CLIENTS	256

/* Another client of the scene's card. */
static int open_client(const struct scene *scene)
{
	return snoop_open_drm(scene->snoop, DRM_SNOOP_NODE_RENDER, O_RDWR);
}

static unsigned int count_clients(int snoop)
{
	static struct drm_snoop_client clients[MAX_CLIENTS + 1];

	return expect_ok(snoop_list(snoop, DRM_SNOOP_LIST_CLIENTS, 0, 0, clients,
				    MAX_CLIENTS + 1, MAX_CLIENTS + 1));
}

/* Closes @fd; it is refused with @error and nobody is registered by that. */
static void expect_refused(const struct scene *scene, int fd, int error)
{
	__u64 id = 0x1234;

	expect_true(fd >= 0);
	expect_error(snoop_register(scene->snoop, fd, &id), error);
	expect_equal(id, 0x1234);
	expect_equal(count_clients(scene->snoop), 1);
	close(fd);
}

static void test_closed_descriptor(void **state)
{
	struct scene *scene = *state;
	int fd = dup(scene->drm);
	__u64 id;

	close(fd);
	expect_error(snoop_register(scene->snoop, fd, &id), EBADF);
}

static void test_path_descriptor(void **state)
{
	struct scene *scene = *state;

	expect_refused(scene, snoop_open_drm(scene->snoop, DRM_SNOOP_NODE_RENDER, O_PATH), EBADF);
}

static void test_device_files(void **state)
{
	struct scene *scene = *state;

	expect_refused(scene, open("/dev/null", O_RDWR), EINVAL);
	expect_refused(scene, open("/dev/zero", O_RDWR), EINVAL);
	expect_refused(scene, open("/dev/kmsg", O_RDONLY), EINVAL);
}

static void test_ordinary_files(void **state)
{
	struct scene *scene = *state;

	expect_refused(scene, open("/proc/self/exe", O_RDONLY), EINVAL);
	expect_refused(scene, open("/proc/self/mem", O_RDONLY), EINVAL);
	expect_refused(scene, open("/", O_RDONLY | O_DIRECTORY), EINVAL);
	expect_refused(scene, memfd_create("test", 0), EINVAL);
}

static void test_anonymous_files(void **state)
{
	struct scene *scene = *state;
	int pipes[2], sockets[2];

	expect_ok(pipe(pipes));
	expect_refused(scene, pipes[0], EINVAL);
	expect_refused(scene, pipes[1], EINVAL);
	expect_ok(socketpair(AF_UNIX, SOCK_STREAM, 0, sockets));
	expect_refused(scene, sockets[0], EINVAL);
	expect_refused(scene, sockets[1], EINVAL);
	expect_refused(scene, epoll_create1(0), EINVAL);
}

static void test_snoop_files(void **state)
{
	struct scene *scene = *state;

	expect_refused(scene, dup(scene->snoop), EINVAL);
	expect_refused(scene, snoop_open("gpusim", 0), EINVAL);
	expect_refused(scene, snoop_open("vgem", 0), EINVAL);
}

/* A descriptor made from a DRM file that is not a DRM file itself. */
static void test_dma_buf(void **state)
{
	struct scene *scene = *state;
	struct drm_prime_handle prime = { .handle = scene->object, .flags = O_CLOEXEC };

	expect_ok(gc_ioctl(scene->drm, DRM_IOCTL_PRIME_HANDLE_TO_FD, &prime));
	expect_refused(scene, prime.fd, EINVAL);
}

static void test_other_cards(void **state)
{
	static const char *const drivers[] = { "virtio_gpu", "bochs-drm", "vgem" };
	struct scene *scene = *state;
	unsigned int i;

	for (i = 0; i < sizeof(drivers) / sizeof(drivers[0]); i++) {
		int other = expect_ok(snoop_open(drivers[i], 0));
		int drm = expect_ok(snoop_open_drm(other, DRM_SNOOP_NODE_PRIMARY, O_RDWR));
		__u64 id;

		/* It is a client of its own card. */
		expect_ok(snoop_register(other, drm, &id));
		expect_error(snoop_register(other, scene->drm, &id), EINVAL);
		expect_refused(scene, drm, EINVAL);
		close(other);
	}
}

/* Same driver, same functions: only the card is another one. */
static void test_other_card_of_driver(void **state)
{
	struct scene *scene = *state;
	int other = expect_ok(snoop_open("gpusim", 1));
	int drm = expect_ok(snoop_open_drm(other, DRM_SNOOP_NODE_RENDER, O_RDWR));
	__u64 id;

	expect_ok(snoop_register(other, drm, &id));
	expect_error(snoop_register(other, scene->drm, &id), EINVAL);
	expect_refused(scene, drm, EINVAL);
	close(other);
}

static void test_write_only_descriptor(void **state)
{
	struct scene *scene = *state;

	expect_refused(scene, snoop_open_drm(scene->snoop, DRM_SNOOP_NODE_RENDER, O_WRONLY),
		       EACCES);
	expect_refused(scene, snoop_open_drm(scene->snoop, DRM_SNOOP_NODE_PRIMARY, O_WRONLY),
		       EACCES);
}

static void test_read_only_descriptor(void **state)
{
	struct scene *scene = *state;
	int drm = expect_ok(snoop_open_drm(scene->snoop, DRM_SNOOP_NODE_RENDER, O_RDONLY));
	__u64 id;

	expect_ok(snoop_register(scene->snoop, drm, &id));
	expect_equal(count_clients(scene->snoop), 2);
	close(drm);
}

/* The key is the number that fdinfo shows, and it is the client's. */
static void test_client_id(void **state)
{
	struct scene *scene = *state;
	int drm = expect_ok(open_client(scene));
	__u64 id, own, other;

	expect_ok(snoop_fdinfo_client(scene->drm, &own));
	expect_equal(scene->client_id, own);
	expect_ok(snoop_fdinfo_client(drm, &other));
	expect_true(own != other);
	expect_ok(snoop_register(scene->snoop, drm, &id));
	expect_equal(id, other);
	close(drm);
}

static void test_nodes(void **state)
{
	struct scene *scene = *state;
	struct drm_snoop_client clients[3];
	int drm = expect_ok(snoop_open_drm(scene->snoop, DRM_SNOOP_NODE_PRIMARY, O_RDWR));
	__u64 id;

	expect_ok(snoop_register(scene->snoop, drm, &id));
	expect_equal(expect_ok(snoop_list(scene->snoop, DRM_SNOOP_LIST_CLIENTS, 0, 0,
					  clients, 3, 3)), 2);
	/* Ascending, and the primary node was opened later. */
	expect_equal(clients[0].client_id, scene->client_id);
	expect_equal(clients[0].node, DRM_SNOOP_NODE_RENDER);
	expect_equal(clients[0].flags, 0);
	expect_equal(clients[1].client_id, id);
	expect_equal(clients[1].node, DRM_SNOOP_NODE_PRIMARY);
	expect_equal(clients[1].flags, 0);
	close(drm);
}

static void test_twice(void **state)
{
	struct scene *scene = *state;
	int copy = dup(scene->drm);
	__u64 id;

	expect_ok(snoop_register(scene->snoop, scene->drm, &id));
	expect_equal(id, scene->client_id);
	expect_ok(snoop_register(scene->snoop, copy, &id));
	expect_equal(id, scene->client_id);
	expect_equal(count_clients(scene->snoop), 1);
	close(copy);
}

/* A registration is of one open file: another one has not got it. */
static void test_other_open_file(void **state)
{
	struct scene *scene = *state;
	int snoop = expect_ok(snoop_open("gpusim", 0));
	struct drm_snoop_object objects[4];

	expect_equal(count_clients(snoop), 0);
	expect_error(snoop_bind_vm(snoop, scene->client_id, scene->vm, NULL), ENOENT);
	expect_error(snoop_bind_object(snoop, scene->client_id, scene->object, NULL), ENOENT);
	expect_error(snoop_list(snoop, DRM_SNOOP_LIST_OBJECTS, scene->client_id, 0, objects, 4, 4),
		     ENOENT);
	expect_error(snoop_list(snoop, DRM_SNOOP_LIST_VMS, scene->client_id, 0, objects, 1, 1),
		     ENOENT);
	close(snoop);
}

static void test_257th_client(void **state)
{
	struct scene *scene = *state;
	int drms[MAX_CLIENTS];
	unsigned int i;
	__u64 id;

	for (i = 0; i < MAX_CLIENTS; i++)
		drms[i] = expect_ok(open_client(scene));
	/* The scene's own is one of the 256. */
	for (i = 0; i < MAX_CLIENTS - 1; i++)
		expect_ok(snoop_register(scene->snoop, drms[i], &id));
	expect_error(snoop_register(scene->snoop, drms[MAX_CLIENTS - 1], &id), ENOSPC);
	expect_equal(count_clients(scene->snoop), MAX_CLIENTS);
	/* It was not half registered, and those that are can be named again. */
	expect_ok(snoop_fdinfo_client(drms[MAX_CLIENTS - 1], &id));
	expect_error(snoop_bind_object(scene->snoop, id, 1, NULL), ENOENT);
	expect_ok(snoop_register(scene->snoop, drms[17], &id));
	expect_error(snoop_register(scene->snoop, drms[MAX_CLIENTS - 1], &id), ENOSPC);
	for (i = 0; i < MAX_CLIENTS; i++)
		close(drms[i]);
}

/* Clients that ended are listed as such, and count. */
static void test_gone_client(void **state)
{
	struct scene *scene = *state;
	struct drm_snoop_client clients[3];
	struct drm_snoop_object objects[4];
	struct drm_snoop_range range;
	__u64 id, position;
	char byte;
	int drm;

	drm = expect_ok(open_client(scene));
	expect_ok(snoop_register(scene->snoop, drm, &id));
	scene_bind(scene);
	/* All descriptors of the first client: it has no other. */
	close(scene->drm);
	expect_equal(expect_ok(snoop_list(scene->snoop, DRM_SNOOP_LIST_CLIENTS, 0, 0,
					  clients, 3, 3)), 2);
	expect_equal(clients[0].client_id, scene->client_id);
	expect_equal(clients[0].flags, DRM_SNOOP_CLIENT_GONE);
	expect_equal(clients[0].node, DRM_SNOOP_NODE_RENDER);
	expect_equal(clients[1].flags, 0);

	expect_error(snoop_list(scene->snoop, DRM_SNOOP_LIST_OBJECTS, scene->client_id, 0,
				objects, 4, 4), ESRCH);
	expect_error(snoop_list(scene->snoop, DRM_SNOOP_LIST_VMS, scene->client_id, 0,
				objects, 1, 1), ESRCH);
	expect_error(snoop_list(scene->snoop, DRM_SNOOP_LIST_RANGES, scene->client_id, scene->vm,
				objects, 1, 1), ESRCH);
	expect_error(snoop_bind_vm(scene->snoop, scene->client_id, scene->vm, NULL), ESRCH);
	expect_error(snoop_bind_object(scene->snoop, scene->client_id, scene->object, NULL),
		     ESRCH);
	expect_error(snoop_query(scene->snoop, SCENE_ADDR, 0, &range), ESRCH);
	expect_error(snoop_pread(scene->snoop, &byte, 1, SCENE_ADDR), ESRCH);
	expect_error(snoop_seek(scene->snoop, 0, SEEK_DATA, &position), ESRCH);
	expect_error(snoop_seek(scene->snoop, SCENE_ADDR, SEEK_HOLE, &position), ESRCH);
	scene->drm = drm;
}

/* The registration is the client's, not the descriptor's that showed it. */
static void test_copies_of_descriptor(void **state)
{
	struct scene *scene = *state;
	int copy = dup(scene->drm), status;
	pid_t child;

	close(scene->drm);
	scene->drm = copy;
	scene_bind(scene);
	scene_check_bound(scene);

	/* The last one is in another process. */
	child = fork();
	expect_true(child >= 0);
	if (!child) {
		pause();
		_exit(0);
	}
	close(scene->drm);
	scene_check_bound(scene);
	scene->drm = expect_ok(snoop_steal_fd(child, copy));
	expect_ok(kill(child, SIGKILL));
	expect_ok(waitpid(child, &status, 0));
	scene_check_bound(scene);
}

/* A stolen descriptor is as good as the target's own. */
static void test_stolen_descriptor(void **state)
{
	struct scene *scene = *state;
	int pipes[2], drm, status;
	pid_t child;
	__u64 id, own;

	expect_ok(pipe(pipes));
	child = fork();
	expect_true(child >= 0);
	if (!child) {
		drm = open_client(scene);
		if (drm < 0 || snoop_fdinfo_client(drm, &own) ||
		    write(pipes[1], &own, sizeof(own)) != sizeof(own))
			_exit(1);
		pause();
		_exit(0);
	}
	expect_equal(read(pipes[0], &own, sizeof(own)), sizeof(own));
	drm = expect_ok(snoop_steal_fd(child, expect_ok(snoop_client_fd(child, own))));
	expect_ok(snoop_register(scene->snoop, drm, &id));
	expect_equal(id, own);
	/* It is not kept: with the child the client ends. */
	close(drm);
	expect_ok(snoop_bind_vm(scene->snoop, scene->client_id, scene->vm, NULL));
	expect_error(snoop_bind_object(scene->snoop, id, 1, NULL), ENOENT);
	expect_ok(kill(child, SIGKILL));
	expect_ok(waitpid(child, &status, 0));
	expect_error(snoop_bind_object(scene->snoop, id, 1, NULL), ESRCH);
	close(pipes[0]);
	close(pipes[1]);
}

static void test_card_info(void **state)
{
	struct scene *scene = *state;
	struct drm_snoop_card_info info;

	memset(&info, 0xff, sizeof(info));
	expect_ok(snoop_card_info(scene->snoop, &info));
	expect_equal(info.features, DRM_SNOOP_FEATURE_READ | DRM_SNOOP_FEATURE_VM |
		     DRM_SNOOP_FEATURE_WRITE | DRM_SNOOP_FEATURE_USERPTR |
		     DRM_SNOOP_FEATURE_PAGES | DRM_SNOOP_FEATURE_POLL |
		     DRM_SNOOP_FEATURE_MMAP | DRM_SNOOP_FEATURE_SNAPSHOT |
		     DRM_SNOOP_FEATURE_CONSISTENT);
	expect_equal(info.adapter_state, DRM_SNOOP_ADAPTER_READY);
	expect_equal(info.pad, 0);
	assert_string_equal(info.driver, "gpusim");
	assert_string_equal(info.module, "gpusim");
	assert_string_equal(info.adapter_reason, "");
	/* A PCI address that is there and is driven by gpusim. */
	expect_equal(strlen(info.bus_name), strlen("0000:00:00.0"));
	{
		char path[128];

		snprintf(path, sizeof(path), "/sys/bus/pci/drivers/gpusim/%s/drm/card%u",
			 info.bus_name, info.primary_minor);
		expect_ok(access(path, F_OK));
		snprintf(path, sizeof(path), "/sys/bus/pci/drivers/gpusim/%s/drm/renderD%u",
			 info.bus_name, info.render_minor);
		expect_ok(access(path, F_OK));
	}
}

/* Cards without an adapter: objects only, and it says so. */
static void test_card_info_without_adapter(void **state)
{
	static const struct {
		const char *driver, *module;
		bool render;
	} cards[] = {
		{ "virtio_gpu", "virtio_gpu", true },
		{ "bochs-drm", "bochs", false },
		{ "vgem", "vgem", true },
	};
	struct drm_snoop_card_info info;
	struct drm_snoop_vm vms[1];
	unsigned int i;
	int snoop, drm;
	__u64 id;

	for (i = 0; i < sizeof(cards) / sizeof(cards[0]); i++) {
		snoop = expect_ok(snoop_open(cards[i].driver, 0));
		expect_ok(snoop_card_info(snoop, &info));
		expect_equal(info.features, DRM_SNOOP_FEATURE_READ | DRM_SNOOP_FEATURE_WRITE |
			     DRM_SNOOP_FEATURE_USERPTR | DRM_SNOOP_FEATURE_PAGES |
			     DRM_SNOOP_FEATURE_POLL | DRM_SNOOP_FEATURE_MMAP |
			     DRM_SNOOP_FEATURE_SNAPSHOT | DRM_SNOOP_FEATURE_CONSISTENT);
		expect_equal(info.adapter_state, DRM_SNOOP_ADAPTER_NONE);
		assert_string_equal(info.module, cards[i].module);
		expect_true(strstr(info.adapter_reason, cards[i].driver));
		expect_true(cards[i].render == (info.render_minor != DRM_SNOOP_NO_MINOR));

		drm = expect_ok(snoop_open_drm(snoop, DRM_SNOOP_NODE_PRIMARY, O_RDWR));
		expect_ok(snoop_register(snoop, drm, &id));
		expect_error(snoop_list(snoop, DRM_SNOOP_LIST_VMS, id, 0, vms, 1, 1), EOPNOTSUPP);
		expect_error(snoop_list(snoop, DRM_SNOOP_LIST_RANGES, id, 1, vms, 1, 1),
			     EOPNOTSUPP);
		expect_error(snoop_bind_vm(snoop, id, 1, NULL), EOPNOTSUPP);
		close(drm);
		close(snoop);
	}
}

#define TEST(function) \
	cmocka_unit_test_setup_teardown(function, scene_setup, scene_teardown)

int main(void)
{
	static const struct CMUnitTest tests[] = {
		TEST(test_closed_descriptor),
		TEST(test_path_descriptor),
		TEST(test_device_files),
		TEST(test_ordinary_files),
		TEST(test_anonymous_files),
		TEST(test_snoop_files),
		TEST(test_dma_buf),
		TEST(test_other_cards),
		TEST(test_other_card_of_driver),
		TEST(test_write_only_descriptor),
		TEST(test_read_only_descriptor),
		TEST(test_client_id),
		TEST(test_nodes),
		TEST(test_twice),
		TEST(test_other_open_file),
		TEST(test_257th_client),
		TEST(test_gone_client),
		TEST(test_copies_of_descriptor),
		TEST(test_stolen_descriptor),
		TEST(test_card_info),
		TEST(test_card_info_without_adapter),
	};

	return run_group("snoop-register", tests, sizeof(tests) / sizeof(tests[0]), NULL, NULL);
}
