/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef DOCTOR_H
#define DOCTOR_H

/* What works on a machine: checks, their results and how they are printed. */

#include <stdbool.h>
#include <stddef.h>
#include <stdio.h>

enum check_state {
	CHECK_OK,
	/* something that not everybody needs does not work */
	CHECK_WARN,
	/* nothing works before this is mended */
	CHECK_FAIL,
};

/*
 * struct check - a result
 */
struct check {
	/* @name: Stable word for scripts. */
	const char *name;
	enum check_state state;
	/* @text: What was found, owned. */
	char *text;
	/* @cure: What to do about it, owned; NULL if nothing. */
	char *cure;
};

/*
 * struct checkup - all results
 *
 * Start it with zeros, end it with checkup_free().
 */
struct checkup {
	struct check *checks;
	size_t count;
	/* cards whose node the caller can use */
	size_t usable_cards;
};

/*
 * checkup_add - add a result
 * @cure: NULL if there is nothing to do
 * @format: text, as printf()
 *
 * Ends the program without memory.
 */
void checkup_add(struct checkup *checkup, const char *name,
		 enum check_state state, const char *cure, const char *format,
		 ...) __attribute__((format(printf, 5, 6)));

/* checkup_usable - whether drmsnoop can be used: nothing failed */
bool checkup_usable(const struct checkup *checkup);

/* checkup_print - for people, or as JSON */
void checkup_print(const struct checkup *checkup, FILE *out, bool json);

void checkup_free(struct checkup *checkup);

/* checks.c */

/* check_kernel - module, lockdown, Yama, BTF */
void check_kernel(struct checkup *checkup);
/* check_helpers - FUSE, libdrm */
void check_helpers(struct checkup *checkup);

/* checks_cards.c */

/* check_cards - nodes, permissions, adapters, features */
void check_cards(struct checkup *checkup);

#endif /* DOCTOR_H */
