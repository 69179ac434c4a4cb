#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# vm: boot hotplug --append drm_kms_helper.fbdev_emulation=0 --gpu gpusim --gpu virtio-gpu --gpu bochs --gpu vgem --gpu vkms
# timeout: 200
#
# drmsnoopfs on several cards: one whose driver neither tells client ids nor has
# known VMs, and one that is taken away.
# shellcheck disable=SC2012,SC2154
# slow: starts hundreds of programs; test-snoop-hotplug has the same cards come and go
set -u
# shellcheck source=tests/lib/tap.sh
. "$DRM_SNOOP_TOP/tests/lib/tap.sh"
# shellcheck source=tests/lib/drmsnoopfs.sh
. "$DRM_SNOOP_TOP/tests/lib/drmsnoopfs.sh"

plan 18
export LC_ALL=C

# card_of DRIVER: N of the first card of a PCI driver.
card_of()
{
	local path

	for path in /sys/class/drm/card?; do
		[ "$(basename "$(readlink -f "$path/device/driver")")" != "$1" ] || echo "${path#*card}"
	done
}

# shown CARD...: what the mount has for these cards.
shown() { printf '%s\n' by-pid "$@" | sort | tr '\n' ' '; }

nodes=(/dev/dri/card*-snoop)
cards=("${nodes[@]#/dev/dri/}")
cards=("${cards[@]%-snoop}")
sim=$(card_of gpusim)
bochs=$(card_of bochs-drm)
device=$(basename "$(readlink -f "/sys/class/drm/card$sim/device")")
gpu_start || exit 1
gpus <<'END'
vm v
bo a 64K vram
bind v 0x100000 a
pattern a 0 64K 5
END

m=$work/m
succeeds "mounts" fs_mount "$m"
is "all cards" "$(ls "$m" | tr '\n' ' ')" "$(shown "${cards[@]}")"

# A process on two cards; bochs does not name clients in fdinfo.
sleep 1000 8<>"/dev/dri/card$bochs" 9<>"/dev/dri/card$sim" &
pid=$!
for ((i = 0; i < 100; i++)); do
	[ "$(cat "/proc/$pid/comm")" != sleep ] || break
	sleep 0.1
done
is "the process on the one" "$(ls "$m/card$bochs")" "$pid"
is "and on the other" "$(ls "$m/card$sim" | sort)" "$(printf '%s\n' "$gpu_pid" "$pid" | sort)"
like "by-pid leads to one of them" "$(readlink "$m/by-pid/$pid")" "^../card[$sim$bochs]/$pid\$"
is "fdinfo does not tell its id" "$(grep -c drm-client-id "/proc/$pid/fdinfo/8")" 0
client=$m/card$bochs/$pid/clients/$(ls "$m/card$bochs/$pid/clients")
like "registering does" "${client##*/}" '^[1-9][0-9]*$'
is "without VMs, no vm" "$(ls "$client" | tr '\n' ' ')" "bo fdinfo objects "
fails "nor by name" 2 'No such file' ls "$client/vm"
is "its fdinfo" "$(grep -c '^flags:' "$client/fdinfo")" 1
kill "$pid"
wait "$pid" 2>/dev/null
is "the process ends" "$(ls "$m/card$bochs")" ""

# The card is taken away under an open file.
vm=$m/card$sim/$gpu_pid/clients/$gpu_client/vm/1
hold "$vm/mem"
gpu sum v 0x100000 64K
is "content" "$(held read 0x100000 65536)" "65536 $gpu_answer"
echo "$device" >/sys/bus/pci/drivers/gpusim/unbind
is "the card is gone" "$(held read 0x100000 16)" ENODEV
fails "so is its directory" 2 'No such file' ls "$m/card$sim"
mapfile -t others < <(printf '%s\n' "${cards[@]}" | grep -vx "card$sim")
is "the others stay" "$(ls "$m" | tr '\n' ' ')" "$(shown "${others[@]}")"
release
gpu exit
echo "$device" >/sys/bus/pci/drivers/gpusim/bind
again=$(card_of gpusim)
like "a card that comes is shown" "$(ls "$m")" "^card$again\$"

kill "$fs_pid"
wait "$fs_pid"
is "the daemon ends well" $? 0
is "nothing was logged" "$(cat "$m.log")" ""
