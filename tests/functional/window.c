// SPDX-License-Identifier: GPL-2.0-or-later
#include <errno.h>
#include <fcntl.h>
#include <setjmp.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "expect.h"
#include "model.h"
#include "window.h"

static sigjmp_buf landing;

static void land(int signal)
{
	siglongjmp(landing, signal);
}

/* The C library takes no offsets from 2^63 on. */
static void *map_raw(int snoop, __u64 addr, size_t size, int prot, int flags)
{
	return (void *)syscall(SYS_mmap, NULL, size, prot, flags, snoop, addr);
}

int window_try(int snoop, __u64 addr, size_t size, int prot, void **map)
{
	*map = map_raw(snoop, addr, size, prot, MAP_SHARED);
	return *map == MAP_FAILED ? -errno : 0;
}

void *window_map(int snoop, __u64 addr, size_t size, int prot)
{
	void *map;

	expect_ok(window_try(snoop, addr, size, prot, &map));
	return map;
}

int window_flags(int snoop, __u64 addr, size_t size, int prot, int flags)
{
	void *map = map_raw(snoop, addr, size, prot, flags);

	if (map == MAP_FAILED)
		return -errno;
	munmap(map, size);
	return 0;
}

static void catch_signals(struct sigaction old[2])
{
	struct sigaction action = { .sa_handler = land };

	sigaction(SIGBUS, &action, &old[0]);
	sigaction(SIGSEGV, &action, &old[1]);
}

static void leave_signals(const struct sigaction old[2])
{
	sigaction(SIGBUS, &old[0], NULL);
	sigaction(SIGSEGV, &old[1], NULL);
}

int window_load(const void *address)
{
	struct sigaction old[2];
	int signal;

	catch_signals(old);
	signal = sigsetjmp(landing, 1);
	if (!signal)
		(void)*(const volatile uint8_t *)address;
	leave_signals(old);
	return signal;
}

int window_load_word(const void *address, uint64_t *word)
{
	struct sigaction old[2];
	int signal;

	catch_signals(old);
	signal = sigsetjmp(landing, 1);
	if (!signal)
		*word = *(const volatile uint64_t *)address;
	leave_signals(old);
	return signal;
}

int window_store(void *address, uint8_t byte)
{
	struct sigaction old[2];
	int signal;

	catch_signals(old);
	signal = sigsetjmp(landing, 1);
	if (!signal)
		*(volatile uint8_t *)address = byte;
	leave_signals(old);
	return signal;
}

/* One byte through a pipe. */
static int through_pipe(const void *from, void *to)
{
	int fds[2], ret = 0;

	if (pipe2(fds, O_CLOEXEC))
		return -errno;
	if (write(fds[1], from, 1) != 1 || read(fds[0], to, 1) != 1)
		ret = -errno;
	close(fds[0]);
	close(fds[1]);
	return ret;
}

int window_load_by_kernel(const void *address)
{
	uint8_t byte;

	return through_pipe(address, &byte);
}

int window_store_by_kernel(void *address, uint8_t byte)
{
	return through_pipe(&byte, address);
}

static int open_own_mem(int flags)
{
	int mem = open("/proc/self/mem", flags | O_CLOEXEC);

	expect_true(mem >= 0);
	return mem;
}

long window_read_mem(const void *address, void *buf, size_t len)
{
	int mem = open_own_mem(O_RDONLY);
	ssize_t ret = pread(mem, buf, len, (uintptr_t)address);

	ret = ret < 0 ? -errno : ret;
	close(mem);
	return ret;
}

long window_write_mem(void *address, const void *buf, size_t len)
{
	int mem = open_own_mem(O_RDWR);
	ssize_t ret = pwrite(mem, buf, len, (uintptr_t)address);

	ret = ret < 0 ? -errno : ret;
	close(mem);
	return ret;
}

int window_protect(void *address, size_t len, int prot)
{
	return mprotect(address, len, prot) ? -errno : 0;
}

void window_check(const void *map, uint64_t seed, uint64_t offset, size_t len)
{
	uint8_t *wanted = malloc(len);

	expect_true(wanted);
	model_fill(wanted, len, seed, offset);
	expect_bytes(map, wanted, len);
	free(wanted);
}
