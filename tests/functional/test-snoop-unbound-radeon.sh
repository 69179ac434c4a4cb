#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# radeon, of which nothing runs when its device is unbound: it has no remove function
# (radeon_kms_pci_driver, 6.12). The card stays, and so does what looks at it.
#
# vm: own-boot --gpu radeon
# kernel: stock: the kernel frees the card, which is registered, with its last reference
. "$DRM_SNOOP_TOP/tests/lib/tap.sh"
. "$DRM_SNOOP_TOP/tests/lib/cards.sh"

plan 10

card_of radeon
card=$CARD
observe "$card" open client bind map read
o look
is 'the map shows the object' "$REPLY" ok
o start
o stare
succeeds 'unbind ends while it is mapped and read' unbind radeon
sleep 0.2
o blink
like 'the map goes on' "$REPLY" '^ok [1-9][0-9]* 0$'
o stop
like 'and so do the readers' "$REPLY" '^ok [1-9][0-9]* 0$'
answers look read info list seek query bind
is 'nothing has changed' "$REPLY" \
	"$(for c in look read info list seek query bind; do printf '%s: ok; ' $c; done)"
succeeds 'the nodes are there' test -c "/dev/dri/card$card" -a -c "/dev/dri/card$card-snoop"
answers unmap leave close
is 'all is closed' "$REPLY" 'unmap: ok; leave: ok; close: ok; '
observer_end
is 'nothing holds drm_snoop' "$(cat /sys/module/drm_snoop/refcnt)" 0
observe "$card" open client bind map read look
is 'another one comes' "$REPLY" ok
observer_end
is 'and goes' "$(cat /sys/module/radeon/refcnt)" 0
