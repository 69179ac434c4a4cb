#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# tests/vm/run passes on what it should and notices what it should. Its own runs
# of the machine load no modules unless the test is about them.
# kernel: stock: it tests the runner, which is the same; test-vm-debug has the rest
# vm: host
# timeout: 900
. "$DRM_SNOOP_TOP/tests/lib/tap.sh"

run=$DRM_SNOOP_TOP/tests/vm/run
bare() { "$run" --gpu none --no-snoop "$@"; }

plan 47

# Without a machine: usage.
fails 'unknown option' 2 "unknown option '--nonsense'" "$run" --nonsense -- true
fails 'unknown GPU' 2 "unknown GPU 'voodoo'" "$run" --gpu voodoo -- true
fails 'option without a value' 2 '--gpu needs a value' "$run" --gpu
fails 'bad memory size' 2 '--mem wants' "$run" --mem lots -- true
fails 'bad timeout' 2 '--timeout wants' "$run" --timeout soon -- true
fails 'bad VRAM size' 2 '--vram-size is' "$run" --vram-size 3M -- true
fails 'bad variable' 2 '--env wants' "$run" --env '1x=2' -- true
fails 'unknown architecture' 2 "unknown architecture 'vax'" "$run" --arch vax -- true
fails 'no such kernel path' 2 '--kernel: no' "$run" --kernel /nonexistent/kernel -- true
fails 'no such share' 2 '--share: no directory' "$run" --share /nonexistent -- true
fails 'no such user' 2 "no user 'nobody-here'" bare --user nobody-here -- true
fails 'no module to load' 1 "no $work/gpusim.ko: run" "$run" --no-snoop --modules "$work" -- true
fails 'no vkms for a kernel without headers' 1 'no vkms.ko for 6.12.0: there are no headers' \
	"$DRM_SNOOP_TOP/tests/vm/vkms" "$work" 6.12.0
fails 'vkms of no kernel' 2 'Usage: tests/vm/vkms' "$DRM_SNOOP_TOP/tests/vm/vkms"
mkdir -p "$work/own/lib/modules/6.12.0/kernel/drivers/gpu/drm/vkms"
touch "$work/own/lib/modules/6.12.0/kernel/drivers/gpu/drm/vkms/vkms.ko.xz"
like 'a kernel with a vkms of its own' "$("$DRM_SNOOP_TOP/tests/vm/vkms" "$work/own" 6.12.0)" '/vkms.ko.xz$'
is 'usage errors are one line' "$("$run" --nonsense 2>&1 | wc -l)" 1
like 'help' "$("$run" --help)" '^Usage: tests/vm/run'

# Input, output, error and status; a binary stream larger than any buffer.
mkdir -p "$work/share/sub" "$work/tmp"
chmod 777 "$work" "$work/share"
export TMPDIR=$work/tmp
head -c 3000000 /dev/urandom >"$work/input"
cat >"$work/share/script" <<'END'
cat
echo "to stderr" >&2
{
	echo "kernel $(uname -r) user $(id -un) $(id -G) dir $PWD one $ONE"
	ls /proc/sys/kernel/yama/ptrace_scope /dev/shm /dev/fuse
} >"$1/facts"
(sleep 1000; echo never) &
exit 77
END
(cd "$work/share/sub" && bare --user bob --share "$work/share" --env ONE='1 and 2' -- \
	bash "$work/share/script" "$work/share" <"$work/input" >"$work/output" 2>"$work/errors")
is 'exit status' $? 77
same 'standard input and output, binary' "$work/output" "$work/input"
is 'standard error' "$(<"$work/errors")" 'to stderr'
facts=$(<"$work/share/facts")
like 'the stock kernel' "$facts" '^kernel 6\.12\.[0-9]+\+deb'
like 'the user, in groups video and render' "$facts" 'user bob 2002 44 [0-9]+ dir'
like 'the current directory' "$facts" "dir $work/share/sub one"
like 'a variable' "$facts" 'one 1 and 2$'
like 'Yama is there' "$facts" 'ptrace_scope'

# A shell on standard input; the host's files cannot be changed; empty input.
is 'commands on standard input' "$(echo "expr 6 \* 7" | bare)" 42
bare -- sh -c "echo changed >$work/share/facts; cat >$work/other; head -c 7 $work/share/facts" </dev/null >"$work/out2"
is 'a change is seen in the guest' "$(<"$work/out2")" changed
is 'and not on the host' "$(<"$work/share/facts")" "$facts"
bare -- no-such-program >"$work/out" 2>"$work/err"
is 'no such program: status' $? 127

# Death, time, faults.
fails 'the guest dies' 125 'Kernel panic' bare -- sh -c 'echo c >/proc/sysrq-trigger'
fails 'the time is over' 124 'the time is over' bare --timeout 8 -- sleep 1000
fails 'a warning in the kernel log' 126 'WARNING: CPU: 0 PID: 1' bare -- \
	sh -c 'echo "WARNING: CPU: 0 PID: 1 at made/up.c:1" >/dev/kmsg'
bare -- yes 2>"$work/err" | head -n 1 >"$work/out"
is 'nobody reads the output: the run ends' "${PIPESTATUS[0]}" 141

# A terminal, and being ended from outside.
mkfifo "$work/keys"
exec 8<>"$work/keys"
echo 'tty; exit 5' >&8
script -qec "stty rows 33 cols 111; '$run' --gpu none --no-snoop" /dev/null <"$work/keys" >"$work/out" 2>&1
is 'a shell on a terminal: status' $? 5
like 'a shell on a terminal' "$(<"$work/out")" '/dev/hvc0'
exec 8>&-
bare -- sh -c 'echo up; exec sleep 1000' >"$work/out" 2>&1 &
runner=$!
for ((try = 0; try < 1200; try++)); do
	grep -q up "$work/out" && break
	sleep 0.1
done
kill -TERM "$(pgrep -P "$runner" -f tests/vm/run || echo "$runner")"
wait "$runner"
is 'ended by SIGTERM' $? 143

# Our own modules.
"$run" --dmesg "$work/dmesg" --vram "$work/vram" --vram-size 64M -- sh -c 'ls -l /dev/dri; lsmod' >"$work/out" 2>"$work/err"
is 'modules load and unload' "$?$(<"$work/err")" 0
like 'the snoop node, for group render' "$(<"$work/out")" '^crw-rw---- .* render .* card0-snoop$'
like 'the render node, for group render' "$(<"$work/out")" '^crw-rw---- .* render .* renderD128$'
is 'VRAM is a file of the host' "$(stat -c %s "$work/vram")" $((64 << 20))
like 'the kernel log is kept' "$(<"$work/dmesg")" 'Linux version 6\.12'
mkdir "$work/stuck"
echo 'obj-m := drm_snoop.o' >"$work/stuck/Kbuild"
cat >"$work/stuck/drm_snoop.c" <<'END'
#include <linux/module.h>

static int __init stuck_init(void)
{
	__module_get(THIS_MODULE);
	return 0;
}

static void __exit stuck_exit(void)
{
}

module_init(stuck_init);
module_exit(stuck_exit);
MODULE_DESCRIPTION("Holds itself");
MODULE_LICENSE("GPL");
END
succeeds 'a module that holds itself builds' make -C "$("$DRM_SNOOP_TOP/tests/vm/kernel" headers)" M="$work/stuck" modules
fails 'a module that cannot be unloaded' 126 'drm_snoop is in use' \
	"$run" --gpu none --modules "$work/stuck" -- true
order=$("$run" --snoop-last --user alice -- sh -c 'cat /proc/modules | cut -d" " -f1; test -w /dev/dri/card0-snoop && echo writable')
is 'drm_snoop after the GPU' "$(grep -xE 'drm_snoop|gpusim' <<<"$order" | head -n 1)" drm_snoop
like 'alice may open the node' "$order" '^writable$'
is 'no directory is left behind' "$(ls -A "$TMPDIR")" ''
is 'no process is left behind' "$(pgrep -f "$TMPDIR/")" ''
