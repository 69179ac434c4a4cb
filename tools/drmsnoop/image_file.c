// SPDX-License-Identifier: GPL-2.0-or-later
/* Memory of a VM or object that was kept in a file. */

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "image_core.h"
#include "kept.h"

/* The first range that ends after @addr, or NULL. */
static const struct image_range *find_range(const struct image *image, uint64_t addr)
{
	size_t low = 0, high = image->count, middle;

	while (low < high) {
		middle = low + (high - low) / 2;
		if (image->ranges[middle].end > addr)
			high = middle;
		else
			low = middle + 1;
	}
	return low < image->count ? &image->ranges[low] : NULL;
}

static void fail(const struct image *image, const char *why) __attribute__((noreturn));

static void fail(const struct image *image, const char *why)
{
	die(image->command, "%s: %s", image->name, why);
}

/*
 * Whether a hole of the file begins at @offset, which reads as zeros that were stored there;
 * and where it ends.
 */
static bool in_hole(const struct image *image, uint64_t offset, uint64_t *end)
{
	off_t data = lseek(image->fd, offset, SEEK_DATA);
	struct stat st;

	*end = image->size;
	if (data >= 0)
		*end = data;
	else if (errno != ENXIO || fstat(image->fd, &st) || (uint64_t)st.st_size < image->size)
		return false;
	return *end > offset;
}

/* Bytes of the file, of which there are as many as were when it was opened. */
static void read_bytes(struct image *image, uint64_t offset, struct image_piece *piece)
{
	size_t done = 0;
	uint64_t end;
	ssize_t n;

	if (in_hole(image, offset, &end)) {
		if (end - offset < piece->size)
			piece->size = end - offset;
		return;
	}
	if (piece->size > IMAGE_PIECE)
		piece->size = IMAGE_PIECE;
	piece->data = image->buf;
	while (done < piece->size) {
		n = pread(image->fd, image->buf + done, piece->size - done, offset + done);
		if (n < 0 && errno == EINTR)
			continue;
		if (n <= 0)
			fail(image, n ? strerror(errno) : "it became shorter while it was read");
		done += n;
	}
}

static void next_kept(struct image *image, uint64_t addr, uint64_t most,
		      struct image_piece *piece)
{
	const struct image_range *range;
	uint64_t end;

	*piece = (struct image_piece) { .addr = addr, .size = most };
	if (addr < image->start || addr >= image->end) {
		piece->state = IMAGE_OUTSIDE;
		if (addr < image->start && image->start - addr < most)
			piece->size = image->start - addr;
		return;
	}
	range = find_range(image, addr);
	if (!range || range->start > addr) {
		piece->state = IMAGE_UNBOUND;
		end = range ? range->start : image->end;
	} else {
		piece->state = range->state;
		end = range->end;
	}
	if (end - addr < most)
		piece->size = end - addr;
	if (piece->state == IMAGE_DATA)
		read_bytes(image, range->offset + (addr - range->start), piece);
	else if (piece->state == IMAGE_UNREADABLE)
		piece->reason = strerrorname_np(range->error);
}

bool image_add_range(struct image *image, const struct image_range *range)
{
	struct image_range *last = image->count ? &image->ranges[image->count - 1] : NULL;

	if (range->start >= range->end || (last && range->start < last->end))
		return false;
	if (last && last->end == range->start && last->state == range->state &&
	    last->error == range->error &&
	    (range->state != IMAGE_DATA ||
	     last->offset + (last->end - last->start) == range->offset)) {
		last->end = range->end;
		return true;
	}
	if (image->count == image->room) {
		image->room = image->room ? 2 * image->room : 64;
		image->ranges = reallocarray(image->ranges, image->room, sizeof(*range));
		if (!image->ranges)
			die(image->command, "out of memory");
	}
	image->ranges[image->count++] = *range;
	return true;
}

const char *image_state_name(enum image_state state)
{
	static const char *const names[] = {
		[IMAGE_DATA] = "data",
		[IMAGE_ZEROS] = "zeros",
		[IMAGE_UNBOUND] = "unbound",
		[IMAGE_UNREADABLE] = "unreadable",
		[IMAGE_END] = "end",
		[IMAGE_OUTSIDE] = "outside",
	};

	return names[state];
}

int image_open(const struct command *command, const char *name, uint64_t *size)
{
	/* Nobody may be at the other end of a pipe. */
	int fd = open(name, O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY);
	struct stat st;

	if (fd < 0 || fstat(fd, &st))
		die(command, "%s: %s", name, strerror(errno));
	if (S_ISDIR(st.st_mode))
		die(command, "%s is a directory: name a file in it", name);
	if (!S_ISREG(st.st_mode))
		die(command, "%s is not a regular file: copy it into one", name);
	*size = st.st_size;
	return fd;
}

void image_begin(struct image *image, const struct command *command, const char *name)
{
	*image = (struct image) {
		.command = command,
		.name = name,
		.fd = -1,
		.next = next_kept,
		.buf = malloc(IMAGE_PIECE),
	};
	image->fd = image_open(command, name, &image->size);
	if (!image->buf)
		die(command, "out of memory");
}

void image_file(struct image *image, const struct command *command, const char *name)
{
	image_begin(image, command, name);
	if (core_is(image))
		core_read(image);
	else
		kept_read(image);
}

void image_close(struct image *image)
{
	drmsnoop_close(image->snoop);
	if (image->fd >= 0)
		close(image->fd);
	free(image->ranges);
	free(image->buf);
}
