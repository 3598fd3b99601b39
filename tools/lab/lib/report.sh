# SPDX-License-Identifier: GPL-2.0
# shellcheck shell=bash
#
# ./lab report: what somebody else needs to look into a run, in one file. It has
# versions, hashes, the seed and the logs; host names and home folders are
# replaced, and of the environment there is nothing.

report_logs_up_to=10240k	# larger files are left out, and said to be

newest_run()
{
	newest_first "$cache/run" '.*' | head -n 1
}

# The state of the repository, or of an archive of it.
report_source()
{
	in_repo git rev-parse HEAD 2>/dev/null || echo "no git repository"
	in_repo git status --porcelain 2>/dev/null | sed 's/^/  /'
	echo "tools/lab $(in_repo content tools/lab | key)"
	echo "patches $(in_repo content patches | key)"
}

report_about()		# FOLDER
{
	local about name

	echo "lab:"
	report_source
	echo "machine: $(uname -srm), $(nproc) CPUs, $(awk \
		'/^MemTotal/ { print int($2 / 1048576) }' /proc/meminfo) GB"
	echo "bubblewrap: $(bwrap --version 2>/dev/null || echo none)"
	echo "seed: $(cat "$1/seed" 2>/dev/null || echo none)"
	echo "built, and used by this run:"
	while read -r name; do
		echo "  $name"
		[[ ! -f $cache/$name/about ]] ||
			sed 's/^/    /' "$cache/$name/about"
	done < <(sed -nE -e 's,.*"/cache/(user/[^"]+/obj)".*,\1,p' \
		-e '\,"/cache/user/,d' -e 's,.*"/cache/([^/"]+).*,\1,p' \
		"$1/artifacts.json" 2>/dev/null | sort -u)
	echo "toolchain:"
	for about in "$cache"/root-*/etc/lab/packages; do
		[[ ! -f $about ]] ||
			sed -nE '/^(qemu|seabios|gcc|binutils|python3|linux-)/s/^/  /p' \
				"$about"
	done
}

# In all text below a folder.
without_names()		# FOLDER
{
	local host

	host=$(uname -n | sed 's/[][\.*^$/]/\\&/g')
	find "$1" -type f -exec sed -i -E \
		-e "s,${HOME:-/root}/,~/,g" -e "s/\\b$host\\b/HOST/g" {} +
}

run_report()		# [RUN]
{
	local run=${1-} source folder file

	(($# <= 1)) || usage_error "report takes one run, not '$2' too"
	[[ -d $cache/run ]] ||
		die "there has been no run; the cache $cache is empty"
	run=${run:-$(newest_run)}
	source=$cache/run/${run##*/}
	[[ ${run##*/} && -d $source ]] ||
		die "there is no run '$run'; the last ones are: $(newest_first \
			"$cache/run" '.*' | head -n 5 | paste -s -d ' ')"
	run=${run##*/}
	file=$PWD/lab-report-$run.tar.gz
	{ : >"$file"; } 2>/dev/null ||
		die "cannot write $file; go to a folder that can be written"
	folder=$(mktemp -d)
	mkdir "$folder/$run"
	(cd "$source" && find . -type f -size -"$report_logs_up_to" -print0 |
		tar -c --null -T - | tar -x -C "$folder/$run")
	(cd "$source" && find . -type f ! -size -"$report_logs_up_to") \
		>"$folder/$run/left-out"
	report_about "$source" >"$folder/$run/about"
	without_names "$folder"
	tar -c -z -f "$file" --owner=0 --group=0 --sort=name -C "$folder" "$run"
	rm -rf "$folder"
	tar -t -v -f "$file" | awk '{ print "  " $3, $6 }'
	say "what you see above is in $file; look at it before you send it"
}
