#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# A compositor and its client, as Debian has them: weston on virtio-gpu, of root, and
# weston-simple-dmabuf-egl, of alice, which draws into buffers of its own and hands them
# to the compositor as dma-bufs. alice reads the buffers of her program; the one that is
# shown is found on the screen, as QEMU says it is. Nothing of the compositor is
# reached through the client, although the compositor has imported its buffers.
# kernel: stock: weston needs a terminal and half a minute there
# vm: host
# timeout: 500
# shellcheck source=tests/lib/tap.sh
. "$DRM_SNOOP_TOP/tests/lib/tap.sh"
# shellcheck source=tests/lib/guest.sh
. "$DRM_SNOOP_TOP/tests/lib/guest.sh"

pixels=$DRM_SNOOP_BUILD/tests/functional/pixels
# The window: XRGB8888, lines without gaps.
size=256
alice='setpriv --reuid alice --regid alice --init-groups'

for program in weston weston-simple-dmabuf-egl; do
	command -v "$program" >/dev/null || { echo "Bail out! no $program: package weston"; exit 1; }
done
plan 15

guest_start --gpu virtio-gpu --timeout 450
guest "mkdir -m 755 /tmp/xdg; cd /tmp; export XDG_RUNTIME_DIR=/tmp/xdg
weston --backend=drm-backend.so --drm-device=card0 --tty=2 --continue-without-input --idle-time=0 \
	--socket=screen --log=$share/weston.log >/dev/null 2>&1 &
echo \$!"
weston=$REPLY
guest_until "[ -S /tmp/xdg/screen ] && grep -q weston-desktop-shell $share/weston.log"
guest "chmod 777 /tmp/xdg/screen
WAYLAND_DISPLAY=/tmp/xdg/screen $alice weston-simple-dmabuf-egl --drm-render-node=/dev/dri/card0 >$share/client.log 2>&1 &
echo \$!"
client=$REPLY
# Frames go round when two buffers have been drawn into.
# shellcheck disable=SC2016
guest_until "drawn=0
	for handle in \$(drmsnoop maps --objects $client | sed -n 's/^\([0-9][0-9]*\) .*/\1/p'); do
		drmsnoop read $client --bo \$handle | cmp -s -n 262144 - /dev/zero || drawn=\$((drawn + 1))
	done
	[ \$drawn -ge 2 ]"
# The frame that it handed over last is the one that stays, once the compositor is done.
guest "kill -STOP $client"

guest "$alice drmsnoop ps --noheadings -o USER,COMM,DRIVER,NODE,ACCESS $client"
is 'alice has a client of the card' "$REPLY" 'alice weston-simple-d virtio_gpu card ok'
guest "$alice drmsnoop maps --objects $client | grep '^[0-9]'"
objects=$REPLY
note "$objects"
count=$(wc -l <<<"$objects")
is 'her buffers are shmem objects as large as the window, and exported' \
	"$(grep -cE '^[0-9]+ rw-e- shmem tt 0x40000 ' <<<"$objects")" "$count"
like 'there are several' "$count" '^[3-9]$'

# Which of them is on the screen? The client says that its lines are upside down.
mapfile -t handles < <(cut -d ' ' -f 1 <<<"$objects")
drawn=0
for handle in "${handles[@]}"; do
	guest "$alice drmsnoop read $client --bo $handle >$share/buffer.$handle" ||
		guest_die "alice cannot read object $handle"
	[ "$(od -An -v -w4 -tx4 "$share/buffer.$handle" | sort -u | wc -l)" -lt 1000 ] ||
		drawn=$((drawn + 1))
done
is 'alice reads what was drawn into two of them or more' "$((drawn >= 2))" 1
for ((try = 0; try < 60; try++)); do
	guest_screen virtio-gpu "$share/screen.ppm"
	shown=0 places=''
	for handle in "${handles[@]}"; do
		place=$("$pixels" find-flipped "$share/screen.ppm" "$share/buffer.$handle" $size $size $((size * 4)))
		[ -z "$place" ] || { shown=$((shown + 1)) places=$place shown_handle=$handle; }
	done
	[ "$shown" = 0 ] || break
	sleep 1
done
is 'one of them is on the screen' "$shown" 1
is 'at one place' "$(grep -c . <<<"$places")" 1
note "object ${shown_handle:-none} at $places"
# Some pixel of the picture, which is in the middle.
printf '\1\2\3' | dd of="$share/buffer.${shown_handle:-1}" bs=1 seek=$((128 * size * 4 + 128 * 4)) conv=notrunc status=none
is 'with another pixel in it, it is nowhere' \
	"$("$pixels" find-flipped "$share/screen.ppm" "$share/buffer.${shown_handle:-1}" $size $size $((size * 4)))" ''

# The compositor's: more than the client's.
guest "drmsnoop maps --objects $weston | grep '^[0-9]'"
compositor=$REPLY
note "the compositor's: $compositor"
is 'the compositor has objects of its own besides the imported ones' \
	"$(($(wc -l <<<"$compositor") > count))" 1
own=$(grep -v ' 0x40000 ' <<<"$compositor" | head -n 1)
own=${own%% *}
guest "drmsnoop read $weston --bo $own >$share/compositor"
is 'root reads them' "$?" 0
guest "$alice drmsnoop maps --objects $weston 2>&1"
is 'alice does not see them' "$?" 1
like 'because the compositor is another user'"'"'s' "$REPLY" 'belongs to user root'
last=$(tail -n 1 <<<"$compositor")
last=${last%% *}
guest "drmsnoop read $client --bo $last 2>&1"
is 'through the client they are not there, for root either' "$?" 1
like 'there is no such object' "$REPLY" "no object with handle $last"

guest "kill -CONT $client; kill $client $weston; tail --pid=$client -f /dev/null; tail --pid=$weston -f /dev/null"
is 'both end' "$?" 0
guest_stop
is 'the guest ends well' "$?" 0
