#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# Layouts of a driver: read once for all of its cards, and again when the driver was loaded
# again, as it may be another build.
# vm: --gpu gpusim --gpu gpusim --gpu virtio-gpu --gpu bochs --gpu vgem --append iomem=relaxed
# timeout: 300
. "$DRM_SNOOP_TOP/tests/lib/tap.sh"
. "$DRM_SNOOP_TOP/tests/lib/cards.sh"

plan 15
marker="test-snoop-layout $$"

# The module as the other tests want it.
restore()
{
	cmp -s "$DRM_SNOOP_MODULES/gpusim.ko" "$loaded" || load "$DRM_SNOOP_MODULES/gpusim.ko"
}
trap 'status=$?; restore; (exit "$status"); tap_exit' EXIT

# load FILE: gpusim anew.
load()
{
	remove gpusim && within 30 insmod "$1" && loaded=$1
}

# cards: what doctor says of the cards of gpusim.
cards()
{
	drmsnoop doctor --json | jq -r '.checks[] | select(.name == "card").text' |
		sed -n 's/^card[0-9]*: driver gpusim on [^ ]*: //p'
}

# layouts: how many were read since the test began.
layouts()
{
	dmesg | sed "1,/$marker/d" | grep -c 'layout of gpusim read in [0-9]* ms$'
}

ready='objects and address spaces
objects and address spaces'
echo "$marker" >/dev/kmsg
loaded=
succeeds 'load gpusim' load "$DRM_SNOOP_MODULES/gpusim.ko"
is 'nobody asked' "$(layouts)" 0
is 'two cards' "$(cards)" "$ready"
is 'one layout' "$(layouts)" 1

unbind gpusim
rebind gpusim
is 'one of the cards comes again' "$(cards)" "$ready"
is 'the other one kept the layout' "$(layouts)" 1

succeeds 'load gpusim again' load "$DRM_SNOOP_MODULES/gpusim.ko"
is 'two cards again' "$(cards)" "$ready"
is 'another layout' "$(layouts)" 2

# Another build: its client has another name.
objcopy -O binary --only-section=.BTF --set-section-flags .BTF=alloc \
	"$DRM_SNOOP_MODULES/gpusim.ko" "$work/btf"
LC_ALL=C sed -b 's/\x00gpusim_file\x00/\x00gpusim_life\x00/' "$work/btf" >"$work/other-btf"
objcopy --update-section .BTF="$work/other-btf" "$DRM_SNOOP_MODULES/gpusim.ko" "$work/gpusim.ko"
succeeds 'another build: load' load "$work/gpusim.ko"
# A kernel may have no names of errors; ENOENT is 2.
other='objects only; adapter: layout of gpusim is not as expected: gpusim_file.vms: -ENOENT'
is 'another build: its own BTF counts' "$(cards | sed 's/-2$/-ENOENT/')" "$other
$other"
is 'another build: no layout' "$(layouts)" 2
succeeds 'the first build: load' load "$DRM_SNOOP_MODULES/gpusim.ko"
is 'the first build: found again' "$(cards)" "$ready"
is 'the first build: one more layout' "$(layouts)" 3
