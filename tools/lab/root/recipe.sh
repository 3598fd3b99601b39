#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
#
# recipe.sh MIRROR FOLDER: make the toolchain root in FOLDER.
#
# Apt settings for the download (proxies and the like) are read from standard
# input, one a line. Besides its packages the root holds
#
#   /etc/lab/packages   name and version of each package
#   /opt/guest-arm64    static busybox for the endpoint, unpacked
#
# As an ordinary user this needs subordinate user ids; the files belong to
# whoever runs it, so that rm -rf is enough to remove them.

set -euo pipefail

mirror=$1
folder=$2
here=$(dirname "$(readlink -f "$0")")

packages=$(sed 's/#.*//' "$here/packages" | xargs | tr ' ' ,)
mode=root
((EUID == 0)) || mode=unshare
settings=()
while read -r line; do
	settings+=("--aptopt=$line")
done

# The n= form: trixie-backports has no archive name that a= would match, and
# without seabios from the same place QEMU cannot be installed.
pin='Package: src:qemu src:seabios
Pin: release n=trixie-backports
Pin-Priority: 900'

# The two hooks run outside the root, as its owner, with the root as $1.
# shellcheck disable=SC2016
before='set -eu
mkdir -p "$1/etc/apt/preferences.d"
printf "%s\n" "$PIN" >"$1/etc/apt/preferences.d/lab"'

# shellcheck disable=SC2016
after='set -eu
cd "$1"
mkdir -p etc/lab opt/guest-arm64 lab cache src obj out
chroot . dpkg-query -W >etc/lab/packages

(cd tmp && APT_CONFIG=$MMDEBSTRAP_APT_CONFIG apt-get download busybox-static:arm64)
dpkg-deb -x tmp/busybox-static_*_arm64.deb opt/guest-arm64
rm tmp/*.deb'

PIN=$pin TMPDIR=${TMPDIR:-/var/tmp} mmdebstrap \
	--mode=$mode --variant=apt --format=tar \
	--architectures=amd64,arm64 \
	--aptopt='APT::Install-Recommends "false"' "${settings[@]}" \
	--setup-hook="$before" --customize-hook="$after" \
	--include="$packages" trixie - \
	"deb $mirror trixie main" "deb $mirror trixie-backports main" |
	tar -x -C "$folder" --no-same-owner --exclude './dev/*'
mkdir -p "$folder/dev"
