# SPDX-License-Identifier: GPL-2.0
# shellcheck shell=bash
#
# The kernel source that the series goes on: a package of Debian, taken from the
# mirror. Its version and hash stand in `about` of the cache entry, and of all
# that is built from it.
#
# Debian drops a kernel source when the next is there. Then the newest one that
# the series applies to takes its place, and each run says so.

exact_source=linux-source-7.3
source_suites=(trixie trixie-backports)
kernel_source=		# folder with linux-source-X.Y.tar.xz and about
base=			# name and version of that package

# What to try, in this order, of the package names on standard input: the exact
# one alone if it is there, else all kernel sources, the newest first.
source_candidates()	# EXACT
{
	sort -ruV | awk -v "exact=$1" '
		/^linux-source-[0-9]+[.][0-9]+$/ { all = all $0 "\n" }
		$0 == exact { found = 1 }
		END { printf "%s", found ? exact "\n" : all }'
}

# An apt of its own, that knows the mirror and nothing of this machine but the
# way to reach it. Sets APT_CONFIG.
make_source_apt()	# FOLDER
{
	local ring name suite

	mkdir -p "$1"/{lists/partial,archives/partial,keys}
	: >"$1/status"
	for ring in /etc/apt/trusted.gpg.d/*.{gpg,asc} \
		/usr/share/keyrings/debian-archive-keyring.{gpg,pgp}; do
		name=${ring##*/}
		[[ ! -e $ring ]] || ln -sf "$ring" "$1/keys/${name/%.pgp/.gpg}"
	done
	for suite in "${source_suites[@]}"; do
		echo "deb $(debian_mirror) $suite main"
	done >"$1/sources.list"
	{
		apt_acquire_settings
		cat <<-END
		APT::Architecture "amd64";
		APT::Architectures { "amd64"; };
		APT::Sandbox::User "root";
		Acquire::Languages "none";
		Dir::State "$1";
		Dir::State::status "$1/status";
		Dir::Cache "$1";
		Dir::Etc::main "/dev/null";
		Dir::Etc::parts "/dev/null";
		Dir::Etc::sourcelist "$1/sources.list";
		Dir::Etc::sourceparts "/dev/null";
		Dir::Etc::preferences "$1/preferences";
		Dir::Etc::preferencesparts "/dev/null";
		Dir::Etc::trusted "/dev/null";
		Dir::Etc::trustedparts "$1/keys/";
		END
	} >"$1/apt.conf"
	export APT_CONFIG=$1/apt.conf
}

# The kernel sources that can be had there.
sources_there()
{
	local -a names

	mapfile -t names < <(apt-cache pkgnames linux-source-)
	((${#names[@]})) || return 0
	apt-cache policy "${names[@]}" | awk '
		/^linux-source-/ { sub(":$", ""); name = $1 }
		$1 == "Candidate:" && $2 != "(none)" { print name }'
}

# That package as a folder: its tar file, and what it is.
take_source()		# PACKAGE FOLDER
{
	mkdir "$2"
	(cd "$2" && apt-get -q download "$1")
	sandbox --bind "$2" /out -- /lab/tools/lab/kernel/take-source.sh "$1"
}

# An older source takes the place of a misfit, and of nothing else.
series_fits()		# FOLDER
{
	local status=0

	sandbox --ro-bind "$1" /src -- /lab/tools/series/fits.sh /src ||
		status=$?
	((status == 0 || status == 3)) || {
		echo "fatal: cannot find out whether the series applies to $(ls "$1"/*.xz): status $status"
		exit 1
	}
	return $status
}

get_source()		# FOLDER
{
	local there name
	local -a candidates

	make_source_apt "$1/apt"
	apt-get -q update
	there=$(sources_there)
	mapfile -t candidates < <(source_candidates $exact_source <<<"$there")
	for name in "${candidates[@]}"; do
		take_source "$name" "$1/taken"
		if [[ $name == "$exact_source" ]] || series_fits "$1/taken"; then
			rm -rf "$1/apt"
			mv "$1/taken"/* "$1"
			rmdir "$1/taken"
			return 0
		fi
		rm -rf "$1/taken"
	done
	echo "fatal: the mirror $(debian_mirror) has no $exact_source and no kernel source that the series applies to (there: $(xargs <<<"$there")); set LAB_MIRROR to a mirror that has it, or run a kernel tree of your own with --kernel"
	return 1
}

need_source()
{
	local id name

	[[ ! $kernel_source ]] || return 0
	# Who names a mirror gets what is there.
	id=$(key <<<"$exact_source ${LAB_MIRROR-}")
	cache_entry source "$id" "get the kernel source" get_source
	kernel_source=$entry
	name=$(about package)
	base="$name $(about version)"
	say "base: $base"
	[[ $name == "$exact_source" ]] ||
		say "base: $exact_source is not on the mirror; $name is the newest that the series applies to"
}

# One value of what is known of the kernel source.
about()			# package|version|sha256
{
	sed -n "s/^$1 //p" "$kernel_source/about"
}
