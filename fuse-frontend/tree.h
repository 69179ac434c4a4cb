/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef TREE_H
#define TREE_H

/*
 * Tree: the shape of the file system, that is names and modes
 *
 * Pure functions: nothing here asks the system whether something exists.
 * Each node has exactly one name: numbers have no leading zeros, ranges are
 * 16 lower-case hexadecimal digits twice. The names of snapshots are not known here.
 */

#include <stddef.h>
#include <sys/types.h>

#include "node.h"

/* Longest name with its NUL: two addresses and a dash. */
#define TREE_NAME_SIZE	34

/**
 * tree_parse - which child of a directory a name means
 * @parent: kind of the directory
 * @name: name
 * @id: returned; b of a NODE_PROCESS is left 0
 *
 * Returns 0, or -ENOENT if no child can ever have this name.
 */
int tree_parse(enum node_kind parent, const char *name, struct node_id *id);

/**
 * tree_name - the name of a node in its directory
 * @id: any node but the root and NODE_SNAPSHOT
 * @name: returned
 */
void tree_name(const struct node_id *id, char name[TREE_NAME_SIZE]);

/**
 * tree_fixed - the children that a directory always has
 * @parent: kind of the directory
 * @index: 0 for the first
 * @id: returned
 *
 * Returns 0, or -ENOENT if there are no more.
 */
int tree_fixed(enum node_kind parent, size_t index, struct node_id *id);

/**
 * tree_is_fixed - whether a node exists as long as its directory does
 */
bool tree_is_fixed(enum node_kind kind);

/**
 * tree_mode - file type and permissions of a node
 *
 * Nobody but the owner gets in. What may be written is for attr_get() to say.
 */
mode_t tree_mode(enum node_kind kind);

/**
 * tree_is_text - whether a node is a file whose text is made at open
 */
bool tree_is_text(enum node_kind kind);

/**
 * tree_is_memory - whether a node is a file of GPU memory
 */
bool tree_is_memory(enum node_kind kind);

/**
 * tree_is_frozen - whether a node is a file of a snapshot that is no text
 */
bool tree_is_frozen(enum node_kind kind);

#endif /* TREE_H */
