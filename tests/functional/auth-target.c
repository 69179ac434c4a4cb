// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * auth-target HOW: a process with DRM clients for the tests of authorisation, see
 * auth-targets.h. Sends struct auth_ready to AUTH_SOCKET; then does what each
 * message says (AUTH_DO_*), until the socket is closed.
 *
 * HOW says what becomes of the process before it is ready:
 *	plain		nothing
 *	undumpable	prctl(PR_SET_DUMPABLE, 0)
 *	ptracer		prctl(PR_SET_PTRACER, PR_SET_PTRACER_ANY)
 *	exec		executes itself, with the clients open
 *	thread		a thread opens the clients
 *	zombie		a thread does, and the first thread ends
 *	sibling		a process does that shares the memory but not the descriptors
 */
#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <sched.h>
#include <semaphore.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/random.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include <xf86drm.h>

#include "auth-targets.h"
#include "gpusim-client.h"
#include "pass-fd.h"
#include "snoop.h"

/* Ends in any case after this. */
#define SECONDS		600
#define SIZE		0x10000ULL
/* Sides of the dumb buffer. */
#define PIXELS		64

static struct auth_ready ready;

__attribute__((noreturn))
static void not_ready(int error)
{
	ready.error = error;
	_exit(send(AUTH_SOCKET, &ready, sizeof(ready), MSG_NOSIGNAL) < 0);
}

static void check(int ret)
{
	if (ret < 0)
		not_ready(ret);
}

/* A gpusim client: the engine writes the content. */
static void fill_vm(struct auth_client *client)
{
	check(client->fd);
	check(gc_vm_create(client->fd, &client->vm));
	check(gc_bo_create(client->fd, SIZE, GC_VRAM, 0, &client->handle));
	check(gc_map(client->fd, client->vm, AUTH_ADDR, client->handle, 0, SIZE));
	check(gc_fill(client->fd, client->vm, AUTH_ADDR, SIZE, client->word));
}

/* A client of a KMS card: the CPU does. */
static void fill_dumb(struct auth_client *client)
{
	struct drm_mode_create_dumb dumb = { .width = PIXELS, .height = PIXELS, .bpp = 32 };
	struct drm_mode_map_dumb offset = { 0 };
	uint64_t *words;

	check(gc_ioctl(client->fd, DRM_IOCTL_MODE_CREATE_DUMB, &dumb));
	client->handle = dumb.handle;
	offset.handle = dumb.handle;
	check(gc_ioctl(client->fd, DRM_IOCTL_MODE_MAP_DUMB, &offset));
	words = mmap(NULL, dumb.size, PROT_READ | PROT_WRITE, MAP_SHARED, client->fd,
		     offset.offset);
	if (words == MAP_FAILED)
		not_ready(-errno);
	words[0] = client->word;
	munmap(words, dumb.size);
}

static void open_clients(void)
{
	struct auth_client *clients = ready.clients;
	int i;

	/* First: the number may be given to another one afterwards. */
	clients[AUTH_LEASE].fd = fcntl(AUTH_LEASE_FD, F_GETFD) < 0 ? -1 : AUTH_LEASE_FD;
	clients[AUTH_RENDER].fd = gc_open();
	clients[AUTH_PRIMARY].fd = gc_open_primary();
	for (i = 0; i < AUTH_FDS; i++)
		if (getrandom(&clients[i].word, 8, 0) != 8)
			not_ready(-EIO);
	fill_vm(&clients[AUTH_RENDER]);
	fill_vm(&clients[AUTH_PRIMARY]);
	if (clients[AUTH_LEASE].fd >= 0)
		fill_dumb(&clients[AUTH_LEASE]);
	for (i = AUTH_RENDER; i <= AUTH_PRIMARY; i++) {
		__u64 id;

		check(snoop_fdinfo_client(clients[i].fd, &id));
		clients[i].client_id = id;
	}
}

/* The page is at the same address in each program, with another content. */
static void place_memory(void)
{
	uint64_t *page = mmap((void *)AUTH_MEMORY, GC_PAGE, PROT_READ | PROT_WRITE,
			      MAP_PRIVATE | MAP_ANONYMOUS | MAP_FIXED_NOREPLACE, -1, 0);

	if (page == MAP_FAILED)
		not_ready(-errno);
	if (getrandom(&ready.memory_word, 8, 0) != 8)
		not_ready(-EIO);
	*page = ready.memory_word;
}

static void bind_memory(void)
{
	const struct auth_client *client = &ready.clients[AUTH_RENDER];

	check(gc_map_userptr(client->fd, client->vm, AUTH_MEMORY_ADDR, (void *)AUTH_MEMORY,
			     GC_PAGE, 0));
}

/*
 * Goes on as another program: @how is its argument. What is known goes there
 * through a memory file.
 */
static void execute(const char *path, const char *how, int cloexec)
{
	int memory = memfd_create("auth-target", 0), i;
	char number[16];

	check(memory);
	for (i = 0; i < AUTH_FDS; i++)
		if (ready.clients[i].fd >= 0)
			fcntl(ready.clients[i].fd, F_SETFD, cloexec);
	if (pwrite(memory, &ready, sizeof(ready), 0) != sizeof(ready))
		not_ready(-EIO);
	snprintf(number, sizeof(number), "%d", memory);
	execl(path, "auth-target", how, number, (char *)NULL);
	not_ready(-errno);
}

static void obey(char order)
{
	switch (order) {
	case AUTH_DO_HAND_OUT:
		if (pass_fd_send(AUTH_SOCKET, ready.clients[AUTH_RENDER].fd))
			_exit(1);
		break;
	case AUTH_DO_CHANGE:
		execute(AUTH_SETUID_PROGRAM, "changed", 0);
		break;
	case AUTH_DO_CHANGE_AND_BIND:
		execute(AUTH_SETUID_PROGRAM, "executed", 0);
		break;
	case AUTH_DO_CHANGE_AND_CLOSE:
		execute(AUTH_SETUID_PROGRAM, "changed", FD_CLOEXEC);
		break;
	}
}

__attribute__((noreturn))
static void serve(void)
{
	char order;

	ready.tid = syscall(SYS_gettid);
	if (send(AUTH_SOCKET, &ready, sizeof(ready), MSG_NOSIGNAL) != sizeof(ready))
		_exit(1);
	while (recv(AUTH_SOCKET, &order, 1, 0) == 1)
		obey(order);
	_exit(0);
}

/* Waits until the first thread has ended: its state is Z. */
static void wait_for_leader(void)
{
	char path[64], line[256], *state;
	FILE *file;

	snprintf(path, sizeof(path), "/proc/self/task/%d/stat", getpid());
	do {
		usleep(1000);
		file = fopen(path, "re");
		if (!file || !fgets(line, sizeof(line), file))
			not_ready(-EIO);
		fclose(file);
		state = strrchr(line, ')');
	} while (!state || state[2] != 'Z');
}

static sem_t opened;

static void *thread(void *leader_ends)
{
	open_clients();
	sem_post(&opened);
	if (leader_ends)
		wait_for_leader();
	place_memory();
	bind_memory();
	serve();
}

static void start_thread(bool leader_ends)
{
	pthread_t id;

	sem_init(&opened, 0, 0);
	check(-pthread_create(&id, NULL, thread, leader_ends ? &ready : NULL));
	/* Not before: /proc/self is the first thread's. */
	sem_wait(&opened);
	/* The process goes on without it. */
	if (leader_ends)
		syscall(SYS_exit, 0);
	pthread_join(id, NULL);
}

static int sibling(void *data)
{
	open_clients();
	place_memory();
	bind_memory();
	serve();
}

static void start_sibling(void)
{
	static char stack[1 << 18] __attribute__((aligned(16)));
	pid_t pid = clone(sibling, stack + sizeof(stack), CLONE_VM | SIGCHLD, NULL);

	check(pid < 0 ? -errno : 0);
	/* No function of the C library meanwhile: its data are shared. */
	syscall(SYS_wait4, pid, NULL, 0, NULL);
	_exit(0);
}

int main(int argc, char **argv)
{
	const char *how = argc > 1 ? argv[1] : "";

	alarm(SECONDS);
	if (!strcmp(how, "thread") || !strcmp(how, "zombie"))
		start_thread(how[0] == 'z');
	if (!strcmp(how, "sibling"))
		start_sibling();
	place_memory();
	if (argc == 3) {
		uint64_t word = ready.memory_word;

		if (pread(atoi(argv[2]), &ready, sizeof(ready), 0) != sizeof(ready))
			return 2;
		ready.memory_word = word;
		if (!strcmp(how, "executed"))
			bind_memory();
		serve();
	}
	open_clients();
	if (!strcmp(how, "exec"))
		execute("/proc/self/exe", "executed", 0);
	bind_memory();
	if (!strcmp(how, "undumpable"))
		check(prctl(PR_SET_DUMPABLE, 0) ? -errno : 0);
	else if (!strcmp(how, "ptracer"))
		check(prctl(PR_SET_PTRACER, PR_SET_PTRACER_ANY) ? -errno : 0);
	else if (strcmp(how, "plain"))
		not_ready(-EINVAL);
	serve();
}
