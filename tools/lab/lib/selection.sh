# SPDX-License-Identifier: GPL-2.0
# shellcheck shell=bash
#
# Which tests a check runs, and what has to be built for these.

tests=tools/lab/tests
pytest=(python3 -m pytest -c $tests/pytest.ini --rootdir /lab)
selected=()		# pytest's arguments
needs=()		# what the tests need, as tools/lab/tests/needs.py names it

# Without an argument that says which: all tests; with a kernel, a board or a
# configuration of the user's the suites of drivers that nobody here wrote, and
# those of the series if the kernels have it.
select_tests()		# [PYTEST ARGUMENT...]
{
	local -a suites=(test_base*.py)
	local word

	selected=("$@")
	has_choice || return 0
	for word; do
		[[ $word != -k* ]] || return 0
		[[ ! $word || ! -e $repo/${word%%::*} ]] || return 0
	done
	! has_series ep || ! has_series host ||
		suites+=(test_dma.py test_epc.py)
	# shellcheck disable=SC2086
	selected+=($(cd "$repo/$tests" && printf "$tests/%s\n" ${suites[*]}))
}

# Sets needs. pytest's own words are the message if it refuses an argument.
find_needs()
{
	local log=$run_dir/collected.log status=0

	sandbox --setenv LAB_NEEDS /run/lab/needs -- "${pytest[@]}" \
		--collect-only -q "${selected[@]}" >"$log" 2>&1 || status=$?
	((status != 5)) || die "no test matches: ${selected[*]}"
	if ((status)); then
		tail -n 20 "$log" >&2
		die "pytest refuses this; the log is $log"
	fi
	mapfile -t needs <"$run_dir/needs"
}
