// SPDX-License-Identifier: LGPL-2.1-or-later
/*
 * Registration of a process's clients.
 *
 * The order makes reuse of numbers harmless. A pidfd is opened first. Then
 * /proc/PID is read: a pidfd_getfd() that works afterwards says that the process
 * was alive all the time, so that /proc/PID was its own. What the descriptor
 * number means now is looked at on our own copy, before it is registered.
 */

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "internal.h"

int drmsnoop_register_fd(struct drmsnoop *snoop, int drm_fd,
			 uint64_t *client_id)
{
	struct drm_snoop_register arg = {
		.fd = drm_fd,
		.flags = snoop->write ? DRM_SNOOP_REGISTER_WRITE : 0,
	};
	int ret;

	ret = snoop->backend->ioctl(snoop->fd, DRM_IOCTL_SNOOP_REGISTER, &arg);
	switch (ret) {
	case 0:
		if (client_id)
			*client_id = arg.client_id;
		return 0;
	case -EBADF:
		return dsn_fail(EBADF, "descriptor %d is not open", drm_fd);
	case -EINVAL:
		return dsn_fail(EINVAL, "the descriptor is not a DRM descriptor of card%u",
				snoop->info.primary_minor);
	case -EACCES:
		return dsn_fail(EACCES, "the DRM descriptor is not open for %s",
				snoop->write ? "reading and writing" :
				"reading");
	case -EPERM:
		return dsn_explain_writing(&dsn_real_roots);
	case -ENOSPC:
		return dsn_fail(ENOSPC, "256 clients are registered on this descriptor: open another one");
	case -EDQUOT:
		return dsn_fail(EDQUOT, "your limit of registrations is reached: close other observers of GPU memory");
	}
	return dsn_explain_ioctl(snoop, "DRM_IOCTL_SNOOP_REGISTER", -ret);
}

/*
 * Register descriptor @fd of a process. With @expected not 0, only if that is
 * the client that it still belongs to: -ESTALE if not.
 */
static int register_one(struct drmsnoop *snoop, int pidfd, pid_t pid, int fd,
			uint64_t expected, uint64_t *client_id)
{
	struct dsn_fdinfo info;
	int got, ret;

	got = dsn_pidfd_getfd(&dsn_real_roots, pidfd, pid, fd);
	if (got < 0)
		return got;
	if (expected && (dsn_own_fdinfo(&dsn_real_roots, got, &info) ||
			 info.client_id != expected))
		ret = dsn_fail(ESTALE, "process %d closed its client %llu",
			       (int)pid, (unsigned long long)expected);
	else
		ret = drmsnoop_register_fd(snoop, got, client_id);
	close(got);
	return ret;
}

int drmsnoop_register_pid_fd(struct drmsnoop *snoop, pid_t pid, int fd,
			     uint64_t *client_id)
{
	int pidfd, ret;

	pidfd = dsn_pidfd_open(&dsn_real_roots, pid);
	if (pidfd < 0)
		return pidfd;
	ret = register_one(snoop, pidfd, pid, fd, 0, client_id);
	close(pidfd);
	return ret;
}

static bool wanted(const struct drmsnoop_client *client, uint64_t client_id)
{
	/* A client of unknown id may be the one: registering tells. */
	return client_id == DRMSNOOP_ALL_CLIENTS || !client->client_id ||
	       client->client_id == client_id;
}

/* Register what a scan found; returns as drmsnoop_register_process(). */
static int register_scan(struct drmsnoop *snoop, int pidfd, pid_t pid,
			 const struct dsn_scan *scan, uint64_t client_id)
{
	unsigned int card = snoop->info.primary_minor;
	uint64_t id, last = 0;
	int count = 0, refused = 0;
	size_t i;
	int ret;

	for (i = 0; i < scan->count; i++) {
		const struct drmsnoop_client *client = &scan->clients[i];

		if (client->card != card || !wanted(client, client_id))
			continue;
		ret = register_one(snoop, pidfd, pid, client->fd,
				   client->client_id, &id);
		switch (ret) {
		case 0:
			if (id != last &&
			    (client_id == DRMSNOOP_ALL_CLIENTS ||
			     id == client_id))
				count++;
			last = id;
			break;
		case -ESTALE:
		case -EBADF:
		case -EINVAL:
			/* The number was closed or reused meanwhile. */
			break;
		case -EACCES:
			refused = ret;
			break;
		default:
			return ret;
		}
	}
	if (count)
		return count;
	if (refused)
		return dsn_fail(-refused, "the DRM descriptors of process %d are not open for %s",
				(int)pid, snoop->write ? "reading and writing" :
				"reading");
	if (client_id != DRMSNOOP_ALL_CLIENTS)
		return dsn_fail(ENOENT, "process %d has no client %llu on card%u: see `drmsnoop ps %d`",
				(int)pid, (unsigned long long)client_id, card,
				(int)pid);
	return dsn_fail(ENOENT, "process %d has no GPU client on card%u: it holds no descriptor of /dev/dri/card%u or its render node",
			(int)pid, card, card);
}

int drmsnoop_register_process(struct drmsnoop *snoop, pid_t pid,
			      uint64_t client_id)
{
	struct dsn_scan scan;
	int pidfd, ret;

	pidfd = dsn_pidfd_open(&dsn_real_roots, pid);
	if (pidfd < 0)
		return pidfd;
	ret = dsn_scan_process(&dsn_real_roots, pid,
			       snoop->info.primary_minor, &scan);
	if (!ret)
		ret = register_scan(snoop, pidfd, pid, &scan, client_id);
	if (ret > 0)
		dsn_register_memory(snoop, pidfd, pid);
	dsn_scan_end(&scan);
	close(pidfd);
	return ret;
}

/* The one card that a scan has @client_id on. */
static int choose_card(pid_t pid, const struct dsn_scan *scan,
		       uint64_t client_id)
{
	char names[128] = "";
	size_t len = 0, i;
	int card = -1, last = -1;

	/* Clients are sorted by card. */
	for (i = 0; i < scan->count; i++) {
		const struct drmsnoop_client *client = &scan->clients[i];

		if (!wanted(client, client_id) || (int)client->card == last)
			continue;
		last = client->card;
		if (card < 0)
			card = last;
		if (len < sizeof(names))
			len += snprintf(names + len, sizeof(names) - len,
					"%scard%d", len ? ", " : "", last);
	}
	if (card < 0 && client_id != DRMSNOOP_ALL_CLIENTS)
		return dsn_fail(ENOENT, "process %d has no client %llu: see `drmsnoop ps %d`",
				(int)pid, (unsigned long long)client_id,
				(int)pid);
	if (card < 0)
		return dsn_fail(ENOENT, "process %d has no GPU client: it holds no descriptor of a card or render node in /dev/dri",
				(int)pid);
	if (card != last)
		return dsn_fail(EINVAL, "process %d uses several cards, choose one: %s",
				(int)pid, names);
	return card;
}

int drmsnoop_open_process(pid_t pid, int card, uint64_t client_id,
			  unsigned int flags, struct drmsnoop **snoop)
{
	struct drmsnoop *s = NULL;
	struct dsn_scan scan;
	int pidfd, ret;

	pidfd = dsn_pidfd_open(&dsn_real_roots, pid);
	if (pidfd < 0)
		return pidfd;
	ret = dsn_scan_process(&dsn_real_roots, pid, card, &scan);
	if (!ret && card == DRMSNOOP_ANY_CARD) {
		ret = choose_card(pid, &scan, client_id);
		card = ret;
	}
	if (ret >= 0)
		ret = drmsnoop_open(card, flags & ~DRMSNOOP_CLIENTS_ONLY, &s);
	if (!ret)
		ret = register_scan(s, pidfd, pid, &scan, client_id);
	if (ret > 0 && !(flags & DRMSNOOP_CLIENTS_ONLY))
		dsn_register_memory(s, pidfd, pid);
	dsn_scan_end(&scan);
	close(pidfd);
	if (ret < 0) {
		drmsnoop_close(s);
		return ret;
	}
	*snoop = s;
	return 0;
}
