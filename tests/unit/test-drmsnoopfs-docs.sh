#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# The options of drmsnoopfs are the same in --help, in the manual page and in the
# completion; wrong usage gets one line and exit status 2.
. "$DRM_SNOOP_TOP/tests/lib/tap.sh"

drmsnoopfs=$DRM_SNOOP_BUILD/fuse-frontend/drmsnoopfs
page=$DRM_SNOOP_TOP/Documentation/man/drmsnoopfs.rst
plan 27

# Short and long options, one a line, sorted.
help_options()
{
	"$drmsnoopfs" --help | sed -nE '/^Options:/,/^$/s/^  (-[a-zA-Z]), (--[a-z]+) .*/\1\n\2/p; /^Options:/,/^$/s/^  (-[a-z]) .*/\1/p' | sort
}

man_options()
{
	awk '/^Options$/ { on = 1; getline; next } on && /^---/ { exit } on' "$page" |
		sed -nE 's/^\*\*(-[a-zA-Z])\*\*, \*\*(--[a-z]+)\*\*$/\1\n\2/p; s/^\*\*(-[a-z])\*\*.*/\1/p' | sort -u
}

# completes WORD...: what is offered for the last word.
completes()
{
	bash -c '
		. "$1"
		shift
		COMP_WORDS=("$@")
		COMP_CWORD=$(($# - 1))
		_drmsnoopfs
		printf "%s\n" "${COMPREPLY[@]}"' - "$DRM_SNOOP_TOP/tools/completion/drmsnoopfs" "$@" | sort
}

options=$(help_options)
is "there are options" "$(wc -l <<<"$options")" 8
is "man page" "$(man_options)" "$options"
is "completion" "$(completes drmsnoopfs -)" "$options"
# What -o completes is documented, and taken: the next check fails, not usage.
for option in $(completes drmsnoopfs -o ''); do
	is "-o $option in the man page" "$(grep -c "\*\*$option\*\*" "$page" | sed 's/[2-9]/1/')" 1
done
succeeds "--version" "$drmsnoopfs" --version
like "its output" "$(cat "$work/out")" '^drmsnoopfs [0-9.]+, libdrmsnoop [0-9.]+, libfuse [0-9.]+$'
fails "no mountpoint" 2 'no mountpoint' "$drmsnoopfs"
fails "unknown option" 2 'unknown option: -z' "$drmsnoopfs" -z "$work"
fails "unknown -o" 2 'unknown option: foo' "$drmsnoopfs" -o ro,foo "$work"
fails "too many arguments" 2 'too many arguments: c' "$drmsnoopfs" a b c
fails "allow_root" 2 'allow_root is refused' "$drmsnoopfs" -o allow_root "$work"
is "in one line" "$(cat "$work/out" "$work/err" | wc -l)" 1
fails "ro is stronger" 1 'does not exist: make it' "$drmsnoopfs" -o write,ro "$work/none"
fails "consistent= of nothing" 2 'not a number of milliseconds: consistent=;' "$drmsnoopfs" -o consistent= "$work/none"
fails "of words" 2 'not a number of milliseconds: consistent=1s' "$drmsnoopfs" -o consistent=1s "$work/none"
fails "of no time" 2 'not a number of milliseconds: consistent=0' "$drmsnoopfs" -o consistent=0 "$work/none"
fails "no such directory" 1 'does not exist: make it' "$drmsnoopfs" -o rw,noatime,x-systemd.automount "$work/none"
