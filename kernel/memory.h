/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef SNOOP_MEMORY_H
#define SNOOP_MEMORY_H

#include <linux/compiler.h>
#include <linux/types.h>
#include <linux/xarray.h>

struct mm_struct;
struct snoop_account;
struct snoop_card;

/* Most memories registered on one open file. */
#define SNOOP_MAX_MEMORIES	64

/**
 * struct snoop_memory - one registered process memory
 *
 * Freed with the snoop file. Keeps the mm_struct, so that no other memory can
 * have its address, but not what is mapped in it. @write goes from false to true
 * under the lock of the registrations and is read without it.
 */
struct snoop_memory {
	/** @mm: The memory, with mmgrab(). Immutable. */
	struct mm_struct *mm;

	/** @write: It may be written. */
	bool write;
};

/**
 * struct snoop_memories - the memories registered on one snoop file
 *
 * Entries are added and never removed before snoop_memories_fini(), so a
 * pointer from snoop_memories_find() is good as long as the snoop file is.
 */
struct snoop_memories {
	/** @by_mm: struct snoop_memory by address of the mm; has its own lock. */
	struct xarray by_mm;

	/** @count: Number of entries, protected by the lock of @by_mm. */
	unsigned int count;

	/** @account: What the registrations are charged to. Immutable. */
	const struct snoop_account *account;
};

static inline bool snoop_memory_may_write(const struct snoop_memory *memory)
{
	return READ_ONCE(memory->write);
}

void snoop_memories_init(struct snoop_memories *memories, const struct snoop_account *account);
void snoop_memories_fini(struct snoop_memories *memories);
int snoop_memories_add(struct snoop_memories *memories, const struct snoop_card *card, int fd,
		       bool write);
const struct snoop_memory *snoop_memories_find(const struct snoop_memories *memories,
					       const struct mm_struct *mm);

void snoop_memory_setup(void);
bool snoop_memory_is_known(void);

#endif
