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
		APT::Update::Error-Mode "any";
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

# Sets there, one name a line.
ask_mirror()		# FOLDER
{
	make_source_apt "$1/apt"
	apt-get -q update
	there=$(sources_there)
}

keep_taken()		# FOLDER
{
	rm -rf "$1/apt"
	mv "$1/taken"/* "$1"
	rmdir "$1/taken"
}

# The exact one. That the mirror does not have it holds for this run alone.
get_source()		# FOLDER
{
	local there

	ask_mirror "$1"
	if grep -qxF "$exact_source" <<<"$there"; then
		take_source "$exact_source" "$1/taken"
		keep_taken "$1"
	else
		echo "not on the mirror: $exact_source"
		touch "$1/failed"
	fi
}

get_other_source()	# FOLDER
{
	local there name
	local -a candidates

	ask_mirror "$1"
	mapfile -t candidates < <(sort -ruV <<<"$there" |
		awk '/^linux-source-[0-9]+[.][0-9]+$/')
	for name in "${candidates[@]}"; do
		take_source "$name" "$1/taken"
		if series_fits "$1/taken"; then
			keep_taken "$1"
			return 0
		fi
		rm -rf "$1/taken"
	done
	echo "fatal: the mirror $(debian_mirror) has no $exact_source and no kernel source that the series applies to (there: $(xargs <<<"$there")); set LAB_MIRROR to a mirror that has it, or run a kernel tree of your own with --kernel"
	return 1
}

# Who names a mirror gets what is there.
source_key()
{
	echo "$exact_source ${LAB_MIRROR-}"
	in_repo content tools/lab/kernel/take-source.sh
}

need_source()
{
	local exact other name

	[[ ! $kernel_source ]] || return 0
	exact=$(source_key | key)
	other=$({
		source_key
		series_content
		in_repo content tools/series/fits.sh
	} | key)
	if [[ -d $cache/source-$exact || ! -d $cache/source-other-$other ]]; then
		cache_entry source "$exact" "get the kernel source" get_source
	fi
	if ! grep -qsx "package $exact_source" "$entry/about"; then
		cache_entry source-other "$other" "get another kernel source" \
			get_other_source
	fi
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
