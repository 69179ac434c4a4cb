/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Rejected inputs as tables. A row takes a request that is accepted, gives one
 * member values that it may not have, and wants one error for each.
 */
#ifndef REJECT_H
#define REJECT_H

#include <stddef.h>
#include <stdint.h>

#define REJECT_VALUES	12	/* at most, in a row */

struct request {
	unsigned long number;
	void *args;		/* as large as the number says */
};

struct reject {
	const char *name;	/* of the subtest: what is rejected */
	const struct request *request;
	size_t offset, size;	/* of the member */
	int error;
	unsigned int count;
	uint64_t values[REJECT_VALUES];
};

#define REJECT(name, request, type, member, error, ...) { \
	name, request, offsetof(type, member), sizeof(((type *)0)->member), error, \
	sizeof((uint64_t[]){ __VA_ARGS__ }) / sizeof(uint64_t), { __VA_ARGS__ } }

/*
 * Tries all values of a row, and then the request as it is. In a subtest, which
 * fails if one is accepted, has another error, or the request is not accepted.
 */
void reject_row(int fd, const struct reject *row);

/* No structure at all: EFAULT; and the request as it is. */
void reject_null(int fd, const struct request *request);

#endif
