/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef TESTS_VM_DIR_H
#define TESTS_VM_DIR_H

#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

/*
 * The directory of a VM in a mounted drmsnoopfs, for tests in C. Functions that return an
 * int return a negative error number where the system call failed; the others fail the
 * running test.
 */

/**
 * struct vm_dir - whose it is
 * @mount: mount point
 * @pid: process
 * @client: client id
 * @vm: number of the VM
 */
struct vm_dir {
	const char *mount;
	pid_t pid;
	uint64_t client;
	uint64_t vm;
};

/* A path in it; valid until four more were asked for. */
__attribute__((format(printf, 2, 3)))
const char *vm_dir_path(const struct vm_dir *dir, const char *format, ...);

/* mkdir and rmdir of snapshots/NAME. */
int vm_dir_take(const struct vm_dir *dir, const char *name);
int vm_dir_drop(const struct vm_dir *dir, const char *name);

int open_file(const char *path, int flags);
/* As lseek(). */
off_t seek_file(int fd, off_t offset, int whence);

/* Bytes of a file, which has all of them. */
void read_file(const char *path, off_t offset, void *buf, size_t size);
/* CRC-32 of them. */
uint32_t crc_file(const char *path, off_t offset, size_t size);
/* CRC-32 of bytes at an address of an ELF core, which one segment has. */
uint32_t crc_core(const char *path, uint64_t addr, size_t size);

/* The names in a directory but the two of each, as "a|b|". */
const char *names_in(const char *path);
/* A text file; valid until the next. */
const char *text_file(const char *path);

#endif
