// SPDX-License-Identifier: GPL-2.0-only
/*
 * Files of snapshots.
 *
 * A shmem file, with a release and an ioctl of our own. What reads and seeks is shmem's, and
 * maps too, but for holes. Only the struct file that SNAPSHOT returns has release and ioctl:
 * whoever opens the inode again through /proc/PID/fd gets a file without them, which may
 * stay longer. So the content goes with our file; other files are empty then. They
 * hold the module.
 *
 * Nobody can write to it: the seals keep pages and size, and an immutable inode is not
 * opened for writing at all.
 */

#include <linux/cred.h>
#include <linux/err.h>
#include <linux/file.h>
#include <linux/fs.h>
#include <linux/mm.h>
#include <linux/module.h>
#include <linux/pagemap.h>
#include <linux/rcupdate.h>
#include <linux/shmem_fs.h>
#include <linux/slab.h>
#include <linux/string.h>
#include <linux/uaccess.h>

#include <uapi/drm/drm_snoop.h>
#include <uapi/linux/fcntl.h>
#include <uapi/linux/fs.h>

#include "compat_shmem.h"
#include "snapshot.h"
#include "snapshot_map.h"

/* Those of shmem's own files, once there was a snapshot. The same for all. */
static const struct file_operations *snoop_snapshot_shmem;

/* The content goes, whoever else has the inode. */
static void snoop_snapshot_drop(struct snoop_snapshot *snapshot, struct inode *inode)
{
	inode_lock(inode);
	filemap_invalidate_lock(inode->i_mapping);
	i_size_write(inode, 0);
	unmap_mapping_range(inode->i_mapping, 0, 0, 1);
	filemap_invalidate_unlock(inode->i_mapping);
	shmem_truncate_range(inode, 0, (loff_t)-1);
	/* It may stay longer than the module, without a file that is open. */
	WRITE_ONCE(inode->i_fop, snoop_snapshot_shmem);
	inode_unlock(inode);
	snoop_uncharge_snapshot(&snapshot->account, snapshot->charged);
	snapshot->charged = 0;
}

/* All but the content and the file. */
static void snoop_snapshot_destroy(struct snoop_snapshot *snapshot)
{
	snoop_table_fini(&snapshot->table);
	snoop_account_close(&snapshot->account);
	kfree(snapshot);
}

/**
 * snoop_snapshot_create - begin a snapshot
 * @account: Of the snoop file that it is made on.
 * @addr: First address.
 * @size: Bytes, whole pages.
 *
 * Allocations for the content fail when a limit is reached, and no process is killed
 * for them.
 *
 * Return: it, for snoop_snapshot_seal() or snoop_snapshot_free(), or an error pointer.
 */
struct snoop_snapshot *snoop_snapshot_create(const struct snoop_account *account, u64 addr,
					     u64 size)
{
	struct snoop_snapshot *snapshot;
	struct address_space *mapping;
	struct file *filp;

	snapshot = kzalloc(sizeof(*snapshot), GFP_KERNEL_ACCOUNT);
	if (!snapshot)
		return ERR_PTR(-ENOMEM);
	filp = shmem_file_setup("drm-snoop-snapshot", size, COMPAT_SHMEM_NORESERVE);
	if (IS_ERR(filp)) {
		kfree(snapshot);
		/* What shmem says without memory for an inode. */
		return PTR_ERR(filp) == -ENOSPC ? ERR_PTR(-ENOMEM) : ERR_CAST(filp);
	}
	WRITE_ONCE(snoop_snapshot_shmem, file_inode(filp)->i_fop);
	mapping = filp->f_mapping;
	mapping_set_gfp_mask(mapping,
			     mapping_gfp_mask(mapping) | __GFP_RETRY_MAYFAIL | __GFP_NOWARN);
	snapshot->filp = filp;
	snapshot->addr = addr;
	snoop_account_share(&snapshot->account, account);
	snoop_table_init(&snapshot->table, &snapshot->account);
	return snapshot;
}

/**
 * snoop_snapshot_free - give up a snapshot that is not sealed
 * @snapshot: The snapshot.
 */
void snoop_snapshot_free(struct snoop_snapshot *snapshot)
{
	snoop_snapshot_drop(snapshot, file_inode(snapshot->filp));
	fput(snapshot->filp);
	snoop_snapshot_destroy(snapshot);
}

static loff_t snoop_snapshot_llseek(struct file *filp, loff_t offset, int whence)
{
	return snoop_snapshot_shmem->llseek(filp, offset, whence);
}

static ssize_t snoop_snapshot_read_iter(struct kiocb *iocb, struct iov_iter *to)
{
	return snoop_snapshot_shmem->read_iter(iocb, to);
}

static ssize_t snoop_snapshot_splice_read(struct file *filp, loff_t *pos,
					  struct pipe_inode_info *pipe, size_t len,
					  unsigned int flags)
{
	return snoop_snapshot_shmem->splice_read(filp, pos, pipe, len, flags);
}

static int snoop_snapshot_mmap(COMPAT_MMAP_ARGS)
{
	return snoop_snapshot_map(snoop_snapshot_shmem, map);
}

/* What a file has that somebody else opened. */
static const struct file_operations snoop_snapshot_inode_fops = {
	.owner = THIS_MODULE,
	.llseek = snoop_snapshot_llseek,
	.read_iter = snoop_snapshot_read_iter,
	.splice_read = snoop_snapshot_splice_read,
	.COMPAT_MMAP = snoop_snapshot_mmap,
	.fsync = noop_fsync,
};

static int snoop_snapshot_release(struct inode *inode, struct file *filp)
{
	struct snoop_snapshot *snapshot = filp->private_data;

	snoop_snapshot_drop(snapshot, inode);
	snoop_snapshot_destroy(snapshot);
	return 0;
}

static long snoop_snapshot_ranges(const struct snoop_snapshot *snapshot, void __user *user,
				  unsigned int size)
{
	struct drm_snoop_snapshot_ranges list;
	int ret;

	if (size < offsetofend(struct drm_snoop_snapshot_ranges, addr))
		return -EINVAL;
	ret = copy_struct_from_user(&list, sizeof(list), user, size);
	if (ret)
		return ret;
	list.addr = snapshot->addr;
	ret = snoop_table_list(&snapshot->table, &list);
	if (ret)
		return ret;
	return copy_to_user(user, &list, min_t(size_t, size, sizeof(list))) ? -EFAULT : 0;
}

static long snoop_snapshot_ioctl(struct file *filp, unsigned int cmd, unsigned long arg)
{
	if (_IOC_TYPE(cmd) != DRM_SNOOP_IOCTL_TYPE || _IOC_DIR(cmd) != (_IOC_READ | _IOC_WRITE) ||
	    _IOC_NR(cmd) != DRM_SNOOP_SNAPSHOT_RANGES)
		return -ENOTTY;
	return snoop_snapshot_ranges(filp->private_data, (void __user *)arg, _IOC_SIZE(cmd));
}

static const struct file_operations snoop_snapshot_fops = {
	.owner = THIS_MODULE,
	.llseek = snoop_snapshot_llseek,
	.read_iter = snoop_snapshot_read_iter,
	.splice_read = snoop_snapshot_splice_read,
	.COMPAT_MMAP = snoop_snapshot_mmap,
	.fsync = noop_fsync,
	.unlocked_ioctl = snoop_snapshot_ioctl,
	.compat_ioctl = compat_ptr_ioctl,
	.release = snoop_snapshot_release,
};

static void snoop_snapshot_freeze(struct inode *inode)
{
	struct shmem_inode_info *info = SHMEM_I(inode);

	inode_lock(inode);
	info->seals |= F_SEAL_WRITE | F_SEAL_GROW | F_SEAL_SHRINK | F_SEAL_SEAL;
	info->fsflags |= FS_IMMUTABLE_FL;
	inode->i_flags |= S_IMMUTABLE;
	WRITE_ONCE(inode->i_fop, &snoop_snapshot_inode_fops);
	inode_unlock(inode);
}

/**
 * snoop_snapshot_seal - make a snapshot what the caller gets
 * @snapshot: All is copied. It belongs to the file now, or is freed.
 *
 * Return: the file, or an error pointer.
 */
struct file *snoop_snapshot_seal(struct snoop_snapshot *snapshot)
{
	struct file *filp = snapshot->filp;
	struct address_space *mapping = filp->f_mapping;
	struct file *sealed;

	/* What is allocated from now on is for pages that were swapped out. */
	mapping_set_gfp_mask(mapping,
			     mapping_gfp_mask(mapping) & ~(__GFP_RETRY_MAYFAIL | __GFP_NOWARN));
	snoop_snapshot_freeze(file_inode(filp));
	/* The first one is open for writing, and has no position. */
	sealed = dentry_open(&filp->f_path, O_RDONLY | O_LARGEFILE, current_cred());
	if (IS_ERR(sealed)) {
		snoop_snapshot_free(snapshot);
		return sealed;
	}
	/* The module stays: a snoop file is open. */
	__module_get(THIS_MODULE);
	replace_fops(sealed, &snoop_snapshot_fops);
	sealed->private_data = snapshot;
	snapshot->filp = NULL;
	fput(filp);
	return sealed;
}

/**
 * snoop_snapshots_exit - for the end of the module
 *
 * No snapshot is left, but somebody may have kept the inode without a file, and be about
 * to open it: who has looked for its operations also sees now that the module goes.
 */
void snoop_snapshots_exit(void)
{
	if (snoop_snapshot_shmem)
		synchronize_rcu_tasks();
}
