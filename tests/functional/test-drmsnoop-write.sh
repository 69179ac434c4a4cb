#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# drmsnoop write, judged by the engine and the CPU of the target: what was written is
# there, and nothing else changed. What must not be written, and why it says so.
# vm: --gpu gpusim
# timeout: 400
# shellcheck disable=SC2119
# slow: starts hundreds of programs; test-snoop-write writes in the same way
. "$DRM_SNOOP_TOP/tests/lib/tap.sh"
. "$DRM_SNOOP_TOP/tests/lib/target.sh"
. "$DRM_SNOOP_TOP/tests/lib/bytes.sh"
. "$DRM_SNOOP_TOP/tests/lib/users.sh"

plan 60
chmod 755 "$work"
echo 0 >/proc/sys/kernel/yama/ptrace_scope
writes=/sys/module/drm_snoop/parameters/writes

# holds NAME FILE ADDR SIZE: the engine reads what is in the file.
holds()
{
	t sum v "$3" "$4"
	is "$1" "$REPLY" "$(crc "$2")"
}

# write ARGUMENTS...: drmsnoop write to the target
write()
{
	drmsnoop write --write "$pid" "$@"
}

target_start alice
pid=$TARGET_PID
t vm v
vm=$REPLY
t bo a 64K vram
vram=$REPLY
t bo b 128K system
sys=$REPLY
t bind v 0x100000 a
t bind v 0x110000 b 0x3000 64K
t bind v 0x200000 a 0x2000 0x1000 ro
t bind v 0x800000000000 a 0x2000 0x1000
t sparse v 0x300000 64K
t memory m 64K
address=$REPLY
t userptr v 0x400000 m
t userptr v 0x500000 m 0x4000 0x2000 ro
t fill v 0x100000 0x20000 0x4150555f554e4947
t memfill m 0 64K 0x4150555f554e4947
t pattern b 0 0x3000 5
t cpusum b 0 0x3000
outside=$REPLY
repeat "$work/model" 0x20000 GINU_UPA
repeat "$work/memory" 0x10000 GINU_UPA
head -c 5000 /dev/urandom >"$work/bytes"

note "what is written"
holds 'the model' "$work/model" 0x100000 0x20000
succeeds 'a file, over two ranges' write --va 0x10f123 -f "$work/bytes"
is 'nothing is said' "$(cat "$work/out" "$work/err")" ''
patch "$work/model" 0xf123 "$work/bytes"
holds 'it is there, and nothing else' "$work/model" 0x100000 0x20000
printf 'piped' >"$work/piece"
# shellcheck disable=SC2002	# a pipe is what is tested
succeeds 'a pipe' sh -c "cat '$work/piece' | drmsnoop write --write $pid --va 0x100003"
patch "$work/model" 3 "$work/piece"
succeeds 'standard input that is a file' sh -c "drmsnoop write --write $pid --bo $vram --offset 0xfffb <'$work/piece'"
patch "$work/model" 0xfffb "$work/piece"
printf '\xde\xad\xbe\xef\x00' >"$work/piece"
succeeds '--hex' write --va 0xffff800000000010 --hex 'de AD be ef00'
patch "$work/model" 0x2010 "$work/piece"
succeeds '--fill' write --bo "$sys" --offset 0x4ffe --fill 0xaa --size 5000
head -c 5000 /dev/zero | tr '\0' '\252' >"$work/piece"
patch "$work/model" 0x11ffe "$work/piece"
succeeds 'as much of the input as --size' write --va 0x101000 --size 7 -f "$work/bytes"
head -c 7 "$work/bytes" >"$work/piece"
patch "$work/model" 0x1000 "$work/piece"
holds 'all of it is there' "$work/model" 0x100000 0x20000
t cpusum a 0 64K
is 'the CPU of the target sees it too' "$REPLY" "$(head -c 64K "$work/model" | crc /dev/stdin)"
t cpusum b 0 0x3000
is 'the rest of the object is as it was' "$REPLY" "$outside"
t evict a
succeeds 'an evicted object' write --va 0x108000 -f "$work/bytes"
patch "$work/model" 0x8000 "$work/bytes"
t restore a
holds 'has it when it is back' "$work/model" 0x100000 0x20000
is 'alice writes' "$(as alice drmsnoop write --write "$pid" --va 0x100000 --hex 41 2>&1)" ''
printf A >"$work/piece"
patch "$work/model" 0 "$work/piece"

note "memory of the process, sparse"
succeeds 'userptr' write --va 0x401ffd -f "$work/bytes"
patch "$work/memory" 0x1ffd "$work/bytes"
t memsum m 0 64K
is 'the process has it' "$REPLY" "$(crc "$work/memory")"
holds 'the engine has it' "$work/memory" 0x400000 0x10000
is 'userptr is read' "$(drmsnoop read "$pid" --va 0x400000 --size 64K | crc /dev/stdin)" "$(crc "$work/memory")"
succeeds 'sparse' write --va 0x300000 --fill 1 --size 8K
like 'sparse: what was stored is said' "$(cat "$work/err")" '8192 of 8192 bytes went to sparse ranges, where nothing is stored'
is 'sparse is read' "$(drmsnoop read "$pid" --va 0x300000 --size 64K | crc /dev/stdin)" "$(head -c 64K /dev/zero | crc /dev/stdin)"
drmsnoop maps "$pid" | grep -v '^#' >"$work/maps"
cat >"$work/want" <<END
000000100000-000000110000 rw--- object vram $vram:0x0 0x10000
000000110000-000000120000 rw--- object tt $sys:0x3000 0x20000
000000200000-000000201000 r---- object vram $vram:0x2000 0x10000
000000300000-000000310000 rw--- sparse unknown -:0x0 0x0
000000400000-000000410000 rw--- userptr unknown cpu:$address 0x0
000000500000-000000502000 r---- userptr unknown cpu:$(printf '0x%x' $((address + 0x4000))) 0x0
800000000000-800000001000 rw--- object vram $vram:0x2000 0x10000
END
same 'maps' "$work/maps" "$work/want"
like 'maps --json: bound read-only' "$(drmsnoop maps --json "$pid")" \
	'"start":"0x200000","end":"0x201000","kind":"object","placement":"vram","flags":\["readable","read-only"\]'

note "all or nothing"
holds 'before' "$work/model" 0x100000 0x20000
fails 'into a hole' 1 '^drmsnoop write: nothing is bound at 0x120000: see `drmsnoop maps`; nothing was written$' \
	write --va 0x11f000 -f "$work/bytes"
fails 'in a hole' 1 'nothing is bound at 0x1000: see `drmsnoop maps`; nothing was written' write --va 0x1000 --hex 00
fails 'bound read-only' 1 'nothing can be written at 0x200000: bound read-only, or a read-only dma-buf; nothing was written' \
	write --va 0x200000 --hex 00
fails 'userptr bound read-only' 1 'at 0x500010: bound read-only' write --va 0x500010 --hex 00
fails 'past the end of an object' 1 '0x20000 is past the end; nothing was written' \
	write --bo "$sys" --offset 0x1fff0 --fill 0 --size 17
fails 'input that is too short' 1 "$work/bytes has 5000 bytes, not 5001; nothing was written" \
	write --va 0x100000 --size 5001 -f "$work/bytes"
fails 'no input' 1 'standard input is empty; nothing was written' sh -c "drmsnoop write --write $pid --va 0x100000 </dev/null"
fails 'no such file' 1 '/nonexistent: No such file' write --va 0x100000 -f /nonexistent
fails 'not without --write' 2 'with --write only: see' drmsnoop write "$pid" --va 0x100000 --hex 00
fails 'bob' 1 'it belongs to user alice' as bob drmsnoop write --write "$pid" --va 0x100000 --hex 00
holds 'nothing was written' "$work/model" 0x100000 0x20000
t memprotect m ro 0x8000 0x1000
fails 'what the process itself may not write' 1 'nothing can be written at 0x408000: process memory: not mapped, or protected: see /proc/PID/maps; 4096 of 8192 bytes were written' \
	write --va 0x407000 --fill 0x77 --size 8K
t memprotect m rw
t memprotect m none 0x9000 0x1000
fails 'read: what the process itself cannot reach' 1 \
	'hole of 0x1000 bytes at 0x409000 \(unreadable: process memory: not mapped, or protected: see /proc/PID/maps\): 4096 of 12288 bytes' \
	drmsnoop read "$pid" --va 0x408000 --size 12K
t memprotect m rw
head -c 4096 /dev/zero | tr '\0' w >"$work/piece"
patch "$work/memory" 0x7000 "$work/piece"
t memsum m 0 64K
is 'exactly these bytes were written' "$REPLY" "$(crc "$work/memory")"

note "memory of the process that is out of reach"
touch "$work/closed"
chmod 000 "$work/closed"
mount --bind "$work/closed" "/proc/$pid/mem"
like 'maps says why' "$(as alice drmsnoop maps "$pid")" \
	'^000000400000-000000410000 ----- userptr unknown -:0x0 0x0 # process memory: permission denied$'
like 'maps --json says why' "$(as alice drmsnoop maps --json "$pid")" \
	'"start":"0x400000",[^{]*"flags":\[\],[^{]*"reason":"process memory: permission denied"'
fails 'read says why' 1 'at 0x400000 \(unreadable: process memory: permission denied\)' \
	as alice drmsnoop read "$pid" --va 0x400000 --size 16
like 'hexdump says why' "$(as alice drmsnoop hexdump "$pid" --va 0x400000 --size 16)" \
	'hole of 0x10 bytes: unreadable: process memory: permission denied'
fails 'write says why' 1 'at 0x400000: process memory: permission denied; nothing was written' \
	as alice drmsnoop write --write "$pid" --va 0x400000 --hex 00
is 'all else is read' "$(as alice drmsnoop read "$pid" --va 0x100000 --size 128K | crc /dev/stdin)" "$(crc "$work/model")"
umount "/proc/$pid/mem"

note "run"
succeeds 'dd on a descriptor' drmsnoop run --write "$pid" --fd 3 -- sh -c \
	"dd bs=1 seek=$((0x101234)) status=none conv=fsync <'$work/bytes' >&3"
patch "$work/model" 0x1234 "$work/bytes"
succeeds 'write @FD' drmsnoop run --write "$pid" --fd 3 -- drmsnoop write --write @3 --va 0x11fffe --hex 0102
printf '\1\2' >"$work/piece"
patch "$work/model" 0x1fffe "$work/piece"
holds 'they are there' "$work/model" 0x100000 0x20000
fails 'not without run --write' 1 'the descriptor is not open for writing: use `drmsnoop run --write`; nothing was written' \
	drmsnoop run "$pid" --fd 3 -- drmsnoop write --write @3 --va 0x100000 --hex 00

note "who may"
chmod 640 /dev/dri/card0-snoop
fails 'a node that may only be read' 1 '/dev/dri/card0-snoop may not be opened for writing' \
	as alice drmsnoop write --write "$pid" --va 0x100000 --hex 00
like 'doctor: the node' "$(as alice drmsnoop doctor)" '^warn +write +card0: /dev/dri/card0-snoop may not be opened for writing'
"$DRM_SNOOP_TOP/tests/vm/guest/nodes"
like 'doctor: writing' "$(drmsnoop doctor)" '^ok +write +card0: memory can be written with --write'
like 'doctor: userptr' "$(drmsnoop doctor)" '^ok +userptr +card0: '
echo N >$writes
fails 'switched off' 1 "^drmsnoop write: memory may not be written: it is switched off: as root, echo Y >$writes\$" \
	write --va 0x100000 --hex 00
fails 'run: switched off' 1 'it is switched off' drmsnoop run --write "$pid" -- true
like 'doctor: switched off' "$(drmsnoop doctor)" '^warn +write +card0: memory may not be written: it is switched off'
succeeds 'doctor: it can still be used' drmsnoop doctor
echo Y >$writes
succeeds 'switched on' write --va 0x100000 --hex 41
holds 'nothing else changed' "$work/model" 0x100000 0x20000
is 'the VM is the same' "$(drmsnoop maps --vm "$vm" "$pid" | grep -vc '^#')" 7
target_stop
