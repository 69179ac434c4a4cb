#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# tests/run-tests can fail: deliberately bad tests are counted as failed.
# timeout: 240
. "$DRM_SNOOP_TOP/tests/lib/tap.sh"

tests=$work/tests
mkdir -p "$tests/unit"

# make_test NAME: the body of a test script is standard input.
make_test()
{
	{ echo '#!/bin/bash'; cat; } >"$tests/unit/test-$1.sh"
	chmod +x "$tests/unit/test-$1.sh"
}

# counts NAME LAST-LINE REGEX: what run-tests says about one made-up test.
counts()
{
	local output status want=0

	output=$("$DRM_SNOOP_TOP/tests/run-tests" --tests "$tests" --logs "$work/logs" --unit "unit/test-$1" 2>&1)
	status=$?
	[[ $2 == *" 0 failed" ]] || want=1
	is "$1: last line" "$(tail -n 1 <<<"$output")" "$2"
	is "$1: exit status" "$status" "$want"
	like "$1: report" "$output" "$3"
}

make_test good <<'END'
echo 1..2; echo 'ok 1 - a'; echo 'ok 2 - b'
END
make_test failing <<'END'
echo 1..2; echo 'ok 1 - a'; echo 'not ok 2 - b'; exit 1
END
make_test silent-failure <<'END'
echo 1..1; echo 'ok 1 - a'; exit 7
END
make_test dying <<'END'
echo 1..2; echo 'ok 1 - a'; kill -SEGV $$
END
make_test planless <<'END'
echo 'ok 1 - a'
END
make_test short <<'END'
echo 1..3; echo 'ok 1 - a'
END
make_test long <<'END'
echo 1..1; echo 'ok 1 - a'; echo 'ok 2 - b'
END
make_test empty <<'END'
END
make_test nothing-planned <<'END'
echo 1..0
END
make_test skipping <<'END'
echo 1..1; echo 'ok 1 - a # SKIP no reason'
END
make_test two-groups <<'END'
echo 1..1; echo 'ok 1 - a'; echo 1..1; echo 'ok 1 - b'
END
make_test slow <<'END'
# timeout: 1
echo 1..1; sleep 20; echo 'ok 1 - a'
END
make_test bailing <<'END'
echo 1..1; echo 'ok 1 - a'; echo 'Bail out! no reason'
END
make_test tap-early-end <<'END'
. "$DRM_SNOOP_TOP/tests/lib/tap.sh"
plan 2; pass a
END
make_test tap-failure <<'END'
. "$DRM_SNOOP_TOP/tests/lib/tap.sh"
plan 6; is a 1 2; like b xyz '^y'; unlike c xyz y; succeeds d false; fails e 1 . true; same f /dev/null /etc/passwd
END
make_test unstartable <<'END'
END
chmod -x "$tests/unit/test-unstartable.sh"

plan 74
counts good '2 passed, 0 failed' '^ok   unit/test-good \(2\) [0-9]+ s$'
counts failing '1 passed, 1 failed' 'not ok 2 - b'
counts silent-failure '1 passed, 1 failed' 'exited with status 7'
counts dying '1 passed, 1 failed' 'died of signal 11'
counts planless '1 passed, 1 failed' 'printed no plan'
counts short '1 passed, 1 failed' 'printed 1 results, planned 3'
counts long '2 passed, 1 failed' 'printed 2 results, planned 1'
counts empty '0 passed, 1 failed' 'printed no plan'
counts nothing-planned '0 passed, 1 failed' 'planned no results'
counts skipping '0 passed, 1 failed' 'SKIP'
counts two-groups '2 passed, 0 failed' '^ok '
counts slow '0 passed, 1 failed' 'took longer than 1 s'
counts bailing '1 passed, 1 failed' 'bailed out'
counts unstartable '0 passed, 1 failed' 'Permission denied'
counts tap-early-end '1 passed, 1 failed' 'printed 1 results, planned 2'
counts tap-failure '0 passed, 6 failed' 'not ok 6 - f'

output=$("$DRM_SNOOP_TOP/tests/run-tests" --tests "$tests" --logs "$work/logs" --unit 2>&1)
is 'all together: last line' "$(tail -n 1 <<<"$output")" '13 passed, 19 failed'
like 'a replay line' "$output" 'replay: tests/run-tests .*unit/test-short$'
fails 'an unknown test' 2 'no test .unit/test-none' "$DRM_SNOOP_TOP/tests/run-tests" --tests "$tests" unit/test-none
fails 'an unknown option' 2 'unknown option' "$DRM_SNOOP_TOP/tests/run-tests" --nonsense

# A test that is for one kernel: said and not counted; the limit of time.
mkdir "$tests/functional"
cat >"$tests/functional/test-one-kernel.sh" <<'END'
#!/bin/bash
# kernel: debug: that is how it is
# vm: host
echo 1..1; echo "ok 1 - on $DRM_SNOOP_KERNEL"
END
cat >"$tests/functional/test-slow-kernel.sh" <<'END'
#!/bin/bash
# vm: host
# timeout: 1
echo 1..1; sleep 2; echo 'ok 1 - a'
END
chmod +x "$tests"/functional/*
run_tests() { "$DRM_SNOOP_TOP/tests/run-tests" --tests "$tests" --logs "$work/logs" "$@"; }
output=$(run_tests -v functional/test-one-kernel functional/test-slow-kernel)
is 'the wrong kernel: last line' "$(tail -n 1 <<<"$output")" '0 passed, 1 failed'
like 'the wrong kernel: why' "$output" '^not run functional/test-one-kernel: only on the debug kernel: that is how it is$'
fails 'only a test for the wrong kernel' 1 'only on the debug kernel' run_tests functional/test-one-kernel
output=$(run_tests --kernel debug -v)
is 'the debug kernel: last line' "$(tail -n 1 <<<"$output")" '2 passed, 0 failed'
like 'the debug kernel: tests know' "$output" 'ok 1 - on debug$'
unlike 'the debug kernel: no unit tests' "$output" 'unit/'
echo 'exit 1' >>"$tests/functional/test-one-kernel.sh"
like 'the debug kernel: replay' "$(run_tests --kernel debug)" 'replay: .* --kernel debug functional/test-one-kernel$'
fails 'an unknown kernel' 2 "not 'vax'" run_tests --kernel vax

# A test that is left out on demand, on the debug kernel only.
sed -i '2i # slow: another one does it' "$tests/functional/test-slow-kernel.sh"
unlike 'quick: not listed' "$(run_tests --kernel debug --quick --list)" 'slow-kernel'
like 'quick: why' "$(run_tests --kernel debug --quick)" '^not run functional/test-slow-kernel: slow: another one does it$'
like 'not quick: listed' "$(run_tests --kernel debug --list)" '^functional/test-slow-kernel '
like 'quick, stock: listed' "$(run_tests --quick --list)" '^functional/test-slow-kernel '

mkdir "$work/none"
fails 'no tests at all' 1 'no tests in' "$DRM_SNOOP_TOP/tests/run-tests" --tests "$work/none"
fails 'no number of jobs' 2 "not '0'" run_tests --jobs 0

# Several at a time: slow ones overlap, and all is counted as one after the other.
for i in 1 2 3 4; do
	make_test "meet-$i" <<END
echo 1..2; touch "$work/here-$i"; echo 'ok 1 - a'
for i in \$(seq 100); do [ -e "$work/here-$((5 - i))" ] && break; sleep 0.1; done
[ -e "$work/here-$((5 - i))" ] && echo 'ok 2 - b' || echo 'not ok 2 - b'
END
done
output=$(run_tests --jobs 4 unit/test-meet-{1,2,3,4})
is 'four at a time' "$(tail -n 1 <<<"$output")" '8 passed, 0 failed'
output=$(run_tests --jobs 4 unit/test-{meet-1,failing,dying,good} 2>&1)
is 'good and bad at a time' "$(tail -n 1 <<<"$output")" '6 passed, 2 failed'
like 'the list of failures' "$output" '^  unit/test-dying: 0 failed; it died of signal 11$'
rm "$work"/here-*
sed -i 's/100/5/' "$tests/unit/test-meet-1.sh"
output=$(run_tests --jobs 1 unit/test-meet-{1,4})
is 'one at a time' "$(tail -n 1 <<<"$output")" '3 passed, 1 failed'

# Ended, a run leaves nothing behind.
make_test endless <<END
echo 1..1; echo \$\$ >"$work/endless"; exec sleep 1000
END
"$DRM_SNOOP_TOP/tests/run-tests" --tests "$tests" --logs "$work/logs" unit/test-endless >"$work/ended" 2>&1 &
while [ ! -s "$work/endless" ]; do sleep 0.1; done
kill -TERM $!
wait $!
is 'ended: status' $? 130
sleep 0.5
fails 'ended: the test too' 1 '' kill -0 "$(<"$work/endless")"
is 'ended: nothing is printed' "$(<"$work/ended")" ''
like 'help' "$("$DRM_SNOOP_TOP/tests/run-tests" --help)" '^Usage: '
