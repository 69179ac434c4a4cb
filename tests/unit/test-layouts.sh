#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# The members that adapters look for are in Debian's own modules: the 6.12 that all else
# runs on, and the newest kernel of later releases, for amd64 and arm64. What is missing
# is named.
# timeout: 900
. "$DRM_SNOOP_TOP/tests/lib/tap.sh"

layouts=$DRM_SNOOP_BUILD/tests/unit/layouts
# What the packages of each architecture have.
declare -A drivers=(
	[amd64]='amdgpu i915 nouveau xe'
	[arm64]='amdgpu nouveau panfrost panthor v3d xe'
)
plan 24

# module DIR DRIVER: unpacks it to $work/DRIVER.ko.
module()
{
	local files

	mapfile -t files < <(find "$1/lib/modules" -name "$2.ko.xz" -o -name "$2.ko")
	if [ ${#files[@]} != 1 ]; then
		note "${#files[@]} files of module $2 in $1"
		return 1
	fi
	case ${files[0]} in
	*.xz) xz -dc "${files[0]}" >"$work/$2.ko" ;;
	*) cp "${files[0]}" "$work/$2.ko" ;;
	esac
}

# layout_is_found KERNEL ARCH DRIVER DIR VMLINUX
layout_is_found()
{
	local output name="$3 of $1 on $2"

	if ! module "$4" "$3"; then
		fail "$name" "no such module"
	elif output=$("$layouts" "$5" "$3" "$work/$3.ko" 2>&1) && [[ $output =~ ^[1-9][0-9]*$ ]]; then
		pass "$name: $output members"
	else
		fail "$name" "$output"
	fi
	rm -f "$work/$3.ko"
}

for kernel in stock newest; do
	for arch in amd64 arm64; do
		dir=$("$DRM_SNOOP_TOP/tests/vm/kernel" --arch "$arch" dir "$kernel") &&
			headers=$("$DRM_SNOOP_TOP/tests/vm/kernel" --arch "$arch" headers "$kernel") || exit
		for driver in ${drivers[$arch]}; do
			layout_is_found "$(basename "$dir")" "$arch" "$driver" "$dir" "$headers/vmlinux"
		done
	done
done

# It can fail: a driver without the members of another one, files without BTF, no table.
dir=$("$DRM_SNOOP_TOP/tests/vm/kernel" dir) || exit
vmlinux=$("$DRM_SNOOP_TOP/tests/vm/kernel" headers)/vmlinux
module "$dir" xe || exit
like "the members of nouveau are not in xe" "$("$layouts" "$vmlinux" nouveau "$work/xe.ko" 2>&1)" \
	'^nouveau: no nouveau_cli\.'
fails "a file without BTF" 2 'no section \.BTF' "$layouts" "$layouts" xe "$work/xe.ko"
fails "a file that is no ELF" 2 'no ELF file' "$layouts" "$0" xe "$work/xe.ko"
fails "a driver that no adapter knows" 2 'no adapter knows' "$layouts" "$vmlinux" radeon "$work/xe.ko"
