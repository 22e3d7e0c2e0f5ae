# find_jobs PREFIX SINCE prints a tar of what is kept of each job whose token begins so and that was handed over since then, in seconds since 1970, after
# their lines of the list of clusters. The list holds all jobs there ever were: it is read from its end, until each has been found.
find_jobs() {
	cd "$dir" || exit 74
	kept=$(find jobs -mindepth 1 -maxdepth 2 -type d \( ! -name "$1*" -o ! -newermt "@$2" \) -prune -o -type f -newermt "@$2" -print |
		grep -E '^jobs/[A-Za-z0-9-]+/(job|workflow)\.json$' | sort)
	section ids
	{
		printf '%s\n\n' "$kept"
		[ ! -e clusters ] || tac clusters
	} | awk '
		!all && $0 == "" { all = 1; next }
		!all { split($0, part, "/"); if (!(part[2] in wanted)) left++; wanted[part[2]]; next }
		!left { exit }
		NF == 3 && ($2 in wanted) { print; delete wanted[$2]; left-- }
	'
	section jobs
	# What is removed meanwhile is not missed.
	[ -z "$kept" ] || printf '%s\n' "$kept" | tar -cf - --no-recursion --ignore-failed-read -T -
}
