#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# A witness that no code of the guest can deceive: the host looks into gpusim's
# VRAM, a file, and finds there what the engine wrote and drm_snoop read; and what
# the host writes there is what drm_snoop reads.
# vm: host
# timeout: 300
# shellcheck source=tests/lib/tap.sh
. "$DRM_SNOOP_TOP/tests/lib/tap.sh"

poke=$((0x6123))
share=$work/share
vram=$work/vram
words="host-was-here-$$-$RANDOM"
mkdir -m 777 "$share"
# Within the limit above, which is four times as long on the debug kernel.
seconds=250
[ -z "$DRM_SNOOP_KERNEL" ] || seconds=1000

plan 6

"$DRM_SNOOP_TOP/tests/vm/run" --vram "$vram" --share "$share" \
	--timeout "$seconds" -- \
	"$DRM_SNOOP_BUILD/tests/functional/vram-witness" "$share" >"$work/guest" 2>&1 &
guest=$!
trap 'kill "$guest" 2>/dev/null; wait "$guest"; tap_exit' EXIT

# What the guest has to say, or its end.
while [ ! -e "$share/facts" ] && kill -0 "$guest" 2>/dev/null; do
	sleep 0.2
done
[ -e "$share/facts" ] || { cat "$work/guest" >&2; exit 1; }
read -r offset size vm_offset vm_size <"$share/facts"
note "object of $size bytes at $offset of VRAM"

# bytes OFFSET COUNT: of VRAM.
bytes() { tail -c +$(($1 + 1)) "$vram" | head -c "$2"; }

bytes "$offset" "$size" >"$work/object.bin"
bytes $((offset + vm_offset)) "$vm_size" >"$work/vm.bin"
same 'VRAM holds what was read of the object' "$share/object.bin" "$work/object.bin"
same 'VRAM holds what was read of the VM' "$share/vm.bin" "$work/vm.bin"
# Written by the engine at byte 0x1003 of what is bound, and copied from there.
is 'the engine filled it' "$(bytes $((offset + vm_offset + 0x1003)) 8 | od -An -tx1 | tr -d ' ')" \
	1122334455667788
is 'the engine copied it' "$(bytes $((offset + vm_offset + 0x40004)) 8 | od -An -tx1 | tr -d ' ')" \
	1122334455667788
if bytes 0 "$size" | cmp -s - "$share/object.bin"; then
	fail 'it is at its place only'
else
	pass 'it is at its place only'
fi

printf %s "$words" | dd of="$vram" bs=1 seek=$((offset + poke)) conv=notrunc status=none
printf %s "$words" >"$share/done.new"
mv "$share/done.new" "$share/done"
wait "$guest"
status=$?
[ "$status" = 0 ] || cat "$work/guest" >&2
is 'drm_snoop reads what the host wrote' "$status" 0
