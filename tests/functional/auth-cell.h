/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef TESTS_AUTH_CELL_H
#define TESTS_AUTH_CELL_H

#include <stdint.h>

#include "auth-targets.h"

/*
 * One cell of the table of authorisation: a caller tries to get at a target in
 * one way. What must come of it is what the kernel itself answers to the caller at
 * this moment, when drm_snoop has no part in it yet.
 */

/* The ways. */
enum auth_way {
	/* pidfd_getfd() of the DRM descriptors */
	AUTH_BY_RENDER,
	AUTH_BY_PRIMARY,
	AUTH_BY_LEASE,
	/* the render descriptor, handed out by the target through a socket */
	AUTH_BY_SOCKET,
	/* open("/proc/PID/fd/N") of it: a new client, and no way to the target's */
	AUTH_BY_REOPENING,
	/* open("/proc/PID/mem"), beside the descriptor that is handed out */
	AUTH_BY_MEM,
	AUTH_WAYS
};

extern const char *const auth_way_names[AUTH_WAYS];

/**
 * struct auth_attempt - what came of it
 * @open: opening the snoop node
 * @answer: the kernel's own answer: 0 or a negative error number
 * @registered: REGISTER
 * @memory_registered: REGISTER_MEM
 * @client_id: that it returned
 * @clients: number of clients in LIST, or error
 * @listed: the first of them
 * @vms: LIST VMS of the target's client, or error
 * @objects: LIST OBJECTS of it
 * @bound: BIND to the target's VM or object
 * @read: pread() of the content's first word
 * @word: the word
 * @memory_read: pread() of the first word of the target's own memory
 * @memory_word: the word
 */
struct auth_attempt {
	int open;
	int answer;
	int registered;
	int memory_registered;
	uint64_t client_id;
	int clients;
	uint64_t listed;
	int vms;
	int objects;
	int bound;
	int read;
	uint64_t word;
	int memory_read;
	uint64_t memory_word;
};

/* Tries; runs in the caller. */
void auth_attempt(const struct auth_target *target, enum auth_way way,
		  struct auth_attempt *attempt);
/* Fails the running test if what came of it is not what the kernel's answer demands. */
void auth_judge(const struct auth_target *target, enum auth_way way,
		const struct auth_attempt *attempt);

#endif
