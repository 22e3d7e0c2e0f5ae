# What differs where the schedd is on another machine. condor_submit -spool has two steps: the schedd takes the jobs and holds them (HoldReasonCode 16); then it is
# given their files, sets StageInFinish, and releases them. Whatever breaks in between leaves jobs that never run. Often the schedd removes them by itself; where it
# has not, they are removed before others are made.

# unspooled is what they are removed with.
unspooled="Oceanid: its files did not come to the schedd"

# find_again TOKEN… looks for jobs that the other attempt may have handed over whole, or another machine of the portal since, and keeps their identifiers. The
# attempt's lock is held, so nobody gives its files to the schedd any more. Clocks of two machines may differ.
find_again() {
	read -r since <"batches/$other/begun" || since=0
	theirs="OceanidAttempt =?= \"$other\""
	held="$theirs && JobStatus == 5 && HoldReasonCode == 16"
	left=$(condor_q -constraint "$held" -autoformat OceanidToken) || exit 69
	if [ -n "$left" ]; then
		# Of an array in which only some tasks are held the others go as well: it is handed over as a whole.
		tokens=$(printf '%s\n' "$left" | sort -u | sed -e 's/.*/OceanidToken =?= "&"/' -e '1!s/^/ || /' | tr -d '\n')
		condor_rm -reason "$unspooled" -constraint "$theirs && JobStatus =!= 4 && ($tokens)" >"$batch/removed" 2>&1 || :
		still=$(condor_q -constraint "$held" -limit 1 -autoformat ClusterId) && [ -z "$still" ] || {
			cat "$batch/removed" >&2
			exit 69
		}
	fi
	tokens=$(printf '%s\n' "$@" | sed -e 's/.*/OceanidToken =?= "&"/' -e '1!s/^/ || /' | tr -d '\n')
	whole="($tokens) && StageInFinish isnt undefined && regexp(\"^$unspooled\", RemoveReason) =!= true"
	{
		condor_q -constraint "$whole" -autoformat ClusterId ProcId OceanidTasks OceanidToken || exit 69
		condor_history -constraint "$whole" -since "$(left_before $((since - 3600)))" -autoformat ClusterId ProcId OceanidTasks OceanidToken || exit 69
	} >"$batch/witnesses" || exit 69
	# Of an array whose other tasks have gone something may be left.
	printf '%s\n' "$@" | grep -vxF -e "$left" | awk '
		NR == FNR { wanted[$1]; next }
		($4 in wanted) && !($4 in told) { told[$4]; print ($3 == 1 ? $1 "." $2 : $1), $4, $3 }
	' - "$batch/witnesses" >"$batch/found"
	keep "batches/$other" "$batch/found"
}

# adopt ATTEMPT TOKEN… looks for those of these jobs of which nothing is known in this folder, but to the schedd: another machine of the portal, which has not this
# folder, has handed them over. It gives them to ATTEMPT. What that machine did not hand over whole goes.
adopt() {
	attempt=$1
	shift
	cd "$dir" && mkdir -p batches attempts || exit 74
	known=" $(links "$@" | sed 's,.*/,,' | tr '\n' ' ')"
	tokens=
	for token; do
		case $known in
		*" $token "*) ;;
		*) tokens="$tokens${tokens:+ || }OceanidToken =?= \"$token\"" ;;
		esac
	done
	[ -n "$tokens" ] || return 0
	there=$(condor_q -constraint "$tokens" -autoformat ClusterId ProcId OceanidTasks OceanidToken JobStatus 'StageInFinish isnt undefined') || exit 69
	[ -n "$there" ] || return 0
	batch=batches/$attempt
	mkdir "$batch" || exit 74
	printf '%s\n' "$there" | awk '
		$5 != 3 && $6 == "true" && !($4 in told) { told[$4]; print ($3 == 1 ? $1 "." $2 : $1), $4, $3 }
	' >"$batch/found"
	if [ -s "$batch/found" ]; then
		keep "$batch" "$batch/found"
		date +%s >"$batch/begun" && ln -s $(awk -v a="$attempt" '{ print a "/" $2 }' "$batch/found") attempts/ 2>/dev/null
		needed "$attempt" || rm -rf "$batch"
	fi
	# What is left over was half handed over by that machine: in the last ten minutes perhaps, and it may still be at it. Or by somebody here, just now.
	for token in $(printf '%s\n' "$there" | awk '$5 == 5 && $6 == "false" { print $4 }' | sort -u); do
		[ -z "$(links "$token")" ] || continue
		half="OceanidToken =?= \"$token\" && JobStatus == 5 && HoldReasonCode == 16"
		condor_rm -reason "$unspooled" -constraint "$half && time() - QDate > 600" >/dev/null 2>&1 || :
		half=$(condor_q -constraint "$half" -limit 1 -autoformat ClusterId) || exit 69
		if [ -n "$half" ] && [ -z "$(links "$token")" ]; then
			echo "another machine may be handing over the job $token just now" >&2
			exit 69
		fi
	done
	[ -s "$batch/found" ] || rm -rf "$batch"
}

# left_before TIME is true of records of the history behind which none has left the queue since then: they are in the order in which jobs have left it. A spooled job does
# so when its files have been fetched, long after its end, of which alone its record tells; of one of ours we have written when that was, by the clock of this machine.
left_before() {
	echo "EnteredCurrentStatus < $1 && (StageInFinish is undefined || OceanidToken isnt undefined && JobStatus == 3) || OceanidFetchedAt < $(($1 - 3600))"
}

# locate SCHEDD asks the collector where that is. Where it fails it says why, in the words of condor_status; other tools have none for it.
locate() {
	there=$(timeout --foreground 30 condor_status -schedd "$1" -autoformat MyAddress) || exit 69
	[ -n "$there" ] || {
		echo "the collector knows no schedd of the name $1" >&2
		exit 69
	}
}

# past is that of query.sh, for clocks of two machines.
past() {
	constraint=$1
	limit=$2
	attributes=$3
	shift 3
	since=$(first_begun "$@")
	section jobs
	condor_history -constraint "$constraint" -limit "$limit" -since "$(left_before $((${since:-0} - 3600)))" -json -attributes "$attributes" || exit 69
}
