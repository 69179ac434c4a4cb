# SPDX-License-Identifier: GPL-2.0-or-later
# Judging what tests wrote. Sourced by tests/run-tests, whose variables it uses:
# logs, verbose, tests_dir, here, kernel.
# shellcheck shell=bash disable=SC2154

passed=0
failed=0
failures=()

# tap_counts FILE: "PASSED FAILED COMPLAINT". A plan may be in several parts (a
# program that runs several groups); the complaint is empty when all is well.
tap_counts()
{
	awk '
	/^1\.\.[0-9]+/ { plans++; planned += substr($1, 4); next }
	/^Bail out!/ { complaint = "bailed out: " $0; next }
	/^(not )?ok( |$)/ {
		results++
		if (/^not / || toupper($0) ~ /# *(SKIP|TOD[O])/) bad++; else good++
	}
	END {
		if (!complaint && !plans) complaint = "printed no plan"
		else if (!complaint && !planned) complaint = "planned no results"
		else if (!complaint && results != planned)
			complaint = "printed " results + 0 " results, planned " planned
		printf "%d %d %s\n", good, bad, complaint
	}' "$1"
}

# replay NAME: how to see it again.
replay()
{
	local options=

	[ "$tests_dir" = "$here" ] || options="--tests $tests_dir "
	[ "$kernel" != debug ] || options+="--kernel debug "
	echo "  replay: tests/run-tests $options$1"
}

# show FILE: the end of an output, indented.
show()
{
	tail -n 60 "$1" 2>/dev/null | tr -d '\000' | sed 's/^/  | /'
}

# show_failures FILE: TAP without the results that passed.
show_failures()
{
	show <(tr -d '\000' <"$1" | grep -avE '^ok [^#]*$')
}

# fail_test NAME WHY FILE: one failure that is not a TAP result.
fail_test()
{
	failed=$((failed + 1))
	failures+=("$1: $2")
	echo "FAIL $1: $2"
	[ -z "$3" ] || show "$3"
	replay "$1"
}

# judge NAME: count the results in $logs/NAME.{out,err,status,left}, and say what it took.
judge()
{
	local name=$1 log=$logs/$1 status good bad complaint seconds=

	read -r seconds 2>/dev/null <"$log.seconds"
	status=$(cat "$log.status" 2>/dev/null)
	if [ -r "$log.out" ]; then
		read -r good bad complaint < <(tap_counts "$log.out")
	else
		good=0 bad=0 complaint="left no output"
	fi
	passed=$((passed + good))
	failed=$((failed + bad))
	# What the exit status tells beyond the failed results themselves.
	case ${status:-none} in
	0) ;;
	124 | 137) complaint="took longer than ${limit[$name]} s" ;;
	none) complaint="left no exit status" ;;
	*)
		if [ "$status" -gt 128 ]; then
			complaint="died of signal $((status - 128))"
		elif [ "$bad" = 0 ]; then
			complaint=${complaint:-"exited with status $status"}
		fi
		;;
	esac
	if [ -s "$log.left" ]; then
		complaint=${complaint:+$complaint; it }"left processes running: $(paste -sd, "$log.left")"
	fi
	if [ "$bad" = 0 ] && [ -z "$complaint" ]; then
		echo "ok   $name ($good) ${seconds:-?} s"
		[ -z "$verbose" ] || show "$log.out"
		return
	fi
	[ -z "$complaint" ] || failed=$((failed + 1))
	failures+=("$name: $bad failed${complaint:+; it $complaint}")
	echo "FAIL $name: $good passed, $bad failed, ${seconds:-?} s${complaint:+; it $complaint}"
	show_failures "$log.out"
	show "$log.err"
	replay "$name"
}

# judge_kernel_log LOG NAME...: the kernel log of a boot has a fault. Which test
# did it is told by the marks that guest-tests left in the log.
judge_kernel_log()
{
	local log=$1 name part=$1.part blamed='' lines

	shift
	for name; do
		awk -v name="$name" '
		/drm-snoop-test: / { on = ($NF == name) }
		on' "$log.dmesg" >"$part"
		if ! lines=$("$here/vm/dmesg-check" <"$part"); then
			echo "$lines" >"$log.fault"
			fail_test "$name" "a fault in the kernel log" "$log.fault"
			blamed=1
		fi
	done
	[ -n "$blamed" ] || fail_test "$1" "the kernel log or the unloading of modules after the tests" "$log.err"
}

summary()
{
	local failure

	if [ "$failed" -gt 0 ]; then
		echo
		echo "Failures (logs are in $logs):"
		for failure in "${failures[@]}"; do
			echo "  $failure"
		done
	fi
	echo "$passed passed, $failed failed"
	[ "$failed" = 0 ]
}
