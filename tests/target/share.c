// SPDX-License-Identifier: GPL-2.0-or-later
#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <unistd.h>
#include <xf86drm.h>

#include "shell.h"

int share_cmd_export(struct shell *sh, int argc, char **argv, struct answer *a)
{
	struct export *export;
	struct bo *bo;
	int fd;

	if (arg_bo(sh, a, argv[1], &bo) || arg_new_name(a, sh->current->exports, argv[2]))
		return -1;
	if (drmPrimeHandleToFD(sh->current->fd, bo->handle, DRM_CLOEXEC | DRM_RDWR, &fd))
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

int share_cmd_import(struct shell *sh, int argc, char **argv, struct answer *a)
{
	struct client *c, *from;
	struct bo *bo, *source;
	uint32_t handle;
	int fd, error;

	if (arg_current(sh, a, &c) || arg_new_name(a, c->bos, argv[1]) ||
	    arg_client(sh, a, argv[2], &from))
		return -1;
	source = (struct bo *)item_find(from->bos, argv[3]);
	if (!source)
		return answer_error(a, ENOENT, "client %s has no BO %s", argv[2], argv[3]);
	if (drmPrimeHandleToFD(from->fd, source->handle, DRM_CLOEXEC | DRM_RDWR, &fd))
		return answer_error(a, errno, "PRIME_HANDLE_TO_FD: %s", strerror(errno));
	error = drmPrimeFDToHandle(c->fd, fd, &handle) ? errno : 0;
	close(fd);
	if (error)
		return answer_error(a, error, "PRIME_FD_TO_HANDLE: %s", strerror(error));
	/* A client that has the object already is given the handle it has. */
	bo = find_handle(c, handle);
	if (bo)
		return answer_error(a, EEXIST, "the client has it as %s", bo->item.name);
	bo = item_add(&c->bos, argv[1], sizeof(*bo));
	bo->handle = handle;
	bo->size = source->size;
	return answer_ok(a, "%u", handle);
}
