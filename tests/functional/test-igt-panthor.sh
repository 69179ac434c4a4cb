#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# The programs of tests/igt about the content of VMs, on panthor. It has no memory of its
# own, no userptr, and no sparse binds: those subtests are skipped, and no other.
# vm: --arch arm64 --gpu all
# kernel: stock: the debug kernel is for amd64
# timeout: 300
. "$DRM_SNOOP_TOP/tests/lib/tap.sh"
. "$DRM_SNOOP_TOP/tests/lib/igt.sh"

export IGT_FORCE_DRIVER=panthor
igt_find 'snoop_vm_*'
plan $((1 + ${#programs[@]} + ${#names[@]}))

is 'programs' "${programs[*]}" 'snoop_vm_change snoop_vm_read snoop_vm_write'
igt_run_all
for name in "${names[@]}"; do
	case $name in
	*vram* | *userptr* | *sparse*) igt_check "$name" SKIP ;;
	*) igt_check "$name" SUCCESS ;;
	esac
done
