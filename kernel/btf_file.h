/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef _SNOOP_BTF_FILE_H_
#define _SNOOP_BTF_FILE_H_

#include <linux/types.h>

int snoop_btf_file_read(const char *name, void **raw, size_t *len);

#endif /* _SNOOP_BTF_FILE_H_ */
