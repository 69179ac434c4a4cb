// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * fuse-io FILE: opens a file and keeps it open. Commands on standard input, one
 * answer line each; numbers decimal or 0x hex. An error answers with its name.
 *
 *	read OFFSET SIZE	one pread(): COUNT CRC-32
 *	whole			read() until the end: COUNT CRC-32
 *	data OFFSET		lseek(SEEK_DATA): OFFSET
 *	hole OFFSET		lseek(SEEK_HOLE): OFFSET
 *	spin TIMES OFFSET SIZE	many read: FULL SHORT EIO OTHER, and WRONG: full
 *				ones whose CRC-32 is not that of the first
 *	sendfile OFFSET SIZE	to a pipe: COUNT
 *	shared, private		mmap() of page 0: its first byte, or SIGBUS
 */
#include <errno.h>
#include <fcntl.h>
#include <setjmp.h>
#include <signal.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/sendfile.h>
#include <unistd.h>

#include <zlib.h>

#define BUFFER_SIZE	(4U << 20)

static uint8_t *buffer;
static int file;
static sigjmp_buf fault;

static void on_fault(int sig)
{
	siglongjmp(fault, 1);
}

static void answer_errno(void)
{
	puts(strerrorname_np(errno));
}

static uint32_t sum(uint32_t crc, size_t size)
{
	return crc32(crc, buffer, size);
}

static ssize_t read_at(uint64_t offset, uint64_t size)
{
	return pread(file, buffer, size < BUFFER_SIZE ? size : BUFFER_SIZE,
		     offset);
}

static void do_read(uint64_t offset, uint64_t size)
{
	ssize_t got = read_at(offset, size);

	if (got < 0)
		answer_errno();
	else
		printf("%zd 0x%08x\n", got, sum(0, got));
}

static void do_whole(void)
{
	uint64_t total = 0;
	uint32_t crc = 0;
	ssize_t got;

	if (lseek(file, 0, SEEK_SET) < 0) {
		answer_errno();
		return;
	}
	while ((got = read(file, buffer, BUFFER_SIZE)) > 0) {
		crc = sum(crc, got);
		total += got;
	}
	if (got < 0)
		answer_errno();
	else
		printf("%llu 0x%08x\n", (unsigned long long)total, crc);
}

static void do_seek(uint64_t offset, int whence)
{
	off_t at = lseek(file, offset, whence);

	if (at < 0)
		answer_errno();
	else
		printf("0x%llx\n", (unsigned long long)at);
}

static void do_spin(uint64_t times, uint64_t offset, uint64_t size)
{
	unsigned int full = 0, part = 0, eio = 0, other = 0, wrong = 0;
	uint32_t first = 0;

	while (times--) {
		ssize_t got = read_at(offset, size);

		if (got == (ssize_t)size) {
			if (!full++)
				first = sum(0, size);
			else if (sum(0, size) != first)
				wrong++;
		} else if (got >= 0) {
			part++;
		} else if (errno == EIO) {
			eio++;
		} else {
			other++;
		}
	}
	printf("%u %u %u %u %u\n", full, part, eio, other, wrong);
}

static void do_sendfile(uint64_t offset, uint64_t size)
{
	off_t at = offset;
	int ends[2];
	ssize_t sent;

	if (pipe(ends))
		abort();
	sent = sendfile(ends[1], file, &at, size);
	if (sent < 0)
		answer_errno();
	else
		printf("%zd\n", sent);
	close(ends[0]);
	close(ends[1]);
}

static void do_map(int flags)
{
	size_t size = getpagesize();
	volatile uint8_t *page = mmap(NULL, size, PROT_READ, flags, file, 0);

	if (page == MAP_FAILED) {
		answer_errno();
		return;
	}
	madvise((void *)page, size, MADV_WILLNEED);
	if (sigsetjmp(fault, 1))
		puts("SIGBUS");
	else
		printf("%u\n", page[0]);
	munmap((void *)page, size);
}

static void run(char *line)
{
	uint64_t n[3] = { 0 };
	char *save, *name = strtok_r(line, "\n ", &save), *word;

	for (int i = 0; i < 3 && (word = strtok_r(NULL, "\n ", &save)); i++)
		n[i] = strtoull(word, NULL, 0);
	if (!name)
		return;
	if (!strcmp(name, "read"))
		do_read(n[0], n[1]);
	else if (!strcmp(name, "whole"))
		do_whole();
	else if (!strcmp(name, "data"))
		do_seek(n[0], SEEK_DATA);
	else if (!strcmp(name, "hole"))
		do_seek(n[0], SEEK_HOLE);
	else if (!strcmp(name, "spin"))
		do_spin(n[0], n[1], n[2]);
	else if (!strcmp(name, "sendfile"))
		do_sendfile(n[0], n[1]);
	else if (!strcmp(name, "shared"))
		do_map(MAP_SHARED);
	else if (!strcmp(name, "private"))
		do_map(MAP_PRIVATE);
	else
		puts("unknown");
}

int main(int argc, char **argv)
{
	char line[256];

	if (argc != 2) {
		fprintf(stderr, "usage: fuse-io FILE\n");
		return 2;
	}
	buffer = malloc(BUFFER_SIZE);
	file = open(argv[1], O_RDONLY | O_CLOEXEC);
	if (!buffer || file < 0) {
		answer_errno();
		return 1;
	}
	signal(SIGBUS, on_fault);
	puts("ready");
	fflush(stdout);
	while (fgets(line, sizeof(line), stdin)) {
		run(line);
		fflush(stdout);
	}
	return 0;
}
