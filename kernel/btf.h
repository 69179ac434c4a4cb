/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef _SNOOP_BTF_H_
#define _SNOOP_BTF_H_

#include <linux/types.h>

/**
 * DOC: layouts of private structures from BTF
 *
 * A bounded reader of BTF (BPF type format), the compact type information that
 * the kernel and its modules carry: vmlinux has a blob of its own, a module
 * has a *split* one whose type ids and string offsets go on where those of
 * vmlinux, its *base*, end. The format is described in
 * Documentation/bpf/btf.rst of the kernel and in its uapi/linux/btf.h; kinds
 * up to ENUM64 (Linux 6.12) are known.
 *
 * The reader believes nothing that it is given: each length, id and string
 * offset is checked when it is used, and loops and nesting are capped. It needs
 * no alignment, takes no lock and keeps no state between calls; a struct
 * snoop_btf that is set up may be read by any number of threads.
 */

/* Largest blob, bytes; vmlinux of Linux 6.12 has about 6 MiB */
#define SNOOP_BTF_MAX_LEN	(64u << 20)
/* Most types, those of the base included; the kernel's own cap (BTF_MAX_TYPE) */
#define SNOOP_BTF_MAX_TYPES	0x000fffffu
/* Longest specification of a member, bytes */
#define SNOOP_BTF_MAX_SPEC	255u

struct snoop_btf_tag;

/**
 * struct snoop_btf - one parsed BTF blob
 *
 * Members are private to btf.c and btf_member.c. All are immutable from snoop_btf_init() to
 * snoop_btf_fini(). The blob is the caller's and so is @base; both must outlive
 * the struct.
 */
struct snoop_btf {
	/** @base: blob that this one continues, NULL for vmlinux */
	const struct snoop_btf *base;
	/** @types: type section */
	const u8 *types;
	/** @types_len: its length in bytes */
	u32 types_len;
	/** @first_id: id of the first type in @types; 0 is void everywhere */
	u32 first_id;
	/** @nr_types: number of types in @types */
	u32 nr_types;
	/** @nr_tags: number of elements of @tags */
	u32 nr_tags;
	/** @offsets: for each type its byte offset in @types; owned */
	u32 *offsets;
	/** @tags: index of the named structs and unions in @types; owned */
	struct snoop_btf_tag *tags;
	/** @strings: string section, ends with a NUL unless empty */
	const char *strings;
	/** @strings_len: its length in bytes */
	u32 strings_len;
	/** @strings_start: offset that names the first byte of @strings */
	u32 strings_start;
};

int snoop_btf_init(struct snoop_btf *b, const void *raw, size_t len,
		   const struct snoop_btf *base);
void snoop_btf_fini(struct snoop_btf *b);
int snoop_btf_member(const struct snoop_btf *b, const char *spec,
		     const char *type, u32 *offset);
int snoop_btf_struct_size(const struct snoop_btf *b, const char *name, u32 *size);

#endif /* _SNOOP_BTF_H_ */
