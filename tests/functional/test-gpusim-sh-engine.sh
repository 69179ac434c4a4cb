#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# The commands of gpusim-sh that keep the engine busy, and those that wait.
# vm: boot engine --gpu gpusim --gpu vgem
# slow: starts many programs; test-gpusim-engine makes the same calls
. "$DRM_SNOOP_TOP/tests/lib/tap.sh"
. "$DRM_SNOOP_TOP/tests/lib/target.sh"
. "$DRM_SNOOP_TOP/tests/lib/gpusim-sh.sh"

timeout_ms=/sys/module/gpusim/parameters/timeout_ms

# word VALUE: the sum of eight bytes.
word()
{
	t cpufill scratch 0 8 "$1"
	t cpusum scratch 0 8
}

plan 45
# Spinning jobs that wait for a busy machine do not hang.
echo 60000 >"$timeout_ms"
target_start
t vm v
t vm w
t bo b 64K vram
t bo c 64K system
t bo scratch 4K system
t bind v 0x100000 b
t bind w 0x100000 c

# --- add -------------------------------------------------------------------
t cpufill b 0 64K 0xfffffffffffffffe
t add v 0x100008 16 3
word 1
want=$REPLY
value 'add wraps' "$want" cpusum b 8 8
value 'each word' "$want" cpusum b 16 8
word 0xfffffffffffffffe
value 'not the word before' "$REPLY" cpusum b 0 8
value 'not the word behind' "$REPLY" cpusum b 24 8
refused 'add of half a word' EINVAL EXEC add v 0x100000 12 1
refused 'add to nothing' EFAULT 'at 0x110000$' add v 0x110000 8 1

# --- spin ------------------------------------------------------------------
t cpufill b 0 64K 0
value 'spin is job 1' 1 spin v 0x100000 7
value 'a job behind it' 2 queue fill v 0x100100 8 5
value 'and one of another VM' 3 queue add w 0x100000 8 5
refused 'it runs' ETIMEDOUT 'job 1: not done after 0 s' wait 1 0
refused 'those behind it wait' ETIMEDOUT 'job 2' wait 2 0
refused 'of other VMs too' ETIMEDOUT 'job 3' wait 3 1
word 0
value 'nothing was written' "$REPLY" cpusum b 0x100 8
t cpufill b 0 8 7
value 'the word ends it' '' wait 1
value 'the next runs' '' wait 2
value 'and the next' '' wait 3
word 5
value 'it wrote' "$REPLY" cpusum b 0x100 8
value 'in the other VM too' "$REPLY" cpusum c 0 8
refused 'a job that was waited for' ENOENT 'no job 1' wait 1
refused 'no such job' ENOENT 'no job x' wait x
value 'spin on what is there' 4 spin v 0x100000 7
refused 'too long a wait' EINVAL 'at most 600' wait 4 601
value 'ends at once' '' wait 4 60
value 'spin on nothing' 5 spin v 0x200000 7
refused 'is a fault' EFAULT 'job 5' wait 5
value 'which state tells' '2 0x200000 0' state v

# --- hang ------------------------------------------------------------------
echo 2000 >"$timeout_ms"
t cpufill b 0 64K 0
value 'hang' 6 hang v
value 'a job behind a hang' 7 queue fill v 0x100000 8 9
value 'of another VM' 8 queue copy w 0x100800 0x100000 8
refused 'it hangs' ETIMEDOUT 'job 6' wait 6 0
refused 'until it times out' ETIME 'job 6' wait 6
value 'the next runs on' '' wait 7
value 'other VMs run on' '' wait 8
value 'a reset is counted' '2 0x200000 1' state v
value 'not for the other VM' '0 0x0 0' state w
word 9
value 'written after the reset' "$REPLY" cpusum b 0 8
word 5
value 'in the other VM too' "$REPLY" cpusum c 0x800 8

# --- jobs stay -------------------------------------------------------------
echo 10000 >"$timeout_ms"
value 'spin before exec' 9 spin v 0x100000 1
t exec
refused 'exec keeps jobs' ETIMEDOUT 'job 9' wait 9 0
t cpufill b 0 8 1
value 'and their numbers' 10 queue fill v 0x100000 8 0
t open two
t use two
t vm v
t bo b 4K system
t bind v 0x1000 b
value 'spin of another client' 11 spin v 0x1000 1
t closefd two
refused 'is cancelled by its end' ECANCELED 'job 11' wait 11
t use main
value 'those of this one are not' '' wait 9
refused 'queue of what waits' EINVAL 'cannot be queued' queue sum v 0x100000 8
refused 'queue of wrong usage' EINVAL 'usage: queue fill VM ADDR' queue fill v 0
target_stop
