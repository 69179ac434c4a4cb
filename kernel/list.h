/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef SNOOP_LIST_H
#define SNOOP_LIST_H

struct drm_snoop_list;
struct snoop_file;

int snoop_list(struct snoop_file *file, struct drm_snoop_list *list);

#endif
