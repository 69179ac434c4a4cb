#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# drmsnoop translate: where bytes are, compared with what the target's driver and the
# PCI bus say; and to whom addresses are told.
# vm: --gpu gpusim
# timeout: 240
# shellcheck disable=SC2119
# slow: starts many programs; test-snoop-pages asks in the same way
. "$DRM_SNOOP_TOP/tests/lib/tap.sh"
. "$DRM_SNOOP_TOP/tests/lib/target.sh"
. "$DRM_SNOOP_TOP/tests/lib/users.sh"

plan 26
echo 0 >/proc/sys/kernel/yama/ptrace_scope

# lines ARGUMENTS...: without the heading
lines()
{
	drmsnoop translate "$@" | grep -v '^#'
}

target_start alice
pid=$TARGET_PID
t vm v
t bo a 64K vram
vram=$REPLY
t bo b 128K system
sys=$REPLY
t bind v 0x100000 a
t bind v 0x110000 b 0x3000 64K
t sparse v 0x120000 64K
t memory m 64K
address=$REPLY
t userptr v 0x200000 m 0x1000 0x2000
t fill v 0x100000 0x20000 1
t info a
read -r _ _ _ offset <<<"$REPLY"
# BAR 2 of the device is its memory.
read -r bar _ < <(sed -n 3p /sys/class/drm/card0/device/resource)

like 'one byte of device memory' "$(lines "$pid" 0x101005)" \
	"^000000101005-000000101006 object vram $vram:0x1005 $(printf '0x%x' $((offset + 0x1005))) (0x[0-9a-f]+|-) $(printf '0x%x' $((bar + offset + 0x1005)))\$"
like 'one byte of system memory' "$(lines "$pid" 0x110000)" \
	"^000000110000-000000110001 object tt $sys:0x3000 - (0x[0-9a-f]+|-) 0x[0-9a-f]+\$"
is 'sparse' "$(lines "$pid" 0x12fff0-0x140000)" '00000012fff0-000000130000 sparse none -:0x0 - - -'
is 'memory of the process' "$(lines "$pid" 0x200000-0x202000)" \
	"000000200000-000000202000 userptr unknown cpu:$(printf '0x%x' $((address + 0x1000))) - - -"
lines "$pid" 0-0x300000 >"$work/all"
is 'every byte that is bound, once' \
	"$(while read -r range _; do echo $((0x${range#*-} - 0x${range%-*})); done <"$work/all" | awk '{ n += $1 } END { print n }')" $((0x32000))
is 'in order' "$(sort -c "$work/all" 2>&1)" ''
drmsnoop translate "$pid" 0x100000 >"$work/out" 2>"$work/err"
is 'root: nothing is left out' "$(cat "$work/err")" ''
like 'the heading' "$(head -n 1 "$work/out")" '^# start-end kind placement handle:offset vram dma physical$'
fails 'a hole' 1 'nothing is bound at 0x1000: see drmsnoop maps' drmsnoop translate "$pid" 0x1000-0x100000
is 'an object' "$(lines "$pid" --bo "$sys" 0x1ffff)" "$(lines "$pid" --bo "$sys" 0x1ffff-0x20000)"
like 'a byte of an object' "$(lines "$pid" --bo "$vram" 5)" \
	"^000000000005-000000000006 object vram $vram:0x5 $(printf '0x%x' $((offset + 5))) "
fails 'past the end of an object' 1 'nothing is bound at 0x20000' drmsnoop translate "$pid" --bo "$sys" 0x20000
t evict a
like 'evicted' "$(lines "$pid" 0x100000)" "^000000100000-000000100001 object (tt|system) $vram:0x0 - "
t restore a
t close b
like 'a closed handle' "$(lines "$pid" 0x110000)" '^000000110000-000000110001 object tt 0:0x3000 '

note "JSON"
drmsnoop translate --json "$pid" 0x100000 >"$work/json"
like 'a run' "$(cat "$work/json")" \
	"^\{\"runs\":\[\{\"start\":\"0x100000\",\"end\":\"0x100001\",\"kind\":\"object\",\"placement\":\"vram\",\"handle\":$vram,\"object\":\"0x[0-9a-f]+\",\"offset\":\"0x0\",\"vram_offset\":\"0x[0-9a-f]+\",\"dma_address\":[^,]*,\"physical_address\":\"0x[0-9a-f]+\"\}\]\}\$"
like 'no handle, no address' "$(drmsnoop translate --json "$pid" 0x200000)" \
	'"kind":"userptr",.*"handle":null,"object":null,.*"vram_offset":null,"dma_address":null,"physical_address":null'

note "without CAP_SYS_ADMIN"
as alice drmsnoop translate "$pid" 0-0x300000 >"$work/out" 2>"$work/err"
is 'it works' $? 0
like 'it says what is left out' "$(cat "$work/err")" \
	'^drmsnoop translate: addresses in VRAM, of DMA and physical ones are left out: .* CAP_SYS_ADMIN: use root$'
is 'in one line' "$(wc -l <"$work/err")" 1
is 'no address' "$(grep -v '^#' "$work/out" | cut -d' ' -f5- | sort -u)" '- - -'
like 'object and placement' "$(cat "$work/out")" "^000000100000-000000110000 object vram $vram:0x0 - - -\$"
is 'of memory without addresses nothing is left out' "$(as alice drmsnoop translate "$pid" 0x200000 2>&1 | grep -c 'left out')" 0
like 'JSON' "$(as alice drmsnoop translate --json "$pid" 0x100000 2>"$work/err")" \
	'"vram_offset":null,"dma_address":null,"physical_address":null'
like 'it is who opened the node that counts' \
	"$(drmsnoop run "$pid" -- setpriv --reuid alice --regid alice --init-groups "$(type -p drmsnoop)" translate @0 0x100000 2>&1)" \
	"^000000100000-000000100001 object vram $vram:0x0 0x"
fails 'bob' 1 'it belongs to user alice' as bob drmsnoop translate "$pid" 0x100000
like 'doctor' "$(drmsnoop doctor)" '^ok +pages +card0: drmsnoop translate can tell where bytes are$'
target_stop
