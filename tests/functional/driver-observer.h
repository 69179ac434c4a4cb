/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef TESTS_DRIVER_OBSERVER_H
#define TESTS_DRIVER_OBSERVER_H

#include <linux/types.h>
#include <stddef.h>
#include <stdint.h>

#include "driver-client.h"

/*
 * Who looks at a client of panthor, panfrost or v3d. All functions fail the running
 * test.
 */
struct driver_observer {
	/* Open for writing, and registered so. */
	int snoop;
	__u64 client;
};

/* An observer of the client with descriptor @fd. */
struct driver_observer driver_observe(const struct driver_ops *ops, int fd);

/* [@addr, @addr + @len) of what @snoop is bound to is the pattern of @seed from @offset on. */
void driver_check_read(int snoop, __u64 addr, size_t len, uint64_t seed, uint64_t offset);

#endif
