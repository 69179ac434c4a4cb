/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef TESTS_IN_TIME_H
#define TESTS_IN_TIME_H

#include <inttypes.h>

#include "clock.h"
#include "expect.h"

/* SNOOP_WAIT_MS, and what a busy machine may take on top. */
#define BOUND_MS	2000
#define SLACK_MS	10000

/* The value of @call, which ends in time. */
#define in_time(call) \
({ \
	int64_t start_ = clock_ms(), ret_ = (call), took_ = clock_ms() - start_; \
\
	if (took_ > BOUND_MS + SLACK_MS) \
		expect_failed(__FILE__, __LINE__, "%s took %" PRId64 " ms", #call, took_); \
	ret_; \
})

#endif
