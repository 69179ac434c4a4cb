/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef TESTS_CLOCK_H
#define TESTS_CLOCK_H

#include <stdint.h>

/* Milliseconds of the monotonic clock. */
int64_t clock_ms(void);

#endif /* TESTS_CLOCK_H */
