// SPDX-License-Identifier: GPL-2.0-only
/*
 * Open files of snoop nodes.
 */

#include <linux/err.h>
#include <linux/kref.h>
#include <linux/module.h>
#include <linux/slab.h>

#include <drm/drm_device.h>

#include "card.h"
#include "file.h"
#include "space.h"

static int snoop_open(struct inode *inode, struct file *filp)
{
	struct snoop_card *card = container_of(inode->i_cdev, struct snoop_card, cdev);
	struct snoop_file *file;
	int ret;

	file = kzalloc(sizeof(*file), GFP_KERNEL_ACCOUNT);
	if (!file)
		return -ENOMEM;
	ret = snoop_account_open(&file->account, filp);
	if (ret)
		goto err_free;
	ret = snoop_card_get(card);
	if (ret)
		goto err_account;
	file->card = card;
	spin_lock_init(&file->lock);
	file->writable = filp->f_mode & FMODE_WRITE;
	snoop_clients_init(&file->clients, &file->account);
	snoop_memories_init(&file->memories, &file->account);
	snoop_poll_init(&file->poll);
	filp->private_data = file;
	/* Drivers unmap what moves in the one address space of all files of the device. */
	filp->f_mapping = card->drm->anon_inode->i_mapping;
	return 0;

err_account:
	snoop_account_close(&file->account);
err_free:
	kfree(file);
	return ret;
}

static int snoop_release(struct inode *inode, struct file *filp)
{
	struct snoop_file *file = filp->private_data;

	snoop_poll_fini(&file->poll);
	/* The space may call the driver, so the card goes last. */
	snoop_space_put(file->space);
	snoop_spaces_free_unused(file);
	snoop_clients_fini(&file->clients);
	snoop_memories_fini(&file->memories);
	snoop_account_close(&file->account);
	snoop_card_put(file->card);
	kfree(file);
	return 0;
}

/**
 * snoop_file_space - what a file is bound to
 * @file: The file.
 *
 * Return: the space with a reference for the caller, or ERR_PTR(-ENXIO).
 */
struct snoop_space *snoop_file_space(struct snoop_file *file)
{
	struct snoop_space *space;

	spin_lock(&file->lock);
	space = file->space;
	if (space)
		kref_get(&space->ref);
	spin_unlock(&file->lock);
	return space ?: ERR_PTR(-ENXIO);
}

const struct file_operations snoop_fops = {
	.owner = THIS_MODULE,
	.open = snoop_open,
	.release = snoop_release,
	.read_iter = snoop_read_iter,
	.write_iter = snoop_write_iter,
	.fsync = snoop_fsync,
	.llseek = snoop_llseek,
	.poll = snoop_poll,
	.mmap = snoop_mmap,
	.unlocked_ioctl = snoop_ioctl,
	.compat_ioctl = compat_ptr_ioctl,
	/* The upper half of a 64-bit address space is offsets too. */
	.fop_flags = FOP_UNSIGNED_OFFSET,
};
