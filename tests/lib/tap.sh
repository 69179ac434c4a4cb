# SPDX-License-Identifier: GPL-2.0-or-later
# For tests written in shell:
#
#	. "$DRM_SNOOP_TOP/tests/lib/tap.sh"
#	plan 3
#	is "one and one" "$((1 + 1))" 2
#	succeeds "true is true" true
#	fails "no such file" 1 'No such file' cat /nonexistent
#
# `plan` comes first. $work is a directory of the test's own, removed at its end.
# The exit status is that of the results; a script that ends early fails.
# shellcheck shell=bash

tap_number=0
tap_failed=0
tap_planned=0
work=$(mktemp -d "${TMPDIR:-/tmp}/tap.XXXXXX") || exit 1

tap_exit()
{
	local status=$?

	# Files of FUSE or of another user must not hide the result.
	rm -rf "$work" 2>/dev/null
	[ "$status" = 0 ] || exit "$status"
	[ "$tap_number" = "$tap_planned" ] || exit 3
	[ "$tap_failed" = 0 ] || exit 1
}
trap tap_exit EXIT

plan()
{
	tap_planned=$1
	echo "1..$1"
}

# note TEXT: lines for whoever reads the output.
note()
{
	printf '%s\n' "$*" | sed 's/^/# /'
}

pass()
{
	tap_number=$((tap_number + 1))
	echo "ok $tap_number - $1"
}

# fail NAME [TEXT]
fail()
{
	tap_number=$((tap_number + 1))
	tap_failed=$((tap_failed + 1))
	echo "not ok $tap_number - $1"
	[ $# -lt 2 ] || note "$2"
	return 0
}

# is NAME GOT WANT
is()
{
	if [ "$2" = "$3" ]; then
		pass "$1"
	else
		fail "$1" "got:  $2
want: $3"
	fi
}

# like NAME TEXT REGEX: an extended regular expression matches some line.
like()
{
	if printf '%s\n' "$2" | grep -qE -- "$3"; then
		pass "$1"
	else
		fail "$1" "got:  $2
want: /$3/"
	fi
}

# unlike NAME TEXT REGEX
unlike()
{
	if printf '%s\n' "$2" | grep -qE -- "$3"; then
		fail "$1" "got:       $2
unwanted: /$3/"
	else
		pass "$1"
	fi
}

# succeeds NAME COMMAND...: exit status 0. Output is in $work/out and $work/err.
succeeds()
{
	local name=$1 status

	shift
	"$@" >"$work/out" 2>"$work/err"
	status=$?
	if [ "$status" = 0 ]; then
		pass "$name"
	else
		fail "$name" "'$*' exited with $status: $(tail -n 5 "$work/out" "$work/err")"
	fi
}

# fails NAME STATUS REGEX COMMAND...: that exit status and standard error.
fails()
{
	local name=$1 want=$2 regex=$3 status

	shift 3
	"$@" >"$work/out" 2>"$work/err"
	status=$?
	if [ "$status" = "$want" ] && grep -qE -- "$regex" "$work/err"; then
		pass "$name"
	else
		fail "$name" "'$*' exited with $status, want $want and /$regex/: $(tail -n 5 "$work/err")"
	fi
}

# same NAME FILE FILE: equal contents, bytes that differ are told.
same()
{
	local text

	if text=$(cmp -- "$2" "$3" 2>&1); then
		pass "$1"
	else
		fail "$1" "$text"
	fi
}
