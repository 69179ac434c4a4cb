/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef SELECT_H
#define SELECT_H

/*
 * Which process, client, VM or object a command works on: the options and
 * arguments that commands share.
 */

#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>

#include "command.h"
#include "drmsnoop.h"

/* Keys of the options below, for option tables. */
enum {
	KEY_CARD = 0x100,
	KEY_CLIENT,
	KEY_VM,
	KEY_BO,
	KEY_WRITE,
	/* first key that a command may use for its own */
	KEY_OWN,
};

#define OPTION_CARD	{ KEY_CARD, "card", "N", "the card is cardN" }
#define OPTION_CLIENT	{ KEY_CLIENT, "client", "ID", "one client of the process" }
#define OPTION_VM	{ KEY_VM, "vm", "N", "the address space with this number" }
#define OPTION_BO	{ KEY_BO, "bo", "HANDLE", "the object with this handle" }
#define OPTION_WRITE(text)	{ KEY_WRITE, "write", NULL, (text) }

/*
 * struct selection - what the user chose
 *
 * Start it with SELECTION_INIT.
 */
struct selection {
	const struct command *command;
	/* target, or 0: @fd */
	pid_t pid;
	/* inherited snoop descriptor, or -1 */
	int fd;
	int card;
	/* 0: not chosen */
	uint64_t client;
	bool has_vm;
	uint64_t vm;
	bool has_bo;
	uint32_t bo;
	/* open for writing too */
	bool write;
};

#define SELECTION_INIT(cmd) \
	{ .command = (cmd), .fd = -1, .card = DRMSNOOP_ANY_CARD }

/*
 * struct bound - what a handle was bound to
 */
struct bound {
	/* DRM_SNOOP_BIND_*, or 0: what an inherited descriptor was bound to */
	uint32_t what;
	uint64_t client;
	uint64_t id;
	/* size of the object, or first address after the VM; 0: unknown */
	uint64_t end;
};

/*
 * selection_number - parse the argument of an option, or end with status 2
 * @name: what it is, for the message
 */
uint64_t selection_number(const struct command *command, const char *name,
			  const char *text, uint64_t max);

/*
 * selection_option - take one of the options above
 *
 * Returns false if @key is none of them.
 */
bool selection_option(struct selection *selection, int key, const char *value);

/*
 * selection_target - take the argument PID or @FD, or end with status 2
 */
void selection_target(struct selection *selection, const char *text);

/*
 * selection_open - open and register what was chosen, or end with status 1
 *
 * Returns a handle; the caller closes it.
 */
struct drmsnoop *selection_open(const struct selection *selection);

/*
 * selection_find - find the one VM or object that was chosen
 * @bound: returned; @end is not set
 * @choices: returned text: what there is to choose from; for the message
 *
 * Without --vm and --bo that is the only VM that there is.
 *
 * Returns how many match: 0, 1 or 2 for more; or a negative errno of the
 * library.
 */
int selection_find(const struct selection *selection, struct drmsnoop *snoop,
		   struct bound *bound, char *choices, size_t size);

/*
 * selection_bind - bind the handle to what was chosen, or end with status 1
 * @bound: returned
 */
void selection_bind(const struct selection *selection, struct drmsnoop *snoop,
		    struct bound *bound);

/*
 * selection_bind_anew - the same, whatever an inherited descriptor is bound to
 *
 * For commands that need to know what it is.
 */
void selection_bind_anew(const struct selection *selection,
			 struct drmsnoop *snoop, struct bound *bound);

#endif /* SELECT_H */
