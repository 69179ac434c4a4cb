// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Prints all that libdrm finds out about the GPUs of the machine: for each of
 * drmGetDevices2() and, for each file in /dev/dri, drmGetDevice2() and
 * drmGetNodeTypeFromFd(). Two machines that libdrm cannot tell apart give
 * the same text. Nodes of drm_snoop are no DRM nodes: libdrm is not asked
 * about them, but it meets them in the directory and must not care.
 */

#include <dirent.h>
#include <err.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <xf86drm.h>

#define MAX_DEVICES	64

static void print_bus(const drmDevice *dev)
{
	printf(" bus %d", dev->bustype);
	switch (dev->bustype) {
	case DRM_BUS_PCI:
		printf(" %04x:%02x:%02x.%x id %04x:%04x sub %04x:%04x rev %02x",
		       dev->businfo.pci->domain, dev->businfo.pci->bus,
		       dev->businfo.pci->dev, dev->businfo.pci->func,
		       dev->deviceinfo.pci->vendor_id, dev->deviceinfo.pci->device_id,
		       dev->deviceinfo.pci->subvendor_id, dev->deviceinfo.pci->subdevice_id,
		       dev->deviceinfo.pci->revision_id);
		break;
	case DRM_BUS_PLATFORM:
		printf(" %s", dev->businfo.platform->fullname);
		break;
	default:
		break;
	}
}

static void print_device(const char *how, const drmDevice *dev)
{
	int i;

	printf("%s: nodes 0x%x", how, dev->available_nodes);
	for (i = 0; i < DRM_NODE_MAX; i++)
		if (dev->available_nodes & 1 << i)
			printf(" %s", dev->nodes[i]);
	print_bus(dev);
	putchar('\n');
}

static int is_drm_node(const struct dirent *entry)
{
	return (!strncmp(entry->d_name, "card", 4) || !strncmp(entry->d_name, "renderD", 7)) &&
	       !strstr(entry->d_name, "-snoop");
}

static void print_node(const char *name)
{
	char path[300];
	drmDevice *dev;
	int fd, ret;

	snprintf(path, sizeof(path), "/dev/dri/%s", name);
	fd = open(path, O_RDWR | O_CLOEXEC);
	if (fd < 0)
		err(1, "%s", path);
	printf("%s: type %d\n", path, drmGetNodeTypeFromFd(fd));
	ret = drmGetDevice2(fd, DRM_DEVICE_GET_PCI_REVISION, &dev);
	if (ret)
		errx(1, "drmGetDevice2(%s): %s", path, strerror(-ret));
	print_device(path, dev);
	drmFreeDevice(&dev);
	close(fd);
}

int main(void)
{
	drmDevice *devices[MAX_DEVICES];
	struct dirent **names;
	int count, i;

	count = drmGetDevices2(DRM_DEVICE_GET_PCI_REVISION, devices, MAX_DEVICES);
	if (count < 0)
		errx(1, "drmGetDevices2: %s", strerror(-count));
	printf("%d devices\n", count);
	for (i = 0; i < count; i++)
		print_device("device", devices[i]);
	drmFreeDevices(devices, count);

	count = scandir("/dev/dri", &names, is_drm_node, alphasort);
	if (count < 0)
		err(1, "/dev/dri");
	for (i = 0; i < count; i++) {
		print_node(names[i]->d_name);
		free(names[i]);
	}
	free(names);
	return 0;
}
