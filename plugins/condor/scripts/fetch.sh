# fetch TOKEN TASKS CONSTRAINT brings what these tasks of a job of so many have left, of those that have ended, and then lets them leave the queue. What has been brought once is
# never brought again: somebody may be reading it.
#
#   jobs/TOKEN/fetching         held (flock) while somebody fetches
#   jobs/TOKEN/fetched/ID       the process ID has been fetched, whole
fetch() {
	token=$1
	tasks=$2
	cd "$dir/jobs/$token" 2>/dev/null && [ -e facts ] || return 0
	mkdir -p fetched || exit 74
	exec 7>>fetching
	flock -w 600 7 || exit 73
	condor_q -constraint "OceanidToken =?= \"$token\" && ($3) && JobStatus == 4 && OceanidFetched =!= true" -autoformat ClusterId ProcId >fetching.ids || exit 69
	procs=
	count=0
	while read -r its proc; do
		cluster=$its
		if [ -e "fetched/$cluster.$proc" ]; then
			may_leave "ClusterId == $cluster && ProcId == $proc"
			continue
		fi
		procs="$procs${procs:+,}$proc"
		count=$((count + 1))
		[ $count -lt 500 ] || bring
	done <fetching.ids
	[ $count -eq 0 ] || bring
	exec 7>&-
}

# bring fetches $procs of $cluster: all of a job's are of one.
bring() {
	these="ClusterId == $cluster && member(ProcId, {$procs}) && OceanidToken =?= \"$token\""
	condor_transfer_data -constraint "$these" >fetching.said 2>&1 </dev/null || {
		cat fetching.said >&2
		exit 69
	}
	# It exits well, too, when it has found nothing.
	(
		IFS=,
		for proc in $procs; do
			task=$((tasks == 1 ? 0 : proc))
			[ -e "logs/$task.out" ] || [ -e "logs/$task.out.live" ] || {
				echo "the schedd gives nothing of the process $cluster.$proc" >&2
				exit 69
			}
		done
		sync -f . || exit 74
		for proc in $procs; do
			: >"fetched/$cluster.$proc" || exit 74
		done
	) || exit
	may_leave "$these"
	procs=
	count=0
}

# may_leave CONSTRAINT marks jobs as fetched. Where that fails they leave the queue ten days after their end.
may_leave() {
	condor_qedit -constraint "OceanidToken =?= \"$token\" && $1" OceanidFetchedAt $(date +%s) OceanidFetched true >/dev/null 2>&1 </dev/null || :
}

# leave TOKEN… lets what is left of removed jobs leave the queue.
leave() {
	for token; do
		[ ! -e "$dir/jobs/$token" ] || continue
		there=$(condor_q -constraint "OceanidToken =?= \"$token\" && JobStatus == 4 && OceanidFetched =!= true" -limit 1 -autoformat ClusterId) || exit 69
		[ -z "$there" ] || may_leave "JobStatus == 4"
	done
}

# peek PROCESS MOST [-stderr] prints what a task that runs has written; nothing where it cannot be seen. Who ends this ends condor_tail, which waits for a task that
# does not run any more, too.
peek() {
	process=$1
	most=$2
	shift 2
	timeout --foreground 60 condor_tail -maxbytes "$most" "$@" "$process" 2>/dev/null </dev/null || :
}
