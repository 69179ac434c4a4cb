// SPDX-License-Identifier: LGPL-2.1-or-later
/* Processes that hold DRM descriptors, as procfs shows them. */

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <linux/kcmp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "internal.h"

/* One descriptor of the process. */
struct found {
	unsigned int card;
	unsigned int node;
	int fd;
	struct dsn_fdinfo info;
};

struct found_list {
	struct found *items;
	size_t count;
	size_t room;
};

static int compare_found(const void *a, const void *b)
{
	const struct found *x = a, *y = b;

	if (x->card != y->card)
		return x->card < y->card ? -1 : 1;
	if (x->info.client_id != y->info.client_id)
		return x->info.client_id < y->info.client_id ? -1 : 1;
	return (x->fd > y->fd) - (x->fd < y->fd);
}

/* Are two descriptors of a process the same open file? */
static bool same_file(pid_t pid, int a, int b)
{
	return syscall(SYS_kcmp, pid, pid, KCMP_FILE, a, b) == 0;
}

static int add_found(struct found_list *list, const struct found *item)
{
	struct found *grown;

	if (list->count == list->room) {
		list->room = list->room ? 2 * list->room : 8;
		grown = realloc(list->items, list->room * sizeof(*grown));
		if (!grown)
			return dsn_fail(ENOMEM, "out of memory");
		list->items = grown;
	}
	list->items[list->count++] = *item;
	return 0;
}

/* Collect the DRM descriptors in the directory /proc/PID/fd. */
static int find_descriptors(const struct dsn_roots *roots, pid_t pid, int card,
			    DIR *dir, struct found_list *list)
{
	char path[PATH_MAX], text[4096];
	struct dirent *entry;
	uint64_t number;
	dev_t rdev;
	int ret;

	while ((entry = readdir(dir))) {
		struct found item = { 0 };

		if (dsn_parse_id(entry->d_name, 10, &number) ||
		    number > INT_MAX)
			continue;
		if (roots->rdev(dirfd(dir), entry->d_name, &rdev) ||
		    dsn_card_of_rdev(roots, rdev, &item.card, &item.node))
			continue;
		if (card != DRMSNOOP_ANY_CARD &&
		    item.card != (unsigned int)card)
			continue;
		item.fd = number;

		snprintf(path, sizeof(path), "%s/%d/fdinfo/%d", roots->proc,
			 (int)pid, item.fd);
		/* No fdinfo: closed meanwhile, or as good as no drm-client-id */
		if (dsn_read_file(path, text, sizeof(text)) >= 0)
			dsn_parse_fdinfo(text, &item.info);

		ret = add_found(list, &item);
		if (ret)
			return ret;
	}
	return 0;
}

/* Group descriptors, which are sorted, into clients. */
static int group(pid_t pid, const struct found_list *list,
		 struct dsn_scan *scan)
{
	struct drmsnoop_client *client;
	const struct found *item;
	size_t i, j;

	if (!list->count)
		return 0;
	scan->clients = calloc(list->count, sizeof(*scan->clients));
	scan->drivers = calloc(list->count, sizeof(*scan->drivers));
	if (!scan->clients || !scan->drivers)
		return dsn_fail(ENOMEM, "out of memory");

	for (i = 0; i < list->count; i++) {
		item = &list->items[i];
		client = NULL;
		for (j = scan->count; j-- > 0;) {
			if (scan->clients[j].card != item->card ||
			    scan->clients[j].client_id != item->info.client_id)
				break;
			if (item->info.client_id ||
			    same_file(pid, scan->clients[j].fd, item->fd)) {
				client = &scan->clients[j];
				break;
			}
		}
		if (client) {
			client->fd_count++;
			continue;
		}

		memcpy(scan->drivers[scan->count], item->info.driver,
		       sizeof(*scan->drivers));
		client = &scan->clients[scan->count];
		client->pid = pid;
		client->uid = scan->uid;
		client->comm = scan->comm;
		client->card = item->card;
		client->node = item->node;
		client->client_id = item->info.client_id;
		client->driver = scan->drivers[scan->count];
		client->fd = item->fd;
		client->fd_count = 1;
		scan->count++;
	}
	return 0;
}

static void read_identity(const struct dsn_roots *roots, pid_t pid,
			  struct dsn_scan *scan)
{
	char path[PATH_MAX], text[4096];
	const char *line;
	unsigned int uid;
	ssize_t n;

	snprintf(path, sizeof(path), "%s/%d/comm", roots->proc, (int)pid);
	n = dsn_read_file(path, scan->comm, sizeof(scan->comm));
	if (n > 0 && scan->comm[n - 1] == '\n')
		scan->comm[n - 1] = '\0';

	snprintf(path, sizeof(path), "%s/%d/status", roots->proc, (int)pid);
	scan->uid = -1;
	if (dsn_read_file(path, text, sizeof(text)) < 0)
		return;
	line = strstr(text, "\nUid:");
	if (line && sscanf(line, "\nUid:\t%*u\t%u", &uid) == 1)
		scan->uid = uid;
}

int dsn_scan_process(const struct dsn_roots *roots, pid_t pid, int card,
		     struct dsn_scan *scan)
{
	struct found_list list = { 0 };
	char path[PATH_MAX];
	DIR *dir;
	int ret;

	memset(scan, 0, sizeof(*scan));
	snprintf(path, sizeof(path), "%s/%d/fd", roots->proc, (int)pid);
	dir = opendir(path);
	if (!dir && (errno == ENOENT || errno == ESRCH))
		return dsn_fail(ESRCH, "there is no process %d", (int)pid);
	if (!dir && (errno == EACCES || errno == EPERM))
		return dsn_explain_process(roots, pid, DSN_REFUSED_SIGHT,
					   EACCES);
	if (!dir)
		return dsn_fail(errno, "%s cannot be read: %s", path,
				strerror(errno));

	ret = find_descriptors(roots, pid, card, dir, &list);
	closedir(dir);
	if (!ret && list.count) {
		qsort(list.items, list.count, sizeof(*list.items),
		      compare_found);
		read_identity(roots, pid, scan);
		ret = group(pid, &list, scan);
	}
	free(list.items);
	return ret;
}

void dsn_scan_end(struct dsn_scan *scan)
{
	free(scan->clients);
	free(scan->drivers);
	memset(scan, 0, sizeof(*scan));
}

static int call_for_process(const struct dsn_roots *roots, pid_t pid, int card,
			    drmsnoop_client_fn fn, void *data, bool *scanned)
{
	struct dsn_scan scan;
	size_t i;
	int ret;

	ret = dsn_scan_process(roots, pid, card, &scan);
	*scanned = !ret;
	for (i = 0; !ret && i < scan.count; i++)
		ret = fn(&scan.clients[i], data);
	dsn_scan_end(&scan);
	return ret;
}

static int compare_pid(const void *a, const void *b)
{
	pid_t x = *(const pid_t *)a, y = *(const pid_t *)b;

	return (x > y) - (x < y);
}

/* All process ids, ascending; the caller frees them. */
static int list_pids(const struct dsn_roots *roots, pid_t **pids, size_t *count)
{
	size_t room = 0;
	struct dirent *entry;
	uint64_t number;
	pid_t *grown;
	DIR *dir;

	*pids = NULL;
	*count = 0;
	dir = opendir(roots->proc);
	if (!dir)
		return dsn_fail(errno, "%s cannot be read: %s", roots->proc,
				strerror(errno));
	while ((entry = readdir(dir))) {
		if (dsn_parse_id(entry->d_name, 10, &number) ||
		    !number || number > INT_MAX)
			continue;
		if (*count == room) {
			room = room ? 2 * room : 256;
			grown = realloc(*pids, room * sizeof(*grown));
			if (!grown) {
				closedir(dir);
				free(*pids);
				*pids = NULL;
				return dsn_fail(ENOMEM, "out of memory");
			}
			*pids = grown;
		}
		(*pids)[(*count)++] = number;
	}
	closedir(dir);
	if (*count)
		qsort(*pids, *count, sizeof(**pids), compare_pid);
	return 0;
}

int dsn_foreach_client(const struct dsn_roots *roots, pid_t pid, int card,
		       drmsnoop_client_fn fn, void *data)
{
	bool scanned;
	size_t count, i;
	pid_t *pids;
	int ret;

	if (pid != DRMSNOOP_ALL_PROCESSES)
		return call_for_process(roots, pid, card, fn, data, &scanned);

	ret = list_pids(roots, &pids, &count);
	for (i = 0; !ret && i < count; i++) {
		ret = call_for_process(roots, pids[i], card, fn, data,
				       &scanned);
		/* Ended meanwhile, or not ours to see. */
		if (!scanned && ret != -ENOMEM)
			ret = 0;
	}
	free(pids);
	return ret;
}

int drmsnoop_foreach_client(pid_t pid, int card, drmsnoop_client_fn fn,
			    void *data)
{
	if (pid < 0 || card < DRMSNOOP_ANY_CARD)
		return dsn_fail(EINVAL, "a process id or card is negative");
	return dsn_foreach_client(&dsn_real_roots, pid, card, fn, data);
}
