#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# Cores of 10,000 ranges, and a gigabyte of which half is holes. drmsnoop core: what memory
# it needs, that all ranges are in it, and the last byte. In the tree of drmsnoopfs: what
# memory it takes to tell the size of one, and that the size is right.
# vm: --gpu gpusim
# timeout: 300
# slow: copies half a gigabyte; test-snoop-read makes the same calls
. "$DRM_SNOOP_TOP/tests/lib/tap.sh"
. "$DRM_SNOOP_TOP/tests/lib/target.sh"
. "$DRM_SNOOP_TOP/tests/lib/drmsnoopfs.sh"

plan 9

target_start
pid=$TARGET_PID
t vm w
t bo page 64K system
t bo big 16M system
t bindmany w 0x10000000 10000 page 0x2000
for ((i = 0; i < 32; i++)); do
	t bind w $((0x100000000 + i * 0x2000000)) big
done
last=$((0x100000000 + 31 * 0x2000000 + 0x1000000 - 8))
t fill w "$last" 8 0x415441442d555047
core=$work/core
succeeds 'written' "$DRM_SNOOP_BUILD/tests/functional/peak" "$work/peak" drmsnoop core "$pid" -o "$core"
note "peak of memory: $(cat "$work/peak") KiB"
is 'little memory' "$(($(cat "$work/peak") < 32768))" 1
is 'all of them' "$(readelf -lW "$core" | grep -c '^  LOAD')" 10032
like 'gdb: the last bytes' "$(gdb -batch -nx -c "$core" -ex "x/gx $last" 2>/dev/null)" '0x415441442d555047$'

# peak: most memory that the daemon has had, in KiB.
peak() { sed -nE 's/^VmHWM:[^0-9]*([0-9]+) kB/\1/p' "/proc/$fs_pid/status"; }

succeeds 'mounts' fs_mount "$work/mnt"
vm=$work/mnt/card0/$pid/clients/$TARGET_CLIENT/vm/1
# All that it needs once.
stat -c %s "$vm/mem" >/dev/null
before=$(peak)
size=$(stat -c %s "$vm/core")
start=$(date +%s%N)
mapfile -t looks < <(printf "$vm/core\n%.0s" {1..50})
stat -c %s "${looks[@]}" >"$work/sizes"
note "$((($(date +%s%N) - start) / 1000000)) ms for 50 looks, peak $before KiB before and $(peak) KiB after"
is 'the size is told without a table of the ranges' "$(($(peak) - before < 256))" 1
is 'always the same' "$(sort -u "$work/sizes")" "$size"
is 'and is that of the file' "$(dd if="$vm/core" iflag=skip_bytes skip=$((size - 8)) status=none | wc -c)" 8
# An open one has it: so the peak would have told.
is 'an open file has a table' "$(($(peak) - before > 256))" 1
kill "$fs_pid"
wait "$fs_pid"
target_stop
