#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# The newest kernel that Debian has for its later releases: the tests of what depends on
# the kernel, in one boot.
# vm: host
# kernel: stock: the kernel of this test is its own
# timeout: 400
. "$DRM_SNOOP_TOP/tests/lib/tap.sh"

tests=(
	snoop-list snoop-read snoop-write snoop-query snoop-userptr snoop-mmap snoop-snapshot
	snoop-truth gpusim-binds gpusim-swap
)
plan $((${#tests[@]} + 2))

for name in "${tests[@]}"; do
	echo "$name 100 $DRM_SNOOP_BUILD/tests/functional/test-$name"
done >"$work/list"
"$DRM_SNOOP_TOP/tests/vm/run" --kernel newest --gpu gpusim --share "$work" --timeout 380 \
	--env CMOCKA_MESSAGE_OUTPUT=TAP -- \
	"$DRM_SNOOP_TOP/tests/lib/guest-tests" "$work" "$work/list" >"$work/progress" 2>"$work/err"
is "the machine and its kernel log" "$?: $(<"$work/err")" "0: "
like "the kernel is a later one" "$("$DRM_SNOOP_TOP/tests/vm/kernel" release newest)" '^([7-9]|[1-9][0-9]+)\.'
for name in "${tests[@]}"; do
	out=$work/$name.out
	if [ "$(cat "$work/$name.status" 2>/dev/null)" = 0 ] && grep -q '^ok ' "$out" &&
		! grep -qE '^not ok|# *SKIP' "$out"; then
		pass "$name: $(grep -c '^ok ' "$out") results"
	else
		fail "$name" "$(tail -n 30 "$out" "$work/$name.err" 2>&1)"
	fi
done
