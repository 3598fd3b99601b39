# SPDX-License-Identifier: GPL-2.0
# shellcheck shell=bash
#
# ./lab shell: the kernels that it boots, and the program that shows them.

gdb=			# side whose kernel is debugged
gdb_source=()		# options of the sandbox that show gdb the source
shell_kernels=		# next if both sides have the series, else base

# The kernel with what gdb wants, as that of TREE-gdb.
need_guest_for_gdb()	# TREE SIDE
{
	local what src

	if [[ ${user_tree[$2]-} ]]; then
		need_guest "$1" "$2"
		for what in obj image initramfs modules; do
			artifacts[$2.$1-gdb.$what]=${artifacts[$2.$1.$what]}
		done
		src=${user_tree[$2]}
	else
		need_guest "$1-gdb" "$2"
		src=$base_src
		[[ $1 == base ]] || src=$next_src
	fi
	gdb_source=(--ro-bind "$src" /src)
}

prepare_shell()
{
	local side

	enter shell
	need_model
	need_board
	shell_kernels=base
	if has_series ep && has_series host; then
		shell_kernels=next
	fi
	for side in ep host; do
		if [[ $side == "$gdb" ]]; then
			need_guest_for_gdb "$shell_kernels" $side
		else
			need_guest "$shell_kernels" $side
		fi
	done
	write_artifacts
}

run_shell()
{
	local status=0 side=

	while (($#)); do
		case $1 in
		--gdb)	[[ ${2-} == ep || ${2-} == host ]] ||
				usage_error "--gdb wants ep or host, not '${2-}'"
			gdb=$2
			shift ;;
		*)	[[ ! $side ]] ||
				usage_error "shell takes one side, not '$1' too"
			side=$1
			[[ $side == ep || $side == host ]] ||
				usage_error "shell wants ep or host, not '$side'" ;;
		esac
		shift
	done
	if [[ -t 0 && -t 1 ]]; then
		side=${side:-ep}
	elif [[ $gdb ]]; then
		usage_error "--gdb wants a terminal"
	elif [[ ! $side ]]; then
		usage_error "without a terminal, shell wants ep or host"
	elif [[ $side == host ]]; then
		# Nobody could start the endpoint's link, so it would not boot.
		need_series "without a terminal, ./lab shell host"
	fi
	prepare_shell
	sandbox "${gdb_source[@]}" -- \
		python3 -m run.shell "$side" "$shell_kernels" "$gdb" || status=$?
	((status == 0)) || say "lab: the logs are in $run_dir"
	[[ ! $trace ]] || say "the traces are in $run_dir"
	return "$status"
}
