#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# The debug kernel sees what it is there to see, and tests/vm/run tells: a module
# that leaks, one that uses freed memory, one that takes locks in both orders. One
# boot each, because a report of KASAN ends lockdep.
# kernel: debug: tests what only that kernel does
# vm: host
# timeout: 400
# shellcheck source=tests/lib/tap.sh
. "$DRM_SNOOP_TOP/tests/lib/tap.sh"

run() { "$DRM_SNOOP_TOP/tests/vm/run" --kernel debug "$@"; }
headers=$("$DRM_SNOOP_TOP/tests/vm/kernel" headers debug) || exit
modules=$DRM_SNOOP_BUILD/kernel-debug

plan 15

chmod 755 "$work"
mkdir "$work/bad"
# The name of a module that the runner looks after.
echo 'obj-m := drm_snoop.o' >"$work/bad/Kbuild"
cat >"$work/bad/drm_snoop.c" <<'END_MODULE'
#include <linux/compiler.h>
#include <linux/module.h>
#include <linux/mutex.h>
#include <linux/slab.h>
#include <linux/string.h>

static char *fault = "";
module_param(fault, charp, 0);
static DEFINE_MUTEX(first);
static DEFINE_MUTEX(second);

static noinline void forget(void)
{
	int *lost = kmalloc(96, GFP_KERNEL);

	if (lost)
		WRITE_ONCE(*lost, 1);
}

static noinline void touch_freed(void)
{
	int *freed = kmalloc(96, GFP_KERNEL);

	kfree(freed);
	OPTIMIZER_HIDE_VAR(freed);
	if (freed)
		WRITE_ONCE(*freed, 1);
}

static noinline void lock_both_ways(void)
{
	mutex_lock(&first);
	mutex_lock(&second);
	mutex_unlock(&second);
	mutex_unlock(&first);
	mutex_lock(&second);
	mutex_lock(&first);
	mutex_unlock(&first);
	mutex_unlock(&second);
}

static int __init bad_init(void)
{
	int i;

	if (!strcmp(fault, "leak"))
		for (i = 0; i < 10; i++)
			forget();
	if (!strcmp(fault, "freed"))
		touch_freed();
	if (!strcmp(fault, "locks"))
		lock_both_ways();
	return 0;
}

static void __exit bad_exit(void)
{
}

module_init(bad_init);
module_exit(bad_exit);
MODULE_DESCRIPTION("Does what it must not");
MODULE_LICENSE("GPL");
END_MODULE
succeeds 'the bad module builds' make -C "$headers" M="$work/bad" modules

bad() { run --no-snoop --gpu none --modules "$work/bad" -- insmod "$work/bad/drm_snoop.ko" "fault=$1"; }

fails 'a leak: status 126' 126 'drm_snoop|memory leaked' bad leak
like 'a leak: what it is' "$(<"$work/err")" 'unreferenced object .*\(size 96\)'
like 'a leak: who did it' "$(<"$work/err")" '\[drm_snoop\] forget at drm_snoop.c:'
fails 'use of freed memory: status 126' 126 'BUG: KASAN: slab-use-after-free in touch_freed' bad freed
unlike 'use of freed memory: no leak' "$(<"$work/err")" 'unreferenced object'
fails 'locks in both orders: status 126' 126 'possible circular locking dependency' bad locks
like 'locks in both orders: which' "$(<"$work/err")" 'second.*lock_both_ways'

# All is as it should be, and nothing is switched off. Modules load in a kernel that
# is locked down, because they are signed.
# shellcheck disable=SC2016
run --modules "$modules" --append lockdown=integrity -- sh -c '
	uname -r; cat /sys/kernel/security/lockdown; cut -d" " -f1 /proc/modules
	grep debug_locks /proc/lockdep_stats; cat /proc/self/fail-nth; insmod "$1" 2>&1; true' - \
	"$work/bad/drm_snoop.ko" >"$work/out" 2>"$work/err"
is 'a good run: status and no complaint' "$?$(<"$work/err")" 0
like 'the debug kernel' "$(<"$work/out")" '^6\.12\.[0-9]+-debug-'
like 'locked down' "$(<"$work/out")" '\[integrity\]'
like 'signed modules load all the same' "$(<"$work/out")" '^gpusim$'
like 'modules without signature do not' "$(<"$work/out")" 'insmod: .*not permitted'
like 'lockdep is on' "$(<"$work/out")" 'debug_locks: +1$'
like 'failures can be ordered' "$(<"$work/out")" '^0$'
