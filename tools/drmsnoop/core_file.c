// SPDX-License-Identifier: GPL-2.0-or-later
/* A core that is being written: sparse, or compressed. */

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>
#include <zlib.h>

#include "core_file.h"

/* Zeros of a whole block of the file are left out. */
#define BLOCK 4096

/*
 * A file of gzip may have several members, which follow each other. The ELF header is
 * one of its own, stored and not compressed, so that its size is known before its
 * content: header, a stored block with its header, CRC-32 and size.
 */
#define FIRST_MEMBER (10 + 5 + CORE_FILE_FIRST + 8)

struct core_file {
	const struct command *command;
	const char *name;
	int fd;
	bool compress;
	z_stream stream;
	/* of the core: first byte that was not compressed yet */
	uint64_t at;
};

/* What is removed when the program ends. */
static char *temporary;

static void remove_temporary(void)
{
	if (temporary)
		unlink(temporary);
}

static void remove_and_end(int number)
{
	remove_temporary();
	raise(number);
}

static void watch_end(void)
{
	static const int numbers[] = { SIGINT, SIGTERM, SIGHUP, SIGPIPE, SIGXCPU };
	struct sigaction action = { .sa_handler = remove_and_end, .sa_flags = SA_RESETHAND };
	struct sigaction old;
	size_t i;

	atexit(remove_temporary);
	for (i = 0; i < sizeof(numbers) / sizeof(numbers[0]); i++)
		if (!sigaction(numbers[i], NULL, &old) && old.sa_handler != SIG_IGN)
			sigaction(numbers[i], &action, NULL);
	/* An error like others, with its message. */
	signal(SIGXFSZ, SIG_IGN);
}

static void write_at(const struct core_file *file, const void *bytes, size_t size,
		     uint64_t offset)
{
	const char *p = bytes;
	ssize_t n;

	while (size) {
		n = pwrite(file->fd, p, size, offset);
		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0)
			die_writing(file->command, file->name, errno);
		p += n;
		size -= n;
		offset += n;
	}
}

struct core_file *core_file_open(const struct command *command, const char *name,
				 bool compress)
{
	struct core_file *file = calloc(1, sizeof(*file));
	struct stat st;

	if (!file || asprintf(&temporary, "%s.XXXXXX", name) < 0)
		die(command, "out of memory");
	file->command = command;
	file->name = name;
	file->compress = compress;
	file->at = CORE_FILE_FIRST;
	if (!stat(name, &st) && !S_ISREG(st.st_mode))
		die(command, "%s is not a regular file", name);
	/* As a core dump, it is for its owner only. */
	file->fd = mkostemp(temporary, O_CLOEXEC);
	if (file->fd < 0) {
		free(temporary);
		temporary = NULL;
		die(command, "%s: %s", name, strerror(errno));
	}
	watch_end();
	if (!compress)
		return file;
	/* The best speed: 15 bits of window, and 16 for the format of gzip. */
	if (deflateInit2(&file->stream, Z_BEST_SPEED, Z_DEFLATED, 15 + 16, 8,
			 Z_DEFAULT_STRATEGY))
		die(command, "out of memory");
	if (lseek(file->fd, FIRST_MEMBER, SEEK_SET) < 0)
		die_writing(command, name, errno);
	return file;
}

static bool is_zero(const char *bytes, size_t size)
{
	return !bytes[0] && !memcmp(bytes, bytes + 1, size - 1);
}

/* Up to the end of a block of the file. */
static size_t in_block(uint64_t offset, size_t size)
{
	size_t n = BLOCK - offset % BLOCK;

	return n < size ? n : size;
}

static void put_sparse(struct core_file *file, const char *bytes, size_t size,
		       uint64_t offset)
{
	size_t start = 0, end, n;

	for (end = 0; end < size; end += n) {
		n = in_block(offset + end, size - end);
		if (!is_zero(bytes + end, n))
			continue;
		write_at(file, bytes + start, end - start, offset + start);
		start = end + n;
	}
	write_at(file, bytes + start, size - start, offset + start);
}

static void deflate_bytes(struct core_file *file, const void *bytes, size_t size, int flush)
{
	static unsigned char out[65536];
	z_stream *stream = &file->stream;
	const unsigned char *p;
	ssize_t n;
	int ret;

	stream->next_in = (unsigned char *)bytes;
	stream->avail_in = size;
	do {
		stream->next_out = out;
		stream->avail_out = sizeof(out);
		ret = deflate(stream, flush);
		for (p = out; p < stream->next_out; p += n) {
			n = write(file->fd, p, stream->next_out - p);
			if (n < 0 && errno == EINTR)
				n = 0;
			if (n < 0)
				die_writing(file->command, file->name, errno);
		}
	} while (flush == Z_FINISH ? ret != Z_STREAM_END : !stream->avail_out);
}

static void put_le32(unsigned char *p, uint32_t value)
{
	int i;

	for (i = 0; i < 4; i++)
		p[i] = value >> 8 * i;
}

static void put_first_member(const struct core_file *file, const void *bytes)
{
	static const unsigned char begin[] = {
		/* magic, deflate, no flags, no time, fastest, Unix */
		0x1f, 0x8b, 8, 0, 0, 0, 0, 0, 4, 3,
		/* last block, stored; its size, and the complement of that */
		1, CORE_FILE_FIRST & 0xff, CORE_FILE_FIRST >> 8,
		~CORE_FILE_FIRST & 0xff, ~CORE_FILE_FIRST >> 8 & 0xff,
	};
	unsigned char member[FIRST_MEMBER];

	memcpy(member, begin, sizeof(begin));
	memcpy(member + sizeof(begin), bytes, CORE_FILE_FIRST);
	put_le32(member + FIRST_MEMBER - 8, crc32(0, bytes, CORE_FILE_FIRST));
	put_le32(member + FIRST_MEMBER - 4, CORE_FILE_FIRST);
	write_at(file, member, sizeof(member), 0);
}

static void put_compressed(struct core_file *file, const void *bytes, size_t size,
			   uint64_t offset)
{
	static const char zeros[65536];
	uint64_t gap, n;

	if (!offset) {
		deflate_bytes(file, NULL, 0, Z_FINISH);
		deflateEnd(&file->stream);
		put_first_member(file, bytes);
		return;
	}
	for (gap = offset - file->at; gap; gap -= n) {
		n = gap < sizeof(zeros) ? gap : sizeof(zeros);
		deflate_bytes(file, zeros, n, Z_NO_FLUSH);
	}
	deflate_bytes(file, bytes, size, Z_NO_FLUSH);
	file->at = offset + size;
}

void core_file_put(struct core_file *file, const void *bytes, size_t size, uint64_t offset)
{
	if (!size)
		return;
	if (file->compress)
		put_compressed(file, bytes, size, offset);
	else
		put_sparse(file, bytes, size, offset);
}

void core_file_finish(struct core_file *file, uint64_t size)
{
	char *done = temporary;

	if (!file->compress && ftruncate(file->fd, size))
		die_writing(file->command, file->name, errno);
	if (close(file->fd))
		die_writing(file->command, file->name, errno);
	if (rename(temporary, file->name))
		die(file->command, "%s: %s", file->name, strerror(errno));
	temporary = NULL;
	free(done);
	free(file);
}
