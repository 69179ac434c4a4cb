// SPDX-License-Identifier: GPL-2.0-or-later
#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <unistd.h>
#include <linux/udmabuf.h>
#include <xf86drm.h>

#include "shell.h"

int share_cmd_export(struct shell *sh, int argc, char **argv, struct answer *a)
{
	struct export *export;
	struct bo *bo;
	int fd;

	if (arg_bo(sh, a, argv[1], &bo) || arg_new_name(a, sh->current->exports, argv[2]))
		return -1;
	if (argc > 3 && strcmp(argv[3], "ro"))
		return answer_error(a, EINVAL, "usage: export BO NAME [ro]");
	if (drmPrimeHandleToFD(sh->current->fd, bo->handle,
			       DRM_CLOEXEC | (argc > 3 ? 0 : DRM_RDWR), &fd))
		return answer_error(a, errno, "PRIME_HANDLE_TO_FD: %s", strerror(errno));
	export = item_add(&sh->current->exports, argv[2], sizeof(*export));
	export->fd = fd;
	return answer_ok(a, "%d", fd);
}

int share_cmd_unexport(struct shell *sh, int argc, char **argv, struct answer *a)
{
	struct export *export;
	struct client *c;

	if (arg_current(sh, a, &c))
		return -1;
	export = (struct export *)item_find(c->exports, argv[1]);
	if (!export)
		return answer_error(a, ENOENT, "client %s has no export %s", c->item.name, argv[1]);
	close(export->fd);
	item_drop(&c->exports, export);
	return answer_ok(a, "%s", "");
}

static struct bo *find_handle(struct client *c, uint32_t handle)
{
	struct item *item;

	for (item = c->bos; item; item = item->next) {
		if (((struct bo *)item)->handle == handle)
			return (struct bo *)item;
	}
	return NULL;
}

/* Gives @c the memory of a dma-buf, as a BO called @name */
static int import(struct client *c, const char *name, int fd, uint64_t size, struct answer *a)
{
	uint32_t handle;
	struct bo *bo;

	if (drmPrimeFDToHandle(c->fd, fd, &handle))
		return answer_error(a, errno, "PRIME_FD_TO_HANDLE: %s", strerror(errno));
	/* A client that has the object already is given the handle it has. */
	bo = find_handle(c, handle);
	if (bo)
		return answer_error(a, EEXIST, "the client has it as %s", bo->item.name);
	bo = item_add(&c->bos, name, sizeof(*bo));
	bo->handle = handle;
	bo->size = size;
	return answer_ok(a, "%u", handle);
}

int share_cmd_import(struct shell *sh, int argc, char **argv, struct answer *a)
{
	struct client *c, *from;
	struct bo *source;
	int fd, ret;

	if (arg_current(sh, a, &c) || arg_new_name(a, c->bos, argv[1]) ||
	    arg_client(sh, a, argv[2], &from))
		return -1;
	source = (struct bo *)item_find(from->bos, argv[3]);
	if (!source)
		return answer_error(a, ENOENT, "client %s has no BO %s", argv[2], argv[3]);
	if (drmPrimeHandleToFD(from->fd, source->handle, DRM_CLOEXEC | DRM_RDWR, &fd))
		return answer_error(a, errno, "PRIME_HANDLE_TO_FD: %s", strerror(errno));
	ret = import(c, argv[1], fd, source->size, a);
	close(fd);
	return ret;
}

int share_cmd_importbuf(struct shell *sh, int argc, char **argv, struct answer *a)
{
	struct client *c, *from;
	struct export *export;
	off_t size;

	if (arg_current(sh, a, &c) || arg_new_name(a, c->bos, argv[1]) ||
	    arg_client(sh, a, argv[2], &from))
		return -1;
	export = (struct export *)item_find(from->exports, argv[3]);
	if (!export)
		return answer_error(a, ENOENT, "client %s has no export %s", argv[2], argv[3]);
	size = lseek(export->fd, 0, SEEK_END);
	if (size < 0)
		return answer_error(a, errno, "%s: %s", argv[3], strerror(errno));
	return import(c, argv[1], export->fd, size, a);
}

/* A dma-buf of @size bytes of @memfd. Return: its descriptor, -1 with errno */
static int make_udmabuf(int memfd, uint64_t size)
{
	struct udmabuf_create create = { .memfd = memfd, .size = size };
	int device, fd, error;

	if (ftruncate(memfd, size) || fcntl(memfd, F_ADD_SEALS, F_SEAL_SHRINK))
		return -1;
	device = open("/dev/udmabuf", O_RDWR | O_CLOEXEC);
	if (device < 0)
		return -1;
	create.flags = UDMABUF_FLAGS_CLOEXEC;
	fd = ioctl(device, UDMABUF_CREATE, &create);
	error = errno;
	close(device);
	errno = error;
	return fd;
}

/* Memory of the process that is a dma-buf too, both called by one name */
int share_cmd_udmabuf(struct shell *sh, int argc, char **argv, struct answer *a)
{
	struct export *export;
	struct memory *m;
	struct client *c;
	uint64_t size;
	int memfd, fd;
	void *p;

	if (arg_current(sh, a, &c) || arg_new_name(a, c->exports, argv[1]) ||
	    arg_new_name(a, sh->memories, argv[1]) || arg_number(a, "SIZE", argv[2], &size))
		return -1;
	memfd = memfd_create("gpusim-sh udmabuf", MFD_ALLOW_SEALING | MFD_CLOEXEC);
	if (memfd < 0)
		return answer_error(a, errno, "memfd: %s", strerror(errno));
	fd = make_udmabuf(memfd, size);
	if (fd < 0) {
		answer_error(a, errno, "udmabuf: %s", strerror(errno));
		close(memfd);
		return -1;
	}
	p = mmap(NULL, size, PROT_READ | PROT_WRITE, MAP_SHARED, memfd, 0);
	close(memfd);
	if (p == MAP_FAILED) {
		answer_error(a, errno, "mmap: %s", strerror(errno));
		close(fd);
		return -1;
	}
	export = item_add(&c->exports, argv[1], sizeof(*export));
	export->fd = fd;
	m = item_add(&sh->memories, argv[1], sizeof(*m));
	m->map = p;
	m->size = size;
	return answer_ok(a, "%d", fd);
}
