#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# The virtual core of drmsnoopfs, and drmsnoop gdb on it, as an ordinary user: gdb reads
# what the target's engine has, and what it stores later; of a target that was killed too.
# vm: --gpu gpusim
# timeout: 400
# slow: starts gdb a dozen times; test-snoop-read makes the same calls
. "$DRM_SNOOP_TOP/tests/lib/tap.sh"
. "$DRM_SNOOP_TOP/tests/lib/target.sh"
. "$DRM_SNOOP_TOP/tests/lib/bytes.sh"
. "$DRM_SNOOP_TOP/tests/lib/core-scene.sh"
. "$DRM_SNOOP_TOP/tests/lib/users.sh"

plan 34
export LC_ALL=C XDG_RUNTIME_DIR=$work/run
mkdir -m 777 "$work/run" "$work/out.d" "$work/mnt"
chmod 755 "$work"
chown alice "$work/mnt"

scene_start alice

# left: mounts and directories of drmsnoop gdb.
left()
{
	grep "$XDG_RUNTIME_DIR" /proc/self/mounts
	ls -A "$XDG_RUNTIME_DIR"
}

# until FILE: waits for it.
until_there()
{
	local i

	for ((i = 0; i < 600; i++)); do
		[ ! -e "$1" ] || return 0
		sleep 0.1
	done
	return 1
}

note 'the file of the tree'
succeeds 'mounted' as alice drmsnoopfs "$work/mnt"
vm=$work/mnt/card0/$pid/clients/$client/vm/1
succeeds 'readelf' as alice readelf -a "$vm/core"
is 'readelf has no warning' "$(cat "$work/err"; grep -i warning "$work/out")" ''
mapfile -d '' args < <(scene_dumps "$work/out.d/live")
as alice gdb -batch -nx -c "$vm/core" "${args[@]}" -ex 'x/2gx 0x300000' -ex 'x/gx 0x40004000' \
	-ex 'x/gx 0x500000' >"$work/gdb" 2>"$work/gdb.err"
scene_sums >"$work/sums"
is 'gdb: memory' "$(scene_crcs "$work/out.d/live")" "$(cat "$work/sums")"
like 'gdb: sparse reads as zeros' "$(cat "$work/gdb")" '^0x300000:[[:space:]]+0x0000000000000000[[:space:]]+0x0000000000000000$'
like 'gdb: what cannot be read' "$(cat "$work/gdb.err")" '^Cannot access memory at address 0x40004000$'
like 'gdb: what is not bound' "$(cat "$work/gdb.err")" '^Cannot access memory at address 0x500000$'
unlike 'gdb: nothing is amiss' "$(cat "$work/gdb.err")" 'truncated|arning'
fails 'it is not written' 1 'Read-only file system' as alice dd if=/dev/zero of="$vm/core" count=1 status=none
fails 'cp meets what cannot be read' 1 'Input/output error' as alice cp "$vm/core" "$work/out.d/core"
rm -f "$work/out.d/core"
t memremap m 0x4000 0x2000
succeeds 'cp keeps it' as alice cp --sparse=always "$vm/core" "$work/out.d/core"
mapfile -d '' args < <(scene_dumps "$work/out.d/kept")
gdb -batch -nx -c "$work/out.d/core" "${args[@]}" >/dev/null 2>&1
is 'gdb: what was kept' "$(scene_crcs "$work/out.d/kept")" "$(cat "$work/sums")"
is 'the size is that of what is read' "$(as alice bash -c 'exec <"$1"; stat -Lc %s /dev/stdin; wc -c <&0' - "$vm/core" | uniq | wc -l)" 1

note 'what the engine stores while gdb looks, and a snapshot of before'
as alice mkdir "$vm/snapshots/s"
as alice gdb -batch -nx -c "$vm/core" -ex 'x/gx 0x100008' \
	-ex "shell touch $work/out.d/one; until [ -e $work/out.d/two ]; do sleep 0.1; done" \
	-ex 'x/gx 0x100008' >"$work/gdb" 2>&1 &
job=$!
until_there "$work/out.d/one"
t fill v 0x100008 8 0x4645444342414140
touch "$work/out.d/two"
wait "$job"
is 'before and after' "$(grep '^0x100008' "$work/gdb" | tr '\t' ' ')" '0x100008: 0x9e3779b97f4a7c1d
0x100008: 0x4645444342414140'
mapfile -d '' args < <(scene_dumps "$work/out.d/frozen")
as alice gdb -batch -nx -c "$vm/snapshots/s/core" "${args[@]}" -ex 'x/gx 0x100008' >"$work/gdb" 2>&1
is 'gdb: the snapshot has what was there' "$(scene_crcs "$work/out.d/frozen")" "$(cat "$work/sums")"
like 'and not what is' "$(tr '\t' ' ' <"$work/gdb")" '^0x100008: 0x9e3779b97f4a7c1d$'
succeeds 'readelf of the snapshot' as alice readelf -a "$vm/snapshots/s/core"
is 'without a warning' "$(cat "$work/err"; grep -i warning "$work/out")" ''
succeeds 'cp of the snapshot' as alice cp --sparse=always "$vm/snapshots/s/core" "$work/out.d/frozen.core"
succeeds 'is all of it' as alice cmp "$vm/snapshots/s/core" "$work/out.d/frozen.core"

note 'drmsnoop gdb'
# A struct of the program in GPU memory: struct bo of gpusim-sh.
t fill v 0x100000 4K 0
t fill v 0x100008 8 0x0065727574786574
mapfile -d '' args < <(scene_dumps "$work/out.d/tool")
as alice drmsnoop gdb "$pid" -- -batch -nx "${args[@]}" -ex 'print/x *(struct memory *)0x100000000' \
	-ex 'print ((struct bo *)0x100000)->item.name' -ex 'info line command_find' \
	-ex 'print/x (unsigned long)&commands' -ex 'find /g 0x100000, +4096, 0x0065727574786574' \
	>"$work/gdb" 2>"$work/gdb.err"
is 'exit status' $? 0
scene_sums >"$work/sums"
is 'memory' "$(scene_crcs "$work/out.d/tool")" "$(cat "$work/sums")"
like 'a string in a struct of the program' "$(cat "$work/gdb")" '= "texture"'
like 'numbers in a struct' "$(cat "$work/gdb")" 'size = 0x3c6ef372fe95285a'
like 'lines' "$(cat "$work/gdb")" '^Line [0-9]+ of ".*commands\.c" starts at address 0x'
base=$(sed -nE '1s/-.*//p' "/proc/$pid/maps")
offset=$(nm "$(type -p gpusim-sh)" | sed -nE 's/^([0-9a-f]+) . commands$/\1/p')
like 'symbols are where the program is' "$(cat "$work/gdb")" "= 0x$(printf '%x' $((0x$base + 0x$offset)))\$"
like 'find' "$(cat "$work/gdb")" '^0x100008$'
is 'nothing is left' "$(left)" ''
as alice drmsnoop gdb "$pid" -- -batch -nx -ex 'quit 7' >/dev/null 2>&1
is "gdb's exit status" "$? $(left)" '7 '
fails 'not of others' 1 "process $pid may not be looked at" as bob drmsnoop gdb "$pid" -- -batch
is 'and nothing is mounted' "$(left)" ''
as alice drmsnoop gdb "$pid" -- -batch -nx -ex "shell touch $work/out.d/three; sleep 100" >/dev/null 2>&1 &
until_there "$work/out.d/three"
pkill -TERM -u alice -x drmsnoop
wait $!
# What gdb had started, and with it the standard input of the target.
pkill -KILL -u alice -x sleep
is 'ended by a signal' "$(left)" ''

note 'the process was killed, and another one holds its descriptor'
t sum v 0x100000000 64K
sum=$REPLY
t fork
holder=$REPLY
{ kill -KILL "$pid" && wait "$pid"; } 2>/dev/null
as alice drmsnoop gdb "$holder" -- -batch -nx -ex "dump memory $work/out.d/held 0x100000000 0x100010000" \
	-ex 'print ((struct bo *)0x100000)->item.name' >"$work/gdb" 2>&1
is 'its memory' "$(crc "$work/out.d/held")" "$sum"
like 'its symbols' "$(cat "$work/gdb")" '= "texture"'
as alice fusermount3 -u "$work/mnt"
target_stop
true
