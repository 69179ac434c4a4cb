#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# drmsnoop refuses wrong usage: one line on standard error, nothing on standard
# output, status 2.
. "$DRM_SNOOP_TOP/tests/lib/tap.sh"

drmsnoop=$DRM_SNOOP_BUILD/tools/drmsnoop
plan 120

# wrong NAME REGEX ARGUMENTS...
wrong()
{
	local name=$1 regex=$2 status

	shift 2
	"$drmsnoop" "$@" >"$work/out" 2>"$work/err"
	status=$?
	if [ "$status" != 2 ] || [ -s "$work/out" ] || [ "$(wc -l <"$work/err")" != 1 ] ||
		! grep -qE -- "$regex" "$work/err" || ! grep -qE ': see drmsnoop.* --help$' "$work/err"; then
		fail "$name" "'drmsnoop $*' exited with $status: $(cat "$work/out" "$work/err")"
	else
		pass "$name"
	fi
}

wrong 'no command' '^drmsnoop: a command is missing'
wrong 'unknown command' '^drmsnoop: there is no command peek' peek
wrong 'unknown global option' 'there is no option --verbose' --verbose ps
wrong 'help: unknown command' 'there is no command peek' help peek
wrong 'help: too many' 'too many arguments' help ps maps
wrong 'doctor: argument' '^drmsnoop doctor: too many arguments' doctor 1

wrong 'ps: unknown column' "there is no column 'PIX'" ps -o PID,PIX
wrong 'ps: empty column' "there is no column ''" ps -o PID,
wrong 'ps: too many columns' 'too many columns' ps -o "$(printf 'PID,%.0s' {1..20})PID"
wrong 'ps: not a number' "process id 'init' is not a number" ps init
wrong 'ps: pid 0' 'no process has the id 0' ps 0
wrong 'ps: pid too large' 'process id 2147483648 is too large' ps 2147483648
wrong 'ps: unknown option' 'there is no option --tree' ps --tree
wrong 'ps: unknown short option' 'there is no option -x' ps -x
wrong 'ps: unknown short option among others' 'there is no option -x' ps -bx
wrong 'ps: option without argument' 'option -o needs an argument' ps -o
wrong 'ps: argument too much' 'option --json=1 takes no argument' ps --json=1

wrong 'maps: no process' 'a process id is missing' maps
wrong 'maps: two processes' "too many arguments, '2' is one" maps 1 2
wrong 'maps: negative process' "there is no option -1" maps -1
wrong 'maps: empty process' "process id '' is not a number" maps ''
wrong 'maps: bad descriptor' "descriptor 'x' is not a number" maps @x
wrong 'maps: empty descriptor' "descriptor '' is not a number" maps @
wrong 'maps: client 0' 'no client has the id 0' maps --client 0 1
wrong 'maps: bad client' "client '1x' is not a number" maps --client 1x 1
wrong 'maps: card too large' 'card 4G is too large' maps --card 4G 1
wrong 'maps: objects of a VM' '--objects and --vm exclude each other' maps --objects --vm 1 1

for command in read hexdump map; do
	wrong "$command: no size" '--size is missing' $command 1 --va 0x1000
done
for command in read hexdump map 'write --write'; do
	wrong "$command: no process" 'a process id is missing' $command
	wrong "$command: no address" '--va is missing' $command 1
	wrong "$command: size 0" 'the size must be at least 1' $command 1 --va 0x1000 --size 0
	wrong "$command: address wraps" '0x2 bytes at 0xffffffffffffffff go past' \
		$command 1 --va 0xffffffffffffffff --size 2
	wrong "$command: offset wraps" 'go past the last address' \
		$command 1 --bo 1 --offset 0xffffffffffffffff --size 2
	wrong "$command: negative address" "address '-1' is not a number" $command 1 --va -1 --size 1
	wrong "$command: address of an object" 'use --offset with --bo' $command 1 --bo 1 --va 0 --size 1
	wrong "$command: handle and VM" '--vm and --bo exclude each other' $command 1 --bo 1 --vm 1
done
wrong 'read: offset without handle' '--offset is for --bo' read 1 --offset 1 --size 1
wrong 'read: handle too large' 'handle 0x100000000 is too large' read 1 --bo 0x100000000
wrong 'read: unknown treatment of holes' "--holes is error, zero or skip, not 'no'" read 1 --holes no

wrong 'map: bad time' "time '-1' is not a number" map 1 --va 0 --size 1 --watch -1
wrong 'map: bad interval' "interval '1s' is not a number" map 1 --va 0 --size 1 -w 1 --interval 1s
wrong 'map: interval without watch' '--interval goes with --watch' map 1 --va 0 --size 1 --interval 1

wrong 'write: not without --write' '^drmsnoop write: memory of another process is written with --write only' \
	write 1 --va 0x1000 --hex 00
wrong 'write: two sources' '--file, --hex and --fill exclude each other' write --write 1 --va 0 --hex 00 --fill 1
wrong 'write: odd digits' "--hex takes pairs of hexadecimal digits, not 'f'" write --write 1 --va 0 --hex 'de ad f'
wrong 'write: no digits' "--hex takes pairs of hexadecimal digits, not 'xy'" write --write 1 --va 0 --hex 'dexy'
wrong 'write: parted digits' "pairs of hexadecimal digits, not 'd e'" write --write 1 --va 0 --hex 'd e'
wrong 'write: size of --hex' '--size does not go with --hex' write --write 1 --va 0 --size 2 --hex 00
wrong 'write: fill without size' '--size is missing' write --write 1 --va 0 --fill 0
wrong 'write: fill with more than a byte' 'byte 256 is too large' write --write 1 --bo 1 --fill 256

wrong 'snapshot: no process' 'a process id is missing' snapshot
wrong 'snapshot: no address' '--va is missing' snapshot 1 -f x
wrong 'snapshot: no size' '--size is missing' snapshot 1 --va 0 -f x
wrong 'snapshot: no file' '--file is missing' snapshot 1 --va 0 --size 4K

wrong 'core: no process' 'a process id is missing' core -o x
wrong 'core: no file' '--output is missing' core 1
wrong 'core: unknown choice' "--only is one of system, tt, vram, private and swapped, or START-END, not 'ram'" core 1 -o x --only ram
wrong 'core: no end' "address '' is not a number" core 1 -o x --only 0x1000-
wrong 'core: nothing between' 'the end 0x1000 is not above the start' core 1 -o x --only 0x1000-0x1000
wrong 'core: no time' 'in 0 milliseconds nothing can be copied' core 1 -o x --consistent=0
wrong 'core: two choices' '--only has addresses once only' core 1 -o x --only 0-1 --only 1-2

wrong 'gdb: no process' 'a process id is missing' gdb
wrong 'gdb: no process before --' 'a process id is missing' gdb -- -batch
wrong 'gdb: arguments without --' 'arguments of gdb come after --' gdb 1 2
wrong 'gdb: descriptor' 'a process id is needed, not a descriptor' gdb @0

wrong 'diff: no arguments' 'an argument is missing: a process id, @FD or a file' diff
wrong 'diff: one argument' 'an argument is missing' diff 1
wrong 'diff: three arguments' 'too many arguments' diff 1 2 3
wrong 'diff: a file has no VM' 'file,vm=1 is a file, and has no vm' diff file,vm=1 1
wrong 'diff: address of an object' 'use --offset with --bo' diff 1,bo=1,va=0 1
wrong 'diff: bad address' "address 'x' is not a number" diff 1,va=x 1
wrong 'diff: two addresses of a file' '--va and --offset exclude each other' diff file,offset=1,va=1 1
wrong 'find: no pattern' 'a pattern is missing' find
wrong 'find: no process' 'an argument is missing' find 00
wrong 'find: too many' 'too many arguments' find 00 1 2
wrong 'find: no digits' "pairs of hexadecimal digits, not 'zz', unless" find 00zz 1
wrong 'find: number too large' 'pattern 0x100000000 is too large' find --u32 0x100000000 1
wrong 'find: no number' "pattern 'x' is not a number" find --u64 x 1
wrong 'find: empty' 'the pattern is empty' find --string '' 1
wrong 'find: two kinds' '--string, --u32 and --u64 exclude each other' find --u32 --u64 1 1
wrong 'find: alignment 0' 'the alignment must be at least 1' find --align 0 00 1
wrong 'find: count 0' 'the count must be at least 1' find -m 0 00 1

wrong 'translate: no process' 'a process id is missing' translate
wrong 'translate: no address' 'an address is missing' translate 1
wrong 'translate: too many' 'too many arguments' translate 1 0x1000 0x2000
wrong 'translate: bad address' "address '1000-' is not|address '' is not a number" translate 1 0x1000-
wrong 'translate: bad end' "address 'x' is not a number" translate 1 0x1000-x
wrong 'translate: nothing between' 'the end 0x1000 is not above the start' translate 1 0x1000-0x1000
wrong 'translate: handle and VM' '--vm and --bo exclude each other' translate --bo 1 --vm 1 1 0

wrong 'run: no command' "'-- COMMAND' is missing" run 1
wrong 'run: empty command' "'-- COMMAND' is missing" run 1 --
wrong 'run: no process' 'a process id is missing' run -- true
wrong 'run: process and child' 'a process id and --child exclude each other' run --child true 1 -- true
wrong 'run: wait without child' '--keep and --wait go with --child' run --wait 1 1 -- true
