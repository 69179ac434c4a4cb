// SPDX-License-Identifier: GPL-2.0-or-later
#include <dirent.h>
#include <elf.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>
#include <zlib.h>

#include "expect.h"
#include "vm-dir.h"

static int ok(int result)
{
	return result < 0 ? -errno : result;
}

const char *vm_dir_path(const struct vm_dir *dir, const char *format, ...)
{
	static char paths[4][PATH_MAX];
	static unsigned int turn;
	char *path = paths[turn++ % 4];
	va_list args;
	int length = snprintf(path, PATH_MAX, "%s/by-pid/%d/clients/%llu/vm/%llu/", dir->mount,
			      dir->pid, (unsigned long long)dir->client,
			      (unsigned long long)dir->vm);

	va_start(args, format);
	vsnprintf(path + length, PATH_MAX - length, format, args);
	va_end(args);
	return path;
}

int vm_dir_take(const struct vm_dir *dir, const char *name)
{
	return ok(mkdir(vm_dir_path(dir, "snapshots/%s", name), 0700));
}

int vm_dir_drop(const struct vm_dir *dir, const char *name)
{
	return ok(rmdir(vm_dir_path(dir, "snapshots/%s", name)));
}

int open_file(const char *path, int flags)
{
	return ok(open(path, flags | O_CLOEXEC));
}

off_t seek_file(int fd, off_t offset, int whence)
{
	off_t found = lseek(fd, offset, whence);

	return found < 0 ? -errno : found;
}

void read_file(const char *path, off_t offset, void *buf, size_t size)
{
	int fd = expect_ok(open_file(path, O_RDONLY));

	expect_equal(expect_ok(ok(pread(fd, buf, size, offset))), size);
	close(fd);
}

uint32_t crc_file(const char *path, off_t offset, size_t size)
{
	uint8_t *buf = malloc(size);
	uint32_t crc;

	expect_true(buf);
	read_file(path, offset, buf, size);
	crc = crc32(0, buf, size);
	free(buf);
	return crc;
}

uint32_t crc_core(const char *path, uint64_t addr, size_t size)
{
	Elf64_Phdr segment;
	Elf64_Ehdr header;
	unsigned int i;

	read_file(path, 0, &header, sizeof(header));
	expect_bytes(header.e_ident, ELFMAG, SELFMAG);
	expect_equal(header.e_type, ET_CORE);
	for (i = 0; i < header.e_phnum; i++) {
		read_file(path, header.e_phoff + i * sizeof(segment), &segment, sizeof(segment));
		if (segment.p_type == PT_LOAD && segment.p_vaddr <= addr &&
		    addr + size <= segment.p_vaddr + segment.p_filesz)
			return crc_file(path, segment.p_offset + (addr - segment.p_vaddr), size);
	}
	expect_failed(__FILE__, __LINE__, "%s has no segment with %#llx", path,
		      (unsigned long long)addr);
}

const char *names_in(const char *path)
{
	static char names[4096];
	struct dirent *entry;
	size_t length = 0;
	DIR *dir = opendir(path);

	expect_true(dir);
	names[0] = '\0';
	while ((entry = readdir(dir)) && length < sizeof(names) - NAME_MAX - 2) {
		if (strcmp(entry->d_name, ".") && strcmp(entry->d_name, ".."))
			length += sprintf(names + length, "%s|", entry->d_name);
	}
	closedir(dir);
	return names;
}

const char *text_file(const char *path)
{
	static char text[16384];
	int fd = expect_ok(open_file(path, O_RDONLY));
	ssize_t n = expect_ok(ok(read(fd, text, sizeof(text) - 1)));

	text[n] = '\0';
	close(fd);
	return text;
}
