/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef CLOCK_H
#define CLOCK_H

/* clock_now - seconds since some moment; never goes back */
double clock_now(void);

#endif /* CLOCK_H */
