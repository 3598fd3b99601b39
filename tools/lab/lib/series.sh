# SPDX-License-Identifier: GPL-2.0
# shellcheck shell=bash
#
# ./lab tree and ./lab series: the series' own tool (tools/series), and the folder
# of the user's that it fills. What is half made does not stay.

to_fill=		# that folder
filling=		# the same, while it is not whole
made=()			# those that were not there, the innermost first
at_exit+=(drop_filling)

# Sets to_fill to the absolute path of a folder for the user, empty and made if
# need be.
fill_folder()		# PATH
{
	local path above

	path=$(readlink -m "$1")
	above=$path
	until [[ -e $above ]]; do
		made+=("$above")
		above=$(dirname "$above")
	done
	mkdir -p "$path" 2>/dev/null || die "cannot make the folder $1"
	need_empty "$path"
	to_fill=$path
}

need_empty()		# FOLDER
{
	[[ -z $(ls -A "$1") ]] ||
		die "$1 is not empty; name another folder, or remove it"
}

drop_filling()
{
	local path

	[[ ! $filling ]] || find "$filling" -mindepth 1 -delete
	for path in "${made[@]}"; do
		rmdir "$path" 2>/dev/null || true
	done
}

# What another run began to fill is that one's to drop.
claim_folder()
{
	local lock

	exec {lock}>"$cache/lock/folder-$(key <<<"$to_fill")"
	take_lock "$lock" "another run fills $to_fill" -x
	need_empty "$to_fill"
	filling=$to_fill
}

# Run the series' tool on that folder, which is whole then.
fill()			# VERB [ARGUMENT...]
{
	need_base_git
	claim_folder
	play_in --bind "$filling" /out -- python3 -m series "$1" /out "${@:2}"
	((played == 0)) || return "$played"
	made=()
	filling=
}

run_tree()
{
	(($# <= 1)) || usage_error "tree takes one folder, not '$2' too"
	[[ ${1-} != -* ]] || usage_error "tree has no option '$1'"
	fill_folder "${1:-$repo/linux}"
	enter tree
	fill tree
	say "the tree is in $to_fill"
}

# The series' parts by name, one a line.
parts()
{
	in_repo find patches -mindepth 2 -maxdepth 2 -name cover-letter -printf \
		'%P\n' | sed 's,/cover-letter$,,' | sort
}

# What is wrong with an argument of export is said before anything is built.
check_export()		# [ARGUMENT...]
{
	while (($#)); do
		case $1 in
		--signoff)
			[[ ${2-} ]] || usage_error "--signoff wants a value"
			shift ;;
		--signoff=?*|--unresolved)
			;;
		-*)	usage_error "series export has no option '$1'" ;;
		*)	[[ -f $repo/patches/$1/cover-letter ]] ||
				die "there is no part '$1'; there are: $(parts | xargs)" ;;
		esac
		shift
	done
}

# The cover letter of a part that has no patch yet.
new_part()		# NAME SUBJECT [PART...]
{
	local folder=$repo/patches/${1-} part id

	[[ ${1-} && ${2-} ]] ||
		usage_error "series new wants a name, a subject, and the parts that it depends on"
	[[ $1 =~ ^[a-z0-9]+(-[a-z0-9]+)*$ ]] ||
		die "'$1' is no name for a part: small letters, digits and '-' between them"
	[[ ! -e $folder ]] || die "there is a part '$1' already"
	for part in "${@:3}"; do
		[[ -f $repo/patches/$part/cover-letter ]] ||
			die "there is no part '$part'; there are: $(parts | xargs)"
	done
	id=$(date -u +%Y%m%d)-$1-$(od -An -N6 -tx1 /dev/urandom | tr -d ' ')
	mkdir -p "$folder"
	{
		echo "Subject: $2"
		echo "Change-id: $id"
		(($# == 2)) || echo "Depends-on: ${*:3}"
		echo
	} >"$folder/cover-letter"
	say "write why it is wanted into patches/$1/cover-letter, behind the empty line"
}

run_series()
{
	local what=${1-} target

	shift || true
	case $what in
	refresh)
		(($# <= 1)) ||
			usage_error "series refresh takes one folder, not '$2' too"
		target=${1:-$repo/linux}
		[[ -e $target/.git ]] ||
			die "$target is no kernel tree; ./lab tree makes one"
		enter series
		play_in --bind "$repo" /lab --bind "$target" /out -- \
			python3 -m series refresh /out
		return "$played" ;;
	export)
		[[ ${1-} && ${1-} != -* ]] ||
			usage_error "series export wants a folder"
		check_export "${@:2}"
		fill_folder "$1"
		enter series
		fill export "${@:2}" ;;
	check)
		no_arguments "series check" $# "$@"
		enter series
		need_base_git
		play_in -- python3 -m series check
		return "$played" ;;
	new)
		new_part "$@" ;;
	*)
		usage_error "series wants refresh, export, check or new, not '$what'" ;;
	esac
}
