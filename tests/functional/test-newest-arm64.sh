#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# The newest kernel that Debian has for its later releases, on arm64: objects and address
# spaces of panthor, panfrost and v3d of that kernel, in one boot.
# vm: host
# kernel: stock: the kernel of this test is its own
# timeout: 500
. "$DRM_SNOOP_TOP/tests/lib/tap.sh"
. "$DRM_SNOOP_TOP/tests/lib/newest.sh"

newest_run arm64 "$DRM_SNOOP_BUILD/arm64/tests/functional" \
	--arch arm64 --modules "$DRM_SNOOP_BUILD/kernel-newest-arm64" --gpu all -- \
	drivers-object drivers-space drivers-many drivers-hang drivers-heap drivers-gone
