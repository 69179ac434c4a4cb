#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# drm_snoop loaded into a machine whose GPUs have been at work for long: clients
# that were there before it can be looked at.
# vm: own-boot --snoop-last --gpu gpusim --gpu virtio-gpu --gpu bochs --gpu vgem
. "$DRM_SNOOP_TOP/tests/lib/tap.sh"
. "$DRM_SNOOP_TOP/tests/lib/cards.sh"
. "$DRM_SNOOP_TOP/tests/lib/target.sh"

plan 9

is 'a node for each card' "$(snoop_nodes)" 4
for gpu in gpusim virtio-gpu bochs vgem; do
	card_of "$gpu"
	observe "$CARD" open client bind
	o read
	is "$gpu: content" "$REPLY" ok
	observer_end
done

# A client older than the module, all of it.
succeeds 'rmmod drm_snoop' remove drm_snoop
target_start
t vm v
t bo b 64K vram
t bind v 0x10000 b
t fill v 0x10000 64K 0x1122334455667788
succeeds 'insmod drm_snoop' load_snoop
succeeds 'maps of the older client' drmsnoop maps "$TARGET_PID"
is 'content of the older client' \
	"$(drmsnoop read "$TARGET_PID" --vm 1 --va 0x10000 --size 64K | od -An -v -tx8 -w8 | sort | uniq -c | tr -s ' ')" \
	' 8192 1122334455667788'
target_stop
