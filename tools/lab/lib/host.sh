# SPDX-License-Identifier: GPL-2.0
# shellcheck shell=bash
#
# What the lab needs of the machine it runs on: amd64, with mmdebstrap,
# bubblewrap and a few standard tools. All else comes with the toolchain root. On
# Debian and its like they are installed; elsewhere the user is told how.

os_release=${LAB_OS_RELEASE:-/etc/os-release}
sysctl=/proc/sys

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

# ID and ID_LIKE of the distribution, between blanks.
distribution()
{
	local names=

	[[ ! -r $os_release ]] ||
		names=$(sed -nE 's/^(ID|ID_LIKE)="?([^"]*)"?$/\2/p' "$os_release")
	echo " ${names//$'\n'/ } "
}

# The command that installs Debian's packages of these names here; nothing if
# this distribution is not known.
install_command()	# PACKAGE...
{
	local name
	local -A there
	local -a command names=()

	case $(distribution) in
	*" debian "*|*" ubuntu "*)
		command=(apt-get install)
		there=() ;;
	*" fedora "*)
		command=(dnf install)
		there=([uidmap]=shadow-utils
		       [debian-archive-keyring]=debian-keyring) ;;
	*" arch "*)
		command=(pacman -S)
		there=([uidmap]=shadow) ;;
	*)	return 0 ;;
	esac
	for name; do
		names+=("${there[$name]:-$name}")
	done
	echo "${command[*]} ${names[*]}"
	[[ $(distribution) != *" arch "* || " $* " != *" mmdebstrap "* ]] ||
		echo "(mmdebstrap is in the AUR)"
}

# One line: what is missing and how to go on without our help.
how_to_go_on()		# PACKAGE...
{
	local command

	command=$(install_command "$@")
	echo "missing: $*; install by hand${command:+, as root: ${command//$'\n'/ }}; or run the lab in a container of Debian, see tools/lab/Containerfile"
}

installs_with_apt()
{
	case $(distribution) in
	*" debian "*|*" ubuntu "*) command -v apt-get >/dev/null ;;
	*) return 1 ;;
	esac
}

need_packages()		# PACKAGE...
{
	installs_with_apt || die "$(how_to_go_on "$@")"
	if ((EUID != 0)); then
		command -v sudo >/dev/null || die "$(how_to_go_on "$@")"
		sudo -n true 2>/dev/null || sudo -v ||
			die "$(how_to_go_on "$@") (sudo was refused)"
	fi
	try_step "install $*" install_packages "$@"
	((step_status == 0)) ||
		die "$(how_to_go_on "$@") (apt could not do it)"
}

# Nothing can be installed before the cache is open, and that takes flock.
need_flock()
{
	local -a missing

	! command -v flock >/dev/null || return 0
	mapfile -t missing < <(missing_packages)
	die "$(how_to_go_on "${missing[@]}")"
}

has_namespaces()
{
	bwrap --ro-bind / / --unshare-pid --unshare-net --proc /proc true
}

# What this machine may have against namespaces, and what to do about it.
why_no_namespaces()
{
	local name=kernel.apparmor_restrict_unprivileged_userns

	if [[ $(setting $name) == 1 ]]; then
		echo "AppArmor keeps them from ordinary users: as root, sysctl $name=0, or run the lab as root"
	elif [[ $(setting kernel.unprivileged_userns_clone) == 0 ]]; then
		echo "as root, sysctl kernel.unprivileged_userns_clone=1, or run the lab as root"
	elif [[ $(setting user.max_user_namespaces) == 0 ]]; then
		echo "as root, sysctl user.max_user_namespaces=10000, or run the lab as root"
	else
		echo "run as root, or allow unprivileged user namespaces; a container wants --privileged"
	fi
}

setting()		# SYSCTL
{
	cat "$sysctl/${1//.//}" 2>/dev/null || true
}

need_host()
{
	local -a missing

	[[ $(uname -sm) == "Linux x86_64" ]] ||
		die "this machine is $(uname -sm); the lab runs on Linux x86_64"
	mapfile -t missing < <(missing_packages)
	((${#missing[@]} == 0)) || need_packages "${missing[@]}"
	has_namespaces 2>"$run_dir/bwrap.log" ||
		die "bubblewrap cannot make namespaces here ($(tail -n 1 "$run_dir/bwrap.log")); $(why_no_namespaces)"
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
