#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# drmsnoop as its users meet it: contents against what the GPU and the CPU of the
# target wrote, holes, selections, refusals and their words, run and doctor.
# vm: --gpu gpusim
# timeout: 300
# shellcheck disable=SC2119
# slow: starts hundreds of programs; test-snoop-list and test-snoop-read ask in the same way
. "$DRM_SNOOP_TOP/tests/lib/tap.sh"
. "$DRM_SNOOP_TOP/tests/lib/target.sh"
. "$DRM_SNOOP_TOP/tests/lib/bytes.sh"
. "$DRM_SNOOP_TOP/tests/lib/users.sh"

plan 87
chmod 755 "$work"
scope=/proc/sys/kernel/yama/ptrace_scope
echo 0 >$scope

# reads NAME WANTED-CRC ARGUMENTS...: drmsnoop read gives these bytes
reads()
{
	local name=$1 want=$2

	shift 2
	if ! drmsnoop read "$@" >"$work/bytes" 2>"$work/err"; then
		fail "$name" "$(cat "$work/err")"
		return
	fi
	is "$name" "$(crc "$work/bytes")" "$want"
}

target_start alice
pid=$TARGET_PID
t vm v
vm=$REPLY
t bo a 64K vram
vram=$REPLY
t bo b 128K system
sys=$REPLY
t bind v 0x100000 a
t bind v 0x110000 b 0x3000 64K
t bind v 0x800000000000 a 0x2000 0x1000
t pattern a 0 64K 0x1234567
t pattern b 0 128K 77
t fill v 0x104000 0x1000 0x4150555f554e4947

note "ps"
drmsnoop ps >"$work/out" 2>"$work/err"
like 'ps: the process' "$(cat "$work/out")" \
	"^ *$pid alice +gpusim-sh card0 gpusim +$TARGET_CLIENT render +1 +2 192K ok\$"
is 'ps: nothing on standard error' "$(cat "$work/err")" ''
is 'ps -b --noheadings -o' "$(drmsnoop ps -b --noheadings -o pid,SIZE,objects "$pid")" "$pid 196608 2"
is 'ps --json' "$(drmsnoop ps --json "$pid")" \
	"{\"clients\":[{\"pid\":$pid,\"uid\":2001,\"user\":\"alice\",\"comm\":\"gpusim-sh\",\"card\":0,\"driver\":\"gpusim\",\"client\":$TARGET_CLIENT,\"node\":\"render\",\"fds\":1,\"vms\":1,\"objects\":2,\"size\":196608,\"access\":\"ok\",\"reason\":null}]}"
fails 'ps: no client' 1 "^drmsnoop ps: process $$ has no GPU client" drmsnoop ps $$
fails 'ps: no process' 1 'there is no process 4999999' drmsnoop ps 4999999

note "maps"
drmsnoop maps "$pid" | grep -v '^#' >"$work/maps"
cat >"$work/want" <<END
000000100000-000000110000 rw--- object vram $vram:0x0 0x10000
000000110000-000000120000 rw--- object tt $sys:0x3000 0x20000
800000000000-800000001000 rw--- object vram $vram:0x2000 0x10000
END
same 'maps' "$work/maps" "$work/want"
like 'maps: page tables may lag' "$(drmsnoop maps "$pid")" '^#.*page tables may lag'
like 'maps: the VM' "$(drmsnoop maps "$pid")" "^# client $TARGET_CLIENT vm $vm: 0x[0-9a-f]+-0x1000000000000"
like 'maps --objects' "$(drmsnoop maps --objects "$pid")" "^$sys rw--- ttm tt 0x20000 ttm\$"
like 'maps --json' "$(drmsnoop maps --json "$pid")" \
	"^\{\"card\":0,\"driver\":\"gpusim\",\"pid\":$pid,\"clients\":\[\{\"client\":$TARGET_CLIENT,\"node\":\"render\",\"vms\":\[\{\"vm\":$vm,.*\"start\":\"0x800000000000\",\"end\":\"0x800000001000\",\"kind\":\"object\",\"placement\":\"vram\",\"flags\":\[\"readable\"\],\"handle\":$vram,\"object\":\"0x[0-9a-f]+\",\"offset\":\"0x2000\",\"object_size\":65536,\"generation\":\"0x[0-9a-f]+\",\"reason\":null\}\]\}\]\}\]\}\$"
fails 'maps: no such VM' 1 'there is no VM 99' drmsnoop maps "$pid" --vm 99
fails 'maps: no such client' 1 "process $pid has no client 999" drmsnoop maps "$pid" --client 999
fails 'maps: no such card' 1 "has no GPU client on card7|there is no card7" drmsnoop maps "$pid" --card 7

note "read, judged by the engine's own checksums"
t sum v 0x100000 0x20000
reads 'both ranges' "$REPLY" "$pid" --va 0x100000 --size 128K
t sum v 0x10fff8 0x10
reads 'across ranges' "$REPLY" "$pid" --va 0x10fff8 --size 16 --vm "$vm" --client "$TARGET_CLIENT"
t sum v 0x800000000000 0x1000
reads 'upper half' "$REPLY" "$pid" --va 0x800000000000 --size 4K
reads 'upper half, sign-extended' "$REPLY" "$pid" --va 0xffff800000000000 --size 4K
t cpusum a 0 64K
reads 'object in VRAM' "$REPLY" "$pid" --bo "$vram"
t cpusum b 0x7ff8 0x9008
reads 'part of an object in system memory' "$REPLY" "$pid" --bo "$sys" --offset 0x7ff8 --size 0x9008
t evict a
t sum v 0x100000 0x10000
reads 'evicted' "$REPLY" "$pid" --va 0x100000 --size 64K
t restore a
drmsnoop read "$pid" --va 0x104ffb --size 5 >"$work/bytes"
is 'odd address, what the engine filled in' "$(cat "$work/bytes")" U_UPA
succeeds 'to a file' drmsnoop read "$pid" --bo "$vram" -f "$work/file"
t cpusum a 0 64K
is 'to a file: content' "$(crc "$work/file")" "$REPLY"
is 'to a file: mode' "$(stat -c %a "$work/file")" 600

note "holes"
fails 'hole at the end' 1 'hole of 0x10 bytes at 0x120000 \(unbound\): 16 of 32 bytes were read' \
	drmsnoop read "$pid" --va 0x11fff0 --size 32
is 'hole at the end: bytes before it' "$(wc -c <"$work/out")" 16
fails 'only a hole' 1 'hole of 0x1 bytes at 0x0 \(unbound\): 0 of 1 bytes' drmsnoop read "$pid" --va 0 --size 1
is 'only a hole: nothing is written' "$(wc -c <"$work/out")" 0
succeeds 'holes as zeros' drmsnoop read "$pid" --va 0xffff0 --size 32 --holes zero
is 'holes as zeros: bytes' "$(head -c 16 "$work/out" | od -An -tx8)" ' 0000000000000000 0000000000000000'
is 'holes as zeros: size' "$(wc -c <"$work/out")" 32
like 'holes as zeros: said' "$(cat "$work/err")" '16 of 32 bytes are holes and were written as zeros'
succeeds 'holes left out' drmsnoop read "$pid" --va 0xffff0 --size 32 --holes skip
is 'holes left out: size' "$(wc -c <"$work/out")" 16
succeeds 'holes in a file' drmsnoop read "$pid" --va 0x100000 --size 1G --holes zero -f "$work/sparse"
is 'holes in a file: size' "$(stat -c %s "$work/sparse")" 1073741824
is 'holes in a file: sparse' "$(($(stat -c %b "$work/sparse") <= 512))" 1
fails 'past the end of an object' 1 'offset 0x20000 is past the end of the object' \
	drmsnoop read "$pid" --bo "$sys" --offset 128K
fails 'beyond the end of an object' 1 'hole of 0x1 bytes at 0x20000 \(end\): 131072 of 131073' \
	drmsnoop read "$pid" --bo "$sys" --size 131073

note "hexdump"
drmsnoop read "$pid" --va 0x100000 --size 0x6010 | hexdump -C | sed 's/^0000/0010/' >"$work/want"
drmsnoop hexdump "$pid" --va 0x100000 --size 0x6010 >"$work/got"
same 'hexdump is hexdump -C' "$work/got" "$work/want"
like 'hexdump: equal lines' "$(cat "$work/got")" '^\*$'
unlike 'hexdump -v' "$(drmsnoop hexdump -v "$pid" --va 0x104000 --size 0x1000)" '^\*$'
succeeds 'hexdump with a hole' drmsnoop hexdump "$pid" --va 0x11fff0 --size 48
is 'hexdump with a hole: the line' "$(sed -n 2,3p "$work/out")" '00120000  hole of 0x20 bytes: unbound
00120020'

note "several clients and VMs"
t open second
second=${REPLY%% *}
t use second
t vm w
t bo c 4K system
t bind w 0x100000 c
t pattern c 0 4K 5
fails 'several VMs' 1 "choose one: --client $TARGET_CLIENT --vm $vm, --client $second --vm" \
	drmsnoop read "$pid" --va 0x100000 --size 8
t sum w 0x100000 0x1000
reads 'the other client' "$REPLY" "$pid" --client "$second" --va 0x100000 --size 4K
is 'ps: both clients' "$(drmsnoop ps --noheadings -o CLIENT,SIZE "$pid" | tr -s ' ' | sed 's/^ //')" "$TARGET_CLIENT 192K
$second 4K"
t closefd second
t use main
fails 'a closed client' 1 "has no client $second" drmsnoop maps "$pid" --client "$second"

note "run"
t sum v 0x101000 0x1000
drmsnoop run "$pid" --vm "$vm" -- dd bs=4096 skip=257 count=1 status=none >"$work/bytes" 2>"$work/err"
is 'dd at an address' "$(crc "$work/bytes")" "$REPLY"
is 'dd on an object' "$(drmsnoop run "$pid" --bo "$vram" -- dd bs=4096 skip=4 count=1 status=none | head -c 8)" GINU_UPA
is 'the only VM is bound' "$(drmsnoop run "$pid" -- dd bs=4096 skip=260 count=1 status=none | head -c 8)" GINU_UPA
fails 'dd in a hole' 1 'Input/output error' drmsnoop run "$pid" -- dd bs=4096 skip=1 count=1
is '@FD' "$(drmsnoop run "$pid" --fd 7 -- drmsnoop read @7 --va 0x104000 --size 8)" GINU_UPA
is '@FD: maps' "$(drmsnoop run "$pid" -- drmsnoop maps @0 | grep -vc '^#')" 3
# shellcheck disable=SC2016
is 'environment' "$(drmsnoop run "$pid" --fd 5 -- sh -c 'echo $DRMSNOOP_PID $DRMSNOOP_CARD $DRMSNOOP_CLIENT $DRMSNOOP_FD')" \
	"$pid 0 $TARGET_CLIENT 5"
fails 'exit status of the command' 7 '' drmsnoop run "$pid" -- sh -c 'echo >&2; exit 7'
fails 'no such command' 127 '/nonexistent: No such file' drmsnoop run "$pid" -- /nonexistent
fails 'a descriptor that is no snoop node' 1 'descriptor 0 is not a /dev/dri/cardN-snoop node' drmsnoop maps @0

note "an ordinary user: her own process, and not another's"
is 'alice reads' "$(as alice drmsnoop read "$pid" --va 0x104000 --size 8)" GINU_UPA
is 'alice: ps' "$(as alice drmsnoop ps --noheadings -o PID,ACCESS)" "$pid ok"
fails 'bob is refused' 1 "^drmsnoop maps: process $pid may not be looked at: it belongs to user alice: use that user, or root\$" \
	as bob drmsnoop maps "$pid"
is 'bob: one line' "$(wc -l <"$work/err")" 1
fails 'bob: run' 1 'it belongs to user alice' as bob drmsnoop run "$pid" -- true
is 'bob: ps shows nothing' "$(as bob drmsnoop ps --noheadings)" ''

note "Yama"
echo 1 >$scope
# shellcheck disable=SC2016
fails 'alice under Yama 1' 1 'kernel.yama.ptrace_scope is 1: start it with `drmsnoop run --child`, use root, or let it call prctl\(PR_SET_PTRACER\)$' \
	as alice drmsnoop read "$pid" --va 0x104000 --size 8
as alice drmsnoop ps >"$work/out" 2>"$work/err"
like 'ps: denied' "$(cat "$work/out")" "^ *$pid alice .* render +- +- +- denied\$"
like 'ps: says how to ask why' "$(cat "$work/err")" '1 client cannot be looked at; why: drmsnoop ps -o PID,REASON'
like 'ps: why' "$(as alice drmsnoop ps --noheadings -o REASON)" 'ptrace_scope is 1'
like 'doctor under Yama 1' "$(as alice drmsnoop doctor)" '^warn +yama +kernel.yama.ptrace_scope is 1'
is 'root under Yama 1' "$(drmsnoop read "$pid" --va 0x104000 --size 8)" GINU_UPA
t ptracer any
is 'alice, allowed by the process' "$(as alice drmsnoop read "$pid" --va 0x104000 --size 8)" GINU_UPA
t ptracer none
child="(printf 'vm v\nbo a 4K vram\nbind v 0x100000 a\nfill v 0x100000 4K 0x4150555f554e4947\n'; sleep 60) | gpusim-sh"
# shellcheck disable=SC2016
look='for i in $(seq 100); do b=$(drmsnoop read @0 --va 0x100000 --size 8 --holes zero 2>&1 | tr -d "\0"); [ "$b" = GINU_UPA ] && break; sleep 0.1; done; echo "$b"'
is 'alice, with her child' "$(as alice drmsnoop run --child "$child" -- sh -c "$look" 2>"$work/err")" GINU_UPA
like "the child's output is on standard error" "$(cat "$work/err")" '^ready [0-9]+ [0-9]+$'
is 'the child is ended' "$(pgrep -c -u alice 'sleep|gpusim-sh')" 1
fails 'a child without GPU' 1 'the target does not use a GPU after 1 s: see --wait' \
	as alice drmsnoop run --child 'sleep 50' --wait 1 -- true
is 'a child without GPU is ended' "$(pgrep -c -u alice sleep)" 0
fails 'a child that ends' 1 'the target ended with status 3 before it used a GPU' \
	as alice drmsnoop run --child 'exit 3' -- true
echo 2 >$scope
fails 'alice under Yama 2' 1 'kernel.yama.ptrace_scope is 2: use root' as alice drmsnoop maps "$pid"
echo 0 >$scope

note "a process that is not dumpable"
t undumpable
fails 'not dumpable' 1 'it is not dumpable|may not be looked at' as alice drmsnoop maps "$pid"
is 'root may' "$(drmsnoop read "$pid" --va 0x104000 --size 8)" GINU_UPA

note "the node"
chmod 600 /dev/dri/card0-snoop
chown root:root /dev/dri/card0-snoop
target_start -n other alice
fails 'no right to the node' 1 '/dev/dri/card0-snoop may not be opened' as alice drmsnoop maps "$TARGET_PID"
as alice drmsnoop doctor >"$work/out"
is 'doctor: exit status' $? 1
like 'doctor: says so' "$(cat "$work/out")" 'card0-snoop may not be opened'
succeeds 'doctor as root' drmsnoop doctor
like 'doctor --json' "$(drmsnoop doctor --json)" '^\{"usable":true,"checks":\[\{"name":"module","state":"ok"'
"$DRM_SNOOP_TOP/tests/vm/guest/nodes"
target_stop
target_use target
target_stop
fails 'the process ended' 1 "there is no process $pid" drmsnoop maps "$pid"
