/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef _SNOOP_BTF_BLOB_H_
#define _SNOOP_BTF_BLOB_H_

#include <linux/types.h>
#include <uapi/linux/btf.h>

struct snoop_btf;

/**
 * struct snoop_btf_tag - a named struct or union
 * @hash: snoop_btf_hash() of its name
 * @id: its type id
 */
struct snoop_btf_tag {
	u32 hash;
	u32 id;
};

u32 snoop_btf_hash(const char *s, size_t len);
const char *snoop_btf_string(const struct snoop_btf *b, u32 offset);
int snoop_btf_type(const struct snoop_btf *b, u32 id, struct btf_type *t,
		   const u8 **tail);

/* A struct or union? */
static inline bool btf_is_compound(const struct btf_type *t)
{
	u32 kind = BTF_INFO_KIND(t->info);

	return kind == BTF_KIND_STRUCT || kind == BTF_KIND_UNION;
}

#endif /* _SNOOP_BTF_BLOB_H_ */
