# SPDX-License-Identifier: GPL-2.0-or-later
# For the tests of drmsnoopfs: a GPU program, mounts, and files kept open.
# DRMSNOOPFS may name another flavour of the daemon.
# shellcheck shell=bash disable=SC2034,SC2153

daemon=${DRMSNOOPFS:-drmsnoopfs}

# gpu_start: runs a gpusim-sh; sets gpu_pid and gpu_client.
gpu_start()
{
	local word

	coproc GPU { exec gpusim-sh 2>/dev/null; }
	read -t 30 -r word gpu_pid gpu_client <&"${GPU[0]}"
	[ "$word" = ready ]
}

# gpu COMMAND...: sets gpu_answer, without the "ok". Fails on "error".
gpu()
{
	local status

	echo "$*" >&"${GPU[1]}"
	read -t 60 -r status gpu_answer <&"${GPU[0]}"
	[ "$status" = ok ] && return 0
	note "gpusim-sh: $*: $status $gpu_answer"
	return 1
}

# gpus: reads one command a line; the test ends if one fails.
gpus()
{
	local line

	while read -r line; do
		[ -z "$line" ] || gpu "$line" || exit 1
	done
}

# mounted DIR [STATE]: waits until DIR is (STATE no: is not) mounted on.
mounted()
{
	local tries state

	for ((tries = 0; tries < 100; tries++)); do
		state=no
		# Of another user's mount nothing else can be asked.
		! grep -q " $1 fuse.drmsnoopfs " /proc/self/mounts || state=yes
		[ "$state" != "${2:-yes}" ] || return 0
		sleep 0.1
	done
	note "mounted $1: $state"
	return 1
}

# fs_mount DIR [OPTION...]: runs a daemon in the foreground; its process id is in
# fs_pid, its messages are in DIR.log.
fs_mount()
{
	mkdir -p "$1"
	"$daemon" -f "$@" 2>"$1.log" &
	fs_pid=$!
	mounted "$1"
}

# hold FILE: keeps a file open for `held`. It answers "ready" or an errno.
hold()
{
	coproc IO { exec "$DRM_SNOOP_BUILD/tests/functional/fuse-io" "$1"; }
	# The arrays of a coprocess vanish with it.
	io_in=${IO[1]} io_out=${IO[0]} io_pid=$IO_PID
	read -t 60 -r held_answer <&"$io_out"
	[ "$held_answer" = ready ]
} 2>/dev/null

# held COMMAND...: has the file read or so; see fuse-io.c. Prints the answer.
held()
{
	local answer

	echo "$*" >&"$io_in"
	read -t 120 -r answer <&"$io_out"
	echo "$answer"
}

release()
{
	exec {io_in}>&-
	wait "$io_pid" 2>/dev/null
}

# once FILE COMMAND...: opens a file for one command, and prints the answer.
once()
{
	local file=$1

	shift
	echo "$*" | "$DRM_SNOOP_BUILD/tests/functional/fuse-io" "$file" | tail -n 1
}
