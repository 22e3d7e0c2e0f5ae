# cancel CONSTRAINT TOKEN… removes jobs: those that wait, those that run, and those that a factory has not made yet.
#
# A submission whose caller has gone may still be on its way here. The mark is set first: either that submission sees it, and gives up, or it has begun
# already; then it is waited for, and what it has handed over is removed.
cancel() {
	constraint=$1
	shift
	(cd "$dir/jobs" && mkdir -p -- "$@") || exit 74
	for token; do
		: >"$dir/jobs/$token/cancelled" || exit 74
	done
	settle "$@"
	section said
	code=0
	# A job that has ended stays in the queue for a moment, longer where the schedd has much to do, and condor_rm would make a removed one of it.
	condor_rm -constraint "($constraint) && JobStatus =!= 4" 2>&1 || code=$?
	section code
	echo "$code"
}
