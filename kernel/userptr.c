// SPDX-License-Identifier: GPL-2.0-only
/*
 * Content of ranges that are bound by CPU address: memory of the process.
 *
 * Reached by its mm_struct and never by task, as a task can have another memory
 * by now. Pages are taken one at a time, with nothing else held, as the process
 * itself would touch them: page protection counts (no FOLL_FORCE).
 */

#include <linux/err.h>
#include <linux/mm.h>
#include <linux/mmap_lock.h>
#include <linux/sched/mm.h>

#include "access.h"
#include "client.h"
#include "copy.h"
#include "memory.h"
#include "userptr.h"
#include "wait.h"

/**
 * snoop_userptr_begin - find out whether a userptr may be accessed
 * @access: The access.
 * @range: The range, of kind DRM_SNOOP_RANGE_USERPTR.
 * @addr: First address, in @range.
 * @len: Bytes, in @range.
 * @write: To write it.
 * @user: Filled for snoop_userptr_copy() and snoop_userptr_end().
 *
 * Return: 0; -EACCES (the memory is not registered, or not for writing), -ESRCH
 * (the process has ended or executes another program).
 */
int snoop_userptr_begin(const struct snoop_access *access, const struct snoop_range *range,
			u64 addr, size_t len, bool write, struct snoop_userptr *user)
{
	const struct snoop_memory *memory = snoop_memories_find(access->memories, range->mm);

	if (!memory || (write && !snoop_memory_may_write(memory)))
		return -EACCES;
	if (!mmget_not_zero(memory->mm))
		return -ESRCH;
	user->mm = memory->mm;
	user->addr = range->obj_offset + (addr - range->start);
	user->len = len;
	user->deadline = access->deadline;
	user->range = *range;
	return 0;
}

/* Nothing there, or nothing that may be accessed so. With the mmap lock. */
static int snoop_userptr_error(struct mm_struct *mm, unsigned long addr, bool write)
{
	const struct vm_area_struct *vma = vma_lookup(mm, addr);

	mmap_assert_locked(mm);
	return vma && !(vma->vm_flags & (write ? VM_WRITE : VM_READ)) ? -EACCES : -EIO;
}

/*
 * Gets a page as if the process touched it. A fault that has to wait, for the
 * disk or for somebody's userfaultfd, is begun and tried again: the kernel knows
 * no limit for it, and we do (FOLL_NOWAIT, as KVM's asynchronous faults).
 */
static int snoop_userptr_page(const struct snoop_userptr *user, unsigned long addr, bool write,
			      struct page **page)
{
	unsigned int flags = FOLL_NOWAIT | (write ? FOLL_WRITE : 0);
	unsigned int pause_us = SNOOP_PAUSE_MIN_US;
	int ret;

	for (;;) {
		if (mmap_read_trylock(user->mm)) {
			ret = get_user_pages_remote(user->mm, addr, 1, flags, page, NULL);
			if (ret < 0 && ret != -EAGAIN && ret != -ENOMEM)
				ret = snoop_userptr_error(user->mm, addr, write);
			mmap_read_unlock(user->mm);
			if (ret == 1)
				return 0;
			if (ret < 0 && ret != -EAGAIN)
				return ret;
		}
		ret = snoop_pause(user->deadline, &pause_us);
		if (ret)
			return ret;
	}
}

/**
 * snoop_userptr_copy - copy content of a process's memory, or into it
 * @user: From snoop_userptr_begin(), after the access has ended.
 * @buf: Kernel memory.
 * @write: Into the memory.
 *
 * Return: bytes copied, fewer before an error; -EIO (nothing is mapped there that
 * can be read), -EACCES (the process itself may not), -EBUSY, -EINTR, -ENOMEM.
 */
ssize_t snoop_userptr_copy(const struct snoop_userptr *user, void *buf, bool write)
{
	size_t done = 0;
	struct page *page;
	int ret;

	might_sleep();
	while (done < user->len) {
		unsigned long addr = user->addr + done;
		size_t part = min_t(size_t, user->len - done, PAGE_SIZE - offset_in_page(addr));

		ret = snoop_userptr_page(user, addr & PAGE_MASK, write, &page);
		if (ret)
			return done ?: ret;
		snoop_copy_page(page, offset_in_page(addr), buf + done, part, write);
		if (write)
			set_page_dirty_lock(page);
		put_page(page);
		done += part;
	}
	return done;
}

/**
 * snoop_userptr_end - let the memory go
 * @user: From snoop_userptr_begin(), or zeroed.
 *
 * If the process has ended meanwhile its memory is torn down, but not here: that
 * can take long.
 */
void snoop_userptr_end(struct snoop_userptr *user)
{
	if (user->mm)
		mmput_async(user->mm);
	user->mm = NULL;
}
