#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# drmsnoop map: what it shows is what drmsnoop reads; what the engine and the CPU of the
# target store is printed when it happens; what happens to the map is said.
# vm: boot engine --gpu gpusim --gpu vgem
# timeout: 300
# shellcheck disable=SC2119
# slow: starts hundreds of programs; test-drmsnoop-map and test-snoop-mmap map in the same way
. "$DRM_SNOOP_TOP/tests/lib/tap.sh"
. "$DRM_SNOOP_TOP/tests/lib/target.sh"

plan 30

target_start
pid=$TARGET_PID
t vm v
t bo a 64K vram
vram=$REPLY
t bo b 64K system
t bo hidden 64K vram nocpu
t bind v 0x100000 a
t bind v 0x110000 b 0x3000 0x4000
t bind v 0x200000 hidden
t memory m 64K
t userptr v 0x300000 m
t pattern a 0 64K 5
t pattern b 0 64K 6
t fill v 0x200000 64K 0x4141414141414141

# The dump without the table of parts.
map() { drmsnoop map "$pid" "$@" | grep -v '^#'; }

note 'one look'
is 'by address' "$(map --va 0x100ff0 --size 100)" "$(drmsnoop hexdump "$pid" --va 0x100ff0 --size 100)"
is 'across two objects' "$(map --va 0x10fffb --size 0x2000)" "$(drmsnoop hexdump "$pid" --va 0x10fffb --size 0x2000)"
is 'by handle' "$(map --bo "$vram" --offset 0x1234)" "$(drmsnoop hexdump "$pid" --bo "$vram" --offset 0x1234)"
is 'copied' "$(map --va 0x200010 --size 0x1000)" "$(drmsnoop hexdump "$pid" --va 0x200010 --size 0x1000)"
like 'equal lines' "$(map --va 0x200000 --size 4096)" '^\*$'
unlike 'all lines' "$(map -v --va 0x200000 --size 4096)" '^\*$'
drmsnoop map "$pid" --va 0x113fff --size 0x1ec002 >"$work/out"
is 'parts' "$(grep '^#' "$work/out")" '# 000000113000-000000114000 live
# 000000114000-000000200000 unbound
# 000000200000-000000210000 copied
# 000000210000-000000300000 unbound
# 000000300000-000000301000 unmappable'
is 'holes' "$(grep hole "$work/out")" '00114000  hole of 0xec000 bytes: unbound
00210000  hole of 0xf0000 bytes: unbound
00300000  hole of 0x1 bytes: unreadable: it cannot be mapped; drmsnoop read may read it'
like 'JSON' "$(drmsnoop map "$pid" --va 0x113000 --size 0x2000 --json)" \
	'^\{"parts":\[\{"start":"0x113000","end":"0x114000","map":"live","error":null,"generation":"0x[0-9a-f]+"\},\{"start":"0x114000","end":"0x115000","map":"unbound","error":"ENXIO","generation":null\}\]\}$'
fails 'nothing is bound' 1 '^drmsnoop map: nothing is bound at 0x400000: see `drmsnoop maps`$' \
	drmsnoop map "$pid" --va 0x400000 --size 1
fails 'nothing can be mapped' 1 'what is bound at 0x300000 cannot be mapped: read it' \
	drmsnoop map "$pid" --va 0x300000 --size 1
fails 'past the end' 1 'offset 0x10000 is past the end' drmsnoop map "$pid" --bo "$vram" --offset 64K
like 'an inherited descriptor' "$(drmsnoop run "$pid" --vm 1 -- drmsnoop map @0 --va 0x100000 --size 16)" \
	'^# 000000100000-000000101000 live$'

# watch ARGUMENTS...: in the background, its lines to be read by seen.
watch()
{
	mkfifo "$work/watch"
	drmsnoop map "$pid" --interval 20 "$@" >"$work/watch" 2>"$work/err" &
	watcher=$!
	exec {watched}<"$work/watch"
	rm "$work/watch"
}

# seen REGEX: waits for a line; REPLY.
seen()
{
	while read -r -t 60 REPLY <&"$watched"; do
		[[ ! $REPLY =~ $1 ]] || return 0
	done
	REPLY="no line like $1"
}

# said: waits until something is on standard error.
said()
{
	local i

	for ((i = 0; i < 600; i++)); do
		[ ! -s "$work/err" ] || return 0
		sleep 0.1
	done
}

# The end of a watch: all lines that nobody has read, and the exit status.
watch_end()
{
	rest=$(timeout 60 cat <&"$watched")
	wait "$watcher"
	status=$?
	exec {watched}<&-
}

time='^\+[0-9]+\.[0-9]{3}  '
note 'watched'
watch --va 0x100000 --size 0x14000 --watch 0
seen '^00114000$'
is 'the first look comes at once' "$REPLY" 00114000
t fill v 0x10fff8 16 0x4645444342414645
seen "$time"
like 'the engine stores' "$REPLY" "${time}0010fff0  .* 45 46 41 42 43 44 45 46  \|........EFABCDEF\|\$"
seen "$time"
like 'in two objects' "$REPLY" "${time}00110000  45 46 41 42 43 44 45 46  .*\|EFABCDEF........\|\$"
t cpufill b 0x3010 1 0x7a
seen "$time"
like 'the CPU of the target stores' "$REPLY" "${time}00110010  7a "
t evict a
t cpufill a 0x20 8 0x3131313131313131
seen "$time"
like 'the object is elsewhere' "$REPLY" "${time}00100020  31 31 31 31 31 31 31 31"
t bind v 0x110000 a 0 0x1000
said
is 'something else is bound' "$(cat "$work/err")" \
	'drmsnoop map: 0x110000: something else is bound by now; the map goes on to show what was bound'
t cpufill b 0x3020 1 0x79
seen "$time"
like 'the map is of the old object' "$REPLY" "${time}00110020  79 "
kill "$watcher"
watch_end
is 'nothing else has changed' "$rest" ''

note 'copies'
watch --va 0x200000 --size 0x2000 --watch 0
seen '^00202000$'
t fill v 0x201000 8 0x4242424242424242
seen "$time"
like 'what the CPU cannot map' "$REPLY" "${time}00201000  42 42 42 42 42 42 42 42  41 41 41 41 41 41 41 41  \|BBBBBBBBAAAAAAAA\|\$"
kill "$watcher"
watch_end

note 'JSON'
watch --va 0x100000 --size 0x1000 --watch 0 --json
seen '^\{"parts"'
like 'parts first' "$REPLY" '"map":"live"'
t cpufill a 0xff8 8 0x0807060504030201
seen '^\{"time"'
like 'a change' "$REPLY" '^\{"time":[0-9]+\.[0-9]{3},"start":"0x100ff0","bytes":"[0-9a-f ]{24}01 02 03 04 05 06 07 08"\}$'
kill "$watcher"
watch_end

note 'ends'
succeeds 'after a second' drmsnoop map "$pid" --va 0x100000 --size 16 --watch 1
is 'without changes' "$(grep -c '^+' "$work/out")" 0
watch --va 0x100000 --size 0x1000 --watch 0
seen '^00101000$'
t unbind v 0x100000 0x1000
said
is 'nothing is bound any more' "$(cat "$work/err")" \
	'drmsnoop map: 0x100000: nothing is bound by now; the map goes on to show what was bound'
target_stop
watch_end
is 'the client ends' "$status $(tail -n 1 "$work/err")" '0 drmsnoop map: the client ended'

target_start
pid=$TARGET_PID
t vm v
t bo a 64K vram
t pattern a 0 64K 5
t bind v 0x100000 a
watch --va 0x100000 --size 0x1000 --watch 0
seen '^00101000$'
device=$(cd /sys/bus/pci/drivers/gpusim && echo 0000:*)
echo "$device" >/sys/bus/pci/drivers/gpusim/unbind
watch_end
is 'the card goes' "$status $(cat "$work/err")" '1 drmsnoop map: the card is gone'
target_stop
echo "$device" >/sys/bus/pci/drivers/gpusim/bind
succeeds 'the card is back' test -e /sys/bus/pci/drivers/gpusim/"$device"
