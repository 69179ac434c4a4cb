#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# vm: --gpu gpusim
# timeout: 400
#
# drmsnoopfs -o rw: what dd, cp and a shell write is what the target's GPU and CPU
# see, and nothing else changes; what cannot be written, and how it says so.
# shellcheck disable=SC2012,SC2153,SC2154
# slow: starts hundreds of programs; test-snoop-write writes in the same way
set -u
# shellcheck source=tests/lib/tap.sh
. "$DRM_SNOOP_TOP/tests/lib/tap.sh"
# shellcheck source=tests/lib/drmsnoopfs.sh
. "$DRM_SNOOP_TOP/tests/lib/drmsnoopfs.sh"
# shellcheck source=tests/lib/bytes.sh
. "$DRM_SNOOP_TOP/tests/lib/bytes.sh"

plan 65
export LC_ALL=C
writes=/sys/module/drm_snoop/parameters/writes

gpu_start || exit 1
gpus <<'END'
vm v
bo a 64K system
bo b 1M vram
bo c 8K vram
memory m 64K
bind v 0x100000 a 0x3000 0x5000
bind v 0x105000 b 0 0x10000
bind v 0x200000 b 0x40000 0x80000
bind v 0x300000 c ro
sparse v 0x400000 64K
userptr v 0x500000 m
pattern a 0 64K 3
pattern c 0 8K 4
fill v 0x100000 0x15000 0x4150555f554e4947
fill v 0x200000 0x80000 0x4150555f554e4947
memfill m 0 64K 0x4150555f554e4947
END
m=$work/m
succeeds "mounts" fs_mount "$m" -o rw
first_daemon=$fs_pid
process=$m/card0/$gpu_pid
client=$process/clients/$gpu_client
vm=$client/vm/1
a=$vm/ranges/0000000000100000-0000000000105000
b=$vm/ranges/0000000000105000-0000000000115000
large=$vm/ranges/0000000000200000-0000000000280000
fixed=$vm/ranges/0000000000300000-0000000000302000
sparse=$vm/ranges/0000000000400000-0000000000410000
user=$vm/ranges/0000000000500000-0000000000510000
repeat "$work/model" 0x15000 GINU_UPA
repeat "$work/large" 0x80000 GINU_UPA
repeat "$work/memory" 0x10000 GINU_UPA
head -c 5000 /dev/urandom >"$work/bytes"

# holds NAME FILE ADDR SIZE: the engine reads what is in the file.
holds()
{
	gpu sum v "$3" "$4"
	is "$1" "$gpu_answer" "$(crc "$2")"
}

# What may be written

like "mount options" "$(grep " $m " /proc/self/mounts)" \
	"^drmsnoopfs $m fuse.drmsnoopfs rw,nosuid,nodev,noexec,"
is "memory may be written" "$(find "$process" -type f -perm 600 | sort)" \
	"$(printf '%s\n' "$client"/bo/{1,2,3} "$vm/mem" "$a" "$b" "$large" "$sparse" "$user" | sort)"
is "what is bound read-only, and texts, may not" "$(find "$process" -type f -perm 400 | sort)" \
	"$(printf '%s\n' "$process/comm" "$client/fdinfo" "$client/objects" "$vm/core" "$vm/maps" "$vm/maps.json" "$fixed" | sort)"
is "directories may not, but that of snapshots" "$(find "$m" -mindepth 1 -type d ! -name snapshots ! -perm 500)" ""
is "maps says so" "$(cut -d' ' -f2 "$vm/maps" | tr '\n' ' ')" "rw--- rw--- rw--- r---- rw--- rw--- "

# What is written

gpu cpusum a 0 0x3000
outside=$gpu_answer
holds "the model" "$work/model" 0x100000 0x15000
succeeds "dd at an address, over two ranges" dd if="$work/bytes" of="$vm/mem" oflag=seek_bytes seek=$((0x104f01)) \
	bs=997 conv=notrunc,fsync
patch "$work/model" 0x4f01 "$work/bytes"
holds "it is there, and nothing else" "$work/model" 0x100000 0x15000
succeeds "dd without conv=notrunc" dd if="$work/bytes" of="$vm/mem" bs=4096 seek=$((0x101000 / 4096)) count=1
head -c 4096 "$work/bytes" >"$work/piece"
patch "$work/model" 0x1000 "$work/piece"
succeeds "a shell's redirection" bash -c "printf 'redirected' >'$a'"
printf redirected >"$work/piece"
patch "$work/model" 0 "$work/piece"
is "the size stays" "$(stat -c %s "$a")" $((0x5000))
succeeds "both ways" bash -c "exec 3<>'$b'; head -c 8 <&3 >/dev/null; printf 'after 8' >&3"
printf 'after 8' >"$work/piece"
patch "$work/model" 0x5008 "$work/piece"
holds "all of it is there" "$work/model" 0x100000 0x15000
gpu cpusum a 0 0x3000
is "the rest of the object is as it was" "$gpu_answer" "$outside"
head -c $((0x80000)) /dev/urandom >"$work/large"
succeeds "cp to a range" cp "$work/large" "$large"
holds "the range is the file" "$work/large" 0x200000 0x80000
succeeds "cmp agrees" cmp "$work/large" "$large"
head -c 4096 /dev/urandom >"$work/piece"
succeeds "cp of less" cp "$work/piece" "$large"
patch "$work/large" 0 "$work/piece"
succeeds "an object by its handle" dd if="$work/bytes" of="$client/bo/2" oflag=seek_bytes seek=$((0x41003)) conv=notrunc,fsync
patch "$work/large" 0x1003 "$work/bytes"
holds "both are in the range" "$work/large" 0x200000 0x80000
gpu evict b
succeeds "an evicted object" dd if="$work/bytes" of="$large" bs=5000 seek=7 conv=notrunc
patch "$work/large" 35000 "$work/bytes"
gpu restore b
holds "has it when it is back" "$work/large" 0x200000 0x80000
dd if="$work/large" of="$vm/mem" bs=64K count=4 oflag=seek_bytes seek=$((0x200000)) conv=notrunc status=none &
other=$!
dd if="$work/large" of="$vm/mem" bs=64K skip=4 oflag=seek_bytes seek=$((0x240000)) conv=notrunc status=none
wait "$other"
is "two writers at once" $? 0
holds "both have written" "$work/large" 0x200000 0x80000
succeeds "memory of the process" dd if="$work/bytes" of="$user" bs=5000 seek=3 conv=notrunc,fsync
patch "$work/memory" 15000 "$work/bytes"
gpu memsum m 0 64K
is "the process has it" "$gpu_answer" "$(crc "$work/memory")"
same "it is read" "$user" "$work/memory"
succeeds "sparse" dd if="$work/bytes" of="$sparse" conv=notrunc
is "sparse reads zeros" "$(crc "$sparse")" "$(head -c 64K /dev/zero | crc /dev/stdin)"
succeeds "sync" sync "$vm/mem"

# What is not written

holds "before" "$work/model" 0x100000 0x15000
fails "append" 1 'Operation not supported' bash -c "echo x >>'$a'"
fails "a larger size" 1 'File too large' truncate -s 1M "$a"
fails "fallocate" 1 'Operation not supported' fallocate -l 4096 "$a"
succeeds "no size" truncate -s 0 "$a"
is "has no effect" "$(stat -c %s "$a")" $((0x5000))
holds "nor on the content" "$work/model" 0x100000 0x15000
fails "a hole" 1 'Input/output error' dd if="$work/bytes" of="$vm/mem" bs=4096 seek=$((0x115000 / 4096)) conv=notrunc
fails "bound read-only" 1 'Permission denied' dd if="$work/bytes" of="$fixed" conv=notrunc
fails "bound read-only, in mem" 1 'Permission denied' dd if="$work/bytes" of="$vm/mem" bs=4096 seek=$((0x301000 / 4096)) conv=notrunc
like "the log says why" "$(cat "$m.log")" '0x300000-0x302000 may not be written: bound read-only'
is "test -w knows" "$(test -w "$fixed"; echo $?) $(test -w "$a"; echo $?)" "1 0"
gpu cpusum c 0 8K
gpu_c=$gpu_answer
gpu sum v 0x300000 8K
is "nothing was written" "$gpu_answer" "$gpu_c"
fails "more than fits" 1 'No space left on device' dd if="$work/bytes" of="$a" bs=5000 oflag=seek_bytes seek=$((0x4000)) conv=notrunc
head -c 4096 "$work/bytes" >"$work/piece"
patch "$work/model" 0x4000 "$work/piece"
holds "what fits is there, and no more" "$work/model" 0x100000 0x15000
fails "into a hole" 1 'Input/output error' dd if="$work/bytes" of="$vm/mem" bs=5000 oflag=seek_bytes seek=$((0x114ff0)) conv=notrunc
head -c 16 "$work/bytes" >"$work/piece"
patch "$work/model" 0x14ff0 "$work/piece"
holds "up to the hole" "$work/model" 0x100000 0x15000
fails "a text" 1 'Permission denied' bash -c "echo x >'$vm/maps'"
fails "a new file" 1 'Operation not permitted' touch "$vm/ranges/new"
fails "mkdir" 1 'Operation not permitted' mkdir "$process/new"
fails "rm" 1 'Operation not permitted' rm -f "$client/bo/1"
fails "mv" 1 'Operation not permitted' mv "$client/bo/1" "$client/bo/9"
fails "chmod" 1 'Operation not permitted' chmod 644 "$a"
fails "touch" 1 'Operation not permitted' touch "$a"

# Another binding

gpu bind v 0x600000 a 0 0x1000
exec {held}<>"$vm/ranges/0000000000600000-0000000000601000"
printf 'first' >&"$held"
is "the held file is written" "$(dd if="$vm/mem" bs=4096 skip=$((0x600000 / 4096)) count=1 status=none | head -c 5)" first
gpu bind v 0x600000 c 0 0x1000
gpu cpusum c 0 8K
before=$gpu_answer
fails "another binding is not written" 1 'Stale file handle' bash -c "printf x >&$held"
exec {held}>&-
gpu cpusum c 0 8K
is "it is as it was" "$gpu_answer" "$before"

# Switched off

mkdir "$work/none"
echo N >$writes
fails "switched off: a file" 1 'Permission denied' dd if="$work/bytes" of="$a" conv=notrunc
like "the log says why" "$(cat "$m.log")" 'it is switched off: as root, echo Y'
fails "switched off: a mount" 1 'drmsnoopfs: memory may not be written: it is switched off' "$daemon" -o rw "$work/none"
echo Y >$writes
fusermount3 -u "$m"
wait "$first_daemon"

# mount(8) asks for rw without being asked

ln -sf "$(type -p drmsnoopfs)" /usr/local/bin/drmsnoopfs
mkdir -p "$work/n"
mount -t fuse.drmsnoopfs gpu "$work/n"
fails "mount(8) alone: read-only" 1 'Read-only file system' dd if="$work/bytes" of="${b/$m/$work/n}" conv=notrunc
umount "$work/n"
mount -t fuse.drmsnoopfs -o write gpu "$work/n"
like "mount -o write" "$(grep " $work/n " /proc/self/mounts)" "^gpu $work/n fuse.drmsnoopfs rw,"
succeeds "it is written" dd if="$work/bytes" of="${b/$m/$work/n}" conv=notrunc
patch "$work/model" 0x5000 "$work/bytes"
holds "it is there" "$work/model" 0x100000 0x15000
umount "$work/n"
gpu exit
