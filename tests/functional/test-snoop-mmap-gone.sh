#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# Cards, drivers and drm_snoop that are to go while an object is mapped.
#
# Without fbdev emulation, for virtio_gpu: see test-snoop-hotplug.sh.
# vm: boot hotplug --append drm_kms_helper.fbdev_emulation=0 --gpu gpusim --gpu virtio-gpu --gpu bochs --gpu vgem --gpu vkms
# timeout: 600
. "$DRM_SNOOP_TOP/tests/lib/tap.sh"
. "$DRM_SNOOP_TOP/tests/lib/cards.sh"

plan $((3 * 11 + 5 * 9 + 7 + 6))

# The device is taken from its driver while a thread reads the map.
test_unbind()
{
	local gpu=$1

	card_of "$gpu" || { fail "$gpu: no card"; return; }
	observe "$CARD" open client bind map || return
	o look
	is "$gpu: the map shows the object" "$REPLY" ok
	o stare
	succeeds "$gpu: unbind ends while the object is mapped" unbind "$gpu"
	sleep 0.2
	o blink
	like "$gpu: the reader gets SIGBUS" "$REPLY" '^ok [1-9][0-9]* SIGBUS$'
	o look
	is "$gpu: and so does everybody from then on" "$REPLY" 'error SIGBUS'
	o map
	is "$gpu: nothing can be mapped" "$REPLY" 'error ENODEV'
	# virtio_gpu's devices share the name of a slab cache, which the debug kernel
	# minds, and the old one is there while it is mapped.
	[ "$gpu" = virtio-gpu ] || succeeds "$gpu: bind again" rebind "$gpu"
	o look
	is "$gpu: the old map stays dead" "$REPLY" 'error SIGBUS'
	o leave
	o close
	o look
	is "$gpu: also without any file" "$REPLY" 'error SIGBUS'
	o unmap
	is "$gpu: it can be unmapped" "$REPLY" ok
	[ "$gpu" != virtio-gpu ] || succeeds "$gpu: bind again" rebind "$gpu"
	observer_end
	card_of "$gpu"
	observe "$CARD" open client bind map
	o look
	is "$gpu: the card's next life" "$REPLY" ok
	observer_end
	is "$gpu: nothing holds drm_snoop" "$(cat /sys/module/drm_snoop/refcnt)" 0
}

# A map keeps the modules of the driver and of ours, with all files closed.
test_modules()
{
	local gpu=$1 module=${driver_module[$1]}

	card_of "$gpu" || { fail "$gpu: no card"; return; }
	observe "$CARD" open client bind map
	answers leave close
	is "$gpu: all files are closed" "$REPLY" 'leave: ok; close: ok; '
	fails "$gpu: rmmod is refused while an object is mapped" 1 'in use' remove "$module"
	fails "$gpu: rmmod drm_snoop is, too" 1 'in use' remove drm_snoop
	o look
	is "$gpu: the map shows the object" "$REPLY" ok
	o unmap
	is "$gpu: unmapped" "$REPLY" ok
	succeeds "$gpu: rmmod of the driver" remove "$module"
	succeeds "$gpu: rmmod drm_snoop" remove drm_snoop
	observer_end
	load_snoop && load_gpu "$gpu"
	card_of "$gpu"
	observe "$CARD" open client bind map
	o look
	is "$gpu: works after that" "$REPLY" ok
	# The end of the process unmaps.
	observer_end
	is "$gpu: nothing holds drm_snoop" "$(cat /sys/module/drm_snoop/refcnt)" 0
}

# The PCI device itself goes, as if pulled out.
test_removal()
{
	local device

	card_of gpusim
	device=$(device_of gpusim)
	observe "$CARD" open client bind map
	o look
	is 'removal: the map shows the object' "$REPLY" ok
	o stare
	succeeds 'removal of the PCI device ends' \
		within 30 store 1 "/sys/bus/pci/devices/$device/remove"
	sleep 0.2
	o blink
	like 'removal: the reader gets SIGBUS' "$REPLY" '^ok [1-9][0-9]* SIGBUS$'
	answers read unmap leave close
	is 'removal: nothing else hangs' "$REPLY" \
		'read: error ENODEV; unmap: ok; leave: ok; close: ok; '
	observer_end
	succeeds 'the device is found again' within 30 store 1 /sys/bus/pci/rescan
	card_of gpusim
	observe "$CARD" open client bind map
	o look
	is 'and its objects are mapped' "$REPLY" ok
	observer_end
	is 'nothing holds gpusim' "$(cat /sys/module/gpusim/refcnt)" 0
}

# Memory that was mapped is given back.
test_nothing_left()
{
	local i card before after bad=0 cards=()

	for gpu in virtio-gpu vgem; do
		card_of "$gpu"
		cards+=("$CARD")
	done
	card_of gpusim
	for ((i = 0; i < 3; i++)); do
		observe "$CARD" open client bind map look unmap leave close
		observer_end
	done
	before=$(shmem_kib)
	for ((i = 0; i < 25; i++)); do
		for card in "${cards[@]}"; do
			observe "$card" open client bind map look leave close || bad=1
			observer_end
		done
	done
	after=$(shmem_kib)
	is 'mapped 50 objects of 256 KiB' "$bad" 0
	succeeds "nothing is left: $before KiB of shmem before, $after after" \
		test "$((after - before))" -lt 1024
	for gpu in gpusim virtio_gpu bochs vgem; do
		is "nothing holds $gpu" "$(cat "/sys/module/$gpu/refcnt")" 0
	done
}

# The pages of GEM shmem objects are shmem's.
shmem_kib()
{
	awk '/^Shmem:/ { print $2 }' /proc/meminfo
}

for gpu in gpusim virtio-gpu bochs; do
	test_unbind "$gpu"
done
for gpu in gpusim virtio-gpu bochs vgem vkms; do
	test_modules "$gpu"
done
test_removal
test_nothing_left
