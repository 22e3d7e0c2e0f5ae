# hold TOKEN… keeps from running what waits: of a job the tasks that are idle, and a factory from making more. What runs is left alone.
hold() {
	tell condor_hold "JobStatus =?= 1 || JobStatus =?= undefined" "$@"
}

# release TOKEN… lets what is held wait for its turn again.
release() {
	tell condor_release "JobStatus =?= 5 || JobStatus =?= undefined" "$@"
}

# suspend TOKEN… stops what runs where it is.
suspend() {
	tell condor_suspend "JobStatus =?= 2" "$@"
	[ "$code" != 0 ] || [ -z "$jobs" ] || insist "$jobs"
}

# resume TOKEN… lets what is suspended go on.
resume() {
	tell condor_continue "JobStatus =?= 7" "$@"
}

# tell TOOL STATUS TOKEN… has a tool do something to those jobs that have this JobStatus. The ad of a factory has none.
#
# Each job is named by its number as well as its token: nothing of another user's, who may have the same token, is touched. A submission whose caller has
# gone may still be under way: it is waited for. One that has begun and of which nobody knows the number is looked for by its token alone. Of what was never
# handed over there is nothing to hold.
tell() {
	tool=$1
	status=$2
	shift 2
	settle "$@"
	jobs=$(
		look_up "$@" | while read -r token how what; do
			mine="OceanidToken =?= \"$token\""
			if [ "$how" = is ]; then
				echo "(ClusterId =?= ${what%%.*} && $mine)"
			elif [ -e "$dir/batches/$what/begun" ]; then
				echo "$mine"
			fi
		done
		for token; do
			[ -s "$dir/jobs/$token/cluster" ] || [ ! -e "$dir/jobs/$token/begun" ] || echo "OceanidToken =?= \"$token\""
		done
	)
	jobs=$(echo "$jobs" | sed -e '1!s/^/ || /' | tr -d '\n')
	section said
	code=0
	[ -z "$jobs" ] || "$tool" -reason "at the request of a user of Oceanid" -constraint "($jobs) && ($status)" 2>&1 || code=$?
	section code
	echo "$code"
}
