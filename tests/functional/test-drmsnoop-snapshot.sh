#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# drmsnoop snapshot: the file is what the target's engine has, and sparse; the table says
# what is what.
# vm: --gpu gpusim
# timeout: 240
. "$DRM_SNOOP_TOP/tests/lib/tap.sh"
. "$DRM_SNOOP_TOP/tests/lib/target.sh"
. "$DRM_SNOOP_TOP/tests/lib/bytes.sh"

plan 27

target_start
pid=$TARGET_PID
t vm v
t bo a 64K vram
vram=$REPLY
t bo b 128K system
t bind v 0x100000 a
t bind v 0x110000 b 0x3000 64K
t sparse v 0x120000 64K
t memory m 64K
t userptr v 0x40000000 m
t pattern a 0 64K 1
t pattern b 0 128K 2
t mempattern m 0 64K 3
t memunmap m 0x4000 0x1000

file=$work/snapshot
succeeds 'a gigabyte' drmsnoop snapshot "$pid" --va 0x100000 --size 2G -f "$file"
is 'size' "$(stat -c %s "$file")" 2147483648
is 'room' "$(($(stat -c %b "$file") <= 1024))" 1
is 'mode' "$(stat -c %a "$file")" 600
is 'mode of the table that is kept' "$(stat -c %a "$file.json")" 600
is 'table' "$(cat "$work/out")" "000000100000-000000110000 object vram copied
000000110000-000000120000 object tt copied
000000120000-000000130000 sparse unknown zeros
000040000000-000040004000 userptr unknown copied
000040004000-000040005000 userptr unknown EIO
000040005000-000040010000 userptr unknown copied"
head -c 128K "$file" >"$work/bytes"
t sum v 0x100000 0x20000
is 'objects' "$(crc "$work/bytes")" "$REPLY"
tail -c +$((0x40000000 - 0x100000 + 1)) "$file" | head -c 16K >"$work/bytes"
t memsum m 0 16K
is 'memory of the process' "$(crc "$work/bytes")" "$REPLY"
tail -c +$((0x40004000 - 0x100000 + 1)) "$file" | head -c 4K >"$work/bytes"
is 'a hole' "$(tr -d '\0' <"$work/bytes" | wc -c)" 0

succeeds 'the file is written anew' drmsnoop snapshot "$pid" --va 0x100000 --size 4K -f "$file"
is 'its size' "$(stat -c %s "$file")" 4096
succeeds 'an object' drmsnoop snapshot "$pid" --bo "$vram" -f "$file"
t cpusum a 0 64K
is 'its bytes' "$(crc "$file")" "$REPLY"
drmsnoop snapshot "$pid" --va 0x108000 --size 4K --json -f "$file" >"$work/json"
like 'JSON' "$(cat "$work/json")" \
	'^\{"start":"0x108000","end":"0x109000","consistent":false,"stopped_us":0,"ranges":\[\{"start":"0x108000","end":"0x109000","kind":"object","placement":"vram","object":"0x[0-9a-f]+","offset":"0x8000","error":null,"change":null,"stopped":false,"shared":false\}\]\}$'
is 'the same is kept' "$(tr -d '\n' <"$file.json")" "$(cat "$work/json")"
like 'JSON: what could not be read' \
	"$(drmsnoop snapshot "$pid" --va 0x40004000 --size 4K --json -f "$file")" \
	'"kind":"userptr",.*"error":"EIO","change":null,"stopped":false,"shared":false\}\]\}$'
succeeds 'with writers stopped' drmsnoop snapshot "$pid" --va 0x100000 --size 2G --consistent -f "$file"
is 'its table' "$(cat "$work/out")" "000000100000-000000110000 object vram copied
000000110000-000000120000 object tt copied
000000120000-000000130000 sparse unknown zeros
000040000000-000040004000 userptr unknown copied not-stopped
000040004000-000040005000 userptr unknown EIO
000040005000-000040010000 userptr unknown copied not-stopped"
head -c 128K "$file" >"$work/bytes"
t sum v 0x100000 0x20000
is 'its bytes' "$(crc "$work/bytes")" "$REPLY"
like 'its JSON' "$(drmsnoop snapshot "$pid" --bo "$vram" --consistent=1000 --json -f "$file")" \
	'"consistent":true,"stopped_us":[1-9][0-9]*,.*"stopped":true,"shared":false\}\]\}$'
t spin v 0x100000 0x1234
job=$REPLY
fails 'work that does not end' 1 'the time was up' drmsnoop snapshot "$pid" --bo "$vram" --consistent=200 -f "$file"
t cpufill a 0 8 0x1234
t wait "$job"
fails 'no time' 2 '0 milliseconds' drmsnoop snapshot "$pid" --bo "$vram" --consistent=0 -f "$file"
fails 'no room for a file' 1 'writing /dev/full|/dev/full' drmsnoop snapshot "$pid" --va 0x100000 --size 4K -f /dev/full
is 'and no table of it' "$(test -e /dev/full.json; echo $?)" 1
rm "$file.json"
mkdir "$file.json"
fails 'no room for the table' 1 'snapshot.json' drmsnoop snapshot "$pid" --va 0x100000 --size 4K -f "$file"
rmdir "$file.json"
fails 'no such directory' 1 'No such file' drmsnoop snapshot "$pid" --va 0x100000 --size 4K -f "$work/none/file"
target_stop
fails 'the process is gone' 1 "" drmsnoop snapshot "$pid" --va 0x100000 --size 4K -f "$file"
