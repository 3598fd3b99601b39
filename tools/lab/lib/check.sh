# SPDX-License-Identifier: GPL-2.0
# shellcheck shell=bash
#
# ./lab check: the tests, in parts (see tools/lab/run/check.py). What needs nothing
# that takes long to build comes first, so that its failures are known early.

seed=			# of what is drawn at random
check_all=		# every variant in full
check_report=		# file for the report, absolute
check_status=5		# of the parts so far; pytest's 5 is: no test

# What is check's own among the arguments. Nothing is built for what is wrong.
check_options()		# [ARGUMENT...]
{
	local report=

	rest=()
	seed=${LAB_SEED-}
	while (($#)); do
		case $1 in
		--all)	check_all=1 ;;
		--seed|--report)
			[[ ${2-} ]] || usage_error "$1 wants a value"
			if [[ $1 == --seed ]]; then
				seed=$2
			else
				report=$2
			fi
			shift ;;
		# A check that runs nothing would be green.
		-V|--version|--co|--collect*|--fixtures*|--funcargs|--markers|\
		--setup-only|--setup-plan|--cache-show*)
			usage_error "check runs tests, so it does not take $1" ;;
		*)	rest+=("$1") ;;
		esac
		shift
	done
	choose_seed
	[[ ! $report ]] || check_report_file "$report"
}

check_report_file()	# FILE
{
	# Empty until the end: what an earlier check left is not this one's
	{ : >"$1"; } 2>/dev/null ||
		die "cannot write the report $1; name a file in a folder that is there"
	check_report=$(readlink -f "$1")
}

# The seed of all that is drawn at random; drawn itself if nobody named one.
choose_seed()
{
	[[ $seed ]] || seed=$(((RANDOM << 15 | RANDOM) % 1000000000))
	is_seed "$seed"
	LAB_SEED=$seed
}

play_parts()		# TITLE PART...
{
	local start=$SECONDS title=$1

	shift
	rm -f "$run_dir/played"
	play python3 -m run.check "$@" -- "${selected[@]}"
	took $((SECONDS - start)) "$title"
	if ((played != 5 && (check_status == 5 || played > check_status))); then
		check_status=$played
	fi
	# Without the first, an earlier part's line would stand for all
	[[ -e $run_dir/played && -s $run_dir/closing-line ]] || {
		rm -f "$run_dir/closing-line"
		write_check_report
		die "pytest ended without a result"
	}
}

write_check_report()
{
	[[ ! $check_report ]] || sandbox -- python3 -m run.report >"$check_report"
}

run_check()
{
	local variants=

	check_options "$@"
	if [[ $check_all ]]; then
		variants=variants
	elif ((${#rest[@]} == 0)) && ! has_choice; then
		variants=combined
	fi
	say "seed: $seed (the same again: ./lab check --seed $seed)"
	choose_tests "${rest[@]}"
	echo "$seed" >"$run_dir/seed"
	if [[ ${needs[*]} == nothing ]]; then
		play_parts "tests of nothing but programs" unit alone
	else
		[[ " ${needs[*]} " != *" nothing "* ]] ||
			play_parts "tests of nothing but programs" unit
		[[ ! $variants ]] || needs+=(kasan)
		prepare_check
		# shellcheck disable=SC2086
		play_parts "tests of what was built" machines alone $variants
	fi
	where_the_time_went
	write_check_report
	cat "$run_dir/closing-line"
	return "$check_status"
}
