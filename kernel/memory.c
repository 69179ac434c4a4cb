// SPDX-License-Identifier: GPL-2.0-only
/*
 * Memories: registration of a process's memory by its open /proc/PID/mem.
 *
 * Opening that file is where the kernel decides who may reach the memory
 * (mm_access() with PTRACE_MODE_ATTACH, fs/proc/base.c, 6.12); the file then
 * stands for exactly the memory that the process had at that moment.
 */

#include <linux/err.h>
#include <linux/file.h>
#include <linux/fs.h>
#include <linux/magic.h>
#include <linux/module.h>
#include <linux/mount.h>
#include <linux/path.h>
#include <linux/sched/mm.h>
#include <linux/slab.h>

#include "audit.h"
#include "memory.h"
#include "user.h"

/* Operations of /proc/PID/mem; only compared. Written once. */
static const struct file_operations *mem_fops;

/**
 * snoop_memory_setup - learn what a /proc/PID/mem looks like
 *
 * By opening one, of the calling process, in a mount that nobody else sees.
 * Called once, before any other function here. If it fails, userptr is not
 * available.
 */
void snoop_memory_setup(void)
{
	struct file_system_type *type = get_fs_type("proc");
	struct vfsmount *mnt;
	struct path root;
	struct file *file;

	if (!type)
		return;
	mnt = kern_mount(type);
	/* As put_filesystem(), which is not exported. */
	module_put(type->owner);
	if (IS_ERR(mnt)) {
		pr_warn("drm_snoop: no userptr: proc cannot be mounted: %pe\n", mnt);
		return;
	}
	root.mnt = mnt;
	root.dentry = mnt->mnt_root;
	file = file_open_root(&root, "self/mem", O_RDONLY, 0);
	if (IS_ERR(file)) {
		pr_warn("drm_snoop: no userptr: self/mem cannot be opened: %pe\n", file);
	} else {
		mem_fops = file->f_op;
		/* The last reference must be gone before the mount is. */
		__fput_sync(file);
	}
	kern_unmount(mnt);
}

/**
 * snoop_memory_is_known - can memories be registered?
 *
 * Return: false if snoop_memory_setup() failed.
 */
bool snoop_memory_is_known(void)
{
	return mem_fops;
}

/**
 * snoop_memories_init - begin with no registrations
 * @memories: To initialise.
 * @account: What registrations are charged to.
 */
void snoop_memories_init(struct snoop_memories *memories, const struct snoop_account *account)
{
	xa_init_flags(&memories->by_mm, XA_FLAGS_ACCOUNT);
	memories->account = account;
	memories->count = 0;
}

/**
 * snoop_memories_fini - drop all registrations
 * @memories: Nobody else uses them any more.
 */
void snoop_memories_fini(struct snoop_memories *memories)
{
	struct snoop_memory *memory;
	unsigned long index;

	xa_for_each(&memories->by_mm, index, memory) {
		mmdrop(memory->mm);
		kfree(memory);
	}
	xa_destroy(&memories->by_mm);
	snoop_uncharge_registrations(memories->account, memories->count);
}

/*
 * The memory behind a file, with mmget(). f_op first: only then is private_data
 * an mm_struct, or NULL for a process without memory (mem_open(), 6.12).
 */
static struct mm_struct *snoop_memory_of(const struct file *file)
{
	struct mm_struct *mm;

	if (!mem_fops || file->f_op != mem_fops ||
	    file_inode(file)->i_sb->s_magic != PROC_SUPER_MAGIC)
		return ERR_PTR(-EINVAL);
	mm = file->private_data;
	if (!mm || !mmget_not_zero(mm))
		return ERR_PTR(-ESRCH);
	return mm;
}

/* Inserts @new, or adds what it may do to the registration of its memory. */
static int snoop_memories_insert(struct snoop_memories *memories, struct snoop_memory *new)
{
	unsigned long index = (unsigned long)new->mm;
	struct snoop_memory *old;
	int ret;

	/* Slots are reserved first, because storing must not fail or sleep. */
	if (xa_reserve(&memories->by_mm, index, GFP_KERNEL_ACCOUNT))
		return -ENOMEM;
	xa_lock(&memories->by_mm);
	old = xa_load(&memories->by_mm, index);
	if (old) {
		if (new->write)
			WRITE_ONCE(old->write, true);
		xa_unlock(&memories->by_mm);
		mmdrop(new->mm);
		kfree(new);
		return 0;
	}
	ret = memories->count < SNOOP_MAX_MEMORIES ? 0 : -ENOSPC;
	if (!ret)
		ret = snoop_charge_registration(memories->account);
	if (ret) {
		/* Gives back the reserved slot. */
		__xa_erase(&memories->by_mm, index);
		xa_unlock(&memories->by_mm);
		return ret;
	}
	/* Fails if another thread gave back the slot of the same memory. */
	ret = xa_err(__xa_store(&memories->by_mm, index, new, 0));
	if (ret)
		snoop_uncharge_registrations(memories->account, 1);
	else
		memories->count++;
	xa_unlock(&memories->by_mm);
	return ret;
}

/**
 * snoop_memories_add - register the memory behind an open /proc/PID/mem
 * @memories: Where to add it.
 * @card: Card of the snoop file.
 * @fd: The caller's descriptor.
 * @write: It may be written; the caller has checked the rest.
 *
 * Return: 0 (also if it was registered before), -EBADF, -EINVAL (not a
 * /proc/PID/mem), -ESRCH (no memory), -EACCES (not readable, or with @write not
 * writable), -ENOSPC, -EDQUOT, -ENOMEM.
 */
int snoop_memories_add(struct snoop_memories *memories, const struct snoop_card *card, int fd,
		       bool write)
{
	struct snoop_memory *new = NULL;
	struct mm_struct *mm;
	struct file *file;
	int ret;

	file = fget(fd);
	if (!file)
		return -EBADF;
	mm = snoop_memory_of(file);
	if (IS_ERR(mm)) {
		ret = PTR_ERR(mm);
		mm = NULL;
		goto out;
	}
	ret = -EACCES;
	if (!(file->f_mode & FMODE_READ) || (write && !(file->f_mode & FMODE_WRITE)))
		goto out;
	ret = -ENOMEM;
	new = kmalloc(sizeof(*new), GFP_KERNEL_ACCOUNT);
	if (!new)
		goto out;
	mmgrab(mm);
	new->mm = mm;
	new->write = write;
	ret = snoop_memories_insert(memories, new);
	if (ret) {
		mmdrop(mm);
		kfree(new);
	}
out:
	snoop_audit_register_mem(card, mm, write, ret);
	if (mm)
		mmput_async(mm);
	fput(file);
	return ret;
}

/**
 * snoop_memories_find - look up a registration
 * @memories: Registrations of a snoop file.
 * @mm: The memory, only compared; may be gone, or NULL.
 *
 * Return: the registration or NULL.
 */
const struct snoop_memory *snoop_memories_find(const struct snoop_memories *memories,
					       const struct mm_struct *mm)
{
	return mm ? xa_load((struct xarray *)&memories->by_mm, (unsigned long)mm) : NULL;
}
