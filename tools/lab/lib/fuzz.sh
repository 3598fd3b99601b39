# SPDX-License-Identifier: GPL-2.0
# shellcheck shell=bash
#
# ./lab fuzz: hostile blocks for the parser, see tools/lab/run/fuzz.py.

run_fuzz()		# [--minutes N] [--seed N]
{
	local minutes=1 seed=${LAB_SEED-}

	while (($#)); do
		case $1 in
		--minutes|--seed)
			[[ ${2-} ]] || usage_error "$1 wants a value"
			if [[ $1 == --minutes ]]; then
				minutes=$2
			else
				seed=$2
			fi
			shift 2 ;;
		*)	usage_error "fuzz takes --minutes and --seed, not '$1'" ;;
		esac
	done
	[[ $minutes =~ ^[1-9][0-9]{0,4}$ ]] ||
		usage_error "fuzz runs for 1 to 99999 minutes, not '$minutes'"
	[[ $seed ]] || seed=$(((RANDOM << 15 | RANDOM) % 1000000000))
	is_seed "$seed"
	enter fuzz
	play python3 -m run.fuzz "$minutes" "$seed"
	return "$played"
}
