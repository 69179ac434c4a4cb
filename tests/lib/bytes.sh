# SPDX-License-Identifier: GPL-2.0-or-later
# Files of bytes that say what memory ought to hold, for tests in bash.
# shellcheck shell=bash

# crc FILE: CRC-32 as the engine and gpusim-sh print it.
crc()
{
	# The trailer of gzip: CRC-32 and size, little-endian.
	echo "0x$(gzip -1c <"$1" | tail -c 8 | head -c 4 | od -An -tx4 | tr -d ' ')"
}

# repeat FILE SIZE TEXT: TEXT again and again.
repeat()
{
	# shellcheck disable=SC2312	# yes dies of a closed pipe
	yes "$3" | tr -d '\n' | head -c "$(($2))" >"$1"
}

# patch FILE OFFSET SOURCE: SOURCE over the bytes at OFFSET.
patch()
{
	dd if="$3" of="$1" bs=64K oflag=seek_bytes seek="$(($2))" conv=notrunc status=none
}
