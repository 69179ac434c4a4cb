# SPDX-License-Identifier: GPL-2.0-or-later
# A guest that a test on the host talks to, and its screens; after tap.sh:
#
#	guest_start --gpu bochs		# boots; options of tests/vm/run
#	guest 'ls /dev/dri'		# bash, in the guest: REPLY, status
#	guest_screen bochs $share/file.ppm
#	guest_stop			# status of tests/vm/run
#
# $share is a directory that the guest may write to. What the guest's commands write to
# standard error, and the runner, is in $work/guest.err. A guest that does not answer
# ends the script, which fails the test.
# shellcheck shell=bash disable=SC2034,SC2154

share=$work/share
guest_job=

guest_die()
{
	[ ! -s "$work/guest.err" ] || tail -n 40 "$work/guest.err" >&2
	echo "Bail out! guest: $*"
	exit 4
}

guest_kill()
{
	local status=$?

	[ -z "$guest_job" ] || kill "$guest_job" 2>/dev/null
	wait
	(exit "$status")
	tap_exit
}

# guest_start OPTION...
guest_start()
{
	mkdir -m 777 "$share"
	mkfifo "$work/guest.in" "$work/guest.out"
	"$DRM_SNOOP_TOP/tests/vm/run" --qmp "$work/qmp" --share "$share" "$@" -- bash \
		<"$work/guest.in" >"$work/guest.out" 2>"$work/guest.err" &
	guest_job=$!
	trap guest_kill EXIT
	exec {guest_in}>"$work/guest.in" {guest_out}<"$work/guest.out"
	guest : || guest_die 'it does not start'
	exec {qmp_in}>"$work/qmp.in" {qmp_out}<"$work/qmp.out"
	qmp qmp_capabilities || guest_die "QEMU refuses control: $REPLY"
}

# guest COMMAND: standard output in REPLY; the exit status is the command's.
guest()
{
	local line lines=() mark=end-$RANDOM$RANDOM

	printf '%s\necho "%s $?"\n' "$1" "$mark" >&"$guest_in"
	while IFS= read -r -t 300 line <&"$guest_out"; do
		case $line in
		*"$mark "*)
			[ -z "${line%"$mark "*}" ] || lines+=("${line%"$mark "*}")
			printf -v REPLY '%s\n' "${lines[@]}"
			REPLY=${REPLY%$'\n'}
			return "${line##* }"
			;;
		esac
		lines+=("$line")
	done
	guest_die "no answer to '$1'"
}

# guest_until COMMAND: repeated until it succeeds, for a minute (four on a slow kernel).
guest_until()
{
	local try

	for ((try = 0; try < 240; try++)); do
		! guest "$1" || return 0
		sleep 0.25
	done
	guest_die "it never became true: $1"
}

# qmp COMMAND [ARGUMENTS]: the answer in REPLY, which is JSON; status 1: an error.
qmp()
{
	printf '{"execute":"%s","arguments":%s}\n' "$1" "${2:-{\}}" >&"$qmp_in"
	while IFS= read -r -t 120 REPLY <&"$qmp_out"; do
		case $REPLY in
		'{"return"'*) return 0 ;;
		'{"error"'*) return 1 ;;
		esac
	done
	guest_die "QEMU does not answer to '$1'"
}

# guest_screen DEVICE FILE: what DEVICE's screen shows, as a PPM file.
guest_screen()
{
	qmp screendump "{\"device\":\"$1\",\"filename\":\"$2\"}" || guest_die "screendump of $1: $REPLY"
}

guest_stop()
{
	local status

	exec {guest_in}>&-
	wait "$guest_job"
	status=$?
	guest_job=
	exec {guest_out}<&- {qmp_in}>&- {qmp_out}<&-
	[ "$status" = 0 ] || note "$(tail -n 40 "$work/guest.err")"
	return "$status"
}
