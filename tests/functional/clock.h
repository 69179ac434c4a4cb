/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef TESTS_CLOCK_H
#define TESTS_CLOCK_H

#include <stdint.h>

/* Milliseconds and microseconds of the monotonic clock. */
int64_t clock_ms(void);
int64_t clock_us(void);

#endif /* TESTS_CLOCK_H */
