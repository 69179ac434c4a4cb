#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# vm: --gpu gpusim
# timeout: 400
#
# drmsnoopfs with the eyes of one user: the tree and what is in its files,
# compared with what the target's GPU sees; and how files end.
# shellcheck disable=SC2012,SC2153,SC2154
set -u
# shellcheck source=tests/lib/tap.sh
. "$DRM_SNOOP_TOP/tests/lib/tap.sh"
# shellcheck source=tests/lib/drmsnoopfs.sh
. "$DRM_SNOOP_TOP/tests/lib/drmsnoopfs.sh"
# shellcheck source=tests/lib/bytes.sh
. "$DRM_SNOOP_TOP/tests/lib/bytes.sh"

plan 101
export LC_ALL=C

gpu_start || exit 1
gpus <<'END'
vm v
bo a 64K system
bo b 1M vram
pattern a 0 64K 11
pattern b 0 1M 22
bind v 0x100000 a 0x3000 0x5000
bind v 0x105000 b 0 0x10000
bind v 0x200000 b 0x40000 0x80000
fill v 0x104000 0x2000 0xfeedfacecafebeef
END
m=$work/m
succeeds "mounts" fs_mount "$m"
first_daemon=$fs_pid
process=$m/card0/$gpu_pid
client=$process/clients/$gpu_client
vm=$client/vm/1
a=0000000000100000-0000000000105000
b=0000000000105000-0000000000115000
c=0000000000200000-0000000000280000

# The tree

is "the tree of a process" "$(cd "$process" && find . | sort)" "$(sort <<END
.
./clients
./clients/$gpu_client
./clients/$gpu_client/bo
./clients/$gpu_client/bo/1
./clients/$gpu_client/bo/2
./clients/$gpu_client/fdinfo
./clients/$gpu_client/objects
./clients/$gpu_client/vm
./clients/$gpu_client/vm/1
./clients/$gpu_client/vm/1/core
./clients/$gpu_client/vm/1/maps
./clients/$gpu_client/vm/1/maps.json
./clients/$gpu_client/vm/1/mem
./clients/$gpu_client/vm/1/ranges
./clients/$gpu_client/vm/1/ranges/$a
./clients/$gpu_client/vm/1/ranges/$b
./clients/$gpu_client/vm/1/ranges/$c
./clients/$gpu_client/vm/1/snapshots
./comm
./proc
END
)"
is "the root" "$(ls "$m")" "by-pid
card0"
is "the process is listed" "$(ls "$m/card0")" "$gpu_pid"
is "by-pid leads to it" "$(readlink "$m/by-pid/$gpu_pid")" "../card0/$gpu_pid"
is "by-pid works" "$(cat "$m/by-pid/$gpu_pid/comm")" gpusim-sh
is "proc leads to /proc" "$(readlink "$process/proc")" "/proc/$gpu_pid"
is "all is the user's own and read-only, but snapshots" \
	"$(find "$m" -mindepth 1 ! -name snapshots \( -type d ! -perm 500 -o -type f ! -perm 400 -o ! -user "$(id -u)" \))" ""
succeeds "ls -lR" ls -lR "$m"
succeeds "du" du -s "$m"
is "df leaves it out" "$(df 2>/dev/null | grep -c drmsnoopfs)" 0
is "it has no blocks" "$(stat -f -c '%b %f %a %c' "$m")" "0 0 0 0"
like "mount options" "$(grep " $m " /proc/self/mounts)" \
	"^drmsnoopfs $m fuse.drmsnoopfs rw,nosuid,nodev,noexec,relatime,user_id=$(id -u),group_id=$(id -g),max_read=1048576 "
inode=$(stat -c %i "$vm/mem")
is "inode numbers stay" "$(ls -i "$vm" | sed -n 's/ *\([0-9]*\) mem/\1/p')" "$inode"
for name in card1 card00 nothing; do
	fails "no $name" 1 'No such file' cat "$m/$name"
done
fails "no such pid" 2 'No such file' ls "$m/card0/4000000"
fails "pid with a zero in front" 2 'No such file' ls "$m/card0/0$gpu_pid"
fails "a process without GPU client" 2 'No such file' ls "$m/card0/$$"
fails "no such client" 2 'No such file' ls "$process/clients/$((gpu_client + 1000))"
fails "no such object" 1 'No such file' cat "$client/bo/77"
fails "no such VM" 2 'No such file' ls "$client/vm/2"
fails "part of a range is none" 1 'No such file' cat "$vm/ranges/0000000000100000-0000000000101000"
fails "a range with short digits" 1 'No such file' cat "$vm/ranges/100000-105000"
fails "nobody writes" 1 'Read-only file system' dd if=/dev/zero of="$client/bo/1" count=1
fails "nobody makes directories" 1 'Read-only file system' mkdir "$process/new"
fails "nobody changes modes" 1 'Read-only file system' chmod 644 "$vm/mem"

# Texts

drmsnoop maps "$gpu_pid" | grep -v '^#' >"$work/maps"
same "maps is what drmsnoop maps prints" "$vm/maps" "$work/maps"
is "maps has a line a range" "$(wc -l <"$vm/maps")" 3
like "maps" "$(cat "$vm/maps")" '^000000100000-000000105000 rw--- object tt 1:0x3000 0x10000$'
drmsnoop maps --json "$gpu_pid" >"$work/json"
succeeds "maps.json is part of what drmsnoop maps --json prints" \
	grep -qF "$(tr -d '\n' <"$vm/maps.json")" "$work/json"
is "maps.json is not empty" "$(grep -c '"start":"0x105000"' "$vm/maps.json")" 1
drmsnoop maps --objects "$gpu_pid" | grep -vE '^# (card|client)' >"$work/objects"
same "objects is what drmsnoop maps --objects prints" "$client/objects" "$work/objects"
is "objects has a line an object" "$(grep -vc '^#' "$client/objects")" 2
like "fdinfo" "$(cat "$client/fdinfo")" "^drm-client-id:[[:space:]]*$gpu_client\$"
is "texts have no size, as in procfs" "$(stat -c %s "$vm/maps")" 0
is "a text is more than its size" "$(dd if="$vm/maps" bs=7 status=none | crc /dev/stdin)" "$(crc "$work/maps")"

# Content

for range in "$a 0x5000" "$b 0x10000" "$c 0x80000"; do
	read -r name size <<<"$range"
	gpu sum v "0x${name%-*}" "$size" || exit 1
	is "range ${name#00000000} is what the GPU sees" "$(crc "$vm/ranges/$name")" "$gpu_answer"
	is "its size" "$(stat -c %s "$vm/ranges/$name")" $((size))
done
gpu cpusum a 0 64K
is "object a" "$(crc "$client/bo/1")" "$gpu_answer"
gpu cpusum b 0 1M
is "object b" "$(crc "$client/bo/2")" "$gpu_answer"
is "its size" "$(stat -c '%s %b' "$client/bo/2")" "1048576 2048"
is "mem ends with the address space" "$(stat -c %s "$vm/mem")" $((1 << 48))
is "mem has blocks where something is bound" "$(stat -c %b "$vm/mem")" $(((0x15000 + 0x80000) / 512))

hold "$vm/mem" || exit 1
for piece in "0x100000 1" "0x100001 7" "0x1037fd 4099" "0x104ffd 9" "0x104fff 0x2003" \
	"0x100003 0x14ffd" "0x200123 0x7fedd"; do
	read -r at size <<<"$piece"
	gpu sum v "$at" "$size" || exit 1
	is "mem at $at, $size" "$(held read "$at" "$size")" "$((size)) $gpu_answer"
done
is "a hole at the first byte" "$(held read 0x115000 1)" EIO
is "a hole before the first range" "$(held read 0xffffc 8)" EIO
is "address 0" "$(held read 0 4096)" EIO
is "the last byte" "$(held read 0xffffffffffff 1)" EIO
is "the end" "$(held read 0x1000000000000 16)" "0 0x00000000"
gpu sum v 0x114ff0 16
is "short before a hole" "$(held read 0x114ff0 4096)" "16 $gpu_answer"
gpu sum v 0x200000 0x80000
is "short in a large read" "$(held read 0x200000 4194304)" "524288 $gpu_answer"
is "data after a hole" "$(held data 0)" 0x100000
is "data in data" "$(held data 0x104321)" 0x104321
is "hole behind two ranges" "$(held hole 0x100000)" 0x115000
is "hole in a hole" "$(held hole 0x1f0000)" 0x1f0000
is "data in the next range" "$(held data 0x115000)" 0x200000
is "no more data" "$(held data 0x280000)" ENXIO
is "no sendfile through the page cache" "$(held sendfile 0x100000 4096)" EINVAL
is "no shared mapping" "$(held shared)" ENODEV
is "no zeros for a hole in a private mapping" "$(held private)" SIGBUS
release

is "dd at an odd offset" "$(dd if="$vm/mem" iflag=skip_bytes,count_bytes skip=$((0x104f01)) bs=997 count=3001 status=none | crc /dev/stdin)" \
	"$(gpu sum v 0x104f01 3001; echo "$gpu_answer")"
succeeds "cmp" cmp -n $((0x5000)) -i $((0x100000)):0 "$vm/mem" "$vm/ranges/$a"
is "hexdump" "$(hexdump -v -s $((0x104000)) -n 16 -e '8/1 "%02x"' "$vm/mem")" efbefecacefaedfeefbefecacefaedfe
succeeds "cp takes data and leaves holes" cp --sparse=auto "$vm/mem" "$work/copy"
is "the copy is as sparse" "$(stat -c '%s %b' "$work/copy")" "$(stat -c '%s %b' "$vm/mem")"
is "the copy has the content" "$(dd if="$work/copy" bs=4096 skip=256 count=21 status=none | crc /dev/stdin)" \
	"$(gpu sum v 0x100000 0x15000; echo "$gpu_answer")"
rm "$work/copy"
succeeds "tar" tar -cf "$work/tar" --sparse -C "$process" .
is "tar has the range" "$(tar -xOf "$work/tar" "./clients/$gpu_client/vm/1/ranges/$b" | crc /dev/stdin)" "$(crc "$vm/ranges/$b")"

gpu evict b
like "maps say what was evicted" "$(cat "$vm/maps")" '^000000200000-000000280000 rw--- object tt 2:0x40000 0x100000$'
is "an evicted object" "$(crc "$vm/ranges/$c")" "$(gpu sum v 0x200000 0x80000; echo "$gpu_answer")"

# Change

hold "$vm/maps"
before=$(held whole)
gpu bind v 0x300000 a 0 0x1000
is "a text does not change while it is open" "$(held whole)" "$before"
release
is "but does at the next open" "$(wc -l <"$vm/maps")" 4

hold "$vm/ranges/0000000000300000-0000000000301000"
gpu sum v 0x300000 0x1000
is "a new range" "$(held whole)" "4096 $gpu_answer"
gpu unbind v 0x300000 0x1000
is "an unbound range is stale" "$(held read 0 16)" ESTALE
gpu bind v 0x300000 b 0 0x1000
is "and so when something else is bound there" "$(held read 0 16)" ESTALE
release
is "a new open shows that" "$(crc "$vm/ranges/0000000000300000-0000000000301000")" "$(gpu sum v 0x300000 0x1000; echo "$gpu_answer")"
gpu unbind v 0x300000 0x1000
fails "its name goes with it" 1 'No such file' cat "$vm/ranges/0000000000300000-0000000000301000"

gpu bo d 64K system
gpu close d
fails "a closed object is gone" 1 'No such file' cat "$client/bo/3"

gpu loop bind v 0x400000 b 0 0x80000 ';' unbind v 0x400000 0x80000
hold "$vm/mem"
read -r full part eio other wrong <<<"$(held spin 300 0x400000 0x80000)"
release
gpu stop
like "unbinding under a reader: content, less of it, or EIO" "$other $wrong $((full + part + eio))" '^0 0 300$'

gpus <<'END'
vm w
bo page 4K system
bindmany w 0x10000000 10000 page 0x2000
END
many=$client/vm/2/ranges
is "10,000 ranges" "$(ls -f "$many" | sed -n '/-/p' | sort -u | wc -l)" 10000
is "the last of them can be read" "$(wc -c <"$many/$(ls "$many" | tail -n 1)")" 4096

# Two mounts, and the end

n=$work/n
fs_mount "$n"
is "a second mount shows the same" "$(crc "$n/card0/$gpu_pid/clients/$gpu_client/vm/1/ranges/$c")" "$(crc "$vm/ranges/$c")"
kill -TERM "$fs_pid"
wait "$fs_pid"
is "SIGTERM ends it well" $? 0
succeeds "and leaves no mount" mounted "$n" no

hold "$vm/mem"
gpu exit
wait "$GPU_PID" 2>/dev/null
is "the target ends while a file is open" "$(held read 0x100000 16)" ESRCH
release
fails "its directory disappears" 2 'No such file' ls "$process"
is "from the list too" "$(ls "$m/card0")" ""

fusermount3 -u "$m"
wait "$first_daemon"
is "unmounting ends the daemon" $? 0
is "nothing was logged" "$(cat "$m.log" "$n.log")" ""
