#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# tests/vm/dmesg-check knows a kernel's fault when it sees one, and only then.
# The faults are in the forms that Linux 6.12 prints.
. "$DRM_SNOOP_TOP/tests/lib/tap.sh"

check=$DRM_SNOOP_TOP/tests/vm/dmesg-check
faults=(
	'WARNING: CPU: 1 PID: 77 at drivers/gpu/drm/drm_gem.c:222 drm_gem_handle+0x1/0x2'
	'BUG: kernel NULL pointer dereference, address: 0000000000000008'
	'BUG: sleeping function called from invalid context at kernel/locking/mutex.c:585'
	'BUG: scheduling while atomic: cat/77/0x00000002'
	'kernel BUG at lib/list_debug.c:59!'
	'Oops: Oops: 0000 [#1] PREEMPT SMP'
	'Oops: general protection fault, probably for non-canonical address 0xdead000000000100'
	'WARNING: possible circular locking dependency detected'
	'INFO: task cat:77 blocked for more than 120 seconds.'
	'INFO: rcu_preempt detected stalls on CPUs/tasks:'
	'watchdog: BUG: soft lockup - CPU#0 stuck for 26s! [cat:77]'
	'BUG: KASAN: slab-use-after-free in snoop_read+0x1/0x2'
	'UBSAN: array-index-out-of-bounds in drivers/x.c:1:2'
	'refcount_t: underflow; use-after-free.'
	'list_del corruption. prev->next should be ffff, but was 0000'
	'kmemleak: 3 new suspected memory leaks (see /sys/kernel/debug/kmemleak)'
	'BUG gpusim_bo (Tainted: G           OE): Objects remaining in gpusim_bo on __kmem_cache_shutdown()'
	'cat: page allocation failure: order:5, mode:0x40dc0'
	'[drm:drm_mm_takedown [drm]] *ERROR* Memory manager not clean during takedown.'
	'drm_snoop: Unknown symbol ttm_bo_kmap (err -2)'
	'Kernel panic - not syncing: Fatal exception'
)
harmless=(
	'Linux version 6.12.1 (gcc-12 (Debian 12.2.0-14) 12.2.0)'
	'drm_snoop: loading out-of-tree module taints kernel.'
	'drm_snoop: module verification failed: signature and/or required key missing - tainting kernel'
	'hung_task_init: debugging of calls'
	'Key type .fscrypt registered; debug builds'
	'[drm] Initialized gpusim 1.0.0 for 0000:00:02.0 on minor 0'
	'..MP-BIOS bug: 8254 timer not connected to IO-APIC'
	'evm: overlay not supported'
)

plan $((${#faults[@]} + ${#harmless[@]} + 2))
for line in "${faults[@]}"; do
	out=$(printf '[    1.0] before\n[    2.0] %s\n[    3.0] after\n' "$line" | "$check")
	is "$line" "$? $(head -n 1 <<<"$out")" "1 [    2.0] $line"
done
for line in "${harmless[@]}"; do
	out=$(printf '[    1.0] before\n[    2.0] %s\n' "$line" | "$check")
	is "harmless: $line" "$? $out" '0 '
done
like 'what follows is shown' "$(printf 'BUG: x\nCall Trace:\n f+0x1\n' | "$check")" 'f\+0x1'
is 'an empty log' "$("$check" </dev/null; echo $?)" 0
