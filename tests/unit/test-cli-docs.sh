#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# The commands and options of drmsnoop are the same in --help, in the completion
# and in the man pages; the functions of libdrmsnoop in the header, in the version
# script and in its man page.
. "$DRM_SNOOP_TOP/tests/lib/tap.sh"

top=$DRM_SNOOP_TOP
drmsnoop=$DRM_SNOOP_BUILD/tools/drmsnoop
man=$top/Documentation/man
mapfile -t commands < <("$drmsnoop" --help | sed -n '/^Commands:/,/^$/s/^  \([a-z]*\) .*/\1/p')
plan $((5 + 4 * ${#commands[@]} + 6))

# Options of a command, one a line, sorted: short and long, with their arguments.
help_options()
{
	"$drmsnoop" ${1:+"$1"} --help |
		sed -nE '/^Options:/,/^$/{s/^ +(-., )?--([a-z0-9-]+)( [A-Z]+|\[=[A-Z]+\])?  .*/\1--\2\3/p}' | sort
}

# The same, as the section "Options" of a man page documents them.
man_options()
{
	awk '/^Options$/ { on = 1; getline; next }
	     on && /^---/ { exit }
	     on' "$1" | sed -nE 's/^(-., )?--([a-z0-9-]+)( [A-Z]+|\[=[A-Z]+\])?$/\1--\2\3/p' | sort
}

# The options alone, short and long ones on lines of their own.
flat()
{
	sed -E 's/( [A-Z]+|\[=[A-Z]+\])$//; s/, /\n/' | sort
}

# What the completion offers after the words given, options only or all.
completes()
{
	bash -c '
		drmsnoop() { :; }
		. "$1"
		shift
		COMP_WORDS=("$@")
		COMP_CWORD=$(($# - 1))
		_drmsnoop
		printf "%s\n" "${COMPREPLY[@]}"' - "$top/tools/completion/drmsnoop" "$@" | sort
}

is 'there are commands' "$((${#commands[@]} >= 10))" 1
is 'completion: commands' "$(completes drmsnoop '' | grep '^[a-z]')" "$(printf '%s\n' "${commands[@]}")"
is 'completion: options of drmsnoop' "$(completes drmsnoop - )" "$(help_options '' | flat)"
is 'man page: commands' \
	"$(awk '/^Commands$/ { on = 1; getline; next } on && /^---/ { exit } on' "$man/drmsnoop.rst" | grep -E '^[a-z]+$')" \
	"$(printf '%s\n' "${commands[@]}")"
is 'man page: options of drmsnoop' "$(man_options "$man/drmsnoop.rst")" "$(help_options '')"

for command in "${commands[@]}"; do
	options=$(help_options "$command")
	is "$command: completion" "$(completes drmsnoop "$command" - | grep -vx -- --)" "$(flat <<<"$options")"
	is "$command: help is the same" "$("$drmsnoop" help "$command")" "$("$drmsnoop" "$command" --help)"
	page=$man/drmsnoop-$command.rst
	if [ "$command" = help ]; then
		# It is described in drmsnoop(1).
		is 'help: no page' "$(test -e "$page" && echo yes)" ''
		like 'help: the page it names' "$("$drmsnoop" help --help)" '^See drmsnoop\(1\)\.$'
		continue
	fi
	is "$command: options of the man page" "$(man_options "$page")" "$options"
	like "$command: title of the man page" "$(head -4 "$page")" "^drmsnoop-$command\$"
done

# What is compared is not empty.
is 'options of read' "$(man_options "$man/drmsnoop-read.rst" | wc -l)" 11
header=$(sed -nE 's/^[a-z].*[ *](drmsnoop_[a-z_]+)\(.*/\1/p; s/^(drmsnoop_[a-z_]+)\(.*/\1/p' "$top/tools/lib/drmsnoop.h" | sort -u)
is 'libdrmsnoop: functions' "$(($(wc -l <<<"$header") >= 42))" 1
is 'libdrmsnoop: version script' \
	"$(sed -nE 's/^\t(drmsnoop_[a-z_]+);/\1/p' "$top/tools/lib/libdrmsnoop.map")" "$header"
is 'libdrmsnoop: man page' \
	"$(grep -oE '\*\*drmsnoop_[a-z_]+\*\*' "$man/libdrmsnoop.rst" | tr -d '*' | sort -u)" "$header"
is 'libdrmsnoop: exported symbols' \
	"$(nm -D --defined-only "$DRM_SNOOP_BUILD/tools/libdrmsnoop.so.0" | sed -nE 's/.* T (drmsnoop_[a-z_]+).*/\1/p' | sort)" "$header"
is 'libdrmsnoop: soname' \
	"$(readelf -d "$DRM_SNOOP_BUILD/tools/libdrmsnoop.so.0" | sed -n 's/.*soname: \[\(.*\)\]/\1/p')" libdrmsnoop.so.0
