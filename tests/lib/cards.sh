# SPDX-License-Identifier: GPL-2.0-or-later
# Cards that come and go, for tests written in bash; after tap.sh:
#
#	card_of gpusim			# CARD: N of cardN, CARD_DEVICE: in sysfs
#	observe $CARD start_commands...	# a card-observer (see card-observer.c)
#	o read				# REPLY: its answer
#	observer_end
#	within 30 COMMAND...		# status 124 when it does not end
#
# Functions that set variables must not be called in $(...).
# shellcheck shell=bash disable=SC2034,SC2154

# Driver in sysfs (bus/drivers/NAME) of each GPU.
declare -A bus_driver=(
	[gpusim]=pci/drivers/gpusim
	[virtio-gpu]=virtio/drivers/virtio_gpu
	[bochs]=pci/drivers/bochs-drm
	[radeon]=pci/drivers/radeon
)
declare -A driver_module=(
	[gpusim]=gpusim [virtio-gpu]=virtio_gpu [bochs]=bochs [vgem]=vgem [vkms]=vkms
)

# device_of GPU: name of its first device on the bus of its driver.
device_of()
{
	local link

	for link in /sys/bus/"${bus_driver[$1]}"/*; do
		[ -L "$link" ] && [ "$(basename "$link")" != module ] || continue
		basename "$link"
		return
	done
	return 1
}

# card_of GPU: CARD is the number of its card; status 1 if it has none.
card_of()
{
	local dir wanted

	CARD=
	# Devices without a driver, which the module makes.
	if [[ $1 == vgem || $1 == vkms ]]; then
		wanted=$(readlink -f "/sys/devices/platform/$1")
	else
		wanted=$(device_of "$1") || return 1
		wanted=$(readlink -f "/sys/bus/${bus_driver[$1]}/$wanted")
	fi
	for dir in /sys/class/drm/card*; do
		[[ $(basename "$dir") =~ ^card([0-9]+)$ ]] || continue
		# The card of virtio_gpu is a child of the PCI device.
		case "$wanted/" in
		"$(readlink -f "$dir/device")"/*) CARD=${BASH_REMATCH[1]}; return 0 ;;
		esac
	done
	return 1
}

# within SECONDS COMMAND [ARG...]: in the background, as what hangs in the kernel
# cannot be killed.
within()
{
	local seconds=$1 pid try

	shift
	"$@" &
	pid=$!
	for ((try = 0; try < seconds * 20; try++)); do
		if [ ! -e "/proc/$pid/exe" ]; then
			wait "$pid"
			return
		fi
		sleep 0.05
	done
	note "still hangs after $seconds s: $*: $(tr '\n' ' ' <"/proc/$pid/stack")"
	return 124
}

store() { echo "$1" >"$2"; }
# unbind GPU: sets the variable `unbound` to the device for bind.
unbind()
{
	unbound=$(device_of "$1") && within 30 store "$unbound" "/sys/bus/${bus_driver[$1]}/unbind"
}
rebind() { within 30 store "$unbound" "/sys/bus/${bus_driver[$1]}/bind"; }

remove() { within 30 rmmod "$1"; }
load_snoop() { within 30 insmod "$DRM_SNOOP_MODULES/drm_snoop.ko"; }
# load_gpu GPU
load_gpu()
{
	case $1 in
	gpusim) within 30 insmod "$DRM_SNOOP_MODULES/gpusim.ko" ;;
	vkms) within 30 insmod "$DRM_SNOOP_VKMS" ;;
	*) within 30 modprobe "${driver_module[$1]}" ;;
	esac
}

snoop_nodes()
{
	local nodes=(/dev/dri/card*-snoop)

	[ -e "${nodes[0]}" ] || nodes=()
	echo "${#nodes[@]}"
}

observer_pid=
# observe CARD COMMAND...: starts a card-observer and gives it commands.
observe()
{
	local command

	mkfifo "$work/observer.in" "$work/observer.out"
	"$DRM_SNOOP_BUILD/tests/functional/card-observer" "$1" \
		<"$work/observer.in" >"$work/observer.out" &
	observer_pid=$!
	exec {observer_in}>"$work/observer.in" {observer_out}<"$work/observer.out"
	rm "$work/observer.in" "$work/observer.out"
	shift
	for command; do
		o "$command"
		[[ $REPLY == ok* ]] || { fail "observer: $command" "$REPLY"; return 1; }
	done
}

# o COMMAND
o()
{
	echo "$1" >&"$observer_in"
	read -r -t 60 REPLY <&"$observer_out" || REPLY='no answer'
}

# answers: the answers to several commands, as one line in REPLY.
answers()
{
	local command all=

	for command; do
		o "$command"
		all+="$command: $REPLY; "
	done
	REPLY=$all
}

observer_end()
{
	exec {observer_in}>&- {observer_out}<&-
	wait "$observer_pid"
}
