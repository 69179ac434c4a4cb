// SPDX-License-Identifier: GPL-2.0-only
/*
 * Maps of snapshots: those of shmem, but that a hole costs nothing.
 *
 * shmem gives a page of a hole that is touched memory, which nobody charged to the user's
 * limit, and the hole is none any more. Ours has the zero page there. The file is sealed
 * when it can be mapped: what has no page, and none that is swapped out, stays so.
 *
 * VM_MIXEDMAP, because the zero page is inserted by the fault handler. That is for maps
 * through which nobody can write to the file (vm_mixed_zeropage_allowed(), mm/memory.c,
 * 6.12): shared ones are for reading, and private ones get a copy of the page. It also
 * keeps khugepaged from filling holes.
 */

#include <linux/compiler.h>
#include <linux/fs.h>
#include <linux/minmax.h>
#include <linux/mm.h>
#include <linux/pagemap.h>
#include <linux/sizes.h>
#include <linux/xarray.h>

#include "snapshot_map.h"

/* Pages of a hole come in groups within aligned blocks of this size, as those of files do. */
#define SNOOP_HOLE_BLOCK	SZ_64K

/* shmem's fault handler, once something was mapped. The same for all. */
static vm_fault_t (*snoop_snapshot_shmem_fault)(struct vm_fault *vmf);

static bool snoop_snapshot_is_hole(const struct address_space *mapping, pgoff_t index)
{
	return !xa_load((struct xarray *)&mapping->i_pages, index);
}

/* The zero page at @addr; one that is there already is the same or that of the process. */
static vm_fault_t snoop_snapshot_insert(struct vm_area_struct *vma, unsigned long addr)
{
	switch (vm_insert_page(vma, addr, ZERO_PAGE(addr))) {
	case 0:
	case -EBUSY:
		return VM_FAULT_NOPAGE;
	case -ENOMEM:
		return VM_FAULT_OOM;
	default:
		return VM_FAULT_SIGBUS;
	}
}

/* The hole that was touched, from there on. */
static vm_fault_t snoop_snapshot_insert_hole(struct vm_fault *vmf,
					     const struct address_space *mapping, pgoff_t end)
{
	struct vm_area_struct *vma = vmf->vma;
	unsigned long last = min(vma->vm_end, ALIGN(vmf->address + 1, SNOOP_HOLE_BLOCK));
	vm_fault_t ret = snoop_snapshot_insert(vma, vmf->address);
	unsigned long addr = vmf->address + PAGE_SIZE;
	pgoff_t index = vmf->pgoff + 1;

	while (ret == VM_FAULT_NOPAGE && addr < last && index < end &&
	       snoop_snapshot_is_hole(mapping, index)) {
		/* Nobody asked for these. */
		if (snoop_snapshot_insert(vma, addr) != VM_FAULT_NOPAGE)
			break;
		addr += PAGE_SIZE;
		index++;
	}
	return ret;
}

static vm_fault_t snoop_snapshot_fault(struct vm_fault *vmf)
{
	struct address_space *mapping = vmf->vma->vm_file->f_mapping;
	vm_fault_t ret = VM_FAULT_SIGBUS;
	bool hole = false;
	pgoff_t end;

	/* Against the end of the content, after which no page may come into page tables. */
	filemap_invalidate_lock_shared(mapping);
	end = PFN_UP(i_size_read(mapping->host));
	if (vmf->pgoff < end) {
		hole = snoop_snapshot_is_hole(mapping, vmf->pgoff);
		if (hole)
			ret = snoop_snapshot_insert_hole(vmf, mapping, end);
	}
	filemap_invalidate_unlock_shared(mapping);
	return hole ? ret : READ_ONCE(snoop_snapshot_shmem_fault)(vmf);
}

static const struct vm_operations_struct snoop_snapshot_vm_ops = {
	.fault = snoop_snapshot_fault,
	.map_pages = filemap_map_pages,
};

/**
 * snoop_snapshot_map - map a snapshot
 * @shmem: Operations of shmem's files.
 * @map: What mmap() gets; the file is a sealed snapshot.
 *
 * Return: 0, or an error of shmem's.
 */
int snoop_snapshot_map(const struct file_operations *shmem, struct compat_vma *map)
{
	int ret = compat_shmem_mmap(shmem, map);

	if (ret)
		return ret;
	WRITE_ONCE(snoop_snapshot_shmem_fault, map->vm_ops->fault);
	map->vm_ops = &snoop_snapshot_vm_ops;
	compat_vma_set_mixed(map);
	return 0;
}
