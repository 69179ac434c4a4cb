// SPDX-License-Identifier: GPL-2.0-or-later
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include <xf86drm.h>
#include <drm/gpusim_drm.h>

#include "shell.h"

static bool is_gpusim(int fd)
{
	drmVersionPtr version = drmGetVersion(fd);
	bool yes = version && !strcmp(version->name, "gpusim");

	drmFreeVersion(version);
	return yes;
}

static void take_nodes(struct shell *sh, drmDevicePtr device)
{
	if (device->available_nodes & 1 << DRM_NODE_RENDER)
		snprintf(sh->render, sizeof(sh->render), "%s", device->nodes[DRM_NODE_RENDER]);
	if (device->available_nodes & 1 << DRM_NODE_PRIMARY)
		snprintf(sh->primary, sizeof(sh->primary), "%s", device->nodes[DRM_NODE_PRIMARY]);
}

/* Whether @path opens as a gpusim; the errno otherwise */
static int probe(const char *path)
{
	int fd = open(path, O_RDWR | O_CLOEXEC), error = 0;

	if (fd < 0)
		return errno;
	if (!is_gpusim(fd))
		error = ENODEV;
	close(fd);
	return error;
}

static int find_first(struct shell *sh, struct answer *a)
{
	drmDevicePtr devices[DRM_NODE_MAX * 16];
	int n = drmGetDevices2(0, devices, sizeof(devices) / sizeof(devices[0]));
	int i, error, denied = 0;
	bool found = false;

	for (i = 0; i < n && !found; i++) {
		int type = sh->use_primary ? DRM_NODE_PRIMARY : DRM_NODE_RENDER;

		if (!(devices[i]->available_nodes & 1 << type))
			continue;
		error = probe(devices[i]->nodes[type]);
		if (error == EACCES || error == EPERM)
			denied = error;
		found = !error;
		if (found)
			take_nodes(sh, devices[i]);
	}
	if (n > 0)
		drmFreeDevices(devices, n);
	if (found)
		return 0;
	if (denied)
		return answer_error(a, denied, "may not open the DRM nodes: join group render");
	return answer_error(a, ENODEV, "no gpusim device: is gpusim.ko loaded?");
}

static int find_path(struct shell *sh, const char *path, struct answer *a)
{
	int error = probe(path), fd;
	drmDevicePtr device;

	if (error == ENODEV)
		return answer_error(a, ENODEV, "%s is no gpusim", path);
	if (error)
		return answer_error(a, error, "%s: %s", path, strerror(error));
	fd = open(path, O_RDWR | O_CLOEXEC);
	if (fd < 0 || drmGetDevice2(fd, 0, &device))
		return answer_error(a, ENODEV, "%s: libdrm does not know the device", path);
	if (drmGetNodeTypeFromFd(fd) == DRM_NODE_PRIMARY)
		sh->use_primary = true;
	take_nodes(sh, device);
	drmFreeDevice(&device);
	close(fd);
	return 0;
}

int client_find_card(struct shell *sh, const char *path, struct answer *a)
{
	return path ? find_path(sh, path, a) : find_first(sh, a);
}

/* drm-client-id of a descriptor, as the kernel tells it in fdinfo */
static int read_client_id(int fd, uint64_t *id)
{
	char path[64], line[256];
	int found = 0;
	FILE *f;

	snprintf(path, sizeof(path), "/proc/self/fdinfo/%d", fd);
	f = fopen(path, "re");
	if (!f)
		return 0;
	while (!found && fgets(line, sizeof(line), f))
		found = sscanf(line, "drm-client-id: %" SCNu64, id) == 1;
	fclose(f);
	return found;
}

/* Opens @path as a client */
static int open_path(struct shell *sh, const char *name, const char *path, struct answer *a)
{
	struct drm_gpusim_dev_query query = { 0 };
	struct client *client;
	uint64_t id;
	int fd;

	fd = open(path, O_RDWR | O_CLOEXEC);
	if (fd < 0)
		return answer_error(a, errno, "%s: %s", path, strerror(errno));
	if (drmIoctl(fd, DRM_IOCTL_GPUSIM_DEV_QUERY, &query)) {
		answer_error(a, errno, "%s: DEV_QUERY: %s", path, strerror(errno));
		close(fd);
		return -1;
	}
	if (!read_client_id(fd, &id)) {
		close(fd);
		return answer_error(a, ENODATA, "%s: no drm-client-id in fdinfo", path);
	}
	client = item_add(&sh->clients, name, sizeof(*client));
	client->fd = fd;
	client->id = id;
	sh->page_size = query.page_size;
	if (!sh->current)
		sh->current = client;
	return answer_ok(a, "%" PRIu64 " %d", id, fd);
}

int client_open(struct shell *sh, const char *name, bool primary, struct answer *a)
{
	const char *path = primary ? sh->primary : sh->render;

	if (!*path)
		return answer_error(a, ENODEV, "the card has no %s node",
				    primary ? "primary" : "render");
	return open_path(sh, name, path, a);
}

int client_cmd_open(struct shell *sh, int argc, char **argv, struct answer *a)
{
	if (arg_new_name(a, sh->clients, argv[1]))
		return -1;
	if (argc > 2 && *argv[2] == '/') {
		int error = probe(argv[2]);

		if (error)
			return answer_error(a, error, "%s: %s", argv[2],
					    error == ENODEV ? "is no gpusim" : strerror(error));
		return open_path(sh, argv[1], argv[2], a);
	}
	if (argc > 2 && strcmp(argv[2], "primary"))
		return answer_error(a, EINVAL, "usage: open CLIENT [primary|PATH]");
	return client_open(sh, argv[1], argc > 2, a);
}

int client_cmd_use(struct shell *sh, int argc, char **argv, struct answer *a)
{
	struct client *client;

	if (arg_client(sh, a, argv[1], &client))
		return -1;
	sh->current = client;
	return answer_ok(a, "%s", "");
}

int client_cmd_client(struct shell *sh, int argc, char **argv, struct answer *a)
{
	struct client *client;

	if (argc > 1 ? arg_client(sh, a, argv[1], &client) : arg_current(sh, a, &client))
		return -1;
	return answer_ok(a, "%" PRIu64 " %d", client->id, client->fd);
}

int client_cmd_closefd(struct shell *sh, int argc, char **argv, struct answer *a)
{
	struct client *client;

	if (arg_client(sh, a, argv[1], &client))
		return -1;
	while (client->exports) {
		close(((struct export *)client->exports)->fd);
		item_drop(&client->exports, client->exports);
	}
	while (client->vms)
		item_drop(&client->vms, client->vms);
	while (client->bos)
		item_drop(&client->bos, client->bos);
	close(client->fd);
	if (sh->current == client)
		sh->current = NULL;
	item_drop(&sh->clients, client);
	return answer_ok(a, "%s", "");
}
