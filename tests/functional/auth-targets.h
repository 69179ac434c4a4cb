/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef TESTS_AUTH_TARGETS_H
#define TESTS_AUTH_TARGETS_H

#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>

/*
 * Targets of every kind of process that the kernel's rules treat in their own
 * way. Each runs the program auth-target, which holds DRM clients with known
 * content, and ends when the socket to it is closed. Functions return a negative
 * error number when they fail: callers (auth-callers.h) start targets too.
 */

/* Descriptors that each target has. */
enum auth_fd {
	AUTH_RENDER,
	AUTH_PRIMARY,
	/* of a KMS card: that the target was given a lease of */
	AUTH_LEASE,
	AUTH_FDS
};

/* Where auth-target finds what it is given. */
#define AUTH_SOCKET	3
#define AUTH_LEASE_FD	4

/* Where the content is bound in the VM of a gpusim client, */
#define AUTH_ADDR	0x40000000ULL
/* and in that of AUTH_RENDER a page of the target's own memory. */
#define AUTH_MEMORY_ADDR	0x50000000ULL
/* The CPU address of this page, in each program that the target executes. */
#define AUTH_MEMORY	0x200000000000ULL

/* What auth-target is told, one byte: to send its render descriptor, */
#define AUTH_DO_HAND_OUT		0
/*
 * or to execute a program that changes the user, with its descriptors open; this
 * program tells when it is ready, and binds its own memory; or has them closed.
 */
#define AUTH_DO_CHANGE			'x'
#define AUTH_DO_CHANGE_AND_BIND		'b'
#define AUTH_DO_CHANGE_AND_CLOSE	'c'
/* A copy of auth-target that belongs to root, setuid. */
#define AUTH_SETUID_PROGRAM		"./auth-target.root.root.4755"

/**
 * struct auth_client - a DRM client of a target
 * @fd: number of its descriptor; -1: it has none
 * @client_id: of the client; 0: that of a lease is not known to the target
 * @vm: id of its VM, or
 * @handle: of its object, where the card has no VMs
 * @word: content: the first 8 bytes of the VM at AUTH_ADDR, or of the object
 */
struct auth_client {
	int fd;
	uint64_t client_id;
	uint32_t vm;
	uint32_t handle;
	uint64_t word;
};

/**
 * struct auth_ready - what auth-target tells when it is ready
 * @error: 0, or why it is not
 * @tid: the thread that opened the clients, as it sees itself
 * @clients: what it holds
 * @memory_word: the first 8 bytes at AUTH_MEMORY
 */
struct auth_ready {
	int error;
	pid_t tid;
	struct auth_client clients[AUTH_FDS];
	uint64_t memory_word;
};

/**
 * struct auth_target_kind - a kind of target
 * @name: for the names of tests
 * @user: who runs it; NULL: root
 * @how: argument of auth-target
 * @owner: the program is a copy that belongs to this user, and
 * @group: to this group, with
 * @mode: this mode; 0: the program is not copied
 * @namespaces: CLONE_NEW* flags; a user namespace is made by @user
 * @by_thread: the caller names the thread, not the process
 * @ended: the process has neither memory nor descriptors any more
 * @descendant: each caller has a target of this kind of its own
 */
struct auth_target_kind {
	const char *name;
	const char *user;
	const char *how;
	const char *owner;
	const char *group;
	unsigned int mode;
	int namespaces;
	bool by_thread;
	bool ended;
	bool descendant;
};

extern const struct auth_target_kind auth_target_kinds[];
extern const unsigned int auth_target_kind_count;

/**
 * struct auth_target - a target that runs
 * @kind: its kind
 * @pid: what callers name it by
 * @ready: what it said
 */
struct auth_target {
	const struct auth_target_kind *kind;
	pid_t pid;
	struct auth_ready ready;
	/* private */
	pid_t child;
	int socket;
};

/* Makes the copies of the program that the kinds need; in the current directory. */
int auth_targets_prepare(void);

/*
 * Starts one. @lease: descriptor that it is given, or -1. A descendant is run by
 * the calling process as what it is.
 */
int auth_target_start(struct auth_target *target, const struct auth_target_kind *kind, int lease);
/* Tells it something (AUTH_DO_*). */
int auth_target_tell(const struct auth_target *target, char order);
/* Waits until it is ready, again after it changed. */
int auth_target_wait(struct auth_target *target);
/* Has it send its render descriptor, of its own will. Return: the descriptor. */
int auth_target_hand_out(const struct auth_target *target);
void auth_target_stop(struct auth_target *target);

#endif
