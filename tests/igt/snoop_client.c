// SPDX-License-Identifier: GPL-2.0-or-later
#include "igt.h"

#include <fcntl.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include "gpusim_client.h"
#include "snoop_client.h"

#define MAX_CARDS	64

int snoop_node_open(const char *driver)
{
	struct drm_snoop_card_info info;
	char path[64];
	int fd;

	for (int i = 0; i < MAX_CARDS; i++) {
		snprintf(path, sizeof(path), "/dev/dri/card%d-snoop", i);
		fd = open(path, O_RDWR | O_CLOEXEC);
		if (fd < 0)
			continue;
		memset(&info, 0, sizeof(info));
		if (!ioctl(fd, DRM_IOCTL_SNOOP_CARD_INFO, &info) && !strcmp(info.driver, driver))
			return fd;
		close(fd);
	}
	return -1;
}

struct snoop_client snoop_client_open(void)
{
	struct snoop_client c = { .drm = gpusim_client_open(), .snoop = snoop_node_open("gpusim") };
	struct drm_gpusim_vm_bind bind = {
		.vm_id = VM, .op = DRM_GPUSIM_BIND_MAP, .handle = BO, .addr = SNOOP_ADDR,
		.range = BO_SIZE,
	};

	igt_assert_fd(c.snoop);
	do_ioctl(c.drm, DRM_IOCTL_GPUSIM_VM_BIND, &bind);
	return c;
}

void snoop_client_register(struct snoop_client *c)
{
	struct drm_snoop_register reg = { .fd = c->drm };

	do_ioctl(c->snoop, DRM_IOCTL_SNOOP_REGISTER, &reg);
	c->id = reg.client_id;
}

void snoop_client_bind(const struct snoop_client *c)
{
	struct drm_snoop_bind bind = {
		.client_id = c->id, .what = DRM_SNOOP_BIND_VM, .id = VM,
	};

	do_ioctl(c->snoop, DRM_IOCTL_SNOOP_BIND, &bind);
}

void snoop_client_close(const struct snoop_client *c)
{
	close(c->snoop);
	drm_close_driver(c->drm);
}
