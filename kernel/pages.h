/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef SNOOP_PAGES_H
#define SNOOP_PAGES_H

struct drm_snoop_query_pages;
struct snoop_file;

int snoop_query_pages(struct snoop_file *file, struct drm_snoop_query_pages *query);

#endif
