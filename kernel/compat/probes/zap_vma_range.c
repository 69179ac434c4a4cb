// SPDX-License-Identifier: GPL-2.0-only
/*
 * zap_vma_range(), instead of zap_vma_ptes().
 * Since 0326440c3545 ("mm: rename zap_page_range_single() to zap_vma_range()"), 7.1.
 */
#include <linux/mm.h>

void probe(struct vm_area_struct *vma);

void probe(struct vm_area_struct *vma)
{
	zap_vma_range(vma, vma->vm_start, vma->vm_end - vma->vm_start);
}
