#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# drmsnoop core of 10,000 ranges, and a gigabyte of which half is holes: what memory it
# needs, that all ranges are in it, and the last byte.
# vm: --gpu gpusim
# timeout: 300
# slow: copies half a gigabyte; test-snoop-read makes the same calls
. "$DRM_SNOOP_TOP/tests/lib/tap.sh"
. "$DRM_SNOOP_TOP/tests/lib/target.sh"

plan 4

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
target_stop
