// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * One input for the readers of drmsnoop diff and find: a core, or the table of a snapshot.
 * It is refused with one line, or what it has comes in pieces that follow each other and
 * whose bytes are there, in a time that its size bounds. The sanitizers see the rest.
 */
#include <elf.h>
#include <fcntl.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "fuzz-image.h"
#include "kept.h"

#define require(condition, ...) \
	do { \
		if (!(condition)) { \
			fprintf(stderr, "not so: " #condition ": " __VA_ARGS__); \
			fputc('\n', stderr); \
			abort(); \
		} \
	} while (0)

/* Where a reader ends that refuses its input, and why it does. */
static jmp_buf refused;
static char message[512];

/* In place of command.c: the reader calls no more of it. */
void die(const struct command *command, const char *format, ...)
{
	va_list args;

	va_start(args, format);
	vsnprintf(message, sizeof(message), format, args);
	va_end(args);
	longjmp(refused, 1);
}

void die_writing(const struct command *command, const char *name, int error)
{
	abort();
}

static void look_at(const struct image_piece *piece, uint64_t addr, uint64_t most)
{
	const volatile unsigned char *data = piece->data;
	uint64_t i;

	require(piece->addr == addr && piece->size >= 1 && piece->size <= most,
		"piece at %#llx of %llu bytes", (unsigned long long)piece->addr,
		(unsigned long long)piece->size);
	require(image_state_name(piece->state), "state %d", piece->state);
	require(!piece->data || (piece->state == IMAGE_DATA && piece->size <= IMAGE_PIECE),
		"data of state %d", piece->state);
	require(!piece->reason || piece->state == IMAGE_UNREADABLE, "reason of state %d",
		piece->state);
	for (i = 0; data && i < piece->size; i++)
		(void)data[i];
}

/* All from its first to its last address, and what is outside of it on both sides. */
static void read_all(struct image *image, void (*seen)(const struct image_piece *piece))
{
	uint64_t addr, end = image->end, pieces = 0, holes = image->size / 4096 + 1;
	struct image_piece piece;

	if (image->start) {
		image->next(image, 0, UINT64_MAX, &piece);
		require(piece.state == IMAGE_OUTSIDE && piece.size == image->start, "before it");
	}
	image->next(image, end, 1, &piece);
	require(piece.state == IMAGE_OUTSIDE, "behind it");
	for (addr = image->start; addr < end; addr += piece.size) {
		image->next(image, addr, end - addr, &piece);
		look_at(&piece, addr, end - addr);
		if (seen)
			seen(&piece);
		/* A range, what is before it, and what it has of the file. */
		require(++pieces <= 2 * image->count + 1 + 2 * holes, "%llu pieces",
			(unsigned long long)pieces);
	}
}

static const struct command command = { .name = "test" };
static struct image image;

/* Whether it was refused, as fuzz_image() returns it. */
static const char *finish(bool good)
{
	image_close(&image);
	return good ? NULL : message;
}

const char *fuzz_image_file(const char *name, void (*seen)(const struct image_piece *piece))
{
	/* So far nothing of it is open. */
	image = (struct image) { .fd = -1 };
	if (setjmp(refused))
		return finish(false);
	image_file(&image, &command, name);
	read_all(&image, seen);
	return finish(true);
}

/* A file in memory; its name is that of the descriptor. */
static int memory_file(char *name, size_t size)
{
	int fd = memfd_create("fuzz-image", 0);

	require(fd >= 0, "no memory file");
	snprintf(name, size, "/proc/self/fd/%d", fd);
	return fd;
}

static const char *try_core(const uint8_t *data, size_t size,
			    void (*seen)(const struct image_piece *piece))
{
	static char name[32];
	static int fd;

	if (!name[0])
		fd = memory_file(name, sizeof(name));
	require(!ftruncate(fd, 0) && pwrite(fd, data, size, 0) == (ssize_t)size, "not written");
	return fuzz_image_file(name, seen);
}

static const char *try_table(FILE *in, void (*seen)(const struct image_piece *piece))
{
	static char name[32];
	int fd;

	if (!name[0]) {
		fd = memory_file(name, sizeof(name));
		require(!ftruncate(fd, FUZZ_SNAPSHOT_SIZE) && pwrite(fd, "text", 4, 0x1ffe) == 4,
			"not written");
	}
	if (setjmp(refused))
		return finish(false);
	image_begin(&image, &command, name);
	kept_parse(&image, in, "table");
	read_all(&image, seen);
	return finish(true);
}

const char *fuzz_image(const uint8_t *data, size_t size,
		       void (*seen)(const struct image_piece *piece))
{
	const char *why;
	FILE *in;

	if (size >= SELFMAG && !memcmp(data, ELFMAG, SELFMAG)) {
		why = try_core(data, size, seen);
	} else {
		/* An empty file cannot be had in memory. */
		in = size ? fmemopen((void *)data, size, "r") : fopen("/dev/null", "r");
		require(in, "no table");
		why = try_table(in, seen);
		fclose(in);
	}
	require(!why || (why[0] && !strchr(why, '\n')), "not one line: %s", why);
	return why;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	fuzz_image(data, size, NULL);
	return 0;
}
