// SPDX-License-Identifier: GPL-2.0-only
/* zap_vma_range(): later kernels, instead of zap_vma_ptes() */
#include <linux/mm.h>

void probe(struct vm_area_struct *vma);

void probe(struct vm_area_struct *vma)
{
	zap_vma_range(vma, vma->vm_start, vma->vm_end - vma->vm_start);
}
