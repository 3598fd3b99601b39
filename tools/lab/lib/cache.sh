# SPDX-License-Identifier: GPL-2.0
# shellcheck shell=bash
#
# The cache: one folder, one sub-folder an entry, named KIND-KEY.
#
# - KEY is a hash of everything that goes into the entry, so an entry is
#   never changed: other input is another entry.
# - An entry is built as tmp.KIND-KEY and renamed when it is complete. What
#   bears the final name is whole; nothing ever reads a tmp folder.
# - A builder that did its work but found something wrong leaves a file `failed`.
#   That result is for this run alone: it goes to the run's folder.
# - A builder holds an exclusive lock on the entry. A second run that wants
#   the same entry waits and then finds it.
# - Every run holds a shared lock on the folder (lock/run). A run that finds
#   itself alone sweeps: at its begin what was half built, and at its end, if
#   the cache grew, the entries that were not used for longest, until the whole
#   folder takes no more than cache_limit. What this run used stays. `clean`
#   needs to be alone as well.
# - user/KEY has what was built of a kernel tree of the user's, KEY being a hash
#   of the tree's path. It changes with the tree, and is swept like an entry.
#
# Lock order: lock/run, then those of kernel trees (lock/user-KEY) by their KEY,
# then one entry lock, or that of a folder to fill (lock/folder-KEY). Locks are
# files below lock/ that are removed only together with the whole cache, lock/run
# as the last: who waited for it, or came too late for it, makes the cache anew.

cache_limit=$((15 << 20))	# kilobytes
keep_runs=20
cache=${LAB_CACHE:-${XDG_CACHE_HOME:-${HOME:-/root}/.cache}/host-driven-dma-lab}
run_dir=		# logs of this run
entry=			# result of cache_entry
building=		# the tmp folder that this run is filling
opened=			# when this run began, for find -newermt
at_exit+=(cache_drop_half_built cache_close)

cache_open()		# VERB
{
	[[ $cache == /* ]] ||
		die "LAB_CACHE must be an absolute path, not '$cache'"
	cache=$(readlink -m "$cache")
	is_ours ||
		die "LAB_CACHE is $cache, a folder with files that are not the lab's; name a new or an empty folder"
	share_cache
	opened=@$(date +%s)
	run_dir=$cache/run/$(date +%Y%m%d-%H%M%S)-$1-$$
	mkdir -p "$cache/run" && mkdir "$run_dir" && : >"$run_dir/times" ||
		die "cannot make the folder of this run; is the disk full?"
}

open_run_lock()
{
	local tries

	# A run of clean may take the folder away behind mkdir
	for tries in {1..9}; do
		mkdir -p "$cache/lock" 2>/dev/null || continue
		! { exec {run_lock}>"$cache/lock/run"; } 2>/dev/null || return 0
	done
	die "cannot make the cache folder $cache; set LAB_CACHE to one that can be written"
}

# A lock on a file that was removed meanwhile is none.
has_run_lock()
{
	[[ $cache/lock/run -ef /dev/fd/$run_lock ]]
}

share_cache()
{
	while open_run_lock; do
		if flock -n -x "$run_lock" && has_run_lock; then
			sweep_remains
		fi
		take_lock "$run_lock" "another run sweeps the cache" -s
		! has_run_lock || return 0
		exec {run_lock}>&-
	done
}

# A shell hears a signal while it waits for a step, not while it runs flock.
take_lock()		# FD WHY-NOT-AT-ONCE HOW
{
	! flock -n "$3" "$1" || return 0
	say "  waiting: $2"
	start_step flock "$3" "$1"
	wait "$step_pid" || die "cannot get a lock in $cache/lock"
	step_pid=
}

# What is there is swept, so a folder of somebody else's is never taken for one.
is_ours()
{
	# Another run may be making these two at this moment.
	[[ ! -d $cache || -f $cache/lock/run ||
	   ! $(find "$cache" -mindepth 1 -maxdepth 1 ! -name lock ! -name run \
		2>/dev/null) ]]
}

# What bears an entry's name is whole, also when its removal is cut off.
remove_entry()		# PATH
{
	local gone

	gone=$cache/tmp.swept.${1##*/}
	rm -rf "$gone"
	mv -T "$1" "$gone"
	rm -rf "$gone"
}

sweep_remains()
{
	local old

	rm -rf "$cache"/tmp.*
	# An incremental build that was cut off is no base for the next.
	for old in "$cache"/user/*/*/building; do
		[[ ! -e $old ]] || rm -rf "${old%/building}"
	done
	[[ -d $cache/run ]] || return 0
	while read -r old; do
		rm -rf "${cache:?}/run/$old"
	done < <(newest_first "$cache/run" '.*' | tail -n +$keep_runs)
}

# The cache is larger than it was; the last run to end looks how large.
cache_grew()
{
	touch "$cache/lock/grown"
}

cache_close()
{
	[[ $opened && -e $cache/lock/grown ]] || return 0
	flock -n -x "$run_lock" && has_run_lock || return 0
	sweep_oldest
	rm -f "$cache/lock/grown"
}

# Trees share files, so all sizes come from one du: it counts a shared file for
# the newest that has it, which is the one that stays.
sweep_oldest()
{
	local size path total=0
	local -a entries

	mapfile -t entries < <(cache_entries_and_users)
	while IFS=$'\t' read -r size path; do
		total=$((total + size))
		((total > cache_limit)) || continue
		[[ $path == *-* || $path == user/* ]] || continue
		path=$cache/$path
		[[ ! $(find "$path" -maxdepth 0 -newermt "$opened") ]] ||
			continue
		remove_entry "$path"
		total=$((total - size))
	done < <(cd "$cache" && du -sk ccache run "${entries[@]}" 2>/dev/null)
}

# Paths below the cache, the one that was used last first.
cache_entries_and_users()
{
	find "$cache" -mindepth 1 -maxdepth 2 -type d -printf '%T@ %P\n' |
		sort -rn | cut -d ' ' -f 2 |
		grep -xE '[a-z0-9-]+-[0-9a-f]{16}|user/[0-9a-f]{16}' || true
}

newest_first()		# FOLDER PATTERN
{
	find "$1" -mindepth 1 -maxdepth 1 -type d -printf '%T@ %f\n' |
		sort -rn | cut -d ' ' -f 2 | grep -xE "$2" || true
}

cache_entries()		# KIND, a pattern
{
	newest_first "$cache" "$1-[0-9a-f]{16}"
}

# The content of files and folders: names, execute bits and bytes.
content()		# PATH...
{
	find -L "$@" -type f ! -path '*/__pycache__/*' \
		\( -perm /111 -printf 'x %p\0' -o -printf '- %p\0' \) |
		LC_ALL=C sort -z -k 2 | content_of_list
}

# Of a list on standard input: x or -, a blank, a path, a zero byte.
content_of_list()
{
	local -a files

	mapfile -d '' -t files
	((${#files[@]} == 0)) || {
		printf '%s\0' "${files[@]}"
		sha256sum -z -- "${files[@]#??}"
	}
}

key()			# text on standard input, 16 hexadecimal digits out
{
	sha256sum | cut -c 1-16
}

# Sets $entry to the folder of the entry, built now if it is not there.
cache_entry()		# KIND KEY TITLE BUILDER [ARGUMENT...]
{
	local name=$1-$2 title=$3 lock

	# A key that could not be computed would name another entry.
	[[ $2 =~ ^[0-9a-f]{16}$ ]] || die "bug: no key for '$title'"
	shift 3
	entry=$cache/$name
	if [[ ! -d $entry ]]; then
		call_second_hand
		exec {lock}>"$cache/lock/$name"
		take_lock "$lock" "$title, which is under way" -x
		if [[ -e $run_dir/${name%-*}/failed ]]; then
			entry=$run_dir/${name%-*}
		elif [[ ! -d $entry ]]; then
			need_space "$cache" 2 LAB_CACHE
			building=$cache/tmp.$name
			rm -rf "$building"
			mkdir "$building"
			step "$title" "$@" "$building"
			if [[ -e $building/failed ]]; then
				entry=$run_dir/${name%-*}
			fi
			mv -T "$building" "$entry"
			building=
			cache_grew
		fi
		exec {lock}>&-
	fi
	touch "$entry"
}

cache_drop_half_built()
{
	[[ ! $building ]] || rm -rf "$building"
}

# Refuse to start what cannot end for want of space.
need_space()		# FOLDER GIGABYTES VARIABLE
{
	local free

	free=$(df -Pk "$1" | awk 'NR == 2 { print int($4 / 1048576) }')
	((free >= $2)) ||
		die "$1 has $free GB free and this needs $2 GB; make room there, or set $3 to a folder on a larger disk"
}

cache_clean()
{
	local path

	cache=$(readlink -m "$cache")
	[[ -d $cache ]] || return 0
	is_ours ||
		die "$cache does not look like a cache of the lab; remove it by hand"
	while open_run_lock; do
		flock -n -x "$run_lock" ||
			die "another run of the lab uses $cache; end it first"
		! has_run_lock || break
		exec {run_lock}>&-
	done
	while IFS= read -r -d '' path; do
		remove_entry "$path"
	done < <(find "$cache" -mindepth 1 -maxdepth 1 ! -name lock -print0)
	find "$cache/lock" -mindepth 1 ! -name run -delete
	rm "$cache/lock/run"
	# Unless the next run has begun to make it anew
	rmdir "$cache/lock" "$cache" 2>/dev/null || true
}
