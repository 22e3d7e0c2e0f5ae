# identify TOKEN… prints "TOKEN ID" of the jobs that have been handed over, and "TOKEN busy" of those that somebody hands over just now.
identify() {
	section jobs
	look_up "$@" | while read -r token how what; do
		if [ "$how" = is ]; then
			echo "$token $what"
		elif under_way "$what"; then
			echo "$token busy"
		fi
	done
	for token; do
		job=$dir/jobs/$token
		[ -s "$job/cluster" ] || [ ! -e "$job/lock" ] || flock -sn "$job/lock" true || echo "$token busy"
	done
}

# queue FACTORIES CONSTRAINT ATTRIBUTES prints what the schedd's queue holds. Factories come first: a task that a factory has not made then is either in
# the queue a moment later, or was made in between and is seen there, or has ended and is in the history. In the other order it could fall through.
queue() {
	if [ "$1" = true ]; then
		section factories
		condor_q -factory -constraint "$2" -json -attributes "$3" || exit 69
	fi
	section jobs
	condor_q -constraint "$2" -json -attributes "$3" || exit 69
}

# past CONSTRAINT LIMIT ATTRIBUTES TOKEN… prints what the history holds of jobs, from the newest back to when the first of them was submitted, or until LIMIT
# are found. It never reads the whole history, which can be gigabytes. Where nothing tells when a job was submitted, it stops after the
# latest 20000.
past() {
	constraint=$1
	limit=$2
	attributes=$3
	shift 3
	since=$(first_begun "$@")
	section jobs
	if [ -n "$since" ]; then
		condor_history -constraint "$constraint" -limit "$limit" -since "EnteredCurrentStatus < $((since - 60))" -json -attributes "$attributes" || exit 69
	else
		condor_history -constraint "$constraint" -limit "$limit" -scanlimit 20000 -json -attributes "$attributes" || exit 69
	fi
}

# ends TOKEN… prints the events of the clusters that end something (005, 009 and 036), and those of the tokens that somebody has cancelled. The caller
# defines clusters, which prints their numbers: they may be more than an argument can hold.
ends() {
	section cancelled
	for token; do
		[ ! -e "$dir/jobs/$token/cancelled" ] || echo "$token"
	done
	section events
	[ ! -e "$log" ] || clusters | awk '
		NR == FNR { wanted[$1 + 0] = 1; next }
		!inside && /^0(05|09|36) \(/ {
			split(substr($2, 2), id, ".")
			inside = ((id[1] + 0) in wanted)
		}
		inside { print }
		/^\.\.\.$/ { inside = 0 }
	' - "$log"
}
