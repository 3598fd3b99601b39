# SPDX-License-Identifier: GPL-2.0
# shellcheck shell=bash
#
# Which packages of the toolchain root have a say in what. A key takes the
# versions of these alone, so that a package for tests, say, added to
# tools/lab/root/packages leaves every kernel where it is.
#
# Names are extended regular expressions for a whole name.

# What can change a kernel or the model: compilers, what the kernel's build
# runs, and the headers and libraries of its programs.
build_tools=(
	'binutils.*' 'cpp.*' 'gcc.*' 'clang.*' 'llvm.*' 'lld.*' 'libllvm.*'
	'libgcc-.*-dev.*' 'libclang-rt-.*' 'libc6.*-dev.*' 'libc6-.*-cross'
	'linux-libc-dev.*' 'libelf.*' 'libssl.*' 'libzstd.*' 'zlib1g.*'
	make flex bison bc perl 'python3(-minimal)?' xz-utils zstd
)

# What else can change the verdict of a gate.
check_tools=(sparse coccinelle python3-sphinx python3-docutils)

# What ends up in the host's guest image as it is.
guest_programs=(
	busybox-static pciutils libpci3 kmod libkmod2 libc6 zlib1g libudev1
	'libssl3.*' libcap2 libzstd1
)

# Lines "NAME VERSION" of those packages, from such lines on standard input.
versions_of()		# NAME...
{
	local pattern

	pattern=$(IFS='|'; echo "$*")
	grep -E "^($pattern)(:[a-z0-9]+)?[[:space:]]"
}

toolchain_key()		# the list of packages on standard input
{
	versions_of "${build_tools[@]}" | key
}
