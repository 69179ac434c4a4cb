// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * The layout of drm_snoop's structures, which may never change: for every
 * architecture and for 32-bit programs the same. Checked when it is compiled.
 */
#include <linux/types.h>

#include <drm/drm_snoop.h>

#define SIZE(type, size) \
	_Static_assert(sizeof(struct type) == (size), "size of " #type); \
	_Static_assert((size) % 8 == 0, #type " is not a multiple of 8")

#define MEMBER(type, member, offset, size) \
	_Static_assert(__builtin_offsetof(struct type, member) == (offset), \
		       #type "." #member " has moved"); \
	_Static_assert(sizeof(((struct type *)0)->member) == (size), \
		       #type "." #member " has another size")

SIZE(drm_snoop_card_info, 288);
MEMBER(drm_snoop_card_info, features, 0, 8);
MEMBER(drm_snoop_card_info, adapter_state, 8, 4);
MEMBER(drm_snoop_card_info, primary_minor, 12, 4);
MEMBER(drm_snoop_card_info, render_minor, 16, 4);
MEMBER(drm_snoop_card_info, pad, 20, 4);
MEMBER(drm_snoop_card_info, driver, 24, 32);
MEMBER(drm_snoop_card_info, module, 56, 56);
MEMBER(drm_snoop_card_info, bus_name, 112, 48);
MEMBER(drm_snoop_card_info, adapter_reason, 160, 128);

SIZE(drm_snoop_register, 16);
MEMBER(drm_snoop_register, fd, 0, 4);
MEMBER(drm_snoop_register, flags, 4, 4);
MEMBER(drm_snoop_register, client_id, 8, 8);

SIZE(drm_snoop_client, 16);
MEMBER(drm_snoop_client, client_id, 0, 8);
MEMBER(drm_snoop_client, flags, 8, 4);
MEMBER(drm_snoop_client, node, 12, 4);

SIZE(drm_snoop_vm, 64);
MEMBER(drm_snoop_vm, vm_id, 0, 8);
MEMBER(drm_snoop_vm, start, 8, 8);
MEMBER(drm_snoop_vm, end, 16, 8);
MEMBER(drm_snoop_vm, flags, 24, 4);
MEMBER(drm_snoop_vm, pad, 28, 4);
MEMBER(drm_snoop_vm, name, 32, 32);

SIZE(drm_snoop_object, 40);
MEMBER(drm_snoop_object, object_id, 0, 8);
MEMBER(drm_snoop_object, size, 8, 8);
MEMBER(drm_snoop_object, handle, 16, 4);
MEMBER(drm_snoop_object, kind, 20, 4);
MEMBER(drm_snoop_object, placement, 24, 4);
MEMBER(drm_snoop_object, flags, 28, 4);
MEMBER(drm_snoop_object, path, 32, 4);
MEMBER(drm_snoop_object, error, 36, 4);

SIZE(drm_snoop_range, 64);
MEMBER(drm_snoop_range, start, 0, 8);
MEMBER(drm_snoop_range, end, 8, 8);
MEMBER(drm_snoop_range, object_id, 16, 8);
MEMBER(drm_snoop_range, object_offset, 24, 8);
MEMBER(drm_snoop_range, object_size, 32, 8);
MEMBER(drm_snoop_range, generation, 40, 8);
MEMBER(drm_snoop_range, kind, 48, 4);
MEMBER(drm_snoop_range, placement, 52, 4);
MEMBER(drm_snoop_range, flags, 56, 4);
MEMBER(drm_snoop_range, pad, 60, 4);

SIZE(drm_snoop_list, 48);
MEMBER(drm_snoop_list, what, 0, 4);
MEMBER(drm_snoop_list, flags, 4, 4);
MEMBER(drm_snoop_list, client_id, 8, 8);
MEMBER(drm_snoop_list, vm_id, 16, 8);
MEMBER(drm_snoop_list, cursor, 24, 8);
MEMBER(drm_snoop_list, entries, 32, 8);
MEMBER(drm_snoop_list, count, 40, 4);
MEMBER(drm_snoop_list, entry_size, 44, 4);

SIZE(drm_snoop_bind, 32);
MEMBER(drm_snoop_bind, client_id, 0, 8);
MEMBER(drm_snoop_bind, what, 8, 4);
MEMBER(drm_snoop_bind, flags, 12, 4);
MEMBER(drm_snoop_bind, id, 16, 8);
MEMBER(drm_snoop_bind, size, 24, 8);

SIZE(drm_snoop_query_range, 80);
MEMBER(drm_snoop_query_range, addr, 0, 8);
MEMBER(drm_snoop_query_range, flags, 8, 4);
MEMBER(drm_snoop_query_range, pad, 12, 4);
MEMBER(drm_snoop_query_range, range, 16, 64);

SIZE(drm_snoop_register_mem, 8);
MEMBER(drm_snoop_register_mem, fd, 0, 4);
MEMBER(drm_snoop_register_mem, flags, 4, 4);

SIZE(drm_snoop_pages, 72);
MEMBER(drm_snoop_pages, start, 0, 8);
MEMBER(drm_snoop_pages, end, 8, 8);
MEMBER(drm_snoop_pages, object_id, 16, 8);
MEMBER(drm_snoop_pages, object_offset, 24, 8);
MEMBER(drm_snoop_pages, vram_offset, 32, 8);
MEMBER(drm_snoop_pages, dma_addr, 40, 8);
MEMBER(drm_snoop_pages, phys_addr, 48, 8);
MEMBER(drm_snoop_pages, kind, 56, 4);
MEMBER(drm_snoop_pages, placement, 60, 4);
MEMBER(drm_snoop_pages, flags, 64, 4);
MEMBER(drm_snoop_pages, pad, 68, 4);

SIZE(drm_snoop_query_pages, 40);
MEMBER(drm_snoop_query_pages, addr, 0, 8);
MEMBER(drm_snoop_query_pages, end, 8, 8);
MEMBER(drm_snoop_query_pages, entries, 16, 8);
MEMBER(drm_snoop_query_pages, count, 24, 4);
MEMBER(drm_snoop_query_pages, entry_size, 28, 4);
MEMBER(drm_snoop_query_pages, flags, 32, 4);
MEMBER(drm_snoop_query_pages, pad, 36, 4);

SIZE(drm_snoop_progress, 16);
MEMBER(drm_snoop_progress, addr, 0, 8);
MEMBER(drm_snoop_progress, copied, 8, 8);

SIZE(drm_snoop_snapshot, 64);
MEMBER(drm_snoop_snapshot, addr, 0, 8);
MEMBER(drm_snoop_snapshot, size, 8, 8);
MEMBER(drm_snoop_snapshot, progress, 16, 8);
MEMBER(drm_snoop_snapshot, flags, 24, 4);
MEMBER(drm_snoop_snapshot, pad, 28, 4);
MEMBER(drm_snoop_snapshot, copied, 32, 8);
MEMBER(drm_snoop_snapshot, range_count, 40, 8);
MEMBER(drm_snoop_snapshot, fd, 48, 4);
MEMBER(drm_snoop_snapshot, pad2, 52, 4);
MEMBER(drm_snoop_snapshot, budget_ms, 56, 4);
MEMBER(drm_snoop_snapshot, stopped_us, 60, 4);

SIZE(drm_snoop_snapshot_range, 64);
MEMBER(drm_snoop_snapshot_range, start, 0, 8);
MEMBER(drm_snoop_snapshot_range, end, 8, 8);
MEMBER(drm_snoop_snapshot_range, object_id, 16, 8);
MEMBER(drm_snoop_snapshot_range, object_offset, 24, 8);
MEMBER(drm_snoop_snapshot_range, object_size, 32, 8);
MEMBER(drm_snoop_snapshot_range, generation, 40, 8);
MEMBER(drm_snoop_snapshot_range, kind, 48, 4);
MEMBER(drm_snoop_snapshot_range, placement, 52, 4);
MEMBER(drm_snoop_snapshot_range, flags, 56, 4);
MEMBER(drm_snoop_snapshot_range, error, 60, 4);

SIZE(drm_snoop_snapshot_ranges, 32);
MEMBER(drm_snoop_snapshot_ranges, cursor, 0, 8);
MEMBER(drm_snoop_snapshot_ranges, entries, 8, 8);
MEMBER(drm_snoop_snapshot_ranges, count, 16, 4);
MEMBER(drm_snoop_snapshot_ranges, entry_size, 20, 4);
MEMBER(drm_snoop_snapshot_ranges, addr, 24, 8);

/* Numbers that programs were compiled with. */
_Static_assert(DRM_IOCTL_SNOOP_CARD_INFO == 0xc120dc00, "CARD_INFO");
_Static_assert(DRM_IOCTL_SNOOP_REGISTER == 0xc010dc01, "REGISTER");
_Static_assert(DRM_IOCTL_SNOOP_LIST == 0xc030dc02, "LIST");
_Static_assert(DRM_IOCTL_SNOOP_BIND == 0xc020dc03, "BIND");
_Static_assert(DRM_IOCTL_SNOOP_QUERY_RANGE == 0xc050dc04, "QUERY_RANGE");
_Static_assert(DRM_IOCTL_SNOOP_REGISTER_MEM == 0xc008dc05, "REGISTER_MEM");
_Static_assert(DRM_IOCTL_SNOOP_QUERY_PAGES == 0xc028dc06, "QUERY_PAGES");
_Static_assert(DRM_IOCTL_SNOOP_SNAPSHOT == 0xc040dc07, "SNAPSHOT");
_Static_assert(DRM_IOCTL_SNOOP_SNAPSHOT_RANGES == 0xc020dc08, "SNAPSHOT_RANGES");
