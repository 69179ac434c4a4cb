/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef SNAPSHOT_TEXT_H
#define SNAPSHOT_TEXT_H

#include "node.h"

struct text;

/**
 * snapshot_text - maps and maps.json of a snapshot
 * @node: of kind NODE_FROZEN_MAPS or NODE_FROZEN_MAPS_JSON
 * @text: filled
 *
 * As those of the VM, with what could not be copied, why, and what changed meanwhile.
 *
 * Returns 0 or a negative errno: -ENOENT (it was dropped), -EFBIG, -ENOMEM.
 */
int snapshot_text(const struct node *node, struct text *text);

#endif /* SNAPSHOT_TEXT_H */
