// SPDX-License-Identifier: GPL-2.0-or-later
#include "igt.h"

#include <linux/ioctl.h>

#include "reject.h"

static void check_error(int fd, const struct request *request, void *args, int error,
			const char *what, uint64_t value)
{
	int ret = igt_ioctl(fd, request->number, args);

	igt_assert_f(ret == -1, "%s: 0x%llx is accepted\n", what, (unsigned long long)value);
	igt_assert_f(errno == error, "%s: 0x%llx: %s instead of %s\n", what,
		     (unsigned long long)value, strerror(errno), strerror(error));
	errno = 0;
}

void reject_row(int fd, const struct reject *row)
{
	unsigned char args[_IOC_SIZEMASK + 1];

	for (unsigned int i = 0; i < row->count; i++) {
		memcpy(args, row->request->args, _IOC_SIZE(row->request->number));
		/* little endian */
		memcpy(args + row->offset, &row->values[i], row->size);
		check_error(fd, row->request, args, row->error, row->name, row->values[i]);
	}
	do_ioctl(fd, row->request->number, row->request->args);
}

void reject_null(int fd, const struct request *request)
{
	check_error(fd, request, NULL, EFAULT, "null pointer", 0);
	do_ioctl(fd, request->number, request->args);
}
