# SPDX-License-Identifier: GPL-2.0-or-later
# Programs of tests/igt in a test script: one result for each subtest, and one for each
# program as a whole. Sourced after tap.sh, which has `work`.
# shellcheck shell=bash disable=SC2154

programs=() names=()
# How each subtest of `names` ended.
declare -A results

igt()
{
	"$DRM_SNOOP_BUILD/tests/igt/$1" "${@:2}"
}

# igt_find PATTERN: fills `programs` with those whose names match, and `names` with
# "PROGRAM SUBTEST" for each of their subtests.
igt_find()
{
	local source program subtest

	for source in "$DRM_SNOOP_TOP"/tests/igt/$1.c; do
		grep -qw '^igt_main' "$source" || continue
		programs+=("$(basename "$source" .c)")
	done
	for program in "${programs[@]}"; do
		while read -r subtest; do
			names+=("$program $subtest")
		done < <(igt "$program" --list-subtests)
	done
}

# igt_run_all: one result for each program; fills `results`.
igt_run_all()
{
	local program word subtest result

	for program in "${programs[@]}"; do
		igt "$program" >"$work/$program.out" 2>"$work/$program.err"
		is "$program ends well" $? 0
		while read -r word subtest result _; do
			[ "$word" != Subtest ] || results["$program ${subtest%:}"]=$result
		done <"$work/$program.out"
	done
}

# igt_check NAME RESULT: a result for a subtest, which ended so.
igt_check()
{
	if [ "${results[$1]:-}" = "$2" ]; then
		pass "${1/ /@}"
	else
		fail "${1/ /@}" "${results[$1]:-no result} instead of $2: $(<"$work/${1% *}.err")"
	fi
}
