# SPDX-License-Identifier: GPL-2.0
# shellcheck shell=bash
#
# ./lab doctor: what is there and what is missing. Changes nothing, downloads
# nothing; exit status 1 when something is missing that ./lab cannot install.

doctor_line()		# good|later|BAD TEXT
{
	printf '  %-6s %s\n' "$1" "$2"
	[[ $1 != BAD ]] || doctor_status=1
}

doctor_host()
{
	local -a missing
	local how='will be installed with apt'

	if [[ $(uname -sm) == "Linux x86_64" ]]; then
		doctor_line good "machine: $(uname -sm), $(nproc) CPUs, $(awk \
			'/^MemTotal/ { print int($2 / 1048576) }' /proc/meminfo) GB of memory"
	else
		doctor_line BAD "machine: $(uname -sm); the lab runs on Linux x86_64"
	fi

	mapfile -t missing < <(missing_packages)
	if ((${#missing[@]} == 0)); then
		doctor_line good "tools: nothing is missing"
	elif ! installs_with_apt || ! command -v flock >/dev/null ||
	     ! { ((EUID == 0)) || command -v sudo >/dev/null; }; then
		doctor_line BAD "$(how_to_go_on "${missing[@]}")"
	else
		doctor_line later "missing: ${missing[*]}; $how"
	fi

	if ! command -v bwrap >/dev/null; then
		doctor_line later "sandbox: not tried before bubblewrap is there"
	elif has_namespaces 2>/dev/null; then
		doctor_line good "sandbox: bubblewrap works"
	else
		doctor_line BAD "sandbox: bubblewrap cannot make namespaces here; $(why_no_namespaces)"
	fi
	if ((EUID == 0)) || grep -q "^$(id -un):" /etc/subuid 2>/dev/null; then
		doctor_line good "user: $(id -un) can make the toolchain root"
	else
		doctor_line BAD "user: $(id -un) has no subordinate user ids"
	fi
	if command -v apt-get >/dev/null; then
		doctor_line good "mirror: $(debian_mirror)"
	fi
}

doctor_cache()
{
	local folder=$cache found name=root-

	while [[ ! -d $folder ]]; do
		folder=$(dirname "$folder")
	done
	doctor_line good "disk: $(df -Ph "$folder" |
		awk 'NR == 2 { print $4 }') free for $cache"
	[[ -d $cache ]] || return 0
	name=root-$(root_key)
	if [[ -d $cache/$name ]]; then
		doctor_line good "toolchain root: there"
	else
		doctor_line later "toolchain root: will be made"
	fi
	while read -r found; do
		doctor_line good "cached: $found, $(du -sh "$cache/$found" |
			cut -f 1)$(doctor_source "$cache/$found")"
	done < <(cache_entries '[a-z0-9-]+')
	for found in "$cache"/user/*; do
		[[ ! -f $found/tree ]] || doctor_line good "your kernel: $(<"$found/tree"), $(
			du -sh "$found" | cut -f 1)"
	done
	doctor_line good "in all: $(du -sh "$cache" | cut -f 1) of at most $((
		cache_limit >> 20)) GB"
}

# The kernel source that an entry is, or was built from.
doctor_source()		# FOLDER
{
	[[ -f $1/about ]] || return 0
	awk '{ value[$1] = $2 } END {
		printf ", %s %s, sha256 %.16s\n", value["package"],
			value["version"], value["sha256"] }' "$1/about"
}

doctor()
{
	doctor_status=0
	echo "host:"
	doctor_host
	echo "cache:"
	doctor_cache
	return "$doctor_status"
}
