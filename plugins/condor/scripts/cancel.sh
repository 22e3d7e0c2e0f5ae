# cancel CONSTRAINT TOKEN… removes jobs: those that wait, those that run, and those that a factory has not made yet.
#
# A submission whose caller has gone may still be on its way here. The mark is set first: either that submission sees it, and gives up, or it has the lock
# already; then it is waited for, and what it has handed over is removed.
cancel() {
	constraint=$1
	shift
	for token; do
		job=$dir/jobs/$token
		mkdir -p "$job" && : >"$job/cancelled" || exit 74
		[ -s "$job/cluster" ] || flock -w 30 "$job/lock" true || exit 73
	done
	section said
	condor_rm -constraint "$constraint" 2>&1
	section code
	echo $?
}
