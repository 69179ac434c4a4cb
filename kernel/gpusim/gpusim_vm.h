/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef _GPUSIM_VM_H_
#define _GPUSIM_VM_H_

#include <linux/atomic.h>
#include <linux/container_of.h>
#include <linux/list.h>
#include <linux/mutex.h>
#include <linux/refcount.h>
#include <linux/spinlock.h>
#include <linux/wait.h>
#include <linux/workqueue.h>

#include <drm/drm_gpuvm.h>
#include <drm/gpu_scheduler.h>

#include "gpusim_pt.h"
#include "gpusim_userptr.h"
#include "gpusim_vma.h"

struct drm_device;
struct drm_file;
struct gpusim_bo;
struct gpusim_file;

/* Page 0 stays unmapped, so that a null pointer faults. */
#define GPUSIM_VA_START		GPUSIM_PAGE_SIZE
#define GPUSIM_VA_END		BIT_ULL(GPUSIM_VA_BITS)

/* With more unfinished jobs, EXEC waits: bounds the memory that they take. */
#define GPUSIM_VM_MAX_JOBS	256

/**
 * struct gpusim_vm - an address space
 *
 * Two reference counts, as an mm_struct has:
 *
 * - @users: the client's table, each ioctl at work and each unfinished job. When
 *   it drops to zero, @teardown removes all mappings, the page tables and the
 *   queue.
 * - &drm_gpuvm.kref of @base: the users as a whole, and whoever took
 *   drm_gpuvm_get(). After the teardown such a holder finds an empty tree. It
 *   holds the structure, and the structure holds the &drm_device and, as its
 *   jobs can be waiting when the client has gone, the module.
 *
 * Locks, outermost first:
 *
 * 1. @ops_lock
 * 2. the mmap_lock of a process that is bound here, to look for its pages
 * 3. reservations, by drm_exec: of the VM (shared by its private BOs), of the
 *    shared BOs; they protect the lists of bindings of the BOs
 * 4. @lock
 * 5. &gpusim_userptrs.lock of @userptrs
 * 6. &gpusim_pt.lock of @pt
 * 7. @fault_lock
 *
 * None of them but @ops_lock is held across an access to user memory.
 */
struct gpusim_vm {
	/** @base: Mappings. */
	struct drm_gpuvm base;

	/**
	 * @lock: Protects the tree of mappings and their addresses in @base.
	 * Held only to change or to read it: not across waits, reservations,
	 * allocations or accesses to user memory.
	 */
	struct mutex lock;

	/**
	 * @ops_lock: Makes VM_BIND, EXEC and teardown take turns, so that jobs
	 * are queued in the order of their fences and VM_BIND finds the VM idle.
	 * Whoever holds it can read the tree without @lock. Held across waits
	 * for fences and reservations, and while pages of processes are looked
	 * for; never taken where notifiers of their memory run.
	 */
	struct mutex ops_lock;

	/** @pt: Page tables. */
	struct gpusim_pt pt;

	/** @userptrs: Mappings of process memory. */
	struct gpusim_userptrs userptrs;

	/** @entity: Queue of jobs; pushed to under @ops_lock. */
	struct drm_sched_entity entity;

	/** @file: Client; a reference is held. */
	struct gpusim_file *file;

	/** @link: In &gpusim_file.all, protected by the lock of &gpusim_file.vms. */
	struct list_head link;

	/** @users: See above. */
	refcount_t users;

	/** @teardown: Queued when @users drops to zero. */
	struct work_struct teardown;

	/** @jobs: Jobs that have not been freed. */
	atomic_t jobs;

	/** @jobs_wait: Woken when @jobs has gone down. */
	wait_queue_head_t jobs_wait;

	/** @killed: The client is gone, no job runs any more. Set once. */
	bool killed;

	/** @fault_lock: Protects @faults, @fault_addr and @resets. */
	spinlock_t fault_lock;

	/** @faults: Jobs that ended by a page fault. */
	u64 faults;

	/** @fault_addr: Address of the last page fault. */
	u64 fault_addr;

	/** @resets: Jobs that ended by a reset of the engine. */
	u64 resets;
};

static inline struct gpusim_vm *to_gpusim_vm(struct drm_gpuvm *gpuvm)
{
	return container_of(gpuvm, struct gpusim_vm, base);
}

struct gpusim_vm *gpusim_vm_lookup(struct gpusim_file *gfile, u32 id);
struct gpusim_vm *gpusim_vm_get(struct gpusim_vm *vm);
void gpusim_vm_put(struct gpusim_vm *vm);
void gpusim_vm_revalidate_bo(struct gpusim_bo *bo);
void gpusim_vm_invalidate_bo(struct gpusim_bo *bo);
void gpusim_vm_report_fault(struct gpusim_vm *vm, u64 addr);
void gpusim_vm_report_reset(struct gpusim_vm *vm);

int gpusim_ioctl_vm_create(struct drm_device *drm, void *data, struct drm_file *file);
int gpusim_ioctl_vm_destroy(struct drm_device *drm, void *data, struct drm_file *file);
int gpusim_ioctl_vm_get_state(struct drm_device *drm, void *data, struct drm_file *file);

#endif /* _GPUSIM_VM_H_ */
