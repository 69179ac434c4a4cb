/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef TESTS_ODD_CARD_H
#define TESTS_ODD_CARD_H

/* The cards of tests/modules/oddgem, named oddgem-KIND. Needs root. */

/* Group setup and teardown. The module only goes if nobody holds anything of it. */
int odd_load(void **state);
int odd_unload(void **state);

/* rmmod: its exit status. */
int odd_try_unload(void);
/* The card goes, and comes back. */
void odd_unbind(const char *card);
void odd_bind(const char *card);

#endif
