# What differs where the schedd is on another machine. condor_submit -spool has two steps: the schedd takes the jobs and holds them (HoldReasonCode 16); then it is
# given their files, sets StageInFinish, and releases them. Whatever breaks in between leaves jobs that never run: they are removed before others are made.

# unspooled is what they are removed with.
unspooled="Oceanid: its files did not come to the schedd"

# find_again TOKEN… looks for jobs that the other attempt may have handed over whole, and keeps their identifiers. Its lock is held, so nobody gives
# files to the schedd any more. Clocks of two machines may differ.
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
	whole="$theirs && StageInFinish isnt undefined && regexp(\"^$unspooled\", RemoveReason) =!= true"
	{
		condor_q -constraint "$whole" -autoformat ClusterId ProcId OceanidTasks OceanidToken || exit 69
		condor_history -constraint "$whole" -since "EnteredCurrentStatus < $((since - 3600))" -autoformat ClusterId ProcId OceanidTasks OceanidToken || exit 69
	} >"$batch/witnesses" || exit 69
	# Of an array whose other tasks have gone something may be left.
	printf '%s\n' "$@" | grep -vxF -e "$left" | awk '
		NR == FNR { wanted[$1]; next }
		($4 in wanted) && !($4 in told) { told[$4]; print ($3 == 1 ? $1 "." $2 : $1), $4, $3 }
	' - "$batch/witnesses" >"$batch/found"
	keep "batches/$other" "$batch/found"
}

# past is that of query.sh, for clocks of two machines.
past() {
	constraint=$1
	limit=$2
	attributes=$3
	shift 3
	since=$(first_begun "$@")
	section jobs
	condor_history -constraint "$constraint" -limit "$limit" -since "EnteredCurrentStatus < $((${since:-0} - 3600))" -json -attributes "$attributes" || exit 69
}
