// SPDX-License-Identifier: GPL-2.0-or-later
#include "core.h"

#include <errno.h>
#include <pthread.h>
#include <stdlib.h>
#include <unistd.h>

#include "process.h"
#include "target.h"

/* Bytes copied between two looks at whether the reader has given up. */
#define PIECE	(256U << 10)

/*
 * struct core - see core.h
 *
 * node, snoop, core and size are immutable.
 * The list lock protects next.
 */
struct core {
	const struct node *node;
	/* Owned; bound to the VM. */
	struct drmsnoop *snoop;
	/* Owned. */
	struct drmsnoop_core *core;
	uint64_t size;
	/* The one that was opened before it and is still open. */
	struct core *next;
};

/* All that are open, the last one first. */
static struct core *opened;
/* A leaf: held for a walk along the list. */
static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;

static int make(const struct node *node, struct core *core)
{
	struct drmsnoop_core_options options = {
		.client_id = target_client(node),
		.vm_id = node_ancestor(node, NODE_VM)->id.a,
		.pid = node_ancestor(node, NODE_PROCESS)->process->pid,
		.flags = DRMSNOOP_CORE_LIVE,
	};
	int err;

	err = target_open_vm(node, 0, &core->snoop, NULL);
	if (err)
		return err;
	err = drmsnoop_core_open(core->snoop, &options, &core->core);
	if (err) {
		err = target_error(err);
		drmsnoop_close(core->snoop);
		return err;
	}
	core->node = node;
	core->size = drmsnoop_core_size(core->core);
	return 0;
}

static void end(struct core *core)
{
	drmsnoop_core_close(core->core);
	drmsnoop_close(core->snoop);
}

int core_open(const struct node *node, struct core **result)
{
	struct core *core = calloc(1, sizeof(*core));
	int err;

	if (!core)
		return -ENOMEM;
	err = make(node, core);
	if (err) {
		free(core);
		return err;
	}
	pthread_mutex_lock(&lock);
	core->next = opened;
	opened = core;
	pthread_mutex_unlock(&lock);
	*result = core;
	return 0;
}

void core_close(struct core *core)
{
	struct core **link = &opened;

	pthread_mutex_lock(&lock);
	while (*link != core)
		link = &(*link)->next;
	*link = core->next;
	pthread_mutex_unlock(&lock);
	end(core);
	free(core);
}

ssize_t core_read(struct core *core, void *buf, size_t size, uint64_t offset,
		  bool (*stop)(void *data), void *data)
{
	size_t done = 0, piece;
	ssize_t n = 0;

	while (done < size) {
		if (stop(data)) {
			n = -EINTR;
			break;
		}
		piece = size - done < PIECE ? size - done : PIECE;
		n = drmsnoop_core_pread(core->core, (char *)buf + done, piece,
					offset + done);
		if (n <= 0)
			break;
		done += n;
		if ((size_t)n < piece)
			break;
	}
	return done ? (ssize_t)done : n;
}

off_t core_seek(const struct core *core, off_t offset, int whence)
{
	if (whence != SEEK_DATA && whence != SEEK_HOLE)
		return -EINVAL;
	if (offset < 0 || (uint64_t)offset >= core->size)
		return -ENXIO;
	return whence == SEEK_DATA ? offset : (off_t)core->size;
}

int core_size(const struct node *node, uint64_t *size)
{
	struct core fresh = { 0 };
	const struct core *core;
	int err;

	pthread_mutex_lock(&lock);
	for (core = opened; core && core->node != node; core = core->next)
		;
	if (core)
		*size = core->size;
	pthread_mutex_unlock(&lock);
	if (core)
		return 0;
	err = make(node, &fresh);
	if (err)
		return err;
	*size = fresh.size;
	end(&fresh);
	return 0;
}
