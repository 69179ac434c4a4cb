#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# gpusim-sh and its page. Sums are compared with those of gzip or with one that
# goes another way (engine, CPU), so that a wrong one does not agree with itself.
# timeout: 240
# slow: starts hundreds of programs; the tests of gpusim in C make the same calls
. "$DRM_SNOOP_TOP/tests/lib/tap.sh"
. "$DRM_SNOOP_TOP/tests/lib/target.sh"
. "$DRM_SNOOP_TOP/tests/lib/gpusim-sh.sh"
. "$DRM_SNOOP_TOP/tests/lib/bytes.sh"

page=$DRM_SNOOP_TOP/Documentation/gpusim-sh.rst

# words COUNT VALUE STEP: numbers of eight bytes, little endian.
words()
{
	local i b text='' hex

	for ((i = 0; i < $1; i++)); do
		printf -v hex %016x $(($2 + i * $3))
		for ((b = 14; b >= 0; b -= 2)); do
			text+="\\x${hex:b:2}"
		done
	done
	printf '%b' "$text"
}

ask_all()
{
	printf '%s\n' "$@" | gpusim-sh
}

plan 138

# --- the program -----------------------------------------------------------
fails 'unknown option' 2 'unrecognized option' gpusim-sh --nonsense
fails 'an argument' 2 'unexpected argument x' gpusim-sh x
fails 'option without a value' 2 'requires an argument' gpusim-sh --device
fails 'no such node' 1 '/nonexistent: No such file' gpusim-sh --device /nonexistent
fails 'not a DRM node' 1 '/dev/null is no gpusim' gpusim-sh --device /dev/null
fails 'a node that may not be opened' 1 'may not open the DRM nodes: join group' \
	setpriv --reuid nobody --regid nogroup --clear-groups gpusim-sh
fails 'forged state' 1 'for the exec command only' gpusim-sh --state 0
is 'errors are one line' "$(gpusim-sh --device /dev/null 2>&1 | wc -l)" 1
like 'help of the program' "$(gpusim-sh --help)" '^Usage: gpusim-sh'
succeeds 'end of input is status 0' gpusim-sh
like 'says ready' "$(cat "$work/out")" '^ready [1-9][0-9]* [1-9][0-9]*$'
is 'exit with a status' "$(echo exit 7 | gpusim-sh >"$work/out"; echo $?)" 7
succeeds 'a node by its path' gpusim-sh --device /dev/dri/renderD128 </dev/null
is 'the primary node' "$(printf 'pid\n' | gpusim-sh --primary | tail -n 1 | cut -d' ' -f1)" ok
is 'no answers to blanks and comments' "$(ask_all '' '  ' '# vm v' '#' | wc -l)" 1
is 'a last line without newline' "$(printf 'bogus' | gpusim-sh | tail -n 1 | cut -d' ' -f2)" EINVAL
like 'a line that is too long' "$(ask_all "vm $(printf 'x%.0s' {1..2000})" | tail -n 1)" '^error EINVAL usage: a line'
like 'too many words' "$(ask_all "loop sleep $(printf '1 %.0s' {1..70})" | tail -n 1)" '^error EINVAL usage: a line'
like 'a NUL byte' "$(printf 'vm v\0w\npid\n' | gpusim-sh | sed -n 2p)" '^error EINVAL'
is 'after a bad line the next' "$(printf 'vm v\0w\npid\n' | gpusim-sh | sed -n 3p | cut -d' ' -f1)" ok

# --- page and help ---------------------------------------------------------
target_start
like 'ready has the pid' "$(tr '\0' ' ' <"/proc/$TARGET_PID/cmdline")" '^gpusim-sh $'
t help
read -ra commands <<<"$REPLY"
for command in "${commands[@]}"; do
	t help "$command"
	echo "$REPLY"
done | sort >"$work/help"
# shellcheck disable=SC2016
sed -n '/^Commands$/,/^For scripts$/s/^``\(.*\)``$/\1/p' "$page" | sort >"$work/page"
same 'the page and help agree' "$work/page" "$work/help"
is 'there are commands' "$((${#commands[@]} > 30))" 1
refused 'help of nothing' ENOENT 'no command nosuch' help nosuch

# --- arguments -------------------------------------------------------------
refused 'unknown command' EINVAL 'usage: no command frobnicate' frobnicate
refused 'too few words' EINVAL 'usage: bind VM ADDR BO' bind v 0
refused 'too many words' EINVAL 'usage: pid' pid 1
for number in -1 +1 0x 0x-1 1x 1KK 0x1g 1k K 18446744073709551616 16777216T 17179869184G \
	0x10000000000000000; do
	refused "no number: $number" EINVAL 'MS: ' sleep "$number"
done
refused 'names: digit first' EINVAL 'no name' vm 1v
refused 'names: other characters' EINVAL 'no name' vm v-1
refused 'names: too long' EINVAL 'no name' vm aaaaaaaaaabbbbbbbbbbccccccccccdd
value 'names: longest' 1 vm _aaaaaaaaabbbbbbbbbbccccccccccd
t vmdestroy _aaaaaaaaabbbbbbbbbbccccccccccd

# --- VMs, BOs, the engine --------------------------------------------------
t vm v
refused 'VM name in use' EEXIST 'v is in use' vm v
refused 'no such VM' ENOENT 'no VM w' vmdestroy w
value 'BO in device memory' 1 bo b 64K vram
value 'BO in system memory' 2 bo s 0x4000 system
value 'private BO' 3 bo p 8K system private v
refused 'BO name in use' EEXIST 'b is in use' bo b 4K vram
refused 'BO of size 0' EINVAL GEM_CREATE bo z 0 system
refused 'BO not of pages' EINVAL GEM_CREATE bo z 4097 system
refused 'BO elsewhere' EINVAL usage bo z 4K disk
refused 'private without VM' EINVAL usage bo z 4K system private
refused 'private of no VM' ENOENT 'no VM w' bo z 4K system private w
refused 'word instead of private' EINVAL usage bo z 4K system public v
t info b
like 'info of device memory' "$REPLY" '^1 0x10000 vram 0x[0-9a-f]+$'
value 'info of system memory' '2 0x4000 system -' info s

t bind v 0x100000 b
t bind v 0x200000 s 4K 8K
t bind v 0x300000 p
t bind v 0x400000 s 8K
refused 'bind unaligned' EINVAL VM_BIND bind v 0x100001 b
refused 'bind beyond the BO' EINVAL VM_BIND bind v 0x500000 s 8K 16K
refused 'bind offset beyond the BO' EINVAL VM_BIND bind v 0x500000 s 32K
refused 'bind of nothing' ENOENT 'no BO z' bind v 0x500000 z
refused 'the page of sum' EINVAL 'for sum' bind v 0x6a6a6a6a5000 s
refused 'refused binds left nothing' EFAULT 'at 0x500000' sum v 0x500000 1

words 512 0x1122334455667788 0 >"$work/fill"
t fill v 0x100003 4K 0x1122334455667788
value 'engine fill, seen by the engine' "$(crc "$work/fill")" sum v 0x100003 4K
value 'engine fill, seen by the CPU' "$(crc "$work/fill")" cpusum b 3 4K
value 'the byte before is untouched' "$(crc <(printf '\0'))" cpusum b 2 1
value 'sum of nothing' 0x00000000 sum v 0x100000 0

words 1024 $((5 * 0x9E3779B97F4A7C15 + 4096)) 8 >"$work/pattern"
t pattern s 0 16K 5
value 'pattern through a BO offset' "$(crc "$work/pattern")" sum v 0x200000 8K
value 'pattern by the CPU' "$(crc "$work/pattern")" cpusum s 4K 8K
tail -c +4 "$work/pattern" | head -c 99 >"$work/part"
value 'unaligned part' "$(crc "$work/part")" sum v 0x200003 99
t cpufill s 0 16K 0
t pattern s 4099 99 5
value 'pattern written unaligned' "$(crc "$work/part")" cpusum s 4099 99
{ printf '\0\0\0'; cat "$work/part"; printf '\0'; } >"$work/around"
value 'and nothing around it' "$(crc "$work/around")" cpusum s 4K 103

words 2 0x1122334455667788 0 >"$work/two"
t cpufill s 4101 16 0x1122334455667788
value 'CPU fill begins at its offset' "$(crc "$work/two")" sum v 0x200005 16
t copy v 0x300001 0x200005 16
value 'engine copy' "$(crc "$work/two")" cpusum p 1 16
refused 'copy onto itself' EINVAL EXEC copy v 0x100000 0x100001 16
refused 'part beyond the BO' EINVAL 'only 0x4000 bytes' cpusum s 16K 1
refused 'part that wraps' EINVAL 'only 0x4000 bytes' cpufill s 4K 0xffffffffffffffff 0
value 'part of size 0 at the end' 0x00000000 cpusum s 16K 0
refused 'fault of a fill' EFAULT 'at 0x600000$' fill v 0x600000 8 1
refused 'fault in the middle' EFAULT 'at 0x110000$' fill v 0x10fffc 8 1
refused 'fault of a sum' EFAULT 'at 0x110000$' sum v 0x10ffff 2
refused 'sum leaves no page behind' EFAULT 'at 0x6a6a6a6a6000$' fill v 0x6a6a6a6a6000 1 1
value 'nor a handle' 4 bo next 4K system
t close next

t pattern b 0 64K 9
t cpusum b 0 64K
before=$REPLY
t evict b
value 'evicted' '1 0x10000 system -' info b
value 'contents when evicted' "$before" cpusum b 0 64K
t restore b
t info b
like 'restored' "$REPLY" '^1 0x10000 vram '
value 'contents when restored' "$before" cpusum b 0 64K
refused 'restore of a system BO' EINVAL GEM_MIGRATE restore s

t close p
value 'bound after close' "$(crc "$work/two")" sum v 0x300001 16
refused 'closed' ENOENT 'no BO p' info p
t unbind v 0x301000 4K
t unbind v 0x700000 4K
refused 'unbound' EFAULT 'at 0x301000' sum v 0x300000 8K
value 'its rest stays' "$(crc "$work/two")" sum v 0x300001 16

value 'bindmany' 10 bindmany v 0x10000000 10 s 8K
words 512 $((4096 + 5 * 0x9E3779B97F4A7C15)) 8 >"$work/page1"
t pattern s 0 16K 5
value 'bindmany: page 5 is page 1 again' "$(crc "$work/page1")" sum v 0x1000a000 4K
refused 'bindmany leaves holes' EFAULT 'at 0x10001000' sum v 0x10000000 8K
refused 'bindmany of none' EINVAL COUNT bindmany v 0 0 s 4K
refused 'bindmany of too many' EINVAL COUNT bindmany v 0 1048577 s 4K
refused 'bindmany with no stride' EINVAL STRIDE bindmany v 0 2 s 100
refused 'bindmany beyond 64 bits' EINVAL 'above 64 bits' bindmany v 0 16 s 0x1000000000000000
value 'bindmany up to the end of the VM' 2 bindmany v 0xffffffffe000 2 s 4K
t unbind v 0xffffffffe000 8K
refused 'bindmany beyond the VM' EINVAL VM_BIND bindmany v 0xffffffffe000 3 s 4K
refused 'undone by its error' EFAULT 'at 0xffffffffe000' sum v 0xffffffffe000 1

# --- clients ---------------------------------------------------------------
t client
main=$REPLY
t open two
like 'open' "$REPLY" '^[1-9][0-9]* [1-9][0-9]*$'
is 'another client' "$([ "${REPLY%% *}" != "${main%% *}" ] && echo yes)" yes
refused 'client name in use' EEXIST 'two is in use' open two
refused 'open something else' EINVAL usage open three render
t use two
refused 'names are per client' ENOENT 'client two has no VM v' sum v 0 0
t vm v
value 'import' 1 import shared main s
refused 'import again' EEXIST 'has it as shared' import again main s
t bind v 0x1000 shared
value 'the same memory' "$(crc "$work/page1")" sum v 0x2000 4K
t closefd two
refused 'no current client' ENOENT 'was closed' vm x
refused 'closed client' ENOENT 'no client two' use two
t use main
t export s buf
like 'export is a dma-buf' "$(readlink "/proc/$TARGET_PID/fd/$REPLY")" dmabuf
fd=$REPLY
t unexport buf
is 'unexport' "$([ -e "/proc/$TARGET_PID/fd/$fd" ] || echo gone)" gone
t bo p 4K system private v
refused 'export of a private BO' EPERM PRIME export p buf

# --- the process -----------------------------------------------------------
t loop fill v 0x100000 64K 7 ';' cpusum b 0 64K
refused 'one loop' EBUSY 'stop it first' loop sleep 1
refused 'no exec in a loop' EBUSY 'stop it first' exec
t evict b
t sleep 300
t stop
like 'rounds of a loop' "$REPLY" '^[1-9][0-9]*$'
refused 'no loop' ENOENT 'no loop' stop
t loop fill v 0x900000 1 1
t sleep 300
refused 'a loop that fails' EFAULT 'after 0 rounds: at 0x900000' stop
refused 'loop of what cannot be' EINVAL 'cannot be repeated' loop exit
refused 'loop without a command' EINVAL 'no command' loop sleep 1 ';'
refused 'loop of wrong usage' EINVAL 'usage: fill' loop fill v

t undumpable
is 'undumpable' "$(stat -c %U "/proc/$TARGET_PID/maps")" root
t ptracer any
t ptracer $$
t ptracer none
refused 'ptracer of nobody' EINVAL PID ptracer 0

t client
before=$REPLY
t exec
is 'exec keeps process and client' "$REPLY" "$TARGET_PID ${before%% *}"
value 'exec keeps the descriptor' "$before" client
value 'exec keeps names and contents' "$(crc "$work/page1")" sum v 0x1000a000 4K
is 'commands behind exec' "$(ask_all 'vm v' exec 'vm v' | tail -n 1 | cut -d' ' -f2)" EEXIST

t fork
child=$REPLY
is 'the child holds the client' "$(sed -n 's/^drm-client-id:[[:space:]]*//p' "/proc/$child/fdinfo/${before##* }")" "${before%% *}"
succeeds 'ends by exit' target_stop
for ((i = 0; i < 100; i++)); do
	[ -d "/proc/$child" ] || break
	sleep 0.1
done
is 'the child ends with standard input' "$([ -d "/proc/$child" ] || echo gone)" gone

# --- the helper ------------------------------------------------------------
target_start -n one alice
one=$TARGET_CLIENT
is 'as another user' "$(stat -c %U "/proc/$TARGET_PID")" alice
target_start -n two
is 'two targets' "$([ "$one" != "$TARGET_CLIENT" ] && echo yes)" yes
target_use one
is 'use' "$TARGET_CLIENT" "$one"
target_stop two
target_stop one
like 't fails the test' "$(target_start; t bogus; echo survived)" "^Bail out! target: 'bogus'"
like 't_error too' "$(target_start; t_error ENOENT pid; echo survived)" "^Bail out! target: 'pid'"
