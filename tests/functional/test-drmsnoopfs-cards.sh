#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# vm: boot hotplug --append drm_kms_helper.fbdev_emulation=0 --gpu gpusim --gpu virtio-gpu --gpu bochs --gpu vgem --gpu vkms
# timeout: 200
#
# drmsnoopfs on several cards: one whose driver neither tells client ids nor has
# known VMs, and one that is taken away: snapshots of it stay as they are.
# shellcheck disable=SC2012,SC2154
# slow: starts hundreds of programs; test-snoop-hotplug has the same cards come and go
set -u
# shellcheck source=tests/lib/tap.sh
. "$DRM_SNOOP_TOP/tests/lib/tap.sh"
# shellcheck source=tests/lib/drmsnoopfs.sh
. "$DRM_SNOOP_TOP/tests/lib/drmsnoopfs.sh"

plan 32
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

# frozen SNAPSHOT: what it and its core have of the range that all targets here have.
frozen()
{
	once "$1/mem" read 0x100000 65536
	# Content begins there, and this is the first range.
	once "$1/core" read 4096 65536
}

# The card is taken away under an open file, and from a snapshot.
vm=$m/card$sim/$gpu_pid/clients/$gpu_client/vm/1
hold "$vm/mem"
gpu sum v 0x100000 64K
is "content" "$(held read 0x100000 65536)" "65536 $gpu_answer"
then="65536 $gpu_answer"
succeeds "a snapshot" mkdir "$vm/snapshots/s"
gpu fill v 0x100000 64K 7
echo "$device" >/sys/bus/pci/drivers/gpusim/unbind
is "the card is gone" "$(held read 0x100000 16)" ENODEV
is "its snapshot has what was there" "$(frozen "$vm/snapshots/s" | uniq)" "$then"
is "and nothing else is in its directory" "$(cd "$m/card$sim" && find . -path '*/proc' -prune -o -path '*/snapshots/*' -prune -o -print | sort | tr '\n' ' ')" \
	". ./$gpu_pid ./$gpu_pid/clients ./$gpu_pid/clients/$gpu_client ./$gpu_pid/clients/$gpu_client/vm ./$gpu_pid/clients/$gpu_client/vm/1 ./$gpu_pid/clients/$gpu_client/vm/1/snapshots ./$gpu_pid/comm "
fails "no other can be taken" 1 'No such' mkdir "$vm/snapshots/t"
succeeds "it can be dropped" rmdir "$vm/snapshots/s"
fails "so is its directory" 2 'No such file' ls "$m/card$sim"
mapfile -t others < <(printf '%s\n' "${cards[@]}" | grep -vx "card$sim")
is "the others stay" "$(ls "$m" | tr '\n' ' ')" "$(shown "${others[@]}")"
release
gpu exit
echo "$device" >/sys/bus/pci/drivers/gpusim/bind
again=$(card_of gpusim)
like "a card that comes is shown" "$(ls "$m")" "^card$again\$"

# The device is pulled out while one is taken after the other.
gpu_start || exit 1
gpus <<'END'
vm v
bo a 64K vram
bo big 32M system
bind v 0x100000 a
bind v 0x200000000 big
pattern a 0 64K 9
END
gpu sum v 0x100000 64K
then="65536 $gpu_answer"
old=$m/card$again/$gpu_pid/clients/$gpu_client/vm/1/snapshots
mkdir "$old/s"
fds=$(ls "/proc/$fs_pid/fd" | wc -l)
while mkdir "$old/t" 2>"$work/mkdir"; do
	rmdir "$old/t"
done &
taking=$!
sleep 1
succeeds "the device is pulled out" timeout 60 tee "/sys/bus/pci/devices/$device/remove" <<<1
wait "$taking"
like "what was being taken is given up" "$(cat "$work/mkdir")" ': No such (device|device or address|file or directory)$'
is "and nothing is left of it" "$(ls "$old") $(ls "/proc/$fs_pid/fd" | wc -l)" "s $fds"
gpu exit
wait "$gpu_pid" 2>/dev/null
is "the process ends, and the snapshot has what was there" "$(frozen "$old/s" | uniq)" "$then"
is "nothing holds the driver" "$(cat /sys/module/gpusim/refcnt)" 0
echo 1 >/sys/bus/pci/rescan
again=$(card_of gpusim)
gpu_start || exit 1
gpus <<'END'
vm v
bo a 64K system
bind v 0x100000 a
pattern a 0 64K 11
END
gpu sum v 0x100000 64K
vm=$m/card$again/$gpu_pid/clients/$gpu_client/vm/1
mkdir "$vm/snapshots/s"
is "the daemon goes on with the next card" "$(frozen "$vm/snapshots/s" | uniq)" "65536 $gpu_answer"
is "and has the snapshot of the old one" "$(frozen "$old/s" | uniq)" "$then"
succeeds "both can be dropped" rmdir "$vm/snapshots/s" "$old/s"
fails "and then it is all gone" 2 'No such file' ls "${old%/clients/*}"
gpu exit

kill "$fs_pid"
wait "$fs_pid"
is "the daemon ends well" $? 0
is "nothing was logged" "$(cat "$m.log")" ""
