/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef CENSUS_H
#define CENSUS_H

/* Every process that has GPU clients, and what they have. */

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

/*
 * struct census_entry - a client of a process
 */
struct census_entry {
	pid_t pid;
	uid_t uid;
	char *comm;
	unsigned int card;
	char *driver;
	/* 0: not known */
	uint64_t client;
	unsigned int node;
	int fd;
	unsigned int fd_count;

	/* what the kernel said: NULL, or why the client may not be looked at */
	char *denied;
	/* the rest is known if @denied is NULL; @vms also needs @has_vms */
	bool has_vms;
	uint64_t vms;
	uint64_t objects;
	/* bytes of all different objects */
	uint64_t size;
};

/*
 * struct census - entries, ordered by pid, card and client
 *
 * Start it with zeros, end it with census_free().
 */
struct census {
	struct census_entry *entries;
	size_t count;
	size_t room;
};

/*
 * census_take - add the clients of a process, or of all processes
 * @pid: process, or DRMSNOOP_ALL_PROCESSES
 *
 * Returns the number of clients that were added, or a negative errno of the
 * library.
 */
int census_take(struct census *census, pid_t pid);

void census_free(struct census *census);

#endif /* CENSUS_H */
