# insist CONSTRAINT asks again for what did run when condor_suspend was asked for these jobs, and still does as the queue has it, for ten seconds. HTCondor (23.9) loses
# half of a suspension that comes while a task is being started: the execution point stops its processes, and the shadow does not hear of it. Nothing would tell
# that the task is stopped, and condor_continue would not let it go on.
insist() {
	asked=$(date +%s)
	tries=0
	while [ $tries -lt 20 ]; do
		tries=$((tries + 1))
		sleep 0.5
		still="($1) && JobStatus =?= 2 && time() - EnteredCurrentStatus >= $(($(date +%s) - asked))"
		left=$(condor_q -constraint "$still" -limit 1 -af ClusterId 2>/dev/null) && [ -z "$left" ] && return
		[ $((tries % 4)) -ne 0 ] || condor_suspend -constraint "$still" >/dev/null 2>&1
	done
}
