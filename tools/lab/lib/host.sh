# SPDX-License-Identifier: GPL-2.0
# shellcheck shell=bash
#
# What the lab needs of the machine it runs on: an amd64 Debian-like system
# with mmdebstrap, bubblewrap and a few standard tools. All else comes with the
# toolchain root.

# COMMAND:PACKAGE pairs.
host_tools=(
	mmdebstrap:mmdebstrap
	bwrap:bubblewrap
	tar:tar
	flock:util-linux
	apt-config:apt
)

missing_packages()
{
	local pair

	for pair in "${host_tools[@]}"; do
		command -v "${pair%%:*}" >/dev/null || echo "${pair#*:}"
	done
	((EUID == 0)) || command -v newuidmap >/dev/null || echo uidmap
	[[ -e /usr/share/keyrings/debian-archive-keyring.gpg ||
	   -e /usr/share/keyrings/debian-archive-keyring.pgp ]] ||
		echo debian-archive-keyring
}

install_packages()	# PACKAGE...
{
	local -a as_root=()

	((EUID == 0)) || as_root=(sudo -n)
	# A source that cannot be reached is no harm if another has it all.
	"${as_root[@]}" apt-get update || echo "going on with the lists at hand"
	"${as_root[@]}" env DEBIAN_FRONTEND=noninteractive \
		apt-get install -y --no-install-recommends "$@"
}

need_host()
{
	local -a missing

	[[ $(uname -sm) == "Linux x86_64" ]] ||
		die "this machine is $(uname -sm); the lab runs on Linux x86_64"
	mapfile -t missing < <(missing_packages)
	if ((${#missing[@]})); then
		command -v apt-get >/dev/null ||
			die "missing: ${missing[*]}; there is no apt-get here to install it with, so install it by hand"
		if ((EUID != 0)); then
			command -v sudo >/dev/null ||
				die "missing: ${missing[*]}; install it as root: apt-get install ${missing[*]}"
			sudo -n true 2>/dev/null || sudo -v ||
				die "missing: ${missing[*]}; sudo was refused, so install it as root: apt-get install ${missing[*]}"
		fi
		try_step "install ${missing[*]}" \
			install_packages "${missing[@]}"
		((step_status == 0)) ||
			die "missing: ${missing[*]}; apt could not install it"
	fi
	bwrap --ro-bind / / --unshare-pid --unshare-net --proc /proc true \
		2>"$run_dir/bwrap.log" ||
		die "bubblewrap cannot make namespaces here ($(tail -n 1 "$run_dir/bwrap.log")); run as root, or allow unprivileged user namespaces"
}

# Needed once, to make the toolchain root as an ordinary user.
need_subuid()
{
	((EUID == 0)) || grep -q "^$(id -un):" /etc/subuid 2>/dev/null ||
		die "user $(id -un) has no subordinate user ids; as root: usermod --add-subuids 100000-165535 --add-subgids 100000-165535 $(id -un)"
}

# The mirror that this machine's apt takes Debian itself from.
debian_mirror()
{
	local uri

	uri=$(apt-get indextargets \
		--format "\$(ORIGIN)/\$(LABEL)/\$(COMPONENT) \$(REPO_URI)" \
		'Identifier: Packages' 2>/dev/null | awk '
		!named && $1 == "Debian/Debian/main" { named = $2 }
		!likely && $2 ~ "/debian/?$" { likely = $2 }
		END { print named ? named : likely }') || true
	echo "${LAB_MIRROR:-${uri:-http://deb.debian.org/debian}}"
}

# The machine's own way to reach a mirror (proxies, certificates, time checks),
# as apt settings for the root that is being made.
apt_acquire_settings()
{
	apt-config dump | awk '
		!/^Acquire::/ || / "";$/ { next }
		/^Acquire::(IndexTargets|Changelogs|CompressionTypes|cdrom)/ { next }
		{ print }'
}
