# SPDX-License-Identifier: GPL-2.0
# shellcheck shell=bash
#
# What the user sees: messages on standard error, steps with elapsed time, a
# log file for each step, and at the end where the time went.
#
# A step runs in a process group of its own, so that Ctrl-C or a TERM ends the
# whole of it before the front door leaves.

step_pid=
step_status=		# results of try_step
step_log=
step_count=0
at_exit=()		# what is done before the front door leaves

# What is worth saying in the second hand, too: see hands.sh.
say_done()
{
	printf '%s\n' "$*" >&2
}

say()
{
	say_done "$@"
}

die()
{
	say "lab: $*"
	exit 1
}

usage_error()
{
	say "lab: $*; ./lab help lists the verbs"
	exit 2
}

clock()
{
	printf '%d:%02d' $(($1 / 60)) $(($1 % 60))
}

# In whatever is called from a list (||, &&), a condition or behind a !, bash
# ignores -e, in functions and subshells too: a builder started there goes on
# behind a command that failed, and what it leaves looks whole.
need_errexit()		# TITLE
{
	local deaf

	set +e
	deaf=$(set -e; false; echo deaf)
	set -e
	[[ ! $deaf ]] || die "bug: '$1' is started where bash ignores failures"
}

# Start the command in a process group of its own; sets step_pid. The caller
# waits for it: a shell that waits hears a signal, one that runs does not.
start_step()		# COMMAND...
{
	set -m
	( set -e +m; "$@" ) </dev/null &
	step_pid=$!
	set +m
}

end_step()
{
	[[ $step_pid ]] || return 0
	kill -TERM -- "-$step_pid" 2>/dev/null || true
	wait "$step_pid" 2>/dev/null || true
	step_pid=
}

leave()
{
	local what

	# Once is enough: another one would leave half of this
	trap '' INT TERM HUP
	end_step
	for what in "${at_exit[@]}"; do
		$what || true
	done
}
# What has a process group of its own may write to a terminal with stty tostop.
trap '' TTOU
trap leave EXIT
trap 'say; say "lab: interrupted; what was half built is dropped"; exit 130' INT
trap 'say "lab: terminated; what was half built is dropped"; exit 143' TERM HUP

first_bad_lines()	# LOG
{
	# A step that says itself why it cannot go on knows best.
	grep -n -m 5 '^fatal: ' "$1" ||
	grep -n -m 5 -E \
		-e '([Ee]rror|ERROR)[: ]' -e '^(E|lab): ' -e '\*\*\*' -e '[Ff]atal' \
		-e 'No space left' -e '([Cc]annot|[Cc]ould not|[Uu]nable to) ' \
		-e 'undefined reference' -e ': (command )?not found' "$1" ||
		tail -n 5 "$1"
}

show_progress()		# TITLE START LOG: waits for step_pid
{
	local ticks=0 passed last

	while kill -0 "$step_pid" 2>/dev/null; do
		sleep 0.2
		[[ ! $is_second ]] || { end_with_run; continue; }
		ticks=$((ticks + 1))
		passed=$((SECONDS - $2))
		if [[ -t 2 ]] && ((ticks % 5 == 0)); then
			last=$(tail -n 1 "$3" | tr -cd '[:print:]')
			printf '\r\033[K  %5s  %s  %.40s' "$(clock $passed)" \
				"$1" "$last" >&2
		elif [[ ! -t 2 ]] && ((ticks % 300 == 0)); then
			say "  $(clock $passed)  $1 ..."
		fi
	done
}

# Run a builder. The last thing its log says is which command ended it, and in
# which functions.
build()			# COMMAND...
{
	local depth=${#FUNCNAME[@]}

	set -E
	# shellcheck disable=SC2154
	trap 'say_where_it_stopped $? "$BASH_COMMAND" \
		"${FUNCNAME[@]::${#FUNCNAME[@]} - depth}"' ERR
	"$@"
}

say_where_it_stopped()	# STATUS COMMAND FUNCTION...
{
	echo "stopped: ${2%%[[:space:]]*} ended with status $1${3+, in ${*:3}}"
}

# Sets step_status, to 0 if all went well; the log and its bad lines are told.
try_step()		# TITLE COMMAND...
{
	local title=$1 start=$SECONDS name log why=failed
	shift

	need_errexit "$title"
	step_count=$((step_count + 1))
	# A title may hold a path; the name of a file has an end.
	name=$(tr -cs '[:alnum:]' - <<<"${title,,}")
	name=${name::80}
	log=$(printf '%s/%02d-%s.log' "$run_dir" $step_count "${name%-}")
	step_log=$log
	step_status=0
	start_step build "$@" >"$log" 2>&1
	show_progress "$title" "$start" "$log"
	wait "$step_pid" || step_status=$?
	step_pid=

	[[ -t 2 ]] && printf '\r\033[K' >&2
	if ((step_status)); then
		[[ ! $is_second ]] || second_failed "$title"
		((step_status <= 128)) ||
			why="was killed by signal $((step_status - 128))"
		say "  $(clock $((SECONDS - start)))  $title: FAILED"
		say "lab: $title $why; the log is $log"
		say "$(first_bad_lines "$log" | sed 's/^/    /')"
		return 0
	fi
	say_done "  $(clock $((SECONDS - start)))  $title"
	took $((SECONDS - start)) "$title"
}

# For the table at the end, of what took a second or more.
took()			# SECONDS TITLE
{
	(($1 < 1)) || echo "$*" >>"$run_dir/times" || true
}

# A step that the run cannot do without.
step()			# TITLE COMMAND...
{
	try_step "$@"
	((step_status == 0)) || exit 1
}

where_the_time_went()
{
	local seconds title

	say "time: $(clock $SECONDS) in all; steps may go on at the same time"
	while read -r seconds title; do
		say "  $(clock "$seconds")  $title"
	done <"$run_dir/times"
}
