#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# Adapters that cannot be used, or are not: a driver that is called as one that there is an
# adapter for, but has another layout (tests/modules/oddgem).
# vm: --gpu gpusim
# timeout: 300
# slow: loads drm_snoop anew for each driver, as test-snoop-hotplug does; unit/test-layouts
# finds the same layouts
. "$DRM_SNOOP_TOP/tests/lib/tap.sh"
. "$DRM_SNOOP_TOP/tests/lib/cards.sh"

plan 28

# The module as the other tests want it.
restore()
{
	lsmod | grep -q '^oddgem ' && rmmod oddgem
	remove drm_snoop
	load_snoop
}
trap 'status=$?; restore; (exit "$status"); tap_exit' EXIT

# load DRIVER [PARAMETER]...: drm_snoop with parameters, and a card of such a driver.
load()
{
	local driver=$1

	shift
	if lsmod | grep -q '^oddgem '; then rmmod oddgem || return; fi
	remove drm_snoop &&
		within 30 insmod "$DRM_SNOOP_MODULES/drm_snoop.ko" "$@" &&
		insmod "$DRM_SNOOP_MODULES/oddgem.ko" driver_name="$driver"
}

# doctor DRIVER WHAT: "text" or "cure" of the line of such a card.
doctor()
{
	drmsnoop doctor --json |
		jq -r --arg driver "driver $1 " --arg what "$2" \
			'.checks[] | select(.name == "card" and (.text | contains($driver)))[$what]'
}

for driver in panthor panfrost v3d; do
	succeeds "$driver: load" load "$driver"
	like "$driver: another layout" "$(doctor "$driver" text)" \
		"objects only; adapter: layout of $driver is not as expected: ${driver}_file"
done
like 'the kernel log says so' "$(dmesg)" \
	'objects only: layout of v3d is not as expected: v3d_file_priv.v3d'

# Nobody has run these.
for driver in amdgpu i915 nouveau xe; do
	succeeds "$driver: load" load "$driver"
	like "$driver: off" "$(doctor "$driver" text)" \
		"objects only; adapter: never run on such a card; .*unverified_adapters=$driver\$"
	like "$driver: cure" "$(doctor "$driver" cure)" "load drm_snoop with unverified_adapters=$driver,"
done
succeeds 'one of them is asked for: load' load xe unverified_adapters=nouveau,xe
like 'it is used, as far as that goes' "$(doctor xe text)" \
	'objects only; adapter: layout of xe is not as expected: xe_file'
succeeds 'another one is asked for: load' load amdgpu unverified_adapters=nouveau,xe
like 'this one is off' "$(doctor amdgpu text)" 'adapter: never run on such a card'

succeeds 'adapters=N: load' load panthor adapters=N
like 'adapters=N: off' "$(doctor panthor text)" 'switched off by module parameter drm_snoop.adapters'
is 'adapters=N: cure' "$(doctor panthor cure)" 'load drm_snoop with adapters=Y'
succeeds 'unload the driver' rmmod oddgem
is 'adapters=N: gpusim, too' "$(doctor gpusim cure)" 'load drm_snoop with adapters=Y'
