# submit TOKEN TASKS hands the job to the schedd, unless that has been done, and prints its cluster. Any number of callers may do this at once, and any
# of them may be killed anywhere: the job is handed over once.
#
# The job's folder holds, besides its files:
#
#   lock      held (flock) by whoever hands over, and by the condor_submit that does it
#   begun     when the first attempt began: from then on the schedd may have the job
#   cluster   the schedd's number of it: it has been handed over
#   cancelled somebody has cancelled it: if it has not been handed over yet, it will not be
#
# Without begun no condor_submit has ever run for it. With begun and without cluster nobody knows what became of the last attempt, and as the lock
# was free it runs no more: the schedd's queue, its history and the event log are asked before anything is submitted again.
#
# The caller defines write_description, write_task and write_facts, which print those, and inputs, which calls input for each.
submit() {
	token=$1
	tasks=$2
	job=$dir/jobs/$token
	mkdir -p "$job" "${log%/*}" && cd "$job" || exit 74
	if [ ! -s cluster ]; then
		exec 9>>lock
		flock -w 30 9 || fail 73 "another submission of this job is under way"
		[ -s cluster ] || [ ! -e begun ] || adopt
		[ -s cluster ] || [ ! -e cancelled ] || fail 78 "the job has been cancelled"
		[ -s cluster ] || hand_over
	fi
	section cluster
	cat cluster
}

fail() {
	echo "$2" >&2
	exit "$1"
}

hand_over() {
	inputs
	mkdir -p work logs results && write_task >task.sh && write_description >job.sub && write_facts >facts || exit 74
	[ -e "$log" ] || : >>"$log" || exit 74
	# The schedd keeps a job over a loss of power; so must this.
	date +%s >begun && sync begun . .. || exit 74
	# In a session of its own it outlives the connection, and whoever would end what the connection has started.
	export token tasks dir
	setsid sh -c '
		timeout 300 condor_submit -terse -single-cluster job.sub >out 2>err || exit
		IFS=. read cluster rest <out
		case $cluster in
		"" | *[!0-9]*) exit 70 ;;
		esac
		echo "$cluster $token $tasks" >>"$dir/clusters"
		echo "$cluster" >cluster.new && mv cluster.new cluster
	' </dev/null &
	wait $! || {
		code=$?
		cat err >&2
		exit $code
	}
}

# input SIZE NAME checks that an input is there.
input() {
	[ "$(stat -c %s "work/$2" 2>&1)" = "$1" ] || fail 66 "$2"
}

# adopt looks for a job of this token that an earlier attempt has handed over.
adopt() {
	read since <begun || since=0
	mine="OceanidToken =?= \"$token\""
	found=$(condor_q -constraint "$mine" -af ClusterId) || exit 69
	[ -n "$found" ] || found=$(condor_q -factory -constraint "$mine" -af ClusterId) || exit 69
	[ -n "$found" ] || found=$(history_of "$mine" $((since - 60))) || exit 69
	[ -n "$found" ] || [ ! -e "$log" ] || found=$(in_log)
	[ -n "$found" ] || return 0
	set -- $found
	echo "$1 $token $tasks" >>"$dir/clusters"
	echo "$1" >cluster.new && mv cluster.new cluster
}

history_of() {
	condor_history -constraint "$1" -since "EnteredCurrentStatus < $2" -limit 1 -af ClusterId
}

# in_log finds "035 (123.-01.000) …" or "000 (123.000.000) …" before the line with the token.
in_log() {
	grep -F -B 1 "    oceanid:$token:" "$log" | sed -n 's/^0[03][05] (0*\([0-9]*\)\..*/\1/p' | tail -n 1
}
