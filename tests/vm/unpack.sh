# SPDX-License-Identifier: GPL-2.0-or-later
# What is done to the packages of a kernel after they are unpacked, in the current
# directory. Sourced by tests/vm/kernel after lib.sh and apt.sh.
# shellcheck shell=bash disable=SC2154

# unpack_vmlinux BZIMAGE OUT: the ELF kernel inside a bzImage, which QEMU boots
# through its PVH entry without decompressing. Offsets: Documentation/arch/x86/boot.rst.
unpack_vmlinux()
{
	local image=$1 out=$2 sectors offset length magic tool

	sectors=$(od -An -tu1 -j $((0x1f1)) -N1 "$image" | tr -d ' ')
	offset=$(od -An -tu4 -j $((0x248)) -N4 "$image" | tr -d ' ')
	length=$(od -An -tu4 -j $((0x24c)) -N4 "$image" | tr -d ' ')
	offset=$((offset + (sectors + 1) * 512))
	magic=$(od -An -tx1 -j "$offset" -N4 "$image" | tr -d ' ')
	case $magic in
	28b52ffd) tool='zstd -qdc' ;;
	fd377a58) tool='xz -qdc' ;;
	1f8b*) tool='gzip -qdc' ;;
	02214c18) tool='lz4 -qdc' ;;
	*) return 1 ;;
	esac
	# The last 4 bytes of the payload are its unpacked size.
	tail -c "+$((offset + 1))" "$image" | head -c $((length - 4)) | $tool >"$out" 2>/dev/null
	[ "$(head -c 4 "$out" | od -An -tx1 | tr -d ' ')" = 7f454c46 ]
}

# unpack_zboot IMAGE OUT: the Image inside an EFI zboot image, which QEMU does not
# unpack. Offsets: drivers/firmware/efi/libstub/zboot-header.S.
unpack_zboot()
{
	local image=$1 out=$2 offset length tool

	[ "$(od -An -c -j 4 -N4 "$image" | tr -d ' ')" = zimg ] || return
	offset=$(od -An -tu4 -j 8 -N4 "$image" | tr -d ' ')
	length=$(od -An -tu4 -j 12 -N4 "$image" | tr -d ' ')
	tool=$(tail -c +25 "$image" | head -c 8 | tr -d '\0')
	case $tool in
	gzip | zstd | xz | lz4) ;;
	*) return 1 ;;
	esac
	tail -c "+$((offset + 1))" "$image" | head -c "$length" | "$tool" -qdc >"$out" 2>/dev/null
	[ "$(tail -c +57 "$out" | head -c 4)" = 'ARMd' ]
}

# arrange RELEASE: the layout that tests/vm/kernel promises, whatever the packages have.
arrange()
{
	local release=$1 unpack=unpack_vmlinux

	[ -e lib ] || ln -s usr/lib lib || return
	rm -rf usr/share lib/modules/"$release"/{build,source}
	if [ ! -e "boot/vmlinuz-$release" ]; then
		mkdir -p boot && ln -s "../lib/modules/$release/vmlinuz" "boot/vmlinuz-$release" || return
	fi
	[ -e "boot/vmlinuz-$release" ] || return
	depmod -b . "$release" || return
	[ "$arch" = amd64 ] || unpack=unpack_zboot
	$unpack "boot/vmlinuz-$release" vmlinux || rm -f vmlinux
}

# newer_libc SUITE: prints the directory of the C library that SUITE's programs want.
newer_libc()
{
	local suite=${1%-backports} final=$cache/libc/${1%-backports} work lib

	if [ ! -e "$final" ]; then
		mkdir -p "$cache/libc" && work=$(mktemp -d "$cache/libc/.new.XXXXXX") ||
			die 1 "cannot write to $cache"
		(cd "$work" && apt_download_from "$suite" "the C library of Debian $suite (about 3 MB, once)" libc6 &&
			dpkg -x libc6_*.deb . && rm -f libc6_*.deb) || exit
		lib=$(dirname "$(find "$work/usr/lib" -name 'libc.so.6')")
		[ -e "$lib/libc.so.6" ] || die 1 "no C library in the package libc6 of Debian $suite"
		mv "$lib" "$final" || die 1 "cannot rename $lib to $final"
		rm -rf "$work"
	fi
	echo "$final"
}

# usable_programs SUITE: those of kbuild, compiled for a later Debian, run on this one.
usable_programs()
{
	local suite=$1 program needed mine libc='' loader

	mine=$(getconf GNU_LIBC_VERSION) && mine=${mine#glibc }
	while read -r program; do
		needed=$(objdump -T "$program" 2>/dev/null | grep -o 'GLIBC_2\.[0-9]*' | sort -V | tail -n 1)
		needed=${needed#GLIBC_}
		[ "$(printf '%s\n' "$mine" "$needed" | sort -V | tail -n 1)" != "$mine" ] || continue
		[ -n "$libc" ] || libc=$(newer_libc "$suite") || return
		loader=$(echo "$libc"/ld-linux*.so.*)
		mv "$program" "$program.elf" || return
		# What else it is linked with is this machine's.
		cat >"$program" <<END
#!/bin/sh
exec '$loader' --library-path '$libc' --argv0 "\$0" "\$0.elf" "\$@"
END
		chmod 755 "$program" || return
	done < <(find usr/lib/linux-kbuild-* -type f -perm -100)
}

# usable_headers RELEASE FINAL SUITE: headers that build modules from where they are,
# FINAL, with this machine's tools.
usable_headers()
{
	local release=$1 final=$2 suite=$3 headers=usr/src/linux-headers-$1 auto compiler cross pahole

	# The packages' own absolute paths become those of the cache.
	sed -i "s#\([ =]\|^\)/usr/src/#\1$final/usr/src/#g" "$headers/Makefile" || return
	usable_programs "$suite" || return
	auto=$headers/include/config/auto.conf
	# The compiler that the kernel was made with may be newer than all of this machine.
	compiler=$(sed -nE 's/^CC = .*\)(gcc-[0-9]+)$/\1/p' "$headers/.kernelvariables")
	cross=$(sed -nE 's/^override CROSS_COMPILE = //p' "$headers/.kernelvariables")
	if ! command -v "$cross$compiler" >/dev/null && [ "$compiler" != gcc-12 ]; then
		sed -i "s/$compiler\$/gcc-12/" "$headers/.kernelvariables" || return
		# -fmin-function-alignment: gcc 14.
		sed -i '/^CONFIG_CC_HAS_MIN_FUNCTION_ALIGNMENT=/d' "$auto" || return
	fi
	# The same for pahole: "v1.24" is 124.
	pahole=$(pahole --version | sed -nE 's/^v([0-9]+)\.([0-9]+).*/\1\2/p')
	sed -i -E "s/^(CONFIG_PAHOLE_VERSION)=.*/\1=${pahole:-0}/" "$auto"
}
