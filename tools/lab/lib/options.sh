# SPDX-License-Identifier: GPL-2.0
# shellcheck shell=bash
#
# What every verb with machines takes: a board, a kernel, its configuration,
# traces. What is wrong with one is said before anything is downloaded or built.

rest=()			# arguments that are a verb's own
trace=			# 1 when the run is traced
user_board=		# name of a board, or absolute path of a file
declare -A user_tree=()	# kernel tree of the user's, by side
declare -A user_configs=()	# fragments of the user's by side, one a line
declare -A extra_fragments=()	# their names in the sandbox, by side

machine_options()	# ARGUMENT...
{
	local option

	rest=()
	while (($#)); do
		option=$1
		shift
		case $option in
		--board|--kernel|--config)
			(($#)) || usage_error "$option wants an argument"
			take_"${option#--}" "$1"
			shift ;;
		--board=*|--kernel=*|--config=*)
			option=${option#--}
			take_"${option%%=*}" "${option#*=}" ;;
		--trace)
			trace=1 ;;
		*)	rest+=("$option") ;;
		esac
	done
	[[ ! ${LAB_SEED-} ]] || is_seed "$LAB_SEED"
}

is_seed()		# VALUE
{
	[[ $1 =~ ^(0|[1-9][0-9]{0,8})$ ]] ||
		usage_error "a seed is a number from 0 to 999999999, not '$1'"
}

# Sets $sides and $file from [ep=|host=]FILE.
split_side()		# ARGUMENT
{
	sides=(ep host)
	file=$1
	case $1 in
	ep=*|host=*)
		sides=("${1%%=*}")
		file=${1#*=} ;;
	esac
}

need_readable()		# FILE
{
	[[ -r $1 ]] || die "'$1' cannot be read; chmod +r it, or name another file"
}

take_board()		# NAME|FILE
{
	local boards=$repo/tools/lab/boards

	if [[ $1 != */* && -f $boards/$1 ]]; then
		user_board=$1
	elif [[ -f $1 ]]; then
		need_readable "$1"
		user_board=$(readlink -f "$1")
	else
		die "no board '$1'; there are: $(cd "$boards" && echo ./* |
			sed 's,\./,,g; s/ /, /g'), or name a file"
	fi
}

take_kernel()		# [ep=|host=]DIR
{
	local side file
	local -a sides

	split_side "$1"
	need_kernel_tree "$file"
	for side in "${sides[@]}"; do
		[[ ! ${user_tree[$side]-} ]] ||
			usage_error "--kernel names two trees for the ${side_name[$side]}"
		user_tree[$side]=$(readlink -f "$file")
	done
}

take_config()		# [ep=|host=]FILE
{
	local side file
	local -a sides

	split_side "$1"
	[[ -f $file ]] ||
		die "no configuration fragment '$file': there is no such file"
	need_readable "$file"
	check_config_lines "$file"
	for side in "${sides[@]}"; do
		user_configs[$side]+=$(readlink -f "$file")$'\n'
	done
}

# merge_config.sh passes over what it cannot read, and nobody would know.
check_config_lines()	# FILE
{
	local line number=0 value='("([^"\\]|\\.)*"|[^"[:space:]]+)'

	while IFS= read -r line || [[ $line ]]; do
		number=$((number + 1))
		line=${line%$'\r'}
		[[ $line =~ ^CONFIG_[A-Za-z0-9_]+=$value$ ||
		   $line =~ ^'# 'CONFIG_[A-Za-z0-9_]+' is not set'$ ||
		   ($line =~ ^[[:space:]]*(#.*)?$ &&
		    ! $line =~ CONFIG_[A-Za-z0-9_]+' is not set') ]] ||
			die "$1:$number: '$line' sets no symbol; write CONFIG_NAME=VALUE or '# CONFIG_NAME is not set' at the begin of a line"
	done <"$1"
}

need_kernel_tree()	# DIR
{
	local left

	[[ -d $1 ]] || die "no kernel tree '$1': there is no such folder"
	[[ -f $1/Kconfig && -f $1/scripts/Kconfig.include && -d $1/arch/arm64 &&
	   -d $1/arch/x86 ]] && grep -qs '^PATCHLEVEL = ' "$1/Makefile" ||
		die "'$1' is no kernel tree; name the top folder of a kernel's source"
	for left in .config include/config vmlinux \
		arch/{arm64,x86}/include/generated; do
		[[ ! -e $1/$left ]] ||
			die "the kernel tree '$1' was built in place (it has $left), so nothing can be built from it elsewhere: make mrproper there, with the ARCH= of that build, or name a clean tree (git worktree add)"
	done
}

# The user's fragments go into the folder of the run, where the sandbox sees them,
# with the ends of lines that the kernel's scripts know.
place_configs()
{
	local side file number

	for side in ep host; do
		number=0
		while read -r file; do
			[[ $file ]] || continue
			number=$((number + 1))
			sed -e 's/\r$//' -e '$a\' "$file" \
				>"$run_dir/$side-$number.config"
			extra_fragments[$side]+=" /run/lab/$side-$number.config"
		done <<<"${user_configs[$side]-}"
	done
}

# Anything but what the lab is made of.
has_choice()
{
	[[ $user_board ]] || ((${#user_tree[@]} || ${#user_configs[@]}))
}
