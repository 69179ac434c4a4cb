#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# The programs of tests/igt: one result for each subtest, and one for each program
# as a whole.
# vm: --gpu gpusim
# timeout: 300
. "$DRM_SNOOP_TOP/tests/lib/tap.sh"

. "$DRM_SNOOP_TOP/tests/lib/igt.sh"

export IGT_FORCE_DRIVER=gpusim
igt_find '*'
plan $((2 + ${#programs[@]} + ${#names[@]} + 4))

is 'there are programs' "$((${#programs[@]} > 5))" 1
is 'no name twice' "$(printf '%s\n' "${names[@]}" | sort | uniq -d)" ''

igt_run_all
for name in "${names[@]}"; do
	igt_check "$name" SUCCESS
done

# What runners rely on.
program=gpusim_vm
subtest=create-invalid-flags
is 'a single subtest' "$(igt "$program" --run-subtest "$subtest" | sed -n 's/^Subtest \(.*\) (.*/\1/p')" \
	"$subtest: SUCCESS"
is 'subtests by a pattern' "$(igt "$program" --run-subtest 'create-*' | grep -c '^Subtest create-')" \
	"$(printf '%s\n' "${names[@]}" | grep -c "^$program create-")"
igt "$program" --run-subtest no-such >/dev/null 2>&1
is 'no such subtest' $? 79
IGT_FORCE_DRIVER=nosuch igt "$program" --run-subtest "$subtest" >"$work/out" 2>&1
is 'without the driver nothing succeeds' "$?: $(grep -c ': SUCCESS' "$work/out")" '77: 0'
