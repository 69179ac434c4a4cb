// SPDX-License-Identifier: GPL-2.0-only
/*
 * The table of ranges of a snapshot.
 *
 * Kept in the kernel: how many ranges there are is known only when all have been
 * copied, and whoever gets the descriptor gets the table with it.
 */

#include <linux/minmax.h>
#include <linux/mm.h>
#include <linux/sched.h>
#include <linux/sched/signal.h>
#include <linux/slab.h>

#include <uapi/drm/drm_snoop.h>

#include "entries.h"
#include "snapshot.h"

#define SNOOP_TABLE_PAGE	(PAGE_SIZE / sizeof(struct drm_snoop_snapshot_range))

/* Most entries in one call, so that it ends soon. */
#define SNOOP_TABLE_MAX		65536

/**
 * snoop_table_init - make a table without entries
 * @table: Filled.
 * @account: What its memory is charged to; outlives it.
 */
void snoop_table_init(struct snoop_table *table, const struct snoop_account *account)
{
	xa_init_flags(&table->pages, XA_FLAGS_ACCOUNT);
	table->count = 0;
	table->account = account;
}

/**
 * snoop_table_fini - free a table
 * @table: The table.
 */
void snoop_table_fini(struct snoop_table *table)
{
	unsigned long index;
	void *page;

	xa_for_each(&table->pages, index, page) {
		kfree(page);
		snoop_uncharge_snapshot(table->account, PAGE_SIZE);
	}
	xa_destroy(&table->pages);
}

static int snoop_table_grow(struct snoop_table *table, unsigned long index)
{
	void *page;
	int ret;

	ret = snoop_charge_snapshot(table->account, PAGE_SIZE);
	if (ret)
		return ret;
	page = kmalloc(PAGE_SIZE, GFP_KERNEL_ACCOUNT);
	ret = page ? xa_insert(&table->pages, index, page, GFP_KERNEL) : -ENOMEM;
	if (ret) {
		kfree(page);
		snoop_uncharge_snapshot(table->account, PAGE_SIZE);
	}
	return ret;
}

/**
 * snoop_table_add - add an entry
 * @table: The table, which nobody else knows of.
 * @entry: The entry; it is copied.
 *
 * Return: 0, -EDQUOT, -ENOMEM.
 */
int snoop_table_add(struct snoop_table *table, const struct drm_snoop_snapshot_range *entry)
{
	unsigned long index = table->count / SNOOP_TABLE_PAGE;
	unsigned int in_page = table->count % SNOOP_TABLE_PAGE;
	struct drm_snoop_snapshot_range *page;
	int ret;

	if (!in_page) {
		ret = snoop_table_grow(table, index);
		if (ret)
			return ret;
	}
	page = xa_load(&table->pages, index);
	page[in_page] = *entry;
	table->count++;
	return 0;
}

static int snoop_table_copy(const struct snoop_table *table,
			    struct drm_snoop_snapshot_ranges *list, u64 count)
{
	const struct snoop_entries entries = {
		.user = list->entries,
		.user_size = list->entry_size,
		.size = sizeof(struct drm_snoop_snapshot_range),
	};
	u64 done = 0;

	while (done < count) {
		u64 first = list->cursor + done;
		unsigned int in_page = first % SNOOP_TABLE_PAGE;
		unsigned int part = min(count - done, SNOOP_TABLE_PAGE - in_page);
		const struct drm_snoop_snapshot_range *page;

		page = xa_load((struct xarray *)&table->pages, first / SNOOP_TABLE_PAGE);
		if (snoop_entries_copy(&entries, done, page + in_page, part))
			return -EFAULT;
		done += part;
		if (fatal_signal_pending(current))
			return -EINTR;
		cond_resched();
	}
	return 0;
}

/**
 * snoop_table_list - tell entries
 * @table: The table.
 * @list: Request and answer.
 *
 * Return: 0 or what the uAPI says of DRM_IOCTL_SNOOP_SNAPSHOT_RANGES.
 */
int snoop_table_list(const struct snoop_table *table, struct drm_snoop_snapshot_ranges *list)
{
	u64 count;
	int ret;

	if (!list->count || !snoop_entries_size_valid(list->entry_size))
		return -EINVAL;
	if (list->cursor == DRM_SNOOP_CURSOR_END)
		list->cursor = table->count;
	if (list->cursor > table->count)
		return -EINVAL;
	count = min3(table->count - list->cursor, (u64)list->count, (u64)SNOOP_TABLE_MAX);
	ret = snoop_table_copy(table, list, count);
	if (ret)
		return ret;
	list->cursor += count;
	list->count = count;
	if (list->cursor == table->count)
		list->cursor = DRM_SNOOP_CURSOR_END;
	return 0;
}
