/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The card of gpusim as its administrator sees it, for tests with a boot of their
 * own that run as root. A failure ends the test.
 */
#ifndef GPUSIM_CARD_H
#define GPUSIM_CARD_H

/* Finds the card, which must be bound. */
void card_find(void);
/* Unbinds the card from its driver, and binds it again. */
void card_unbind(void);
void card_bind(void);
/* Removes the card from the PCI bus, as if pulled out, and finds it again. */
void card_remove(void);
void card_rescan(void);

/* Users of the module. */
int card_module_users(void);
/* Waits until the module has none. */
void card_wait_unused(void);

/* The module's parameter timeout_ms; a text that is refused gives -errno. */
int card_try_timeout(const char *ms);
void card_set_timeout(unsigned int ms);

#endif /* GPUSIM_CARD_H */
