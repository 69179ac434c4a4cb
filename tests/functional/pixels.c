// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * pixels: compares what a screen shows with the bytes of a framebuffer.
 *
 *	pixels same SCREEN BYTES WIDTH HEIGHT PITCH
 *	pixels find SCREEN BYTES WIDTH HEIGHT PITCH
 *	pixels find-flipped SCREEN BYTES WIDTH HEIGHT PITCH
 *	pixels colours SCREEN
 *
 * SCREEN is a PPM file (P6, 8 bits), as QEMU's screendump writes it; BYTES holds
 * pixels in XRGB8888 with PITCH bytes a line, and nothing else.
 *
 * same prints "N differ", and ": X Y SCREEN-COLOUR BYTES-COLOUR" of the first one.
 * find prints "X Y" of each place where the whole of BYTES is on the screen.
 * find-flipped does so where the screen shows it upside down, as compositors do with what
 * OpenGL drew: the last line of BYTES at the top.
 * colours prints how many different colours there are, up to 100.
 */
#include <err.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define COLOURS_MAX	100

/* Colours are 0xRRGGBB. */
struct picture {
	unsigned int width, height;
	uint32_t *colours;
};

static uint32_t colour_at(const struct picture *picture, unsigned int x, unsigned int y)
{
	return picture->colours[(size_t)y * picture->width + x];
}

static void *allocate(size_t size)
{
	void *memory = malloc(size);

	if (!memory)
		err(2, "malloc");
	return memory;
}

static FILE *open_file(const char *path)
{
	FILE *file = fopen(path, "re");

	if (!file)
		err(2, "%s", path);
	return file;
}

static void size_picture(struct picture *picture, unsigned int width, unsigned int height)
{
	if (!width || !height || width > 16384 || height > 16384)
		errx(2, "a picture of %u * %u", width, height);
	picture->width = width;
	picture->height = height;
	picture->colours = allocate((size_t)width * height * sizeof(*picture->colours));
}

static struct picture read_ppm(const char *path)
{
	FILE *file = open_file(path);
	unsigned int width, height;
	struct picture picture;
	uint8_t bytes[3];
	size_t i;

	if (fscanf(file, "P6 %u %u 255", &width, &height) != 2 || fgetc(file) == EOF)
		errx(2, "%s is not a PPM file", path);
	size_picture(&picture, width, height);
	for (i = 0; i < (size_t)width * height; i++) {
		if (fread(bytes, 1, 3, file) != 3)
			errx(2, "%s is too short", path);
		picture.colours[i] = bytes[0] << 16 | bytes[1] << 8 | bytes[2];
	}
	if (fgetc(file) != EOF)
		errx(2, "%s is too long", path);
	fclose(file);
	return picture;
}

static struct picture read_bytes(const char *path, unsigned int width, unsigned int height,
				 unsigned int pitch)
{
	FILE *file = open_file(path);
	struct picture picture;
	unsigned int x, y;
	uint8_t *line;

	size_picture(&picture, width, height);
	if (pitch < width * 4 || pitch > 16384 * 8)
		errx(2, "a pitch of %u", pitch);
	line = allocate(pitch);
	for (y = 0; y < height; y++) {
		if (fread(line, 1, pitch, file) != pitch)
			errx(2, "%s is too short: it has no line %u", path, y);
		for (x = 0; x < width; x++)
			picture.colours[(size_t)y * width + x] =
				line[x * 4 + 2] << 16 | line[x * 4 + 1] << 8 | line[x * 4];
	}
	free(line);
	fclose(file);
	return picture;
}

static void print_difference(const struct picture *screen, const struct picture *other)
{
	unsigned int x, y, count = 0, first_x = 0, first_y = 0;

	if (screen->width != other->width || screen->height != other->height)
		errx(2, "the screen is %u * %u", screen->width, screen->height);
	for (y = 0; y < screen->height; y++) {
		for (x = 0; x < screen->width; x++) {
			if (colour_at(screen, x, y) == colour_at(other, x, y))
				continue;
			if (!count++) {
				first_x = x;
				first_y = y;
			}
		}
	}
	if (count)
		printf("%u differ: %u %u %06x %06x\n", count, first_x, first_y,
		       colour_at(screen, first_x, first_y), colour_at(other, first_x, first_y));
	else
		printf("0 differ\n");
}

static bool is_at(const struct picture *screen, const struct picture *part, unsigned int left,
		  unsigned int top)
{
	unsigned int y;

	for (y = 0; y < part->height; y++) {
		if (memcmp(&screen->colours[(size_t)(top + y) * screen->width + left],
			   &part->colours[(size_t)y * part->width],
			   part->width * sizeof(*part->colours)))
			return false;
	}
	return true;
}

static void flip(struct picture *picture)
{
	unsigned int x, y;

	for (y = 0; y < picture->height / 2; y++) {
		for (x = 0; x < picture->width; x++) {
			uint32_t *one = &picture->colours[(size_t)y * picture->width + x];
			uint32_t *other = &picture->colours[(size_t)(picture->height - 1 - y) *
							    picture->width + x];
			uint32_t colour = *one;

			*one = *other;
			*other = colour;
		}
	}
}

static void print_places(const struct picture *screen, const struct picture *part)
{
	unsigned int x, y;

	for (y = 0; y + part->height <= screen->height; y++) {
		for (x = 0; x + part->width <= screen->width; x++) {
			if (is_at(screen, part, x, y))
				printf("%u %u\n", x, y);
		}
	}
}

static void print_colours(const struct picture *picture)
{
	uint32_t seen[COLOURS_MAX];
	unsigned int count = 0, i;
	size_t at;

	for (at = 0; at < (size_t)picture->width * picture->height; at++) {
		for (i = 0; i < count && seen[i] != picture->colours[at]; i++)
			;
		if (i == count && count < COLOURS_MAX)
			seen[count++] = picture->colours[at];
	}
	printf("%u\n", count);
}

int main(int argc, char **argv)
{
	struct picture screen, bytes;

	if (argc == 3 && !strcmp(argv[1], "colours")) {
		screen = read_ppm(argv[2]);
		print_colours(&screen);
		free(screen.colours);
		return 0;
	}
	if (argc != 7 || (strcmp(argv[1], "same") && strcmp(argv[1], "find") &&
			  strcmp(argv[1], "find-flipped")))
		errx(2, "usage: pixels same|find|find-flipped SCREEN BYTES WIDTH HEIGHT PITCH | colours SCREEN");
	screen = read_ppm(argv[2]);
	bytes = read_bytes(argv[3], atoi(argv[4]), atoi(argv[5]), atoi(argv[6]));
	if (!strcmp(argv[1], "find-flipped"))
		flip(&bytes);
	if (!strcmp(argv[1], "same"))
		print_difference(&screen, &bytes);
	else
		print_places(&screen, &bytes);
	free(screen.colours);
	free(bytes.colours);
	return 0;
}
