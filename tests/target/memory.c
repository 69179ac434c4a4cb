// SPDX-License-Identifier: GPL-2.0-or-later
/* Memory of the process that is bound in VMs */
#include <errno.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/uio.h>
#include <unistd.h>
#include <zlib.h>
#include <drm/gpusim_drm.h>

#include "shell.h"

static int arg_memory(struct shell *sh, struct answer *a, const char *word,
		      struct memory **memory)
{
	*memory = (struct memory *)item_find(sh->memories, word);
	if (!*memory)
		return answer_error(a, ENOENT, "no memory %s", word);
	return 0;
}

/* [OFFSET SIZE] at @at of the words, all of the memory without */
static int arg_extent(struct answer *a, const struct memory *m, int argc, char **argv, int at,
		      uint64_t *offset, uint64_t *size)
{
	*offset = 0;
	if (argc > at && arg_number(a, "OFFSET", argv[at], offset))
		return -1;
	*size = *offset < m->size ? m->size - *offset : 0;
	if (argc > at + 1 && arg_number(a, "SIZE", argv[at + 1], size))
		return -1;
	if (*offset > m->size || *size > m->size - *offset)
		return answer_error(a, EINVAL, "%s is only 0x%" PRIx64 " bytes", m->item.name,
				    m->size);
	return 0;
}

int memory_cmd_memory(struct shell *sh, int argc, char **argv, struct answer *a)
{
	struct memory *m;
	uint64_t size;
	void *p;

	if (arg_new_name(a, sh->memories, argv[1]) || arg_number(a, "SIZE", argv[2], &size))
		return -1;
	p = mmap(NULL, size, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	if (p == MAP_FAILED)
		return answer_error(a, errno, "mmap: %s", strerror(errno));
	m = item_add(&sh->memories, argv[1], sizeof(*m));
	m->map = p;
	m->size = size;
	return answer_ok(a, "0x%" PRIxPTR, (uintptr_t)p);
}

int memory_cmd_userptr(struct shell *sh, int argc, char **argv, struct answer *a)
{
	bool ro = argc > 4 && !strcmp(argv[argc - 1], "ro");
	uint64_t addr, offset, size;
	struct memory *m;
	struct vm *vm;
	int error;

	argc -= ro;
	if (arg_vm(sh, a, argv[1], &vm) || arg_number(a, "ADDR", argv[2], &addr) ||
	    arg_memory(sh, a, argv[3], &m) || arg_extent(a, m, argc, argv, 4, &offset, &size) ||
	    vm_check_free(sh, a, addr, size))
		return -1;
	error = vm_bind_op(sh->current, vm, DRM_GPUSIM_BIND_MAP_USERPTR,
			   ro ? DRM_GPUSIM_BIND_READ_ONLY : 0, addr, size, 0,
			   (uintptr_t)m->map + offset);
	if (error)
		return answer_error(a, error, "VM_BIND: %s", strerror(error));
	return answer_ok(a, "%s", "");
}

/*
 * What a part of the memory may not be used for is an error and not a signal.
 * Return: 0 or an errno
 */
static int copy(const struct memory *m, uint64_t offset, void *buf, uint64_t size, bool write)
{
	uint64_t done;
	ssize_t n;

	for (done = 0; done < size; done += n) {
		struct iovec local = { .iov_base = (char *)buf + done, .iov_len = size - done };
		struct iovec remote = {
			.iov_base = (char *)m->map + offset + done, .iov_len = size - done,
		};

		n = write ? process_vm_writev(getpid(), &local, 1, &remote, 1, 0) :
			    process_vm_readv(getpid(), &local, 1, &remote, 1, 0);
		if (n <= 0)
			return n ? errno : EFAULT;
	}
	return 0;
}

static int write_part(struct shell *sh, char **argv, struct answer *a, const char *what,
		      bool pattern)
{
	uint64_t offset, size, value;
	struct memory *m;
	uint8_t *buf;
	int error;

	if (arg_memory(sh, a, argv[1], &m) || arg_extent(a, m, 4, argv, 2, &offset, &size) ||
	    arg_number(a, what, argv[4], &value))
		return -1;
	buf = malloc(size + 1);
	if (!buf)
		return answer_error(a, ENOMEM, "%s", strerror(ENOMEM));
	if (pattern)
		cpu_pattern(buf, offset, size, value);
	else
		cpu_fill(buf, size, value);
	error = copy(m, offset, buf, size, true);
	free(buf);
	if (error)
		return answer_error(a, error, "%s: %s", argv[1], strerror(error));
	return answer_ok(a, "%s", "");
}

int memory_cmd_memfill(struct shell *sh, int argc, char **argv, struct answer *a)
{
	return write_part(sh, argv, a, "VALUE64", false);
}

int memory_cmd_mempattern(struct shell *sh, int argc, char **argv, struct answer *a)
{
	return write_part(sh, argv, a, "SEED", true);
}

int memory_cmd_memsum(struct shell *sh, int argc, char **argv, struct answer *a)
{
	uint64_t offset, size;
	struct memory *m;
	uint8_t *buf;
	uLong crc;
	int error;

	if (arg_memory(sh, a, argv[1], &m) || arg_extent(a, m, argc, argv, 2, &offset, &size))
		return -1;
	buf = malloc(size + 1);
	if (!buf)
		return answer_error(a, ENOMEM, "%s", strerror(ENOMEM));
	error = copy(m, offset, buf, size, false);
	crc = crc32_z(0, buf, size);
	free(buf);
	if (error)
		return answer_error(a, error, "%s: %s", argv[1], strerror(error));
	return answer_ok(a, "0x%08lx", crc);
}

static int change(struct shell *sh, int argc, char **argv, int at, struct answer *a,
		  int (*function)(void *p, uint64_t size, const char *how))
{
	uint64_t offset, size;
	struct memory *m;

	if (arg_memory(sh, a, argv[1], &m) || arg_extent(a, m, argc, argv, at, &offset, &size))
		return -1;
	if (function((char *)m->map + offset, size, argv[2]))
		return answer_error(a, errno, "%s: %s", argv[0], strerror(errno));
	return answer_ok(a, "%s", "");
}

static int unmap(void *p, uint64_t size, const char *how)
{
	return munmap(p, size);
}

static int renew(void *p, uint64_t size, const char *how)
{
	return mmap(p, size, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_FIXED,
		    -1, 0) == MAP_FAILED ? -1 : 0;
}

static int drop(void *p, uint64_t size, const char *how)
{
	return madvise(p, size, MADV_DONTNEED);
}

static int protect(void *p, uint64_t size, const char *how)
{
	int prot = !strcmp(how, "none") ? PROT_NONE : !strcmp(how, "ro") ? PROT_READ :
		   !strcmp(how, "rw") ? PROT_READ | PROT_WRITE : -1;

	if (prot < 0) {
		errno = EINVAL;
		return -1;
	}
	return mprotect(p, size, prot);
}

/* Its name stays, so that it can be mapped again at the address that is bound */
int memory_cmd_memunmap(struct shell *sh, int argc, char **argv, struct answer *a)
{
	return change(sh, argc, argv, 2, a, unmap);
}

int memory_cmd_memremap(struct shell *sh, int argc, char **argv, struct answer *a)
{
	return change(sh, argc, argv, 2, a, renew);
}

int memory_cmd_memdrop(struct shell *sh, int argc, char **argv, struct answer *a)
{
	return change(sh, argc, argv, 2, a, drop);
}

int memory_cmd_memprotect(struct shell *sh, int argc, char **argv, struct answer *a)
{
	return change(sh, argc, argv, 3, a, protect);
}

int memory_cmd_memmove(struct shell *sh, int argc, char **argv, struct answer *a)
{
	struct memory *m;
	void *room, *p;

	if (arg_memory(sh, a, argv[1], &m))
		return -1;
	/* somewhere else for sure: a new place is found while the old one is taken */
	room = mmap(NULL, m->size, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	if (room == MAP_FAILED)
		return answer_error(a, errno, "mmap: %s", strerror(errno));
	p = mremap(m->map, m->size, m->size, MREMAP_MAYMOVE | MREMAP_FIXED, room);
	if (p == MAP_FAILED) {
		answer_error(a, errno, "mremap: %s", strerror(errno));
		munmap(room, m->size);
		return -1;
	}
	m->map = p;
	return answer_ok(a, "0x%" PRIxPTR, (uintptr_t)p);
}
