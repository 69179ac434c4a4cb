// SPDX-License-Identifier: GPL-2.0-or-later
#include <fcntl.h>
#include <stdlib.h>
#include <unistd.h>

#include "driver-observer.h"
#include "expect.h"
#include "model.h"
#include "snoop.h"

struct driver_observer driver_observe(const struct driver_ops *ops, int fd)
{
	int first = expect_ok(snoop_open(ops->name, 0));
	struct driver_observer observer;

	observer.snoop = expect_ok(snoop_reopen(first, O_RDWR));
	close(first);
	expect_ok(snoop_register_flags(observer.snoop, fd, DRM_SNOOP_REGISTER_WRITE,
				       &observer.client));
	return observer;
}

void driver_check_read(int snoop, __u64 addr, size_t len, uint64_t seed, uint64_t offset)
{
	uint8_t *got = malloc(len), *wanted = malloc(len);

	expect_true(got && wanted);
	memset(got, 0xee, len);
	expect_equal(expect_ok(snoop_pread(snoop, got, len, addr)), len);
	model_fill(wanted, len, seed, offset);
	expect_bytes(got, wanted, len);
	free(got);
	free(wanted);
}
