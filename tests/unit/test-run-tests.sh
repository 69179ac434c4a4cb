#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# tests/run-tests can fail: deliberately bad tests are counted as failed.
# timeout: 60
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

plan 54
counts good '2 passed, 0 failed' '^ok   unit/test-good \(2\)$'
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
mkdir "$work/none"
fails 'no tests at all' 1 'no tests in' "$DRM_SNOOP_TOP/tests/run-tests" --tests "$work/none"
like 'help' "$("$DRM_SNOOP_TOP/tests/run-tests" --help)" '^Usage: '
