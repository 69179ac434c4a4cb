# SPDX-License-Identifier: GPL-2.0-or-later
# Loading and unloading of drm_snoop and the GPUs. Sourced by guest/init, which
# defines problem() and the variables of /run/vm/conf.
# shellcheck shell=bash disable=SC2154

# insert_module FILE: with what it depends on.
insert_module()
{
	local file=$1 depend

	for depend in $(modinfo -F depends "$file" | tr , ' '); do
		[ -d "/sys/module/${depend//-/_}" ] || modprobe "$depend" ||
			{ problem "cannot load $depend for $(basename "$file")"; return 1; }
	done
	insmod "$file" 2>/run/insmod.err ||
		{ problem "cannot load $(basename "$file"): $(</run/insmod.err)"; return 1; }
}

# load_gpu NAME
load_gpu()
{
	case $1 in
	none) return ;;
	gpusim) [ -d /sys/module/gpusim ] || insert_module "$vm_products/gpusim.ko" ;;
	vkms) [ -d /sys/module/vkms ] || insert_module "$vm_vkms" ;;
	virtio-gpu | bochs | qxl | radeon | cirrus | vgem | panthor | panfrost | v3d)
		# "fixed" has the supply of those that are only memory.
		case $1 in
		panthor | panfrost) modprobe fixed ;;
		esac
		modprobe "$1" 2>/run/modprobe.err || { problem "cannot load $1: $(</run/modprobe.err)"; return 1; }
		;;
	esac
}

card_count()
{
	local nodes=(/dev/dri/card[0-9]) other=(/dev/dri/card[0-9][0-9])

	[ -e "${nodes[0]}" ] || nodes=()
	[ -e "${other[0]}" ] || other=()
	echo $((${#nodes[@]} + ${#other[@]}))
}

load_devices()
{
	local gpu want=0 try

	[ "$vm_snoop" != first ] || insert_module "$vm_products/drm_snoop.ko" || return
	for gpu in "${vm_gpus[@]}"; do
		load_gpu "$gpu" || return
		[ "$gpu" = none ] || want=$((want + 1))
	done
	[ "$vm_snoop" != last ] || insert_module "$vm_products/drm_snoop.ko" || return
	for ((try = 0; try < 100; try++)); do
		[ "$(card_count)" -lt "$want" ] || break
		sleep 0.1
	done
	[ "$(card_count)" -ge "$want" ] ||
		{ problem "$(card_count) DRM cards appeared, $want were asked for (${vm_gpus[*]})"; return 1; }
	"$here/nodes"
}

# remove_module NAME: in the background, because rmmod may wait for ever.
remove_module()
{
	local name=$1 pid try

	[ -d "/sys/module/$name" ] || return 0
	rmmod "$name" 2>/run/rmmod.err &
	pid=$!
	for ((try = 0; try < 300; try++)); do
		if [ ! -e "/proc/$pid/exe" ]; then
			wait "$pid" || problem "$(</run/rmmod.err)"
			return
		fi
		sleep 0.1
	done
	problem "rmmod $name hangs: $(tr '\n' ' ' <"/proc/$pid/stack")"
}

# Both orders are lawful; a module that the command removed itself is no fault.
unload_devices()
{
	remove_module drm_snoop
	remove_module gpusim
}
