/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef TESTS_FAIL_NTH_H
#define TESTS_FAIL_NTH_H

/*
 * Failures on demand, in a kernel with fault injection (the debug kernel): the
 * n-th thing of a call that can fail does, be it an allocation or a copy from or to
 * user space, for each n there is (Documentation/fault-injection).
 */

/**
 * struct fail_path - a call to sweep
 * @before: makes the state that @call starts from
 * @call: the call; 0 or a negative error number
 * @check: fails the test if @call, which succeeded, did not do its work
 * @after: takes everything back
 *
 * All but @call may be NULL. Only @call meets failures, so it must touch no memory
 * of the process that is not there yet.
 */
struct fail_path {
	void (*before)(void *context);
	int (*call)(void *context);
	void (*check)(void *context);
	void (*after)(void *context);
};

/* Setup of a group: failures are possible. The kernel must be able to. */
int fail_nth_setup(void **state);

/*
 * Every failure of @path gives ENOMEM, EFAULT or success; after an error the same
 * call succeeds. The test fails if nothing at all could fail.
 */
void fail_nth_sweep(const struct fail_path *path, void *context);

#endif
