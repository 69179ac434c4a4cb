# SPDX-License-Identifier: GPL-2.0-or-later
# QEMU's command line: the machine and its GPUs. Sourced by tests/vm/run.
# shellcheck shell=bash

# accelerator CACHE KERNEL INITRAMFS: "kvm" where a guest really boots under it,
# else "tcg". A machine may have /dev/kvm and fail to boot; the answer is kept
# for as long as the machine is up.
accelerator()
{
	local cache=$1 kernel=$2 initramfs=$3 file answer=tcg

	if [ ! -r /dev/kvm ] || [ ! -w /dev/kvm ]; then
		echo tcg
		return
	fi
	file=$cache/kvm-$(</proc/sys/kernel/random/boot_id)
	if [ ! -e "$file" ]; then
		# Without a share the initramfs says so and powers off: a full boot.
		timeout 10 qemu-system-x86_64 -accel kvm -machine q35 -cpu max -m 512 \
			-nodefaults -no-user-config -display none -no-reboot -serial stdio \
			-kernel "$kernel" -initrd "$initramfs" \
			-append 'console=ttyS0 panic=-1' </dev/null 2>/dev/null |
			grep -q 'early-init: no root file system' && answer=kvm
		rm -f "$cache"/kvm-*
		echo "$answer" >"$file"
	fi
	cat "$file"
}

# tsc_khz CACHE: the rate of this machine's TSC, kept for as long as the machine is up.
# Nothing where it cannot be measured: guests measure it themselves then.
tsc_khz()
{
	local cache=$1 file work

	file=$cache/tsc-$(</proc/sys/kernel/random/boot_id)
	if [ ! -s "$file" ]; then
		find "$cache" -maxdepth 1 -name 'tsc-*' ! -path "$file" -delete
		work=$(mktemp -d "$cache/.tsc.XXXXXX") || return
		cc -O2 -o "$work/tsc" "${BASH_SOURCE[0]%/*}/tsc.c" 2>/dev/null &&
			"$work/tsc" >"$work/khz" && mv "$work/khz" "$file"
		rm -rf "$work"
	fi
	cat "$file" 2>/dev/null
}

# gpu_arguments NAME INDEX: the device into the array `qemu`. Uses `vram`
# (array, one file for each gpusim in order) and `vram_size`.
gpu_arguments()
{
	local name=$1 index=$2 id=$1 count=1

	# For QEMU's control protocol.
	while [[ " ${qemu[*]} " == *",id=$id "* ]]; do
		count=$((count + 1))
		id=$name-$count
	done
	case $name in
	gpusim)
		qemu+=(
			-object "memory-backend-file,id=vram$index,mem-path=${vram[index]},share=on,size=$vram_size"
			-device "ivshmem-plain,memdev=vram$index"
		)
		;;
	virtio-gpu) qemu+=(-device "virtio-gpu-pci,id=$id") ;;
	bochs) qemu+=(-device "bochs-display,id=$id") ;;
	qxl) qemu+=(-device "qxl,id=$id") ;;
	radeon) qemu+=(-device "ati-vga,model=rv100,id=$id") ;;
	cirrus) qemu+=(-device "cirrus-vga,id=$id") ;;
	vgem | vkms | none) ;;
	esac
}
