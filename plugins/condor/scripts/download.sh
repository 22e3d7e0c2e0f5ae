# results TOKEN TASK… prints a tar of the packed results of these tasks, of those that have any, in this order; without tasks, of all. What is known of
# the job comes first.
results() {
	cd "$dir/jobs/$1" 2>/dev/null && [ -e facts ] || exit 0
	shift
	section facts
	cat facts
	section results
	cd results 2>/dev/null || exit 0
	[ $# -gt 0 ] || set -- $(ls | sed -n 's/^\([0-9]*\)\.tar$/\1/p' | sort -n)
	for task; do
		[ ! -f "$task.tar" ] || echo "$task.tar"
	done | tar -cf - --no-recursion -T -
}
