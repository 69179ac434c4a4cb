/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef _FUZZ_BTF_H_
#define _FUZZ_BTF_H_

#include <linux/types.h>
#include <stddef.h>

/* What libFuzzer calls, and the test with inputs of its own. Aborts if the parser errs. */
int LLVMFuzzerTestOneInput(const u8 *data, size_t size);

/* Of all inputs until now: blobs that were accepted, questions that had an answer */
extern unsigned long fuzz_accepted, fuzz_refused, fuzz_answered;

#endif
