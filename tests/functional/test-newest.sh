#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# The newest kernel that Debian has for its later releases: the tests of what depends on
# the kernel, in one boot.
# vm: host
# kernel: stock: the kernel of this test is its own
# timeout: 400
. "$DRM_SNOOP_TOP/tests/lib/tap.sh"
. "$DRM_SNOOP_TOP/tests/lib/newest.sh"

newest_run amd64 "$DRM_SNOOP_BUILD/tests/functional" --gpu gpusim -- \
	snoop-list snoop-read snoop-write snoop-query snoop-userptr snoop-mmap snoop-snapshot \
	snoop-snapshot-map snoop-truth gpusim-binds gpusim-swap
