#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# vm: --arch arm64 --gpu all
# kernel: stock: the debug kernel is for amd64
# timeout: 600
#
# drmsnoop and drmsnoopfs on panthor, panfrost and v3d, with another process's memory.
# panthor of 6.12 does not tell its client's id in fdinfo.
# shellcheck disable=SC2154
set -u
# shellcheck source=tests/lib/tap.sh
. "$DRM_SNOOP_TOP/tests/lib/tap.sh"
# shellcheck source=tests/lib/drmsnoopfs.sh
. "$DRM_SNOOP_TOP/tests/lib/drmsnoopfs.sh"

plan $((3 * 15 + 2))
export LC_ALL=C

# target_start DRIVER: sets pid, handles and addresses.
target_start()
{
	local word

	coproc TARGET { exec "$DRM_SNOOP_BUILD/tests/functional/driver-target" "$1" 2>&1; }
	read -t 60 -r word pid first_handle first second_handle second <&"${TARGET[0]}"
	[ "$word" = ready ]
}

# seen: what the program sees at the start of its objects.
seen()
{
	echo >&"${TARGET[1]}"
	read -t 60 -r REPLY <&"${TARGET[0]}"
}

target_stop()
{
	local in=${TARGET[1]} job=$TARGET_PID

	exec {in}>&-
	wait "$job" 2>/dev/null
}

# row START SIZE: the range as maps and directories have it.
row()
{
	printf '%012x-%012x' "$1" "$(($1 + $2))"
}
file()
{
	printf '%016x-%016x' "$1" "$(($1 + $2))"
}

m=$work/m
succeeds "mounts" fs_mount "$m"

test_driver()
{
	local driver=$1 pid first_handle first second_handle second size=32768 half=0
	local maps client vm ranges try

	target_start "$driver" || { fail "$driver: the program starts" "$REPLY"; return; }
	# See driver-target.c.
	ranges=("$first $size" "$second $size")
	if [ "$driver" = panthor ]; then
		half=16384
		ranges=("$first $half" "$second $((0x2000))" "$((second + 0x3000)) $((0x5000))")
	fi
	is "$driver: ps" "$(drmsnoop ps --noheadings -o PID,DRIVER,NODE,VMS,OBJECTS,ACCESS "$pid" | tr -s ' ')" \
		"$pid $driver render 1 2 ok"
	maps=$(drmsnoop maps "$pid")
	is "$driver: maps" "$(grep -o '^[0-9a-f]*-[0-9a-f]*' <<<"$maps")" \
		"$(for range in "${ranges[@]}"; do row "${range% *}" "${range#* }"; echo; done)"
	like "$driver: the first object" "$maps" "^$(row "${ranges[0]% *}" "${ranges[0]#* }") .* $first_handle:0x$(printf %x "$half") 0x8000"
	is "$driver: read" "$(drmsnoop read "$pid" --va "$first" --size 16)" GPU-DATAGPU-DATA
	is "$driver: read of the other" "$(drmsnoop read "$pid" --va $((second + 0x1004)) --size 8)" datagpu-
	succeeds "$driver: write" drmsnoop write --write "$pid" --va "$second" --hex "77 72 69 74 74 65 6e 21"
	seen
	is "$driver: which the program sees" "$REPLY" "GPU-DATA written!"

	client=("$m"/card*/"$pid"/clients/*)
	vm=${client[0]}/vm/1
	is "$driver: files of objects" "$(cd "${client[0]}/bo" && stat -c '%n %s' -- * | paste -sd' ')" \
		"$first_handle $size $second_handle $size"
	is "$driver: files of ranges" "$(ls "$vm/ranges")" \
		"$(for range in "${ranges[@]}"; do file "${range% *}" "${range#* }"; echo; done)"
	is "$driver: a range" "$(head -c 8 "$vm/ranges/$(file "${ranges[1]% *}" "${ranges[1]#* }")")" 'written!'
	is "$driver: an object" "$(tail -c 8 "${client[0]}/bo/$first_handle")" GPU-DATA
	is "$driver: the whole range" "$(dd if="$vm/mem" bs=4096 skip=$((first / 4096)) count=4 status=none | tr -d '\n' | sed 's/GPU-DATA//g' | wc -c)" 0
	fails "$driver: a hole" 1 'Input/output error' \
		dd if="$vm/mem" bs=4096 skip=$((second / 4096 + 64)) count=1 status=none
	target_stop
	# Names are believed for a moment.
	for ((try = 0; try < 100; try++)); do
		[ -n "$(ls -d "$m"/card*/"$pid" 2>/dev/null)" ] || break
		sleep 0.2
	done
	is "$driver: the program ends" "$(ls -d "$m"/card*/"$pid" 2>/dev/null)" ''
	fails "$driver: and its memory" 1 . drmsnoop read "$pid" --va "$first" --size 16
}

for driver in panthor panfrost v3d; do
	test_driver "$driver"
done
fusermount3 -u "$m"
is "unmounts" $? 0
