#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# The example of a service that dumps hung programs: the engine hangs at a job of the
# target, whose thread waits for it; the service writes a core, and gdb finds in it what
# the engine had stored before.
# vm: boot engine --gpu gpusim --gpu vgem
# timeout: 200
# kernel: stock: an example; what it calls is run there by test-drmsnoop-core
. "$DRM_SNOOP_TOP/tests/lib/tap.sh"
. "$DRM_SNOOP_TOP/tests/lib/target.sh"
. "$DRM_SNOOP_TOP/tests/lib/bytes.sh"

plan 6

timeout_ms=/sys/module/gpusim/parameters/timeout_ms
before=$(cat "$timeout_ms")
echo 100000 >"$timeout_ms" || exit 1
target_start
pid=$TARGET_PID
t vm v
t bo a 64K vram
t bind v 0x100000 a
t pattern a 0 64K 7
t fill v 0x100000 32K 0x415441442d555047
t sum v 0x100000 64K
sum=$REPLY

mkdir "$work/cores"
touch "$work/cores/old.core.gz"
"$DRM_SNOOP_TOP/Documentation/examples/drmsnoop-dump-hung" --seconds 3 --dir "$work/cores" --keep 1 --once \
	>"$work/log" 2>&1 &
service=$!
sleep 5
is 'nobody hangs' "$(cat "$work/log"; ls "$work/cores")" old.core.gz
t hang v
# It waits in this command, for at most 30 seconds.
echo 'sum v 0x100000 64K' >&"${target_ins[target]}"
wait "$service"
is 'one hangs' "$?" 0
like 'who' "$(cat "$work/log")" "^process $pid \(gpusim-sh\) hangs\$"
core=("$work/cores"/*)
is 'a core, and no old one' "${#core[@]} $(basename "${core[0]}" | sed 's/-[^-]*$//')" \
	"1 gpusim-sh-$pid-client$TARGET_CLIENT-vm1"
like 'what it says' "$(cat "$work/log")" '^\{"file":.*"compressed":true,.*"ranges":1,"content":65536,.*\}$'
gunzip -c "${core[0]}" >"$work/core"
gdb -batch -nx -c "$work/core" -ex "dump memory $work/bytes 0x100000 0x110000" >/dev/null 2>&1
is 'gdb: what the engine had stored' "$(crc "$work/bytes")" "$sum"
# Unplugged, it ends what hangs.
device=$(cd /sys/bus/pci/drivers/gpusim && echo 0000:*)
echo "$device" >/sys/bus/pci/drivers/gpusim/unbind
target_stop
echo "$before" >"$timeout_ms"
echo "$device" >/sys/bus/pci/drivers/gpusim/bind
true
