# SPDX-License-Identifier: GPL-2.0
# shellcheck shell=bash
#
# The toolchain root, entered with bubblewrap. Inside, whatever the machine:
#
#   /lab     the repository, read-only unless asked for
#   /cache   the cache
#   /run/lab the log folder of this run
#   /src     a kernel tree, /obj a build folder (where a step binds them)
#   /tmp     empty, in memory
#
# No network, process ids of its own, and nothing outlives the caller.
#
# What ccache keeps is of one toolchain: it sees neither headers of the system nor the
# assembler.

root=			# folder of the toolchain root, set by need_root
sandbox_more=()		# options of bwrap for all sandboxes of this run

sandbox()		# [BWRAP OPTION...] -- COMMAND...
{
	local -a options=()

	while [[ $1 != -- ]]; do
		options+=("$1")
		shift
	done
	shift
	bwrap --unshare-pid --unshare-net --unshare-ipc --unshare-uts \
		--die-with-parent --hostname lab \
		--ro-bind "$root" / --dev /dev --proc /proc \
		--tmpfs /tmp --tmpfs /run \
		--ro-bind "$repo" /lab \
		--bind "$cache" /cache --bind "$run_dir" /run/lab \
		--clearenv \
		--setenv PATH /usr/local/bin:/usr/bin:/usr/sbin:/bin:/sbin \
		--setenv HOME /tmp --setenv LANG C.UTF-8 --setenv TZ UTC \
		--setenv TERM "${TERM:-dumb}" \
		--setenv PYTHONPATH /lab/tools/lab:/lab/tools/lab/tests:/lab/tools \
		--setenv PYTHONDONTWRITEBYTECODE 1 \
		--setenv CCACHE_DIR /cache/ccache --setenv CCACHE_MAXSIZE 5G \
		${toolchain:+--setenv CCACHE_NAMESPACE "$toolchain"} \
		--setenv GIT_CONFIG_COUNT 1 \
		--setenv GIT_CONFIG_KEY_0 safe.directory \
		--setenv GIT_CONFIG_VALUE_0 '*' \
		--setenv LAB /lab --setenv LAB_JOBS "$(nproc)" \
		--setenv LAB_RUN /run/lab --setenv LAB_LOGS /run/lab \
		--setenv LAB_ARTIFACTS /run/lab \
		${board_inside:+--setenv LAB_BOARD "$board_inside"} \
		${LAB_SEED:+--setenv LAB_SEED "$LAB_SEED"} \
		--setenv LAB_TRACE "${trace-}" \
		--setenv LAB_ALL "${check_all-}" \
		--setenv LAB_BASE_GIT "/cache/${base_git##*/}" \
		--chdir /lab \
		"${sandbox_more[@]}" "${options[@]}" -- "$@"
}

played=			# exit status of what play_in ran

play_in()		# [BWRAP OPTION...] -- COMMAND...
{
	played=0
	start_step sandbox "$@"
	wait "$step_pid" || played=$?
	step_pid=
}

# Run a program of the lab; what it leaves behind is worth a look if it fails.
play()			# COMMAND...
{
	play_in -- "$@"
	((played == 0)) || say "lab: the logs are in $run_dir"
	[[ ! ${trace-} ]] || say "the traces are in $run_dir"
}
