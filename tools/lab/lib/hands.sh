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
# it says nothing: the run comes to the same need, and tells the user.

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
	# With stty tostop a line from behind would stop it, locks and all
	trap '' TTOU
	for ((i = $#; i > 1; i--)); do
		end_with_run
		"$1" "${!i}"
	done
}

# A run that is killed, or interrupted twice, does not end what it has started.
end_with_run()
{
	kill -0 $$ 2>/dev/null || exit 143
}

end_second_hand()
{
	[[ $second_hand ]] || return 0
	kill -TERM "$second_hand" 2>/dev/null || true
	wait "$second_hand" 2>/dev/null || true
	second_hand=
}
