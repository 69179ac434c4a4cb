#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# modetest of libdrm, as Debian has it, shows its pattern on stock drivers. Its
# framebuffer, read by handle with drmsnoop and through drmsnoopfs, is what QEMU says is
# on the screen, pixel by pixel: a witness that is outside of the guest. One pixel that
# is changed afterwards is one difference, at its place.
# vm: host
# kernel: stock: minutes there, for what test-snoop-stock reads on it
# timeout: 300
# shellcheck source=tests/lib/tap.sh
. "$DRM_SNOOP_TOP/tests/lib/tap.sh"
# shellcheck source=tests/lib/guest.sh
. "$DRM_SNOOP_TOP/tests/lib/guest.sh"

programs=$DRM_SNOOP_BUILD/tests/functional
# The first mode of both.
width=1280 height=800

command -v modetest >/dev/null || { echo 'Bail out! no modetest: package libdrm-tests'; exit 1; }
plan $((2 * 15 + 1))

# What pixels says of the screen in FILE and the framebuffer in FILE.
same_pixels()
{
	"$programs/pixels" same "$share/$1" "$share/$2" "$width" "$height" "$pitch" 2>&1
}

# read_object FILE
read_object()
{
	guest "drmsnoop read $pid --bo $handle >$share/$1" || guest_die 'drmsnoop read fails'
}

# look_at GPU DRIVER KIND: KIND of its objects, as drmsnoop maps has it.
look_at()
{
	local gpu=$1 driver=$2 kind=$3 connector card fb

	# Once it has set the mode, it waits for a line of input.
	guest "modetest -M $driver -c 2>/dev/null | awk '\$3 == \"connected\" { print \$1; exit }'"
	connector=$REPLY
	guest "exec 9> >(exec modetest -M $driver -s $connector:${width}x$height@XR24 -F smpte >/dev/null); echo \$!"
	pid=$REPLY
	guest_until "grep -q '^0 0x0 ' /proc/$pid/syscall || ! kill -0 $pid"
	guest "drmsnoop ps --noheadings -o CARD,DRIVER,COMM,NODE $pid"
	is "$gpu: modetest has the card" "${REPLY#card? }" "$driver modetest card"
	card=${REPLY%% *}
	guest "drmsnoop maps --objects $pid | grep -v '^#'"
	is "$gpu: and one object" "$(wc -l <<<"$REPLY")" 1
	like "$gpu: of its kind" "$REPLY" "^[1-9][0-9]* rw--- $kind 0x[0-9a-f]+ "
	handle=${REPLY%% *}

	# What the kernel knows of the framebuffer.
	guest "grep -A 99 'allocated by = modetest' /sys/kernel/debug/dri/${card#card}/framebuffer"
	fb=$REPLY
	like "$gpu: the framebuffer is XRGB8888" "$fb" 'format=XR24'
	like "$gpu: its size" "$fb" "size=${width}x$height\$"
	pitch=$(sed -n 's/^.*pitch\[0\]=//p' <<<"$fb" | head -n 1)
	note "$gpu: object $handle, pitch $pitch"

	guest_screen "$gpu" "$share/before.ppm"
	read_object before.bin
	is "$gpu: the object is what the screen shows" "$(same_pixels before.ppm before.bin)" '0 differ'
	is "$gpu: which is a picture" "$(($("$programs/pixels" colours "$share/before.ppm") > 10))" 1
	guest "mkdir -p /tmp/snoop && drmsnoopfs /tmp/snoop && cp /tmp/snoop/$card/$pid/clients/*/bo/$handle $share/file.bin; umount /tmp/snoop"
	same "$gpu: the same through drmsnoopfs" "$share/file.bin" "$share/before.bin"

	# One pixel, by the CPU through the program's own descriptor.
	guest "fd=\$(ls -l /proc/$pid/fd | sed -n 's,.* \([0-9]*\) -> /dev/dri/.*,\1,p'); $programs/paint $pid \$fd $handle $((123 * pitch + 456 * 4)) 0xa1b2c3"
	is "$gpu: a pixel is painted" "$?" 0
	read_object after.bin
	like "$gpu: one difference to the screen before" "$(same_pixels before.ppm after.bin)" \
		'^1 differ: 456 123 [0-9a-f]{6} a1b2c3$'
	guest "$programs/paint $pid \$fd"
	guest_screen "$gpu" "$share/after.ppm"
	is "$gpu: the screen now" "$(same_pixels after.ppm after.bin)" '0 differ'
	like "$gpu: which has changed there" "$(same_pixels after.ppm before.bin)" \
		'^1 differ: 456 123 a1b2c3 [0-9a-f]{6}$'

	# And one by the observer.
	guest "printf '\x33\x22\x11\0' | drmsnoop write --write $pid --bo $handle --offset $((799 * pitch + 1279 * 4)) && $programs/paint $pid \$fd"
	is "$gpu: drmsnoop writes a pixel" "$?" 0
	guest_screen "$gpu" "$share/written.ppm"
	is "$gpu: it is on the screen" "$(same_pixels written.ppm after.bin | sed 's/ [0-9a-f]*$//')" \
		'1 differ: 1279 799 112233'

	guest "exec 9>&-; tail --pid=$pid -f /dev/null; drmsnoop ps $pid"
	is "$gpu: modetest ends" "$?" 1
}

guest_start --gpu virtio-gpu --gpu bochs
look_at virtio-gpu virtio_gpu 'shmem tt'
look_at bochs bochs-drm 'ttm vram'
guest_stop
is 'the guest ends well' "$?" 0
