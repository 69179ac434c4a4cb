#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# Cards that go while they are looked at, drivers and drm_snoop that are
# unloaded and loaded again, and libdrm, which must see none of that.
#
# Without fbdev emulation: virtio_gpu of 6.12 leaks an object of the console when
# its card is unbound, with a WARNING, whether or not drm_snoop is loaded. qxl is not
# among the cards: its driver in 6.12 leaks its interrupt when it is unbound.
# vm: boot hotplug --append drm_kms_helper.fbdev_emulation=0 --gpu gpusim --gpu virtio-gpu --gpu bochs --gpu vgem --gpu vkms
# timeout: 300
. "$DRM_SNOOP_TOP/tests/lib/tap.sh"
. "$DRM_SNOOP_TOP/tests/lib/cards.sh"

gpus=(gpusim virtio-gpu bochs vgem vkms)
plan $((3 * 8 + 5 * 7 + 8 + 5))

# The card's device is taken from its driver while threads read.
test_unbind()
{
	local gpu=$1 old

	card_of "$gpu" || { fail "$gpu: no card"; return; }
	old=$CARD
	observe "$CARD" open client bind read start || return
	succeeds "$gpu: unbind ends while threads read" unbind "$gpu"
	sleep 0.2
	o stop
	like "$gpu: readers are told that the card is gone" "$REPLY" '^ok [1-9][0-9]* ENODEV$'
	answers read info list seek query bind
	is "$gpu: and so is every call" "$REPLY" \
		"$(for c in read info list seek query bind; do printf '%s: error ENODEV; ' $c; done)"
	succeeds "$gpu: the node is gone" test ! -e "/dev/dri/card$old-snoop"

	# virtio_gpu's devices share the name of a slab cache, which the debug kernel
	# minds, and the old one is there while its files are open.
	[ "$gpu" = virtio-gpu ] || succeeds "$gpu: bind again" rebind "$gpu"
	o read
	is "$gpu: the old file stays dead" "$REPLY" 'error ENODEV'
	o leave
	o close
	observer_end
	[ "$gpu" != virtio-gpu ] || succeeds "$gpu: bind again" rebind "$gpu"
	card_of "$gpu"
	succeeds "$gpu: the node is back" test -c "/dev/dri/card$CARD-snoop"
	observe "$CARD" open client bind
	o read
	is "$gpu: a new one works" "$REPLY" ok
	observer_end
}

# An open snoop file holds the driver's module, and only that.
test_driver_module()
{
	local gpu=$1 module=${driver_module[$1]}

	card_of "$gpu" || { fail "$gpu: no card"; return; }
	observe "$CARD" open client bind read
	o leave
	is "$gpu: the client closed the card" "$REPLY" ok
	fails "$gpu: rmmod is refused while the snoop file is open" 1 'in use' remove "$module"
	o read
	is "$gpu: the client is gone, the card is not" "$REPLY" 'error ESRCH'
	observer_end
	succeeds "$gpu: rmmod when it is closed" remove "$module"
	succeeds "$gpu: the node went with it" test ! -e "/dev/dri/card$CARD-snoop"
	load_gpu "$gpu"
	card_of "$gpu"
	succeeds "$gpu: the node came back with it" test -c "/dev/dri/card$CARD-snoop"
	observe "$CARD" open client bind
	o read
	is "$gpu: and works" "$REPLY" ok
	observer_end
}

test_libdrm()
{
	local devices=$DRM_SNOOP_BUILD/tests/functional/drm-devices

	is 'a snoop node for each card' "$(snoop_nodes)" ${#gpus[@]}
	"$devices" >"$work/with"
	like 'libdrm sees all cards' "$(cat "$work/with")" "^${#gpus[@]} devices\$"
	succeeds 'rmmod drm_snoop' remove drm_snoop
	is 'no snoop nodes' "$(snoop_nodes)" 0
	"$devices" >"$work/without"
	same 'libdrm sees the same without drm_snoop' "$work/with" "$work/without"
	succeeds 'insmod drm_snoop after the drivers' load_snoop
	is 'and a node for each card again' "$(snoop_nodes)" ${#gpus[@]}
	"$devices" >"$work/after"
	same 'and the same when it came last' "$work/with" "$work/after"
}

# drm_snoop itself, with clients on a card.
test_snoop_module()
{
	local i bad=0

	card_of gpusim
	observe "$CARD" open client bind read freeze
	fails 'rmmod drm_snoop is refused while a file is open' 1 'in use' remove drm_snoop
	o close
	# The DRM client of the target stays open all the time.
	for ((i = 0; i < 20; i++)); do
		remove drm_snoop || bad=$((bad + 1))
		[ "$(snoop_nodes)" = 0 ] || bad=$((bad + 1))
		load_snoop || bad=$((bad + 1))
		[ "$(snoop_nodes)" = ${#gpus[@]} ] || bad=$((bad + 1))
	done
	is 'reloaded 20 times' "$bad" 0
	o thaw
	is 'what is left of a snapshot from before is opened' "$REPLY" ok
	observer_end
	observe "$CARD" open client bind
	o read
	is 'works after that' "$REPLY" ok
	observer_end
	is 'nothing holds the module' "$(cat /sys/module/drm_snoop/refcnt)" 0
}

for gpu in gpusim virtio-gpu bochs; do
	test_unbind "$gpu"
done
for gpu in "${gpus[@]}"; do
	test_driver_module "$gpu"
done
test_libdrm
test_snoop_module
