// SPDX-License-Identifier: GPL-2.0-only
/*
 * Mappings of process memory: following it by MMU notifiers.
 */

#include <linux/dma-resv.h>
#include <linux/hmm.h>
#include <linux/mm.h>
#include <linux/sched/mm.h>
#include <linux/sched/signal.h>
#include <linux/slab.h>

#include "gpusim_pt.h"
#include "gpusim_userptr.h"
#include "gpusim_vm.h"

/* pages looked for at a time: an array of one page */
#define GPUSIM_USERPTR_CHUNK	(PAGE_SIZE / sizeof(unsigned long))

/* Pages of one mapping being looked for. Belongs to one caller. */
struct gpusim_userptr_walk {
	struct gpusim_userptr_vma *uvma;
	unsigned long seq;		/* of the notifier */
	unsigned long *pfns;		/* of a chunk, as hmm_range_fault() has them */
	bool partial;			/* some are missing, or less than asked for */
};

static unsigned long gpusim_userptr_start(const struct gpusim_userptr_vma *uvma)
{
	return uvma->vma.base.gem.offset;
}

static unsigned long gpusim_userptr_pages(const struct gpusim_userptr_vma *uvma)
{
	return uvma->vma.base.va.range >> PAGE_SHIFT;
}

static unsigned long gpusim_userptr_wanted(const struct gpusim_userptr_vma *uvma)
{
	if (uvma->vma.base.flags & GPUSIM_VMA_READ_ONLY)
		return HMM_PFN_REQ_FAULT;

	return HMM_PFN_REQ_FAULT | HMM_PFN_REQ_WRITE;
}

/* Takes VALID from the entries of what the process is about to lose. */
static void gpusim_userptr_zap(struct gpusim_userptr_vma *uvma,
			       const struct mmu_notifier_range *range)
{
	static const struct gpusim_backing nowhere;
	const struct drm_gpuva *va = &uvma->vma.base;
	u64 start = max_t(u64, range->start, va->gem.offset);
	u64 end = min_t(u64, range->end, va->gem.offset + va->va.range);

	lockdep_assert_held(&uvma->userptr.vm->userptrs.lock);

	start = round_down(start, GPUSIM_PAGE_SIZE);
	end = round_up(end, GPUSIM_PAGE_SIZE);
	if (start < end)
		gpusim_pt_map(&uvma->userptr.vm->pt, NULL, va->va.addr + (start - va->gem.offset),
			      end - start, &nowhere, 0);
}

/*
 * Called by the memory management before pages of the mapping go or change. They
 * may when this returns: no work must be using them, and it takes as long as the
 * VM's work takes, which ends by its timeout.
 */
static bool gpusim_userptr_invalidate(struct mmu_interval_notifier *notifier,
				      const struct mmu_notifier_range *range,
				      unsigned long seq)
{
	struct gpusim_userptr_vma *uvma = container_of(notifier, struct gpusim_userptr_vma,
						       userptr.notifier);
	struct gpusim_userptr *userptr = &uvma->userptr;
	struct gpusim_userptrs *all = &userptr->vm->userptrs;

	if (!mmu_notifier_range_blockable(range))
		return false;

	mutex_lock(&all->lock);
	mmu_interval_set_seq(notifier, seq);
	if (userptr->bound)
		list_move_tail(&userptr->link, &all->invalid);
	mutex_unlock(&all->lock);

	/* without the reservation: it is taken outside of the locks held here */
	dma_resv_wait_timeout(drm_gpuvm_resv(&userptr->vm->base), DMA_RESV_USAGE_BOOKKEEP,
			      false, MAX_SCHEDULE_TIMEOUT);

	mutex_lock(&all->lock);
	if (userptr->bound)
		gpusim_userptr_zap(uvma, range);
	mutex_unlock(&all->lock);

	return true;
}

static const struct mmu_interval_notifier_ops gpusim_userptr_ops = {
	.invalidate = gpusim_userptr_invalidate,
};

/**
 * gpusim_userptrs_init - set a VM up for mappings of process memory
 * @all: to initialise
 */
void gpusim_userptrs_init(struct gpusim_userptrs *all)
{
	mutex_init(&all->lock);
	INIT_LIST_HEAD(&all->invalid);
	INIT_LIST_HEAD(&all->partial);
}

/**
 * gpusim_userptrs_fini - undo gpusim_userptrs_init()
 * @all: of a VM without mappings
 */
void gpusim_userptrs_fini(struct gpusim_userptrs *all)
{
	WARN_ON(!list_empty(&all->invalid) || !list_empty(&all->partial));
	mutex_destroy(&all->lock);
}

/**
 * gpusim_userptr_init - begin to follow a process's memory
 * @uvma: mapping, with its address, range and offset, not in the tree
 * @vm: VM
 * @mm: the process's memory
 *
 * Takes the mmap_lock of @mm.
 *
 * Returns: 0 or a negative error code.
 */
int gpusim_userptr_init(struct gpusim_userptr_vma *uvma, struct gpusim_vm *vm,
			struct mm_struct *mm)
{
	struct gpusim_userptr *userptr = &uvma->userptr;
	int ret;

	userptr->vm = vm;
	INIT_LIST_HEAD(&userptr->link);

	if (!mmget_not_zero(mm)) {
		mmgrab(mm);
		userptr->notifier.mm = mm;
		userptr->orphan = true;
		return 0;
	}

	ret = mmu_interval_notifier_insert(&userptr->notifier, mm, gpusim_userptr_start(uvma),
					   uvma->vma.base.va.range, &gpusim_userptr_ops);
	mmput(mm);

	return ret;
}

/**
 * gpusim_userptr_fini - stop following a process's memory
 * @uvma: mapping that is not in the tree
 *
 * Waits for notifiers that run, and so for work of the VM.
 */
void gpusim_userptr_fini(struct gpusim_userptr_vma *uvma)
{
	struct gpusim_userptr *userptr = &uvma->userptr;

	WARN_ON(userptr->bound);

	if (userptr->orphan)
		mmdrop(userptr->notifier.mm);
	else
		mmu_interval_notifier_remove(&userptr->notifier);
}

/**
 * gpusim_userptr_enter - note that a mapping has come into the tree
 * @uvma: mapping, the pages of which the next EXEC will look for
 */
void gpusim_userptr_enter(struct gpusim_userptr_vma *uvma)
{
	struct gpusim_userptrs *all = &uvma->userptr.vm->userptrs;

	lockdep_assert_held(&all->lock);

	uvma->userptr.bound = true;
	list_move_tail(&uvma->userptr.link, &all->invalid);
}

/**
 * gpusim_userptr_leave - note that a mapping has gone from the tree
 * @uvma: mapping, whose entries will be another's
 */
void gpusim_userptr_leave(struct gpusim_userptr_vma *uvma)
{
	lockdep_assert_held(&uvma->userptr.vm->userptrs.lock);

	uvma->userptr.bound = false;
	list_del_init(&uvma->userptr.link);
}

/* hmm_range_fault() for pages [first, first + count) of the mapping. */
static int gpusim_userptr_fault(struct gpusim_userptr_walk *walk, unsigned long first,
				unsigned long count, unsigned long *pfns, unsigned long wanted)
{
	struct mmu_interval_notifier *notifier = &walk->uvma->userptr.notifier;
	unsigned long start = gpusim_userptr_start(walk->uvma) + (first << PAGE_SHIFT);
	struct hmm_range range = {
		.notifier = notifier,
		.notifier_seq = walk->seq,
		.start = start,
		.end = start + (count << PAGE_SHIFT),
		.hmm_pfns = pfns,
		.default_flags = wanted,
	};

	mmap_assert_locked(notifier->mm);

	return hmm_range_fault(&range);
}

/* The same page by page, where not all are there or not as wanted. */
static int gpusim_userptr_fault_single(struct gpusim_userptr_walk *walk, unsigned long first,
				       unsigned long count, unsigned long wanted)
{
	unsigned long i;
	int ret = 0;

	walk->partial = true;
	memset(walk->pfns, 0, count * sizeof(*walk->pfns));

	for (i = 0; !ret && i < count; i++) {
		ret = gpusim_userptr_fault(walk, first + i, 1, &walk->pfns[i], wanted);
		if (ret == -EPERM)
			ret = gpusim_userptr_fault(walk, first + i, 1, &walk->pfns[i],
						   HMM_PFN_REQ_FAULT);
		if (ret == -EFAULT || ret == -EPERM) {
			walk->pfns[i] = 0;
			ret = 0;
		}
	}

	return ret;
}

/* Fills the array of a chunk; missing pages are 0 there. */
static int gpusim_userptr_lookup(struct gpusim_userptr_walk *walk, unsigned long first,
				 unsigned long count)
{
	struct mm_struct *mm = walk->uvma->userptr.notifier.mm;
	unsigned long start = gpusim_userptr_start(walk->uvma) + (first << PAGE_SHIFT);
	unsigned long wanted = gpusim_userptr_wanted(walk->uvma);
	int ret;

	if (signal_pending(current))
		return -ERESTARTSYS;

	memset(walk->pfns, 0, count * sizeof(*walk->pfns));

	ret = mmap_read_lock_killable(mm);
	if (ret)
		return ret;

	if (find_vma_intersection(mm, start, start + (count << PAGE_SHIFT))) {
		ret = gpusim_userptr_fault(walk, first, count, walk->pfns, wanted);
		if (ret == -EFAULT || ret == -EPERM)
			ret = gpusim_userptr_fault_single(walk, first, count, wanted);
	} else {
		walk->partial = true;
	}
	mmap_read_unlock(mm);

	cond_resched();
	return ret;
}

static u64 gpusim_userptr_entry(const struct gpusim_userptr_vma *uvma, unsigned long pfn)
{
	u64 entry = GPUSIM_PTE_MAPPED;

	if (!(pfn & HMM_PFN_VALID))
		return entry;

	entry |= page_to_phys(hmm_pfn_to_page(pfn)) | GPUSIM_PTE_VALID;
	if (uvma->vma.base.flags & GPUSIM_VMA_READ_ONLY || !(pfn & HMM_PFN_WRITE))
		entry |= GPUSIM_PTE_READ_ONLY;

	return entry;
}

/* Sets the entries of a chunk, if the pages are still those. */
static int gpusim_userptr_store(struct gpusim_userptr_walk *walk, unsigned long first,
				unsigned long count)
{
	struct gpusim_userptr_vma *uvma = walk->uvma;
	struct gpusim_vm *vm = uvma->userptr.vm;
	unsigned long i;

	guard(mutex)(&vm->userptrs.lock);

	if (mmu_interval_read_retry(&uvma->userptr.notifier, walk->seq))
		return -EBUSY;

	for (i = 0; i < count; i++) {
		u64 entry = gpusim_userptr_entry(uvma, walk->pfns[i]);

		gpusim_pt_set(&vm->pt, uvma->vma.base.va.addr + ((first + i) << PAGE_SHIFT),
			      entry);
	}

	return 0;
}

/* Looks for all pages of a mapping; @store: and sets the entries. */
static int gpusim_userptr_walk(struct gpusim_userptr_walk *walk, bool store)
{
	struct mmu_interval_notifier *notifier = &walk->uvma->userptr.notifier;
	unsigned long first, count, pages = gpusim_userptr_pages(walk->uvma);
	int ret;

retry:
	walk->partial = false;
	walk->seq = mmu_interval_read_begin(notifier);

	for (first = 0; first < pages; first += count) {
		count = min(pages - first, GPUSIM_USERPTR_CHUNK);

		ret = gpusim_userptr_lookup(walk, first, count);
		if (!ret && store)
			ret = gpusim_userptr_store(walk, first, count);
		if (ret == -EBUSY)
			goto retry;
		if (ret)
			return ret;
	}

	return 0;
}

/**
 * gpusim_userptr_check - see whether all of a mapping's pages are there
 * @uvma: mapping that is not in the tree yet
 *
 * Brings them in. Without locks that notifiers take.
 *
 * Returns: 0, -EFAULT if not, or another negative error code.
 */
int gpusim_userptr_check(struct gpusim_userptr_vma *uvma)
{
	struct gpusim_userptr_walk walk = { .uvma = uvma };
	int ret;

	walk.pfns = (void *)__get_free_page(GFP_KERNEL_ACCOUNT);
	if (!walk.pfns)
		return -ENOMEM;

	ret = gpusim_userptr_walk(&walk, false);
	free_page((unsigned long)walk.pfns);

	return !ret && walk.partial ? -EFAULT : ret;
}

/* Nothing is left, nothing will come. */
static void gpusim_userptr_give_up(struct gpusim_userptr_vma *uvma)
{
	static const struct gpusim_backing nowhere;
	struct gpusim_vm *vm = uvma->userptr.vm;

	guard(mutex)(&vm->userptrs.lock);

	list_del_init(&uvma->userptr.link);
	gpusim_pt_map(&vm->pt, NULL, uvma->vma.base.va.addr, uvma->vma.base.va.range, &nowhere, 0);
}

/* Looks for the pages of a mapping in the list of the invalid ones. */
static int gpusim_userptr_validate(struct gpusim_userptr_vma *uvma, unsigned long *pfns)
{
	struct gpusim_userptr_walk walk = { .uvma = uvma, .pfns = pfns };
	struct gpusim_userptr *userptr = &uvma->userptr;
	struct gpusim_userptrs *all = &userptr->vm->userptrs;
	struct mm_struct *mm = userptr->notifier.mm;
	int ret;

	if (userptr->orphan || !mmget_not_zero(mm)) {
		gpusim_userptr_give_up(uvma);
		return 0;
	}

	ret = gpusim_userptr_walk(&walk, true);

	mutex_lock(&all->lock);
	if (!ret && !mmu_interval_read_retry(&userptr->notifier, walk.seq)) {
		if (walk.partial)
			list_move_tail(&userptr->link, &all->partial);
		else
			list_del_init(&userptr->link);
	}
	mutex_unlock(&all->lock);

	mmput(mm);
	return ret;
}

/**
 * gpusim_userptrs_validate - look for the pages of a VM's mappings
 * @vm: VM, whose &gpusim_vm.ops_lock the caller holds, and no reservation
 *
 * What processes have not is not an error here: the engine will find that out if
 * it goes there. New ones can become invalid before this returns.
 *
 * Returns: 0 or a negative error code.
 */
int gpusim_userptrs_validate(struct gpusim_vm *vm)
{
	struct gpusim_userptrs *all = &vm->userptrs;
	struct gpusim_userptr_vma *uvma;
	unsigned long *pfns;
	int ret = 0;

	lockdep_assert_held(&vm->ops_lock);

	mutex_lock(&all->lock);
	list_splice_tail_init(&all->partial, &all->invalid);
	uvma = list_first_entry_or_null(&all->invalid, struct gpusim_userptr_vma, userptr.link);
	mutex_unlock(&all->lock);

	if (!uvma)
		return 0;

	pfns = (void *)__get_free_page(GFP_KERNEL_ACCOUNT);
	if (!pfns)
		return -ENOMEM;

	/* ops_lock keeps those in the list from being freed */
	while (!ret && uvma) {
		ret = gpusim_userptr_validate(uvma, pfns);

		mutex_lock(&all->lock);
		uvma = list_first_entry_or_null(&all->invalid, struct gpusim_userptr_vma,
						userptr.link);
		mutex_unlock(&all->lock);
	}
	free_page((unsigned long)pfns);

	return ret;
}
