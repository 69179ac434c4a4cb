# SPDX-License-Identifier: GPL-2.0-or-later
# A target with ranges of all kinds, and what gdb ought to find there, for tests of cores
# in bash; after target.sh and bytes.sh.
# shellcheck shell=bash disable=SC2034

# Where there are bytes of objects, and how many.
scene_places=('0x100000 64K' '0x200000 16K' '0x100000000 64K' '0x10000000000 1M')

# scene_start [USER]: sets pid and client. 8K of the process's memory are not mapped.
scene_start()
{
	target_start "$@"
	pid=$TARGET_PID
	client=$TARGET_CLIENT
	t vm v
	t bo a 64K vram
	t bo b 1M system
	t bind v 0x100000 a
	t bind v 0x200000 a 0x4000 0x4000 ro
	t sparse v 0x300000 64K
	t bind v 0x100000000 b 0x3000 64K
	t bind v 0x10000000000 b
	t memory m 64K
	t userptr v 0x40000000 m
	t pattern a 0 64K 1
	t pattern b 0 512K 2
	t mempattern m 0 64K 3
	t memunmap m 0x4000 0x2000
}

# scene_dumps PREFIX: arguments of gdb that write all of it to files, each ended by NUL.
scene_dumps()
{
	local at size

	while read -r at size; do
		printf '%s\0' -ex "dump memory $1.$at $at $((at + $(numfmt --from=iec "$size")))"
	done < <(printf '%s\n' "${scene_places[@]}")
	printf '%s\0' -ex "dump memory $1.m 0x40006000 0x40010000"
}

# scene_sums: what the engine and the process have there, one a line.
scene_sums()
{
	local place

	for place in "${scene_places[@]}"; do
		t sum v "$place"
		echo "$REPLY"
	done
	t memsum m 0x6000 0xa000
	echo "$REPLY"
}

# scene_crcs PREFIX: the same of the files.
scene_crcs()
{
	local place

	for place in "${scene_places[@]}" m; do
		crc "$1.${place% *}"
	done
}
