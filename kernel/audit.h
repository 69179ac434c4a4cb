/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef SNOOP_AUDIT_H
#define SNOOP_AUDIT_H

#include <linux/types.h>

struct drm_file;
struct drm_snoop_bind;
struct mm_struct;
struct snoop_card;

void snoop_audit_register(const struct snoop_card *card, const struct drm_file *client,
			  bool write, int result);
void snoop_audit_register_mem(const struct snoop_card *card, const struct mm_struct *mm,
			      bool write, int result);
void snoop_audit_bind(const struct snoop_card *card, const struct drm_snoop_bind *bind,
		      int result);

#endif
