# SPDX-License-Identifier: GPL-2.0-or-later
# Checks of single commands, for tests of gpusim-sh itself: on top of tap.sh and
# target.sh.
# shellcheck shell=bash

# value NAME WANT CMD...: the command returns WANT.
value()
{
	local name=$1 want=$2

	shift 2
	t "$@"
	is "$name" "$REPLY" "$want"
}

# refused NAME ERRNO REGEX CMD...: the command fails so.
refused()
{
	local name=$1 errno=$2 regex=$3

	shift 3
	target_ask "$@"
	like "$name" "$REPLY" "^error $errno( |\$).*$regex"
}
