# SPDX-License-Identifier: GPL-2.0-or-later
# The search for leaked memory, on a kernel with kmemleak. Sourced by guest/init,
# which defines problem() and pause().
# shellcheck shell=bash disable=SC2154

kmemleak=/sys/kernel/debug/kmemleak

# Where our modules' code is: a report made after they are gone has only addresses.
note_modules()
{
	local module base

	[ -e "$kmemleak" ] || return 0
	for module in drm_snoop gpusim; do
		[ -r "/sys/module/$module/sections/.text" ] || continue
		read -r base <"/sys/module/$module/sections/.text"
		echo "$module $base $(</sys/module/$module/coresize)" >>"$share/text"
	done
}

# What nothing points to is leaked if it is older than 5 s and has not changed
# since the scan before.
check_leaks()
{
	local lockdown=/sys/kernel/security/lockdown

	[ -e "$kmemleak" ] || return 0
	# A kernel that is locked down keeps debugfs to itself.
	[ ! -r "$lockdown" ] || [[ $(<"$lockdown") == *'[none]'* ]] || return 0
	pause 5.1
	if ! { echo scan >"$kmemleak" && echo scan >"$kmemleak"; } 2>/dev/null; then
		problem "kmemleak is off: leaks were not looked for; the kernel log says why"
		return
	fi
	cat "$kmemleak" >"$share/leaks"
	[ ! -s "$share/leaks" ] || problem "memory leaked: the report is above"
}
