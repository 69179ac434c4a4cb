// SPDX-License-Identifier: GPL-2.0-or-later
#include "request.h"

#include <errno.h>

struct fs *fs_of(fuse_req_t req)
{
	return fuse_req_userdata(req);
}

struct node *node_of(fuse_req_t req, fuse_ino_t ino)
{
	if (ino == FUSE_ROOT_ID)
		return &fs_of(req)->nodes.root;
	return (struct node *)(uintptr_t)ino;
}

void reply_error(fuse_req_t req, int err)
{
	fuse_reply_err(req, -err);
}

int check_requester(fuse_req_t req)
{
	return fuse_req_ctx(req)->uid == fs_of(req)->uid ? 0 : -EACCES;
}

bool request_interrupted(void *req)
{
	return fuse_req_interrupted(req);
}
