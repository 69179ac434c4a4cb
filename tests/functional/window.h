/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef TESTS_WINDOW_H
#define TESTS_WINDOW_H

#include <linux/types.h>
#include <stddef.h>
#include <stdint.h>

/*
 * Maps of snoop files, and accesses that may end with a signal. Functions that can
 * fail return a negative error number.
 */
#define WINDOW_PAGE	4096UL

/* mmap() with MAP_SHARED at any of the 64-bit addresses. */
int window_try(int snoop, __u64 addr, size_t size, int prot, void **map);
/* The same, which must succeed; unmapped with munmap(). */
void *window_map(int snoop, __u64 addr, size_t size, int prot);
/* As mmap() with these flags and an offset of bytes; 0 or a negative error number. */
int window_flags(int snoop, __u64 addr, size_t size, int prot, int flags);

/* Loads or stores one byte: 0, or the signal that came instead. */
int window_load(const void *address);
int window_store(void *address, uint8_t byte);
/* The same in a system call: write() from it, read() to it. 0 or -errno. */
int window_load_by_kernel(const void *address);
int window_store_by_kernel(void *address, uint8_t byte);

/* Loads an aligned word at once: 0, or the signal that came instead. */
int window_load_word(const void *address, uint64_t *word);

/* pread() and pwrite() of the caller's own /proc/self/mem: bytes or -errno. */
long window_read_mem(const void *address, void *buf, size_t len);
long window_write_mem(void *address, const void *buf, size_t len);

/* mprotect() as a negative error number. */
int window_protect(void *address, size_t len, int prot);

/* [map, map + len) is the pattern of @seed (model.h) from @offset on. */
void window_check(const void *map, uint64_t seed, uint64_t offset, size_t len);

#endif
