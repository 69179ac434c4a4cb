# SPDX-License-Identifier: GPL-2.0-or-later
# Tests on the newest kernel of Debian's later releases, in one boot: one result for each,
# and two for the machine. Sourced after tap.sh, which has `work`.
# shellcheck shell=bash disable=SC2154

# newest_run ARCH PROGRAMS OPTION... -- TEST...: runs PROGRAMS/test-TEST for each, with
# these options of tests/vm/run.
newest_run()
{
	local arch=$1 programs=$2 options=() name out

	shift 2
	while [ "$1" != -- ]; do
		options+=("$1")
		shift
	done
	shift
	plan $(($# + 2))
	for name; do
		echo "$name 100 $programs/test-$name"
	done >"$work/list"
	"$DRM_SNOOP_TOP/tests/vm/run" --kernel newest "${options[@]}" --share "$work" --timeout 380 \
		--env CMOCKA_MESSAGE_OUTPUT=TAP -- \
		"$DRM_SNOOP_TOP/tests/lib/guest-tests" "$work" "$work/list" >"$work/progress" 2>"$work/err"
	is "the machine and its kernel log" "$?: $(<"$work/err")" "0: "
	like "the kernel is a later one" \
		"$("$DRM_SNOOP_TOP/tests/vm/kernel" --arch "$arch" release newest)" '^([7-9]|[1-9][0-9]+)\.'
	for name; do
		out=$work/$name.out
		if [ "$(cat "$work/$name.status" 2>/dev/null)" = 0 ] && grep -q '^ok ' "$out" &&
			! grep -qE '^not ok|# *SKIP' "$out"; then
			pass "$name: $(grep -c '^ok ' "$out") results"
		else
			fail "$name" "$(tail -n 30 "$out" "$work/$name.err" 2>&1)"
		fi
	done
}
