#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# drmsnoop diff and find: what the target's engine changed between a snapshot and now, and
# where it wrote; live memory and the snapshot agree.
# vm: --gpu gpusim
# timeout: 240
# slow: starts many programs; test-snoop-read and test-snoop-snapshot make the same calls
. "$DRM_SNOOP_TOP/tests/lib/tap.sh"
. "$DRM_SNOOP_TOP/tests/lib/target.sh"

plan 29

# ends NAME STATUS ARGUMENTS...: the exit status; output is in $work/out and $work/err
ends()
{
	local name=$1 want=$2

	shift 2
	drmsnoop "$@" >"$work/out" 2>"$work/err"
	is "$name" "$?" "$want"
}

target_start
pid=$TARGET_PID
t vm v
t bo a 64K vram
vram=$REPLY
t bo b 64K system
t bind v 0x100000 a
t bind v 0x110000 b
t bind v 0x800000 a 0x1000 0x1000
t sparse v 0x100000000000 1G
t memory m 64K
t userptr v 0x400000 m
t pattern a 0 64K 1
t pattern b 0 64K 2
t mempattern m 0 64K 3
t memunmap m 0x4000 0x1000

file=$work/before
drmsnoop snapshot "$pid" --va 0x100000 --size 16M -f "$file" >/dev/null
ends 'nothing changed' 0 diff --va 0x100000 --size 128K "$file" "$pid"
is 'nothing is printed' "$(cat "$work/out")" ''

# Four words over the border of two ranges, and one by itself.
t fill v 0x10fff8 16 0x1122334455667788
t fill v 0x110100 8 0xffffffffffffffff
t bind v 0x300000000000 b
ends 'the engine changed something' 1 diff --va 0x100000 --size 128K "$file" "$pid"
is 'where, and to what' "$(grep -v '^-' "$work/out")" \
	"00000010fff8-000000110008 16 bytes changed
+0010fff8  88 77 66 55 44 33 22 11  88 77 66 55 44 33 22 11  |.wfUD3\"..wfUD3\".|
000000110100-000000110108 8 bytes changed
+00110100  ff ff ff ff ff ff ff ff                           |........|"
dd if="$file" bs=1 skip=$((0xfff8)) count=16 status=none | od -An -tx1 -v | tr -d ' \n' >"$work/old"
is 'from what: the bytes of the snapshot' \
	"$(sed -n 's/^-0010fff8 *\([0-9a-f ]*\)  |.*/\1/p' "$work/out" | tr -d ' \n')" "$(cat "$work/old")"
ends '--quiet' 1 diff -s --va 0x100000 --size 128K "$file" "$pid"
is 'is quiet' "$(cat "$work/out" "$work/err")" ''
like 'JSON' "$(drmsnoop diff --json --va 0x110100 --size 8 "$file" "$pid" | tr -d '\n')" \
	'^\{"a":\{"name":"[^"]*","start":"0x110100"\},"b":\{"name":"[0-9]+","start":"0x110100"\},"size":"0x8","changes":\[\{"kind":"bytes","a":"0x110100","b":"0x110100","size":8,"a_bytes":"[0-9a-f]{16}","b_bytes":"f{16}"\}\],"changed":8,"unknown":0\}$'

# The whole file: what cannot be read on either side is not called the same.
drmsnoop diff -l "$file" "$pid" >"$work/out"
is 'all of the snapshot' "$? $(cat "$work/out")" "1 00000010fff8-000000110008 16 bytes changed
000000110100-000000110108 8 bytes changed
000000404000-000000405000 not compared: A unreadable (EIO), B unreadable (process memory: not mapped, or protected: see /proc/PID/maps)"
fails 'not known is trouble' 2 'bytes could not be compared' drmsnoop diff --va 0x400000 --size 64K "$file" "$pid"
drmsnoop diff --size 0x2000 "$pid,va=0x101000" "$pid,va=0x800000" >"$work/out"
is 'bound twice, and not behind it' "$? $(cat "$work/out")" "1 000000102000-000000103000 000000801000-000000802000 A data, B unbound"
ends 'an object, and its address' 0 diff --size 60K "$pid,bo=$vram" "$pid,va=0x100000"
t unbind v 0x110000 64K
t sparse v 0x110000 64K
drmsnoop diff -l --va 0x110000 --size 64K "$file" "$pid" >"$work/out"
is 'sparse is zeros' "$? $(($(wc -l <"$work/out") > 0)) $(grep -cv changed "$work/out")" '1 1 0'
t unbind v 0x110000 64K
drmsnoop diff --va 0x110000 --size 64K "$file" "$pid" >"$work/out"
is 'unbound is not' "$? $(cat "$work/out")" '1 000000110000-000000120000 A data, B unbound'
t bind v 0x110000 b

ends 'find: the whole address space' 0 find --u64 0x1122334455667788 "$pid"
is 'where it is' "$(cat "$work/out")" "00000010fff8
000000110000
300000000000"
like 'what was not searched is told' "$(cat "$work/err")" \
	'^drmsnoop find: [0-9]+: 000000404000-000000405000 was not searched: unreadable: process memory'
is 'over the border' "$(drmsnoop find '88 77 66 55 44 33 22 11 88' --va 0x100000 --size 128K "$pid")" 00000010fff8
is 'an object' "$(drmsnoop find --u64 0x1122334455667788 --bo "$vram" "$pid")" 00000000fff8
ends 'it was not in the snapshot' 1 find --u64 0x1122334455667788 "$file,va=0x100000" --size 128K
is 'the old bytes were' "$(drmsnoop find "$(cat "$work/old")" "$file" 2>/dev/null)" 00000010fff8
ends 'not found, and not all was searched' 2 find --string 'is nowhere' "$file"
is 'JSON' "$(drmsnoop find --json -m 1 --u64 0x1122334455667788 --va 0x100000 --size 128K "$pid")" \
	"{\"name\":\"$pid\",\"pattern\":\"8877665544332211\",\"align\":8,\"matches\":[\"0x10fff8\"],\"count\":1,\"unreadable\":0}"

core=$work/core
drmsnoop core "$pid" -o "$core" >/dev/null 2>&1
ends 'a core: what cannot be read is not the same' 2 diff "$core" "$pid"
is 'a core: all else is' "$(cat "$work/out")" \
	'000000404000-000000405000 not compared: A unreadable (EIO), B unreadable (process memory: not mapped, or protected: see /proc/PID/maps)'
is 'a core: what is in it' "$(drmsnoop find --u64 0x1122334455667788 "$core" 2>/dev/null)" "00000010fff8
000000110000
300000000000"
t fill v 0x100010 8 1
is 'a core: what changed' "$(drmsnoop diff -l "$core" "$pid" | grep -v compared)" '000000100010-000000100018 8 bytes changed'
is 'a core and a snapshot' "$(drmsnoop diff -l --va 0x100000 --size 128K "$file" "$core")" \
	"00000010fff8-000000110008 16 bytes changed
000000110100-000000110108 8 bytes changed"
target_stop
ends 'the process is gone' 2 diff "$file" "$pid"
