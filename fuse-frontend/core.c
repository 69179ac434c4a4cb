// SPDX-License-Identifier: GPL-2.0-or-later
#include "core.h"

#include <errno.h>
#include <pthread.h>
#include <stdlib.h>
#include <time.h>
#include <unistd.h>

#include "process.h"
#include "seek.h"
#include "target.h"

/* Bytes copied between two looks at whether the reader has given up. */
#define PIECE	(256U << 10)

/* How long a size is told without another look, as the kernel keeps other attributes. */
#define KEPT_MS	1000
/* Sizes that are kept. */
#define MEASURED	64

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

/*
 * struct measured - a size that was told for a node, and when
 *
 * The list lock protects it.
 */
struct measured {
	/* Inode number of the node, which may be gone; 0: nothing is kept. */
	uint64_t ino;
	uint64_t size;
	int64_t ms;
};

/* All that are open, the last one first. */
static struct core *opened;
/* By inode number: the last one with a place has it. */
static struct measured measured[MEASURED];
/* The list lock, a leaf: held for a walk along the list. Protects both. */
static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;

static struct drmsnoop_core_options options_of(const struct node *node)
{
	return (struct drmsnoop_core_options) {
		.client_id = target_client(node),
		.vm_id = node_ancestor(node, NODE_VM)->id.a,
		.pid = node_ancestor(node, NODE_PROCESS)->process->pid,
		.flags = DRMSNOOP_CORE_LIVE,
	};
}

static int64_t now_ms(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return now.tv_sec * 1000LL + now.tv_nsec / 1000000;
}

/* Under lock. */
static void remember(const struct node *node, uint64_t size)
{
	measured[node->ino % MEASURED] = (struct measured) { node->ino, size, now_ms() };
}

static void forget(const struct node *node)
{
	pthread_mutex_lock(&lock);
	if (measured[node->ino % MEASURED].ino == node->ino)
		measured[node->ino % MEASURED].ino = 0;
	pthread_mutex_unlock(&lock);
}

static int make(const struct node *node, struct core *core)
{
	struct drmsnoop_core_options options = options_of(node);
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

int core_open(const struct node *node, struct core **result)
{
	struct core *core = calloc(1, sizeof(*core));
	int err;

	if (!core)
		return -ENOMEM;
	err = make(node, core);
	if (err) {
		forget(node);
		free(core);
		return err;
	}
	pthread_mutex_lock(&lock);
	core->next = opened;
	opened = core;
	remember(node, core->size);
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
	drmsnoop_core_close(core->core);
	drmsnoop_close(core->snoop);
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
	return seek_data(core->size, offset, whence);
}

/* What was told before; false: there is nothing, or it is old. */
static bool known_size(const struct node *node, uint64_t *size)
{
	const struct measured *last = &measured[node->ino % MEASURED];
	const struct core *core;
	bool known = true;

	pthread_mutex_lock(&lock);
	for (core = opened; core && core->node != node; core = core->next)
		;
	if (core)
		*size = core->size;
	else if (last->ino == node->ino && now_ms() - last->ms < KEPT_MS)
		*size = last->size;
	else
		known = false;
	pthread_mutex_unlock(&lock);
	return known;
}

int core_size(const struct node *node, uint64_t *size)
{
	struct drmsnoop_core_options options = options_of(node);
	struct drmsnoop *snoop;
	int err;

	if (known_size(node, size))
		return 0;
	err = target_open(node, 0, &snoop);
	if (err)
		return err;
	err = drmsnoop_core_measure(snoop, &options, size);
	if (err) {
		err = target_error(err);
	} else {
		pthread_mutex_lock(&lock);
		remember(node, *size);
		pthread_mutex_unlock(&lock);
	}
	drmsnoop_close(snoop);
	return err;
}
