# find_jobs PREFIX SINCE prints a tar of what is kept of each job whose token begins so and that was handed over since then, in seconds since 1970, after the
# lines of the list of clusters about such.
find_jobs() {
	cd "$dir" || exit 74
	section ids
	[ ! -e clusters ] || awk -v prefix="$1" 'NF == 3 && index($2, prefix) == 1' clusters
	section jobs
	find jobs -mindepth 2 -maxdepth 2 -path "jobs/$1*" \( -name job.json -o -name workflow.json \) -type f -newermt "@$2" -print0 | sort -z | tar -cf - --no-recursion --null -T -
}
