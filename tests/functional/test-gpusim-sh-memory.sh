#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# The commands of gpusim-sh for memory that is more than a BO bound somewhere.
# vm: --gpu gpusim --gpu gpusim --gpu virtio-gpu --gpu bochs --gpu vgem --append iomem=relaxed
# timeout: 240
# slow: starts hundreds of programs; test-gpusim-memory makes the same calls
. "$DRM_SNOOP_TOP/tests/lib/tap.sh"
. "$DRM_SNOOP_TOP/tests/lib/target.sh"
. "$DRM_SNOOP_TOP/tests/lib/gpusim-sh.sh"

plan 50

# CRC-32 of 4 KiB of zeros, by gzip
zeros=0x$(head -c 4096 /dev/zero | gzip -c | tail -c 8 | od -An -tx4 -N4 | tr -d ' ')

target_start
t vm v
t bo b 64K vram

# --- for reading only --------------------------------------------------------
t pattern b 0 64K 3
t cpusum b 0 64K
content=$REPLY
t bind v 0x100000 b ro
value 'ro is read' "$content" sum v 0x100000 64K
refused 'ro is not written' EFAULT 'at 0x100008' fill v 0x100008 8 1
t bind v 0x200000 b 4K 8K ro
refused 'ro after a range' EFAULT 'at 0x200000' fill v 0x200000 8 1
refused 'ro is the last word' EINVAL 'OFFSET: ro is no number' bind v 0x200000 b ro 4K
t bind v 0x200000 b 4K 8K
t fill v 0x200000 8 1
t cpusum b 0 64K
is 'and can be written again' "$([ "$REPLY" != "$content" ] && echo changed)" changed

# --- sparse ------------------------------------------------------------------
t sparse v 0x40000000 1G
value 'zeros' "$zeros" sum v 0x60000000 4K
t fill v 0x60000000 4K 5
value 'writes are dropped' "$zeros" sum v 0x60000000 4K
t unbind v 0x60000000 4K
refused 'a hole in it' EFAULT 'at 0x60000000' sum v 0x60000000 1
refused 'sparse over the page of sum' EINVAL 'for sum' sparse v 0x6a6a6a600000 1M
refused 'sparse unaligned' EINVAL VM_BIND sparse v 0x1001 4K

# --- memory of the process ---------------------------------------------------
t memory m 64K
start=$REPLY
like 'an address' "$start" '^0x[0-9a-f]+$'
is 'which the process has mapped' "$(awk -F- -v a="${start#0x}" '$1 == a' "/proc/$TARGET_PID/maps" | wc -l)" 1
t userptr v 0x300000 m
value 'zeros first' "$zeros" sum v 0x300000 4K
t mempattern m 0 64K 3
value 'the pattern is that of a BO' "$content" sum v 0x300000 64K
t fill v 0x301000 8K 0x55
t memsum m 0x1000 0x2000
filled=$REPLY
value 'memfill is fill' "$filled" sum v 0x301000 8K
t memfill m 0x1000 0x2000 0x56
t memsum m 0x1000 0x2000
is 'memfill fills' "$([ "$REPLY" != "$filled" ] && echo changed)" changed
t userptr v 0x400000 m 0x4000 0x2000 ro
refused 'ro' EFAULT 'at 0x400000' fill v 0x400000 8 1
t memunmap m 0x2000 0x1000
refused 'unmapped for the engine' EFAULT 'at 0x302000' sum v 0x300000 64K
refused 'unmapped for the process' EFAULT 'm: Bad address' memsum m 0 64K
refused 'drop of a hole' ENOMEM 'memdrop' memdrop m
t memremap m 0x2000 0x1000
value 'new memory' "$zeros" sum v 0x302000 4K
t memfill m 0 0x1000 7
t memdrop m 0 0x1000
value 'dropped' "$zeros" sum v 0x300000 4K
t memprotect m ro
refused 'protected' EFAULT 'at 0x300000' fill v 0x300000 8 1
refused 'for the process too' EFAULT 'm: Bad address' memfill m 0 8 1
t memprotect m rw
t fill v 0x300000 8 1
t memmove m
is 'moved' "$([ "$REPLY" != "$start" ] && echo away)" away
refused 'and not followed' EFAULT 'at 0x300000' sum v 0x300000 1
refused 'more than there is' EINVAL 'only 0x10000 bytes' userptr v 0x300000 m 0 128K
refused 'no such memory' ENOENT 'no memory z' userptr v 0x300000 z
t memunmap m
refused 'bind of what is not there' EFAULT VM_BIND userptr v 0x300000 m

# --- where BOs are -----------------------------------------------------------
t bo n 64K vram nocpu
n=$REPLY
t info n
like 'nocpu' "$REPLY" "^$n 0x10000 vram 0x[0-9a-f]+ nocpu$"
refused 'is not mapped' EACCES mmap cpufill n 0 8 1
t bo np 64K system nocpu private v
t info np
like 'and private' "$REPLY" '^[0-9]+ 0x10000 system - nocpu$'
t bind v 0x500000 n
t copy v 0x500000 0x100000 64K
t cpusum b 0 64K
value 'but the engine has it' "$REPLY" sum v 0x500000 64K
t swap b
t info b
like 'swapped' "$REPLY" '^[0-9]+ 0x10000 swapped -$'
t sum v 0x500000 64K
value 'comes back' "$REPLY" sum v 0x100000 64K
t info b
like 'to where it was' "$REPLY" '^[0-9]+ 0x10000 vram 0x[0-9a-f]+$'

# --- other cards -------------------------------------------------------------
t client main
first=$(readlink "/proc/$TARGET_PID/fd/${REPLY##* }")
for second in /dev/dri/renderD*; do
	[ "$second" = "$first" ] || break
done
t open other "$second"
refused 'no gpusim' ENODEV 'is no gpusim' open third /dev/null
refused 'no node' ENOENT 'No such file' open third /dev/nonexistent
t use other
t vm w
t import mine main b
t info mine
like 'imported' "$REPLY" '^1 0x10000 system - imported$'
refused 'is not mapped' EINVAL mmap cpufill mine 0 8 1
t bind w 0x100000 mine
t fill w 0x100000 64K 0x99
t use main
refused 'held where both reach it' EBUSY GEM_MIGRATE swap b
t cpusum b 0 64K
sum=$REPLY
value 'written by the other card' "$sum" sum v 0x100000 64K
t export b whole ro
refused 'word of export' EINVAL 'usage: export' export b part rx
t bo c 64K system
t pattern c 0 64K 9
t cpusum c 0 64K
sum=$REPLY
t export c readable ro
t use other
t importbuf theirs main readable
refused 'for reading only' EACCES VM_BIND bind w 0x200000 theirs
t bind w 0x200000 theirs ro
value 'read' "$sum" sum w 0x200000 64K
refused 'no such export' ENOENT 'has no export z' importbuf again main z
refused 'twice' EEXIST 'has it as theirs' importbuf again main readable
t udmabuf u 64K
t importbuf udma other u
t bind w 0x300000 udma
t mempattern u 0 64K 9
value 'memory that is a dma-buf' "$sum" sum w 0x300000 64K
t fill w 0x300000 64K 4
t sum w 0x300000 64K
value 'both ways' "$REPLY" memsum u 0 64K
refused 'its names are taken' EEXIST 'in use' udmabuf u 4K
t closefd other
target_stop
