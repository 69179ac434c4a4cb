# SPDX-License-Identifier: GPL-2.0-or-later
# Runs several pieces of work beside each other. Sourced by tests/run-tests, whose
# variables it uses: logs, jobs, and passed, failed, failures, which each piece
# counts for itself and the pool adds up.
# shellcheck shell=bash disable=SC2154,SC2030,SC2031

pool_pids=()

# aloud FUNCTION...: what it prints is not mixed with what other pieces print.
aloud()
{
	local said

	said=$(mktemp "$logs/.said-XXXXXX")
	"$@" >"$said"
	flock "$logs/.print" cat "$said"
	rm -f "$said"
}

# pool_run COMMAND...: run the command, a function, once there is room.
pool_run()
{
	local result

	while [ ${#pool_pids[@]} -ge "$jobs" ]; do
		pool_reap
	done
	result=$(mktemp "$logs/.piece-XXXXXX")
	(
		trap - INT TERM HUP
		passed=0 failed=0 failures=()
		"$@"
		{
			echo "$passed $failed"
			[ ${#failures[@]} = 0 ] || printf '%s\n' "${failures[@]}"
		} >"$result.done"
	) </dev/null &
	pool_pids+=("$!:$result")
}

# pool_reap: wait for one of them, and add what it counted.
pool_reap()
{
	local piece rest=() ended more_passed more_failed line

	wait -n -p ended "${pool_pids[@]%%:*}"
	for piece in "${pool_pids[@]}"; do
		[ "${piece%%:*}" = "$ended" ] || { rest+=("$piece"); continue; }
		{
			read -r more_passed more_failed
			while read -r line; do
				failures+=("$line")
			done
		} <"${piece#*:}.done" || { more_passed=0 more_failed=1; failures+=("a part of the run died"); }
		passed=$((passed + more_passed)) failed=$((failed + more_failed))
		rm -f "${piece#*:}"{,.done}
	done
	pool_pids=("${rest[@]}")
}

pool_wait()
{
	while [ ${#pool_pids[@]} -gt 0 ]; do
		pool_reap
	done
}

# end_tree PID: the process and those below it, which can have groups of their own.
end_tree()
{
	local child children

	children=$(pgrep -P "$1")
	# first: it is not to tell that the others have ended
	kill -TERM "$1" 2>/dev/null
	for child in $children; do
		end_tree "$child"
	done
}

pool_kill()
{
	local piece

	for piece in "${pool_pids[@]}"; do
		end_tree "${piece%%:*}"
	done
}
