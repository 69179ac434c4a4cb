#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# tests/igt/upstream/compare says of two runs of IGT's tests whether the results are the
# same, and misses none; tests/igt/run-upstream refuses what it cannot use.
. "$DRM_SNOOP_TOP/tests/lib/tap.sh"

upstream=$DRM_SNOOP_TOP/tests/igt/upstream
run=$DRM_SNOOP_TOP/tests/igt/run-upstream
compare() { "$upstream/compare" "$work/tests" 'one two' "$work/without" "$work/with"; }
# changed SED-COMMAND: the second run is the first one, but for this.
changed() { sed "$1" "$work/without" >"$work/with"; }

plan 17
cat >"$work/tests" <<'END'
# A comment
core_a

core_b two
END
cat >"$work/without" <<'END'
one core_a@first SUCCESS
one core_a@second FAIL
one core_a exit-98
two core_a@first SUCCESS
two core_a@first@inner SUCCESS
two core_a@second SKIP
two core_a exit-0
two core_b exit-0
END

changed ''
is 'the same' "$(compare; echo $?)" "the same: 3 SUCCESS 1 SKIP 1 FAIL
0 differ or are missing
0"
changed 's/second FAIL/second SUCCESS/'
is 'another result' "$(compare | head -n 1)" \
	'differs: one core_a@second: FAIL without drm_snoop, SUCCESS with it'
is 'is a failure' "$(compare >"$work/out"; echo $?)" 1
changed 's/exit-98/exit-139/'
like 'another exit status' "$(compare)" '^differs: one core_a \(exit status\): exit-98 .* exit-139 with it$'
changed '/inner/d'
like 'one is missing' "$(compare)" '^only without drm_snoop: two core_a@first@inner SUCCESS$'
# shellcheck disable=SC2016	# $ is sed's
changed '$a two core_b@more SUCCESS'
like 'one is new' "$(compare)" '^only with drm_snoop: two core_b@more SUCCESS$'
changed '/core_b/d'
like 'a whole test is missing' "$(compare)" '^no result: two core_b$'
changed '1p'
like 'a result comes twice' "$(compare)" '^twice: one core_a@first$'
: >"$work/with"
is 'an empty second run' "$(compare >"$work/out"; echo "$? $(grep -c 'no result' "$work/out")")" '1 3'
: >"$work/without"
is 'two empty runs' "$(compare >"$work/out"; echo "$? $(tail -n 1 "$work/out")")" '1 4 differ or are missing'
fails 'no such file' 2 "no file '$work/none'" "$upstream/compare" "$work/tests" one "$work/none" "$work/with"
"$upstream/compare" >"$work/out"
is 'usage' $? 2

like 'help' "$("$run" --help)" '^Usage: tests/igt/run-upstream'
fails 'no source' 2 'SOURCE is missing' "$run"
fails 'no such source' 2 "no directory '$work/none'" "$run" "$work/none"
fails 'unknown driver' 2 "unknown driver 'i915'" "$run" --drivers i915 "$work"
fails 'unknown option' 2 "unknown option '--fast'" "$run" --fast
