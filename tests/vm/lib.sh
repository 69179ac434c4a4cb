# SPDX-License-Identifier: GPL-2.0-or-later
# What the pieces of the VM runner share. Sourced by bash scripts that set `me`.
# shellcheck shell=bash

# depmod, modprobe and modinfo; not on an ordinary user's path in Debian.
PATH=$PATH:/usr/sbin:/sbin

# die STATUS MESSAGE: one line on standard error, then exit.
die()
{
	local status=$1

	shift
	echo "${me:-vm}: $*" >&2
	exit "$status"
}

# The cache of downloaded kernels. Nothing in it is precious.
vm_cache()
{
	local base=${XDG_CACHE_HOME:-${HOME:-}/.cache}

	if [ -n "${DRM_SNOOP_CACHE:-}" ]; then
		echo "$DRM_SNOOP_CACHE"
	elif [ "$base" = /.cache ]; then
		die 1 "no place for the kernel cache: set HOME or DRM_SNOOP_CACHE"
	else
		echo "$base/drm-snoop"
	fi
}

# with_lock FILE COMMAND...: run COMMAND while holding an exclusive lock on FILE.
with_lock()
{
	local file=$1 fd status

	shift
	exec {fd}>"$file" || return 1
	if ! flock -n "$fd"; then
		echo "${me:-vm}: waiting for another run that holds $file" >&2
		flock "$fd"
	fi
	# The descriptor is closed for children: a daemon must not keep the lock.
	"$@" {fd}>&-
	status=$?
	exec {fd}>&-
	return "$status"
}

# apt_download WHAT PACKAGE...: the packages into the current directory.
apt_download()
{
	local what=$1 options=(-q) try

	shift
	[ "$(id -u)" != 0 ] || options+=(-o APT::Sandbox::User=root)
	echo "$me: downloading $what" >&2
	for try in first again; do
		if apt-get "${options[@]}" download "$@" >download.log 2>&1; then
			rm -f download.log
			return
		fi
		[ "$try" = first ] && [ "$(id -u)" = 0 ] || break
		# The package lists may be older than the archive.
		apt-get -qq -o DPkg::Lock::Timeout=600 update >&2
	done
	cat download.log >&2
	rm -f download.log
	die 1 "cannot download $what: check the network, run 'apt-get update' as root"
}
