/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef _GPUSIM_USERPTR_H_
#define _GPUSIM_USERPTR_H_

#include <linux/container_of.h>
#include <linux/list.h>
#include <linux/mmu_notifier.h>
#include <linux/mutex.h>

#include "gpusim_vma.h"

struct gpusim_vm;
struct mm_struct;

/**
 * struct gpusim_userptrs - the mappings of process memory in one VM
 *
 * Work of the VM runs only while the entries of all of them are those of the pages
 * that the processes have there:
 *
 * - The notifier of a mapping puts it into @invalid, waits for the VM's work and
 *   takes VALID from the entries.
 * - EXEC looks for the pages of all in @invalid. Then, holding @lock, it finds
 *   @invalid empty and adds its fence; so the next notifier waits for it.
 *
 * No page is pinned: notifiers come before pages go.
 */
struct gpusim_userptrs {
	/**
	 * @lock: Protects the lists, &gpusim_userptr.bound, the validity of the
	 * entries of these mappings and the order of EXEC and notifiers. Notifiers
	 * take it, in the middle of reclaim: whoever holds it neither allocates
	 * nor waits. &gpusim_pt.lock is taken inside, for which the same holds.
	 */
	struct mutex lock;

	/** @invalid: Mappings whose pages are to be looked for. */
	struct list_head invalid;

	/**
	 * @partial: Mappings that had not all their pages when they were looked
	 * for. No notifier tells of memory that comes: looked for by each EXEC.
	 */
	struct list_head partial;
};

/**
 * struct gpusim_userptr - what makes a mapping one of process memory
 *
 * Inserting and removing @notifier takes or waits for locks of the process's
 * memory, so both are done under &gpusim_vm.ops_lock only: before the mapping
 * comes into the tree, and after it has gone from it. So whoever finds the mapping
 * under &gpusim_vm.lock may read &mmu_interval_notifier.mm.
 *
 * When a mapping is cut, each part gets a notifier of its own first, and then the
 * whole loses its.
 */
struct gpusim_userptr {
	/** @notifier: Of the process's memory; immutable but for its own state. */
	struct mmu_interval_notifier notifier;

	/** @vm: VM; immutable. */
	struct gpusim_vm *vm;

	/**
	 * @orphan: The process had no memory any more when this part of a mapping
	 * was made: @notifier is not inserted, and holds the &mm_struct only.
	 * Immutable.
	 */
	bool orphan;

	/** @bound: In the tree: the entries are this mapping's. */
	bool bound;

	/** @link: In one of the lists of &struct gpusim_userptrs, or empty. */
	struct list_head link;
};

/**
 * struct gpusim_userptr_vma - a mapping of process memory
 *
 * Has no BO. Its &drm_gpuva.gem.offset is an address of that process.
 */
struct gpusim_userptr_vma {
	/** @vma: Base class. */
	struct gpusim_vma vma;

	/** @userptr: The process's side. */
	struct gpusim_userptr userptr;
};

static inline struct gpusim_userptr_vma *to_gpusim_userptr_vma(const struct gpusim_vma *vma)
{
	return container_of((struct gpusim_vma *)vma, struct gpusim_userptr_vma, vma);
}

void gpusim_userptrs_init(struct gpusim_userptrs *all);
void gpusim_userptrs_fini(struct gpusim_userptrs *all);

int gpusim_userptr_init(struct gpusim_userptr_vma *uvma, struct gpusim_vm *vm,
			struct mm_struct *mm);
void gpusim_userptr_fini(struct gpusim_userptr_vma *uvma);
void gpusim_userptr_enter(struct gpusim_userptr_vma *uvma);
void gpusim_userptr_leave(struct gpusim_userptr_vma *uvma);

int gpusim_userptr_check(struct gpusim_userptr_vma *uvma);
int gpusim_userptrs_validate(struct gpusim_vm *vm);

#endif /* _GPUSIM_USERPTR_H_ */
