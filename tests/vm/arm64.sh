# SPDX-License-Identifier: GPL-2.0-or-later
# The arm64 guest: what differs from amd64. Sourced by tests/vm/run, whose variables
# it uses: top, gpus, cpus, mem, run, and the array `qemu`.
# shellcheck shell=bash disable=SC2154

# A processor without the newest instructions, pointer authentication among them,
# which take an emulator long.
arm64_machine=(qemu-system-aarch64 -accel "tcg,thread=multi" -cpu cortex-a72)

# The registers lie in the last 64 MiB of the first GiB of memory, which starts at 1 GiB.
fakegpu_base=0x7c000000

# fakegpu_arguments DIR: panthor, panfrost and v3d of `gpus`, made in DIR, into the
# array `qemu`.
fakegpu_arguments()
{
	local dir=$1 gpu line fake=()

	for gpu in "${gpus[@]}"; do
		case $gpu in
		panthor | panfrost | v3d) fake+=("$gpu") ;;
		esac
	done
	[ ${#fake[@]} -gt 0 ] || return 0
	"${arm64_machine[@]}" -machine "virt,dumpdtb=$dir/virt.dtb" -smp "$cpus" -m "$mem" \
		-display none >"$dir/log" 2>&1 || { cat "$dir/log" >&2; return 1; }
	while read -r line; do
		qemu+=(-device "$line")
	done < <("$build/tests/vm/fakegpu" "$dir/virt.dtb" "$fakegpu_base" "$dir" "${fake[@]}" ||
		echo "the GPUs were not made")
	qemu+=(-dtb "$dir/tree.dtb")
}
