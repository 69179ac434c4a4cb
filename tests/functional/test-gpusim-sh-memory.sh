#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# The commands of gpusim-sh for memory that is more than a BO bound somewhere.
# timeout: 240
. "$DRM_SNOOP_TOP/tests/lib/tap.sh"
. "$DRM_SNOOP_TOP/tests/lib/target.sh"
. "$DRM_SNOOP_TOP/tests/lib/gpusim-sh.sh"

plan 10

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
target_stop
