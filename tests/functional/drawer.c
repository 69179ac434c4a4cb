// SPDX-License-Identifier: GPL-2.0-or-later
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include <xf86drm.h>
#include <xf86drmMode.h>

#include "drawer.h"
#include "expect.h"
#include "model.h"
#include "snoop.h"
#include "steps.h"

/* A mode that every card has. */
#define WIDTH	1024
#define HEIGHT	768

/* What the process is told: a seed to draw with, and where to look. */
struct order {
	char what;
	uint64_t seed, offset, size;
};

/* Its answer: 0 or an error number. */
struct answer {
	int error;
	uint8_t byte;
	int drm;
	uint32_t handle;
	uint64_t size;
};

/* The process's own state. */
struct buffer {
	int drm;
	struct drm_mode_create_dumb dumb;
	void *map;
};

static int buffer_create(struct buffer *buffer)
{
	struct drm_mode_map_dumb offset = { };

	buffer->dumb = (struct drm_mode_create_dumb) {
		.width = WIDTH,
		.height = HEIGHT,
		.bpp = 32,
	};
	if (drmIoctl(buffer->drm, DRM_IOCTL_MODE_CREATE_DUMB, &buffer->dumb))
		return errno;
	offset.handle = buffer->dumb.handle;
	if (drmIoctl(buffer->drm, DRM_IOCTL_MODE_MAP_DUMB, &offset))
		return errno;
	buffer->map = mmap(NULL, buffer->dumb.size, PROT_READ | PROT_WRITE, MAP_SHARED,
			   buffer->drm, offset.offset);
	return buffer->map == MAP_FAILED ? errno : 0;
}

static int buffer_close(struct buffer *buffer)
{
	struct drm_mode_destroy_dumb destroy = { .handle = buffer->dumb.handle };

	munmap(buffer->map, buffer->dumb.size);
	return drmIoctl(buffer->drm, DRM_IOCTL_MODE_DESTROY_DUMB, &destroy) ? errno : 0;
}

static int buffer_show_on(struct buffer *buffer, uint32_t crtc, drmModeConnector *connector)
{
	uint32_t frame;
	int i;

	if (drmModeAddFB(buffer->drm, WIDTH, HEIGHT, 24, 32, buffer->dumb.pitch,
			 buffer->dumb.handle, &frame))
		return errno;
	for (i = 0; i < connector->count_modes; i++)
		if (connector->modes[i].hdisplay == WIDTH && connector->modes[i].vdisplay == HEIGHT)
			return drmModeSetCrtc(buffer->drm, crtc, frame, 0, 0,
					      &connector->connector_id, 1,
					      &connector->modes[i]) ? errno : 0;
	return ENOENT;
}

static int buffer_show(struct buffer *buffer)
{
	drmModeRes *resources = drmModeGetResources(buffer->drm);
	drmModeConnector *connector;
	int ret;

	if (!resources || !resources->count_connectors || !resources->count_crtcs)
		return ENODEV;
	connector = drmModeGetConnector(buffer->drm, resources->connectors[0]);
	if (!connector)
		return errno;
	ret = buffer_show_on(buffer, resources->crtcs[0], connector);
	drmModeFreeConnector(connector);
	drmModeFreeResources(resources);
	return ret;
}

static int buffer_check(const struct buffer *buffer, const struct order *order)
{
	const uint8_t *map = buffer->map;
	uint64_t i;

	for (i = 0; i < order->size; i++)
		if (map[order->offset + i] != model_byte(order->seed, order->offset + i))
			return EILSEQ;
	return 0;
}

static int obey(struct buffer *buffer, const struct order *order)
{
	switch (order->what) {
	case 'd':
		model_fill(buffer->map, buffer->dumb.size, order->seed, 0);
		return 0;
	case 'k':
		return buffer_check(buffer, order);
	case 's':
		return buffer_show(buffer);
	case 'p':
		return order->offset < buffer->dumb.size ? 0 : ERANGE;
	case 'w':
		steps_store(buffer->map, buffer->dumb.size, 1);
		return 0;
	case 'c':
		return buffer_close(buffer);
	default:
		return EINVAL;
	}
}

__attribute__((noreturn))
static void process(int snoop, int in, int out)
{
	struct answer answer = { };
	struct buffer buffer;
	struct order order;

	prctl(PR_SET_PDEATHSIG, SIGKILL);
	buffer.drm = snoop_open_drm(snoop, DRM_SNOOP_NODE_PRIMARY, O_RDWR);
	answer.error = buffer.drm < 0 ? -buffer.drm : buffer_create(&buffer);
	answer.drm = buffer.drm;
	answer.handle = buffer.dumb.handle;
	answer.size = buffer.dumb.size;
	while (write(out, &answer, sizeof(answer)) == sizeof(answer) &&
	       read(in, &order, sizeof(order)) == sizeof(order)) {
		answer.error = obey(&buffer, &order);
		if (order.what == 'p' && !answer.error)
			answer.byte = ((volatile uint8_t *)buffer.map)[order.offset];
		if (order.what == 'w' && write(out, &answer, sizeof(answer)) == sizeof(answer))
			steps_run(buffer.map, buffer.dumb.size, 2);
	}
	_exit(0);
}

static struct answer hear(struct drawer *drawer)
{
	struct answer answer;

	expect_equal(read(drawer->from, &answer, sizeof(answer)), sizeof(answer));
	if (answer.error)
		expect_failed(__FILE__, __LINE__, "the drawing process: %s",
			      strerrorname_np(answer.error));
	return answer;
}

static struct answer tell(struct drawer *drawer, struct order order)
{
	expect_equal(write(drawer->to, &order, sizeof(order)), sizeof(order));
	return hear(drawer);
}

void drawer_start(struct drawer *drawer, int snoop)
{
	int to[2], from[2];
	struct answer answer;

	expect_ok(pipe2(to, O_CLOEXEC));
	expect_ok(pipe2(from, O_CLOEXEC));
	drawer->pid = fork();
	expect_true(drawer->pid >= 0);
	if (!drawer->pid) {
		close(to[1]);
		close(from[0]);
		process(snoop, to[0], from[1]);
	}
	close(to[0]);
	close(from[1]);
	drawer->to = to[1];
	drawer->from = from[0];
	answer = hear(drawer);
	drawer->drm = answer.drm;
	drawer->handle = answer.handle;
	drawer->size = answer.size;
}

void drawer_draw(struct drawer *drawer, uint64_t seed)
{
	tell(drawer, (struct order) { .what = 'd', .seed = seed });
}

void drawer_check(struct drawer *drawer, uint64_t seed, uint64_t offset, uint64_t size)
{
	expect_true(offset <= drawer->size && size <= drawer->size - offset);
	tell(drawer, (struct order) {
		.what = 'k', .seed = seed, .offset = offset, .size = size,
	});
}

void drawer_show(struct drawer *drawer)
{
	tell(drawer, (struct order) { .what = 's' });
}

void drawer_close(struct drawer *drawer)
{
	tell(drawer, (struct order) { .what = 'c' });
}

void drawer_run(struct drawer *drawer)
{
	tell(drawer, (struct order) { .what = 'w' });
}

uint8_t drawer_peek(struct drawer *drawer, uint64_t offset)
{
	return tell(drawer, (struct order) { .what = 'p', .offset = offset }).byte;
}

void drawer_end(struct drawer *drawer)
{
	int status;

	if (!drawer->pid)
		return;
	kill(drawer->pid, SIGKILL);
	expect_equal(waitpid(drawer->pid, &status, 0), drawer->pid);
	drawer->pid = 0;
}

void drawer_stop(struct drawer *drawer)
{
	drawer_end(drawer);
	close(drawer->to);
	close(drawer->from);
}
