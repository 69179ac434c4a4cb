#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# vm: --gpu gpusim
# timeout: 300
#
# drmsnoopfs between users: who sees whom, why not, and how a mount starts.
# shellcheck disable=SC2012,SC2153,SC2154
# slow: starts hundreds of programs; test-snoop-auth has the same calls
set -u
# shellcheck source=tests/lib/tap.sh
. "$DRM_SNOOP_TOP/tests/lib/tap.sh"
# shellcheck source=tests/lib/drmsnoopfs.sh
. "$DRM_SNOOP_TOP/tests/lib/drmsnoopfs.sh"
# shellcheck source=tests/lib/bytes.sh
. "$DRM_SNOOP_TOP/tests/lib/bytes.sh"

plan 38
export LC_ALL=C
chmod 755 "$work"

alice() { runuser -u alice -- "$@"; }
bob() { runuser -u bob -- "$@"; }

# Two processes: Alice's (by gpu), and Bob's, who holds one descriptor open.
gpusim_sh=$(type -p gpusim-sh)
coproc GPU { exec runuser -u alice -- "$gpusim_sh"; }
read -t 30 -r word gpu_pid gpu_client <&"${GPU[0]}"
[ "$word" = ready ] || exit 1
gpus <<'END'
vm v
bo a 64K vram
bind v 0x100000 a
fill v 0x100000 64K 0x0123456789abcdef
sum v 0x100000 64K
END
sum=$gpu_answer
mkfifo "$work/bob"
runuser -u bob -- "$gpusim_sh" <"$work/bob" >"$work/bob.out" &
exec {bob_in}>"$work/bob"
for ((i = 0; i < 100; i++)); do
	grep -q ready "$work/bob.out" && break
	sleep 0.1
done
read -r word bob_pid _ <"$work/bob.out"
is "Bob's process runs" "$word" ready

# Alice's own mount

mkdir "$work/alice" "$work/bob.m" "$work/root"
chown alice "$work/alice"
chown bob "$work/bob.m"
m=$work/alice
file=$m/card0/$gpu_pid/clients/$gpu_client/vm/1/ranges/0000000000100000-0000000000110000
alice drmsnoopfs -f "$m" 2>"$work/alice.log" &
daemon=$!
mounted "$m"
is "Alice sees her process and not Bob's" "$(alice ls "$m/card0")" "$gpu_pid"
is "and no other in by-pid" "$(alice ls "$m/by-pid")" "$gpu_pid"
is "Alice reads" "$(alice cat "$file" | crc /dev/stdin)" "$sum"
fails "Bob's process is refused by name" 2 'Permission denied' alice ls "$m/card0/$bob_pid"
fails "and in by-pid" 1 'Permission denied' alice readlink -v "$m/by-pid/$bob_pid"
fails "a process of root too" 2 'Permission denied' alice ls "$m/card0/1"
like "the log says who and why" "$(cat "$work/alice.log")" "process $bob_pid .*(user|uid|owner|bob)"
fails "Bob may not enter Alice's mount" 2 'Permission denied' bob ls "$m"
fails "nor may root" 2 'Permission denied' ls "$m"

# Bob's, and root's

bob drmsnoopfs "$work/bob.m"
is "Bob sees his process only" "$(bob ls "$work/bob.m/card0")" "$bob_pid"
fails "and not Alice's" 2 'Permission denied' bob ls "$work/bob.m/card0/$gpu_pid"
succeeds "Bob unmounts" bob fusermount3 -u "$work/bob.m"
# mount(8) looks for it where make install puts it.
ln -sf "$(type -p drmsnoopfs)" /usr/local/bin/drmsnoopfs
# A DRM descriptor that comes along must not make the daemon a client.
succeeds "mount -t fuse.drmsnoopfs" mount -t fuse.drmsnoopfs name "$work/root" 9<>/dev/dri/renderD128
is "root sees both" "$(ls "$work/root/card0" | sort)" "$(printf '%s\n' "$gpu_pid" "$bob_pid" | sort)"
is "root reads" "$(crc "${file/$m/$work/root}")" "$sum"
is "all belongs to root" "$(stat -c %u "${file/$m/$work/root}")" 0
is "the source's name" "$(grep -c "^name $work/root fuse.drmsnoopfs " /proc/self/mounts)" 1
is "the daemon is in the background" "$(pgrep -c -u root -x drmsnoopfs)" 1
succeeds "umount" umount "$work/root"
for ((i = 0; i < 100; i++)); do
	pgrep -u root -x drmsnoopfs >/dev/null || break
	sleep 0.1
done
is "no daemon is left" "$(pgrep -c -u root -x drmsnoopfs)" 0

# What the target says

gpu undumpable
fails "a process that is not dumpable" 2 'Permission denied' alice ls "$m/card0/$gpu_pid"
is "is not listed" "$(alice ls "$m/card0")" ""
alice fusermount3 -u "$m"
wait "$daemon"

# Yama

scope=/proc/sys/kernel/yama/ptrace_scope
mkfifo "$work/alice.in"
runuser -u alice -- "$gpusim_sh" <"$work/alice.in" >"$work/alice.out" &
exec {alice_in}>"$work/alice.in"
for ((i = 0; i < 100; i++)); do
	grep -q ready "$work/alice.out" && break
	sleep 0.1
done
read -r word yama_pid _ <"$work/alice.out"
echo 1 >$scope
alice drmsnoopfs -f "$m" 2>"$work/alice.log" &
mounted "$m"
like "Yama 1: the start warns, with a cure" "$(cat "$work/alice.log")" 'warning: kernel.yama.ptrace_scope is 1: .*cure: '
fails "Yama 1: refused" 2 'Permission denied' alice ls "$m/card0/$yama_pid"
like "Yama 1: the log names it" "$(tail -n 1 "$work/alice.log")" "$yama_pid.*ptrace_scope"
echo "ptracer any" >&"$alice_in"
for ((i = 0; i < 100; i++)); do
	[ "$(wc -l <"$work/alice.out")" -lt 2 ] || break
	sleep 0.1
done
is "Yama 1: a process that allows it" "$(alice ls "$m/card0")" "$yama_pid"
echo 0 >$scope
alice fusermount3 -u "$m"

# Starts that fail: one line, and a cure

refused()
{
	local name=$1 status=$2 regex=$3

	shift 3
	fails "$name" "$status" "$regex" "$@"
	is "in one line" "$(cat "$work/out" "$work/err" | wc -l)" 1
}
touch "$work/alice/file"
refused "mountpoint not empty" 1 'not empty: .*empty directory' alice drmsnoopfs "$m"
rm "$work/alice/file"
refused "mountpoint of another user" 1 'another user: ' bob drmsnoopfs "$m"
refused "allow_other" 2 'allow_other is refused: ' alice drmsnoopfs -o allow_other "$m"
chmod 600 /dev/dri/card0-snoop
refused "no access to the node" 1 'card0-snoop' alice drmsnoopfs "$m"
"$DRM_SNOOP_TOP/tests/vm/guest/nodes" >/dev/null 2>&1 || chmod 660 /dev/dri/card0-snoop
chmod 600 /dev/fuse
refused "no access to /dev/fuse" 1 '/dev/fuse .*chmod' alice drmsnoopfs "$m"
chmod 666 /dev/fuse
is "nothing is mounted" "$(grep -c drmsnoopfs /proc/self/mounts)" 0

exec {bob_in}>&- {alice_in}>&-
gpu exit
