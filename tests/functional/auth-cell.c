// SPDX-License-Identifier: GPL-2.0-or-later
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "auth-cell.h"
#include "expect.h"
#include "snoop.h"

#ifndef PIDFD_THREAD
#define PIDFD_THREAD	O_EXCL
#endif
#define MAX_ENTRIES	8

const char *const auth_way_names[AUTH_WAYS] = {
	[AUTH_BY_RENDER] = "render node",
	[AUTH_BY_PRIMARY] = "primary node",
	[AUTH_BY_LEASE] = "lease",
	[AUTH_BY_SOCKET] = "handed out",
	[AUTH_BY_REOPENING] = "reopened",
	[AUTH_BY_MEM] = "mem",
};

/* Which client of the target a way leads to. */
static const struct auth_client *client_of(const struct auth_target *target, enum auth_way way)
{
	switch (way) {
	case AUTH_BY_PRIMARY:
		return &target->ready.clients[AUTH_PRIMARY];
	case AUTH_BY_LEASE:
		return &target->ready.clients[AUTH_LEASE];
	default:
		return &target->ready.clients[AUTH_RENDER];
	}
}

static int steal(const struct auth_target *target, int fd)
{
	int flags = target->kind->by_thread ? PIDFD_THREAD : 0;
	int pidfd = syscall(SYS_pidfd_open, target->pid, flags), copy;

	if (pidfd < 0)
		return -errno;
	copy = syscall(SYS_pidfd_getfd, pidfd, fd, 0);
	if (copy < 0)
		copy = -errno;
	close(pidfd);
	return copy;
}

static int reopen(const struct auth_target *target, int fd)
{
	char path[64];
	int copy;

	snprintf(path, sizeof(path), "/proc/%d/fd/%d", target->pid, fd);
	copy = open(path, O_RDWR | O_CLOEXEC);
	return copy < 0 ? -errno : copy;
}

static int get_descriptor(const struct auth_target *target, enum auth_way way)
{
	int fd = client_of(target, way)->fd;

	switch (way) {
	case AUTH_BY_SOCKET:
	case AUTH_BY_MEM:
		return auth_target_hand_out(target);
	case AUTH_BY_REOPENING:
		return reopen(target, fd);
	default:
		return steal(target, fd);
	}
}

/* All that can be asked about a client, whether it is registered or not. */
static void look(int snoop, const struct auth_client *client, struct auth_attempt *attempt)
{
	struct drm_snoop_client clients[MAX_ENTRIES];
	struct drm_snoop_object objects[MAX_ENTRIES];
	struct drm_snoop_vm vms[MAX_ENTRIES];

	attempt->clients = snoop_list(snoop, DRM_SNOOP_LIST_CLIENTS, 0, 0, clients,
				      MAX_ENTRIES, MAX_ENTRIES);
	attempt->listed = attempt->clients > 0 ? clients[0].client_id : 0;
	attempt->objects = snoop_list(snoop, DRM_SNOOP_LIST_OBJECTS, client->client_id, 0, objects,
				      MAX_ENTRIES, MAX_ENTRIES);
	attempt->vms = snoop_list(snoop, DRM_SNOOP_LIST_VMS, client->client_id, 0, vms,
				  MAX_ENTRIES, MAX_ENTRIES);
	if (client->vm)
		attempt->bound = snoop_bind_vm(snoop, client->client_id, client->vm, NULL);
	else
		attempt->bound = snoop_bind_object(snoop, client->client_id, client->handle, NULL);
	attempt->read = snoop_pread(snoop, &attempt->word, 8, client->vm ? AUTH_ADDR : 0);
	attempt->memory_read = snoop_pread(snoop, &attempt->memory_word, 8, AUTH_MEMORY_ADDR);
}

/* The kernel's answer is yes if it gives the memory itself. */
static int open_memory(const struct auth_target *target, int *answer)
{
	int fd = snoop_open_mem(target->pid, O_RDONLY);
	uint64_t word;

	if (fd < 0)
		*answer = fd;
	else if (pread(fd, &word, 8, AUTH_MEMORY) != 8)
		*answer = -ESRCH;
	else
		*answer = word == target->ready.memory_word ? 0 : -EILSEQ;
	return fd;
}

void auth_attempt(const struct auth_target *target, enum auth_way way,
		  struct auth_attempt *attempt)
{
	const struct auth_client *client = client_of(target, way);
	int snoop = snoop_open(way == AUTH_BY_LEASE ? "virtio_gpu" : "gpusim", 0);
	int fd = get_descriptor(target, way);
	__u64 client_id = 0;

	attempt->open = snoop < 0 ? snoop : 0;
	attempt->answer = fd < 0 ? fd : 0;
	if (snoop < 0)
		return;
	attempt->registered = snoop_register(snoop, fd, &client_id);
	attempt->client_id = client_id;
	if (fd >= 0)
		close(fd);
	if (way == AUTH_BY_MEM) {
		fd = open_memory(target, &attempt->answer);
		attempt->memory_registered = snoop_register_mem(snoop, fd, 0);
		close(fd);
	}
	look(snoop, client, attempt);
	close(snoop);
}

/* All but the memory of the process. */
static void judge_seen(const struct auth_client *client, const struct auth_attempt *attempt)
{
	expect_ok(attempt->registered);
	expect_equal(attempt->client_id, client->client_id);
	expect_equal(expect_ok(attempt->clients), 1);
	expect_equal(attempt->listed, client->client_id);
	expect_equal(expect_ok(attempt->objects), 1);
	/* The KMS card has no adapter. */
	if (client->vm)
		expect_equal(expect_ok(attempt->vms), 1);
	else
		expect_error(attempt->vms, EOPNOTSUPP);
	expect_ok(attempt->bound);
	expect_equal(expect_ok(attempt->read), 8);
	expect_equal(attempt->word, client->word);
}

/* Nothing of the target's client can be named, listed or read. */
static void judge_unseen(const struct auth_client *client, const struct auth_attempt *attempt)
{
	expect_true(attempt->client_id != client->client_id);
	expect_true(attempt->listed != client->client_id);
	expect_error(attempt->objects, ENOENT);
	expect_error(attempt->vms, ENOENT);
	expect_error(attempt->bound, ENOENT);
	expect_error(attempt->read, ENXIO);
	expect_error(attempt->memory_read, ENXIO);
}

static void judge_memory(const struct auth_target *target, const struct auth_attempt *attempt)
{
	if (!attempt->answer) {
		expect_ok(attempt->memory_registered);
		expect_equal(expect_ok(attempt->memory_read), 8);
		expect_equal(attempt->memory_word, target->ready.memory_word);
		return;
	}
	if (attempt->answer != -ESRCH || !target->kind->ended)
		expect_error(attempt->answer, EACCES);
	expect_error(attempt->memory_registered, EBADF);
	expect_error(attempt->memory_read, EACCES);
}

/* An answer that is no matter of rights would be a fault of this test. */
static void judge_refusal(const struct auth_target *target, enum auth_way way, int answer)
{
	switch (way) {
	case AUTH_BY_SOCKET:
		expect_ok(answer);
		break;
	case AUTH_BY_REOPENING:
		if (answer != -ENOENT || !target->kind->ended)
			expect_error(answer, EACCES);
		break;
	default:
		if (answer != -EPERM && !target->kind->ended)
			expect_error(answer, EPERM);
	}
}

void auth_judge(const struct auth_target *target, enum auth_way way,
		const struct auth_attempt *attempt)
{
	const struct auth_client *client = client_of(target, way);

	expect_ok(attempt->open);
	if (way == AUTH_BY_MEM) {
		judge_seen(client, attempt);
		judge_memory(target, attempt);
	} else if (attempt->answer) {
		judge_refusal(target, way, attempt->answer);
		expect_error(attempt->registered, EBADF);
		expect_equal(expect_ok(attempt->clients), 0);
		judge_unseen(client, attempt);
	} else if (way == AUTH_BY_REOPENING) {
		/* Registered, but as what it is: a client of the caller's own. */
		expect_ok(attempt->registered);
		expect_equal(expect_ok(attempt->clients), 1);
		expect_equal(attempt->listed, attempt->client_id);
		judge_unseen(client, attempt);
	} else {
		judge_seen(client, attempt);
		if (client == &target->ready.clients[AUTH_RENDER])
			expect_error(attempt->memory_read, EACCES);
	}
}
