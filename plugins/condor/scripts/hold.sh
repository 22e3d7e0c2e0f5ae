# hold TOKEN… keeps from running what waits: of a job the tasks that are idle, and a factory from making more. What runs is left alone.
hold() {
	tell condor_hold 1 "$@"
}

# release TOKEN… lets what is held wait for its turn again.
release() {
	tell condor_release 5 "$@"
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
	jobs=
	for token; do
		job=$dir/jobs/$token
		[ -s "$job/cluster" ] || [ ! -e "$job/lock" ] || flock -w 30 "$job/lock" true || exit 73
		mine="OceanidToken =?= \"$token\""
		if [ -s "$job/cluster" ]; then
			mine="(ClusterId =?= $(cat "$job/cluster") && $mine)"
		elif [ ! -e "$job/begun" ]; then
			continue
		fi
		jobs="$jobs${jobs:+ || }$mine"
	done
	section said
	code=0
	[ -z "$jobs" ] || "$tool" -reason "at the request of a user of Oceanid" -constraint "($jobs) && (JobStatus =?= $status || JobStatus =?= undefined)" 2>&1 || code=$?
	section code
	echo "$code"
}
