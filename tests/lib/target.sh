# SPDX-License-Identifier: GPL-2.0-or-later
# A gpusim-sh for tests written in bash (Documentation/gpusim-sh.rst):
#
#	. "$DRM_SNOOP_TOP/tests/lib/target.sh"
#	target_start alice		# TARGET_PID, TARGET_CLIENT
#	t vm v				# REPLY: "1"
#	t_error ENOENT close nosuch	# REPLY: the text
#	target_stop
#
# Several at once: target_start -n NAME [USER], and target_use NAME says which one
# is talked to; the last one started is. The first has the name "target".
#
# A target that does not answer as it should ends the script, which fails the
# test; so call these functions in the script's own shell, not in $(...). Nothing
# waits longer than a minute.
# shellcheck shell=bash disable=SC2034

declare -A target_pids target_clients target_ins target_outs target_jobs
target_now=
TARGET_PID=
TARGET_CLIENT=

target_die()
{
	echo "Bail out! target: $*"
	exit 4
}

# target_start [-n NAME] [USER]
target_start()
{
	local name=target dir user word pid client in out

	if [ "${1:-}" = -n ]; then
		name=$2
		shift 2
	fi
	user=${1:-}
	[ -z "${target_pids[$name]:-}" ] || target_die "$name runs already"
	dir=$(mktemp -d "${TMPDIR:-/tmp}/target.XXXXXX") || exit 4
	mkfifo "$dir/in" "$dir/out" || exit 4
	(
		for in in "${target_ins[@]}"; do
			exec {in}>&-
		done
		exec <"$dir/in" >"$dir/out"
		[ -z "$user" ] || exec setpriv --reuid "$user" --regid "$user" --init-groups gpusim-sh
		exec gpusim-sh
	) &
	target_jobs[$name]=$!
	# Each end waits for the other; a target that dies is the end of its output.
	exec {in}>"$dir/in" {out}<"$dir/out"
	rm -rf "$dir"
	target_ins[$name]=$in
	target_outs[$name]=$out
	if ! read -r -t 60 word pid client <&"$out" || [ "$word" != ready ]; then
		kill -KILL "${target_jobs[$name]}" 2>/dev/null
		target_die "gpusim-sh does not start"
	fi
	target_pids[$name]=$pid
	target_clients[$name]=$client
	target_use "$name"
}

# target_use NAME
target_use()
{
	[ -n "${target_pids[$1]:-}" ] || target_die "no target $1"
	target_now=$1
	TARGET_PID=${target_pids[$1]}
	TARGET_CLIENT=${target_clients[$1]}
}

# target_ask CMD...: one command, the whole answer in REPLY.
target_ask()
{
	[ -n "$target_now" ] || target_die "none was started"
	printf '%s\n' "$*" >&"${target_ins[$target_now]}"
	read -r -t 60 REPLY <&"${target_outs[$target_now]}" || target_die "no answer to '$*'"
}

# t CMD...: the command must succeed; REPLY has the values.
t()
{
	target_ask "$@"
	case $REPLY in
	ok) REPLY= ;;
	"ok "*) REPLY=${REPLY#ok } ;;
	"ready $TARGET_PID "*)
		[ "$*" = exec ] || target_die "'$*' was answered by '$REPLY'"
		REPLY=${REPLY#ready }
		;;
	*) target_die "'$*' was answered by '$REPLY'" ;;
	esac
}

# t_error ERRNO-NAME CMD...: the command must fail so; REPLY has the text.
t_error()
{
	local name=$1

	shift
	target_ask "$@"
	case $REPLY in
	"error $name") REPLY= ;;
	"error $name "*) REPLY=${REPLY#"error $name "} ;;
	*) target_die "'$*' was answered by '$REPLY', not $name" ;;
	esac
}

# target_stop [NAME]: ends it, in the usual way if it can; the exit status is its.
target_stop()
{
	local name=${1:-$target_now} job status i in out

	job=${target_jobs[$name]:-}
	[ -n "$job" ] || target_die "no target ${name:-was started}"
	echo exit >&"${target_ins[$name]}"
	for ((i = 0; i < 100; i++)); do
		kill -0 "$job" 2>/dev/null || break
		sleep 0.1
	done
	kill -KILL "$job" 2>/dev/null
	wait "$job" 2>/dev/null
	status=$?
	in=${target_ins[$name]}
	out=${target_outs[$name]}
	exec {in}>&- {out}<&-
	unset "target_pids[$name]" "target_clients[$name]" "target_ins[$name]" \
		"target_outs[$name]" "target_jobs[$name]"
	if [ "$name" = "$target_now" ]; then
		target_now=
		TARGET_PID=
		TARGET_CLIENT=
	fi
	return "$status"
}
