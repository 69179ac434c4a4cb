#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# vm: own-boot --gpu gpusim --append lockdown=confidentiality
# kernel: debug: the stock kernel loads no unsigned modules then
#
# test-snoop-policy again, in a kernel that was booted locked down.
exec "$DRM_SNOOP_BUILD/tests/functional/test-snoop-policy"
