#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# The programs of tests/igt: one result for each subtest, and one for each program
# as a whole.
# vm: --gpu gpusim
# timeout: 300
. "$DRM_SNOOP_TOP/tests/lib/tap.sh"

export IGT_FORCE_DRIVER=gpusim
programs=()
names=()
for source in "$DRM_SNOOP_TOP"/tests/igt/*.c; do
	grep -qw '^igt_main' "$source" || continue
	programs+=("$(basename "$source" .c)")
done

igt()
{
	"$DRM_SNOOP_BUILD/tests/igt/$1" "${@:2}"
}

for program in "${programs[@]}"; do
	while read -r subtest; do
		names+=("$program $subtest")
	done < <(igt "$program" --list-subtests)
done
plan $((2 + ${#programs[@]} + ${#names[@]} + 4))

is 'there are programs' "$((${#programs[@]} > 5))" 1
is 'no name twice' "$(printf '%s\n' "${names[@]}" | sort | uniq -d)" ''

declare -A results
for program in "${programs[@]}"; do
	igt "$program" >"$work/$program.out" 2>"$work/$program.err"
	is "$program ends well" $? 0
	while read -r word subtest result _; do
		[ "$word" != Subtest ] || results["$program ${subtest%:}"]=$result
	done <"$work/$program.out"
done

for name in "${names[@]}"; do
	if [ "${results[$name]:-}" = SUCCESS ]; then
		pass "${name/ /@}"
	else
		fail "${name/ /@}" "${results[$name]:-no result}: $(<"$work/${name% *}.err")"
	fi
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
