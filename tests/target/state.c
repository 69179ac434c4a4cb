// SPDX-License-Identifier: GPL-2.0-or-later
#include <fcntl.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "shell.h"

/*
 * A line for each thing: its kind, its name, its numbers. Things belong to the
 * client above them. The file is written and read by one program.
 */

static void save_client(FILE *f, const struct client *c)
{
	const struct item *i;

	fprintf(f, "client %s %d %" PRIu64 "\n", c->item.name, c->fd, c->id);
	for (i = c->vms; i; i = i->next)
		fprintf(f, "vm %s %u 0\n", i->name, ((const struct vm *)i)->id);
	for (i = c->bos; i; i = i->next)
		fprintf(f, "bo %s %u %" PRIu64 "\n", i->name, ((const struct bo *)i)->handle,
			((const struct bo *)i)->size);
	for (i = c->exports; i; i = i->next)
		fprintf(f, "export %s %d 0\n", i->name, ((const struct export *)i)->fd);
}

int state_save(const struct shell *sh)
{
	int fd = memfd_create("gpusim-sh", MFD_CLOEXEC), copy;
	const struct item *i;
	FILE *f;

	copy = fd < 0 ? -1 : dup(fd);
	f = copy < 0 ? NULL : fdopen(copy, "w");
	if (!f)
		goto err;
	fprintf(f, "card %s %d %" PRIu64 "\n", *sh->render ? sh->render : "-",
		sh->use_primary, sh->page_size);
	fprintf(f, "jobs - %u 0\n", sh->last_job);
	for (i = sh->jobs; i; i = i->next)
		fprintf(f, "job %s %d 0\n", i->name, ((const struct job *)i)->fd);
	fprintf(f, "primary %s 0 0\n", *sh->primary ? sh->primary : "-");
	for (i = sh->clients; i; i = i->next)
		save_client(f, (const struct client *)i);
	if (sh->current)
		fprintf(f, "current %s 0 0\n", sh->current->item.name);
	copy = -1;
	if (fclose(f) || lseek(fd, 0, SEEK_SET))
		goto err;
	return fd;

err:
	if (copy >= 0)
		close(copy);
	if (fd >= 0)
		close(fd);
	return -1;
}

static int load_line(struct shell *sh, struct client **last, const char *kind,
		     const char *name, int number, uint64_t wide)
{
	struct client *c = *last;

	if (!strcmp(kind, "card")) {
		snprintf(sh->render, sizeof(sh->render), "%s", strcmp(name, "-") ? name : "");
		sh->use_primary = number;
		sh->page_size = wide;
	} else if (!strcmp(kind, "primary")) {
		snprintf(sh->primary, sizeof(sh->primary), "%s", strcmp(name, "-") ? name : "");
	} else if (!strcmp(kind, "jobs")) {
		sh->last_job = number;
	} else if (!strcmp(kind, "job")) {
		struct job *job = item_add(&sh->jobs, name, sizeof(*job));

		job->fd = number;
		return fcntl(job->fd, F_SETFD, FD_CLOEXEC);
	} else if (!strcmp(kind, "client")) {
		c = item_add(&sh->clients, name, sizeof(*c));
		c->fd = number;
		c->id = wide;
		*last = c;
		return fcntl(c->fd, F_SETFD, FD_CLOEXEC);
	} else if (!c) {
		return -1;
	} else if (!strcmp(kind, "vm")) {
		struct vm *vm = item_add(&c->vms, name, sizeof(*vm));

		vm->id = number;
	} else if (!strcmp(kind, "bo")) {
		struct bo *bo = item_add(&c->bos, name, sizeof(*bo));

		bo->handle = number;
		bo->size = wide;
	} else if (!strcmp(kind, "export")) {
		struct export *export = item_add(&c->exports, name, sizeof(*export));

		export->fd = number;
		return fcntl(export->fd, F_SETFD, FD_CLOEXEC);
	} else if (!strcmp(kind, "current")) {
		sh->current = (struct client *)item_find(sh->clients, name);
	} else {
		return -1;
	}
	return 0;
}

int state_load(struct shell *sh, int fd)
{
	char line[256], kind[16], name[64];
	struct client *last = NULL;
	FILE *f = fdopen(fd, "re");
	int number, ret = 0;
	uint64_t wide;

	if (!f)
		return -1;
	while (!ret && fgets(line, sizeof(line), f)) {
		if (sscanf(line, "%15s %63s %d %" SCNu64, kind, name, &number, &wide) != 4)
			ret = -1;
		else
			ret = load_line(sh, &last, kind, name, number, wide);
	}
	fclose(f);
	return ret || !sh->page_size ? -1 : 0;
}
