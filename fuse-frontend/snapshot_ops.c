// SPDX-License-Identifier: GPL-2.0-or-later
#include "snapshot_ops.h"

#include <errno.h>
#include <sys/mman.h>
#include <unistd.h>

#include "ops.h"
#include "request.h"
#include "snapshot.h"
#include "snapshot_take.h"

/*
 * The kernel copies on, whatever signal the thread gets, unless it dies of it. But it
 * ends the copy, and leaves nothing, when it cannot tell its progress any more.
 */
static void stop(fuse_req_t req, void *progress)
{
	mprotect(progress, sysconf(_SC_PAGESIZE), PROT_NONE);
}

static int take(fuse_req_t req, const struct node *dir, const char *name)
{
	const size_t size = sysconf(_SC_PAGESIZE);
	void *progress;
	int err;

	progress = mmap(NULL, size, PROT_READ | PROT_WRITE,
			MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	if (progress == MAP_FAILED)
		return -errno;
	fuse_req_interrupt_func(req, stop, progress);
	err = snapshot_take(fs_of(req), dir, name, progress);
	/* Returns when stop() has returned, and is not called any more. */
	fuse_req_interrupt_func(req, NULL, NULL);
	munmap(progress, size);
	if (!request_interrupted(req))
		return err;
	/* It may have come too late for the copy. */
	if (!err)
		snapshot_drop(dir, name);
	return -EINTR;
}

void snapshot_mkdir(fuse_req_t req, struct node *dir, const char *name)
{
	int err = take(req, dir, name);

	if (err)
		reply_error(req, err == -ESRCH ? -ENOENT : err);
	else if (ops_reply_entry(req, dir, name))
		snapshot_drop(dir, name);
}

void snapshot_rmdir(fuse_req_t req, const struct node *dir, const char *name)
{
	reply_error(req, snapshot_drop(dir, name));
}
