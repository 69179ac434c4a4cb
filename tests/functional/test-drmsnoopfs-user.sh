#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# vm: --gpu gpusim
# timeout: 400
#
# test-drmsnoopfs again, as an ordinary user.
# slow: starts hundreds of programs; test-drmsnoopfs has the same calls
exec runuser -u alice -- bash "$DRM_SNOOP_TOP/tests/functional/test-drmsnoopfs.sh"
