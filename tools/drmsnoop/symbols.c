// SPDX-License-Identifier: GPL-2.0-or-later
/* Where the symbols of a running program are. */

#include <elf.h>
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "symbols.h"

#define PAGE 4096

static int read_at(int fd, void *buf, size_t size, off_t offset)
{
	ssize_t n = pread(fd, buf, size, offset);

	return n < 0 ? -errno : n == (ssize_t)size ? 0 : -ENOEXEC;
}

/* The address in the file of its first mapped page, if the program can be relocated. */
static int first_address(int fd, bool *relocatable, uint64_t *address)
{
	Elf64_Phdr segment;
	Elf64_Ehdr header;
	int ret, i;

	ret = read_at(fd, &header, sizeof(header), 0);
	if (ret)
		return ret;
	if (memcmp(header.e_ident, ELFMAG, SELFMAG) ||
	    header.e_ident[EI_CLASS] != ELFCLASS64 ||
	    header.e_phentsize != sizeof(segment))
		return -ENOEXEC;
	*relocatable = header.e_type == ET_DYN;
	for (i = 0; i < header.e_phnum; i++) {
		ret = read_at(fd, &segment, sizeof(segment),
			      header.e_phoff + i * sizeof(segment));
		if (ret)
			return ret;
		if (segment.p_type != PT_LOAD || segment.p_offset >= PAGE)
			continue;
		*address = segment.p_vaddr - segment.p_offset;
		return 0;
	}
	return -ENOEXEC;
}

/* Where the first page of a file is mapped. */
static int first_mapping(pid_t pid, const char *path, uint64_t *start)
{
	char name[64], *line = NULL;
	uint64_t offset;
	size_t room = 0;
	int at, ret = -ENOENT;
	ssize_t n;
	FILE *maps;

	snprintf(name, sizeof(name), "/proc/%d/maps", (int)pid);
	maps = fopen(name, "re");
	if (!maps)
		return -errno;
	while (ret && (n = getline(&line, &room, maps)) > 0) {
		if (line[n - 1] == '\n')
			line[n - 1] = '\0';
		at = 0;
		if (sscanf(line, "%" SCNx64 "-%*x %*s %" SCNx64 " %*s %*s %n", start, &offset,
			   &at) == 2 && at && !offset && !strcmp(line + at, path))
			ret = 0;
	}
	free(line);
	fclose(maps);
	return ret;
}

/* The path still leads to the program that runs. */
static bool is_there(const char *link, const char *path)
{
	struct stat runs, found;

	return !stat(link, &runs) && !stat(path, &found) &&
	       runs.st_dev == found.st_dev && runs.st_ino == found.st_ino;
}

int symbols_find(pid_t pid, struct symbols *symbols)
{
	uint64_t address = 0, start;
	bool relocatable;
	char link[64];
	ssize_t n;
	int fd, ret;

	memset(symbols, 0, sizeof(*symbols));
	snprintf(link, sizeof(link), "/proc/%d/exe", (int)pid);
	n = readlink(link, symbols->path, sizeof(symbols->path) - 1);
	if (n < 0)
		return -errno;
	fd = open(link, O_RDONLY | O_CLOEXEC);
	if (fd < 0)
		return -errno;
	ret = first_address(fd, &relocatable, &address);
	close(fd);
	if (!ret && relocatable) {
		ret = first_mapping(pid, symbols->path, &start);
		symbols->bias = start - address;
	}
	if (!is_there(link, symbols->path))
		strcpy(symbols->path, link);
	return ret;
}
