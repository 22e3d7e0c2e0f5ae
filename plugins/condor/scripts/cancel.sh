# cancel CONSTRAINT TOKEN… removes jobs, the ones that wait and run and the ones that a factory has not made yet.
cancel() {
	constraint=$1
	shift
	for token; do
		job=$dir/jobs/$token
		[ ! -d "$job" ] || : >"$job/cancelled"
		# What is being handed over now can be removed a moment later.
		if [ -e "$job/begun" ] && [ ! -s "$job/cluster" ]; then
			flock -w 30 "$job/lock" true
		fi
	done
	section removed
	condor_rm -constraint "$constraint" 2>&1
	section code
	echo $?
}
