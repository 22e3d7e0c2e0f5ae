# submit_workflow TOKEN TASKS MAXNODES hands a graph to a DAGMan of its own, unless that has been done, and prints its identifier. Any number of callers may do
# this at once, and any of them may be killed anywhere: it is handed over once. The folder of the workflow holds, besides its files:
#
#   graph.tar lock begun cluster cancelled   staged files; the rest is as attempts.sh says
#
# With begun and without cluster nobody knows what became of the last attempt, and as the lock was free it runs no more: the schedd's queue, its history and the
# event log are asked before anything is submitted again.
#
# The caller defines inputs, which calls input for each, and write_head, which prints the end of the DAGMan's submit description.
submit_workflow() {
	token=$1
	tasks=$2
	most=$3
	job=$dir/jobs/$token
	mkdir -p "$job" "${log%/*}" && cd "$job" || exit 74
	if [ ! -s cluster ]; then
		case $(links "$token") in
		removed/*) fail 78 "the workflow has been removed" ;;
		esac
		exec 9>>lock
		flock -w 30 9 || fail 73 "another submission of this workflow is under way"
		[ -s cluster ] || [ ! -e begun ] || adopt_workflow
		[ -s cluster ] || [ ! -e cancelled ] || fail 78 "the workflow has been cancelled"
		[ -s cluster ] || hand_over_workflow
	fi
	section cluster
	cat cluster
}

fail() {
	echo "$2" >&2
	exit "$1"
}

# input TOKEN SIZE NAME checks that an input of a node's job is there.
input() {
	[ "$(stat -c %s "$dir/jobs/$1/work/$3" 2>&1)" = "$2" ] || fail 66 "$3"
}

hand_over_workflow() {
	inputs
	[ -e "$log" ] || : >>"$log" || exit 74
	mkdir -p "$dir/active" && tar -xmf graph.tar -C "$dir/jobs" || exit 74
	# Nothing has been handed over: what is there of an attempt that was is of no use.
	condor_submit_dag -no_submit -force -notification never -maxjobs "$most" main.dag >dagman.said 2>&1 || {
		cat dagman.said >&2
		exit 1
	}
	sed -e '/^log[ \t]*=/d' -e '/^queue/d' main.dag.condor.sub >dagman.sub && write_head >>dagman.sub && : >"$dir/active/$token" || exit 74
	# The schedd keeps a job over a loss of power; so must this.
	date +%s >begun && sync begun . .. || exit 74
	# In a session of its own it outlives the connection, and whoever would end what the connection has started.
	export token tasks dir
	setsid sh -c '
		timeout 300 condor_submit -terse dagman.sub >out 2>err || exit
		IFS=. read cluster rest <out
		case $cluster in
		"" | *[!0-9]*) exit 70 ;;
		esac
		# A disk that was full may have cut the last line short.
		printf "\n%s\n" "$cluster.dag $token $tasks" >>"$dir/clusters"
		echo "$cluster.dag" >cluster.new && mv cluster.new cluster
	' </dev/null &
	wait $! || {
		code=$?
		cat err >&2
		exit $code
	}
}

# adopt_workflow looks for the DAGMan that an earlier attempt has handed over.
adopt_workflow() {
	read since <begun || since=0
	mine="OceanidToken =?= \"$token\""
	found=$(condor_q -constraint "$mine" -af ClusterId) || exit 69
	[ -n "$found" ] || found=$(condor_history -constraint "$mine" -since "EnteredCurrentStatus < $((since - 60))" -limit 1 -af ClusterId) || exit 69
	[ -n "$found" ] || [ ! -e "$log" ] || found=$(grep -F -B 2 "    oceanid-dag:$token:" "$log" | sed -n 's/^000 (0*\([0-9]*\)\..*/\1/p' | tail -n 1)
	[ -n "$found" ] || return 0
	set -- $found
	printf '\n%s\n' "$1.dag $token $tasks" >>"$dir/clusters"
	echo "$1.dag" >cluster.new && mv cluster.new cluster
}

# active_workflows NOTES prints "TOKEN ID" of those whose end nobody has told yet, and if NOTES is true "CLUSTER NOTE" of each DAGMan, and of each job of a node, that
# the event log tells of.
active_workflows() {
	section active
	[ ! -d "$dir/active" ] || ls "$dir/active" | while read -r token; do
		[ ! -s "$dir/jobs/$token/cluster" ] || { read -r id <"$dir/jobs/$token/cluster" && echo "$token $id"; }
	done
	section notes
	[ "$1" = false ] || [ ! -e "$log" ] || grep -E -B 3 '^    oceanid-(dag|node):' "$log" | awk '
		/^000 \(/ { split(substr($2, 2), id, "."); cluster = id[1] + 0 }
		/^    oceanid-(dag|node):/ && cluster { if (last != cluster) print cluster, $1; last = cluster }
	'
}

# journal_sizes prints "FILE SIZE TIME" of the journals and the logs of events of workflows. The caller defines active_tokens, which prints their tokens.
journal_sizes() {
	section sizes
	cd "$dir/jobs" && active_tokens | while read -r token; do
		printf '%s\n' "$token"/*.jobstate.log "$token"/*.nodes.log
	done | xargs stat -c '%n %s %Y' 2>/dev/null
	:
}

# told_workflows TOKEN… ends that they are active.
told_workflows() {
	section told
	[ ! -d "$dir/active" ] || (cd "$dir/active" && rm -f -- "$@")
}

# node_jobs CONSTRAINT prints "CLUSTER PROC JobStatus" of the jobs of nodes that are in the queue.
node_jobs() {
	section jobs
	condor_q -constraint "$1" -af ClusterId ProcId JobStatus || exit 69
}

# hold_workflows ID… holds DAGMans, and what they have handed over and does not run. A DAGMan that is held ends, and may hand over one more node while it does.
hold_workflows() {
	section said
	code=0
	for id; do
		hold_one "${id#* }" "${id%% *}" || code=$?
	done
	section code
	echo "$code"
}

# hold_one CLUSTER TOKEN
hold_one() {
	mine="OceanidToken =?= \"$2\" && ClusterId =?= $1"
	nodes="OceanidWorkflow =?= \"$2\" && JobStatus =?= 1"
	there=$(condor_q -constraint "$mine" -af ClusterId 2>&1) || {
		echo "$there"
		return 69
	}
	[ -n "$there" ] || return 0
	because="at the request of a user of Oceanid"
	unless_none condor_hold -reason "$because" -constraint "$mine && JobStatus =!= 5" || return
	tries=0
	for lock in "$dir/jobs/$2"/*.dag.lock; do
		pid=$(sed -n 's/^PID = //p' "$lock" 2>/dev/null)
		while [ -n "$pid" ] && [ "$tries" -lt 100 ] && kill -0 "$pid" 2>/dev/null && grep -q dagman "/proc/$pid/cmdline" 2>/dev/null; do
			tries=$((tries + 1))
			sleep 0.1
		done
	done
	unless_none condor_hold -reason "$because" -constraint "$nodes"
}

# release_workflows ID… lets DAGMans and their jobs go on. HTCondor 25 lets a job that was held rest for five minutes; a DAGMan has no need of that.
release_workflows() {
	for id; do
		condor_qedit -constraint "OceanidToken =?= \"${id%% *}\" && ClusterId =?= ${id#* } && JobCoolDownExpiration isnt undefined" JobCoolDownExpiration 0 >/dev/null 2>&1
	done
	on_each condor_release '(OceanidWorkflow =?= \"$token\" || OceanidToken =?= \"$token\" && ClusterId =?= $cluster) && JobStatus =?= 5' "$@"
}

# suspend_workflows ID… stops the jobs of nodes that run, resume_workflows lets them go on.
suspend_workflows() {
	on_each condor_suspend 'OceanidWorkflow =?= \"$token\" && JobStatus =?= 2' "$@"
	[ "$code" != 0 ] || insist "$(for id; do echo "OceanidWorkflow =?= \"${id%% *}\""; done | sed -e '1!s/^/ || /' | tr -d '\n')"
}
resume_workflows() {
	on_each condor_continue 'OceanidWorkflow =?= \"$token\" && JobStatus =?= 7' "$@"
}

# on_each TOOL CONSTRAINT ID… has a tool do something to jobs of each workflow. In the constraint stand $token and $cluster.
on_each() {
	tool=$1
	which=$2
	shift 2
	section said
	code=0
	for id; do
		token=${id%% *}
		cluster=${id#* }
		eval "constraint=\"$which\""
		unless_none "$tool" -reason "at the request of a user of Oceanid" -constraint "$constraint" || code=$?
	done
	section code
	echo "$code"
}

# unless_none TOOL… runs a tool, and fails as it does, in its words; not where it has found nothing to do.
unless_none() {
	said=$("$@" 2>&1) && return
	code_of_tool=$?
	case $said in
	*"Couldn't find/"*) return 0 ;;
	esac
	echo "$said"
	return $code_of_tool
}

# remove_nodes TOKEN deletes the folders of the workflow's node jobs. The caller defines node_tokens, which prints their tokens. rm follows no link.
remove_nodes() {
	section removed
	rm -f -- "$dir/active/$1"
	cd "$dir/jobs" && node_tokens | xargs rm -rf -- || exit 74
}

# remove_unborn TOKEN… deletes what is there of workflows that were never handed over: the folders of their nodes, into which inputs have come. What was handed
# over by itself, or somebody is handing over, is another one's.
remove_unborn() {
	section removed
	cd "$dir/jobs" || exit 74
	all=$(ls)
	for token; do
		[ ! -e "$token/lock" ] || flock -sn "$token/lock" true || continue
		rm -f -- "$dir/active/$token"
		printf '%s\n' "$all" | grep -E "^$token(-[0-9]+)+\$" | while read -r node; do
			[ -e "$node/job.json" ] || [ -e "$node/begun" ] || [ -L "$dir/attempts/$node" ] || rm -rf -- "$node" || exit 74
		done || exit 74
	done
}
