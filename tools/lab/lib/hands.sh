# SPDX-License-Identifier: GPL-2.0
# shellcheck shell=bash
#
# Two hands for a list of needs. Much of what is built keeps one CPU busy and no
# more: it configures, links, or compiles the one file that a patch touches. So a
# second process goes through the list from its end as soon as something is not
# there. Both make entries of the cache, whose locks keep them from the same one
# and let each find what the other has made.
#
# The second hand says what it has done, and shows no progress. Of what fails in it
# it says nothing: the run comes to the same need, and tells the user. Where it goes
# well then, it is told in the end that it did not at first.

second_hand=		# its process
second_does=()		# what it would do, from the end of the list
is_second=		# in it
at_exit=(end_second_hand "${at_exit[@]}")

# Calls the function once for each need.
need_all()		# FUNCTION NEED...
{
	local need

	second_does=("$@")
	for need in "${@:2}"; do
		"$1" "$need"
	done
	second_does=()
	end_second_hand
	[[ ! -e $run_dir/failed-once ]] || say "$(<"$run_dir/failed-once")"
}

second_failed()		# TITLE
{
	echo "lab: failed at first, then went well: $1; the log is $step_log" \
		>>"$run_dir/failed-once"
}

# Before anything is locked: the second hand would inherit the lock, and keep it.
call_second_hand()
{
	((${#second_does[@]} > 2)) && [[ ! $second_hand ]] || return 0
	set -m
	( set -e +m; be_second_hand "${second_does[@]}" ) </dev/null &
	second_hand=$!
	set +m
}

be_second_hand()	# FUNCTION NEED...
{
	local i

	is_second=1
	say() { :; }
	second_does=()
	second_hand=
	# Logs of the run are counted from 1
	step_count=100
	# The lock on the whole cache is the run's
	at_exit=(cache_drop_half_built)
	trap leave EXIT
	trap 'exit 143' INT TERM HUP
	for ((i = $#; i > 1; i--)); do
		end_with_run
		"$1" "${!i}"
	done
}

# A run that is killed does not end what it has started. It may be there still, dead,
# until somebody reaps it.
end_with_run()
{
	is_child_of_run "$BASHPID" || exit 143
}

is_child_of_run()	# PID
{
	grep -qsx "PPid:[[:space:]]*$$" "/proc/$1/status"
}

end_second_hand()
{
	[[ $second_hand ]] || return 0
	# When it has ended, its number may be somebody else's
	! is_child_of_run "$second_hand" || kill -TERM "$second_hand" || true
	wait "$second_hand" 2>/dev/null || true
	second_hand=
}
