# submit ATTEMPT TOKEN… hands jobs to the schedd, but those that have been handed over, and says of each what has become of it. ATTEMPT is a word that nobody
# has used before. Any number of callers may do this at once with any of the tokens, and any of them may be killed anywhere: each job is handed over
# once (see attempts.sh).
#
# An attempt that has begun, whose lock is free and which has left no identifier of a job is over, and nobody knows what became of it: the schedd's
# queue, its history and the event log are asked before the job is taken over by another attempt. That is done with the old attempt's lock held.
#
# The caller defines groups, which prints "NUMBER KIND TASKS CHECK" of each condor_submit; files, which prints a tar with the jobs' folders and of each
# group NUMBER.sub and NUMBER.items; expected, which prints "SIZE PATH" of the inputs; and present, which prints the same of those that are there.
submit() {
	attempt=$1
	shift
	batch=$dir/batches/$attempt
	mkdir -p "$dir/attempts" "$dir/jobs" "$dir/batches" "${log%/*}" && cd "$dir" && mkdir "$batch" || exit 74
	exec 9>>"$batch/lock"
	flock -n 9 || exit 74
	section jobs
	claim "$@"
	sort_out "$@"
	[ ! -s "$batch/mine" ] || hand_over
	outcome
	exec 9>&-
	# Whoever is busy is waited for; the caller asks again.
	[ -z "$busy" ] || (settle $busy)
}

# claim makes the links of those jobs that have none.
claim() {
	ln -s $(printf "$attempt/%s " "$@") attempts/ 2>/dev/null
	links "$@" >"$batch/claims"
	sed -n "s,^$attempt/,,p" "$batch/claims" >"$batch/mine"
	busy=
	for other in $(sed -e "/^$attempt\//d" -e 's,/.*,,' "$batch/claims" | sort -u); do
		take_over "$other" $(sed -n "s,^$other/,,p" "$batch/claims")
	done
}

# take_over ATTEMPT TOKEN… answers for what an earlier attempt has handed over, and takes over what it has not.
take_over() {
	other=$1
	shift
	if [ "$other" = removed ]; then
		printf '%s removed\n' "$@"
		return
	fi
	look_up "$@" | sed -n 's/ is / id /p'
	set -- $(look_up "$@" | sed -n "s, by $other\$,,p")
	[ $# -gt 0 ] || return 0
	exec 8>>"batches/$other/lock"
	if ! flock -n 8; then
		busy="$busy $*"
		printf '%s busy\n' "$@"
	else
		set -- $(look_up "$@" | sed -n "s, by $other\$,,p")
		[ ! -e "batches/$other/begun" ] || [ $# -eq 0 ] || find_again "$@"
		set -- $(look_up "$@" | tee -a "$batch/seen" | sed -n "s, by $other\$,,p")
		sed -n 's/ is / id /p' "$batch/seen"
		: >"$batch/seen"
		if [ $# -gt 0 ]; then
			mkdir -p "$batch/links" && ln -s $(printf "$attempt/%s " "$@") "$batch/links/" && mv -f "$batch"/links/* attempts/ || exit 74
			printf '%s\n' "$@" >>"$batch/mine"
		fi
	fi
	exec 8>&-
}

# find_again TOKEN… looks for jobs that the other attempt may have handed over, and keeps their identifiers. Its lock is held.
find_again() {
	read -r since <"batches/$other/begun" || since=0
	mine="OceanidAttempt =?= \"$other\""
	{
		condor_q -constraint "$mine" -af ClusterId ProcId OceanidTasks OceanidToken || exit 69
		condor_q -factory -constraint "$mine" -af ClusterId ProcId OceanidTasks OceanidToken || exit 69
		condor_history -constraint "$mine" -since "EnteredCurrentStatus < $((since - 60))" -af ClusterId ProcId OceanidTasks OceanidToken || exit 69
		[ ! -e "$log" ] || awk '
			/^0(00|35) \(/ { split(substr($2, 2), id, "."); next }
			/^ +oceanid:[A-Za-z0-9-]+:[0-9]+$/ && id[1] { split($1, note, ":"); print id[1] + 0, id[2] + 0, note[3], note[2] }
			/^\.\.\.$/ { id[1] = "" }
		' "$log"
	} >"$batch/witnesses" || exit 69
	printf '%s\n' "$@" | awk '
		NR == FNR { wanted[$1]; next }
		($4 in wanted) && !($4 in told) { told[$4]; print ($3 == 1 ? $1 "." $2 : $1), $4, $3 }
	' - "$batch/witnesses" >"$batch/found"
	keep "batches/$other" "$batch/found"
}

# keep FOLDER FILE adds the identifiers in FILE to those of the attempt in FOLDER.
keep() {
	[ -s "$2" ] || return 0
	cat "$2" >>clusters
	cat "$1/ids" "$2" >"$1/ids.new" 2>/dev/null
	mv -f "$1/ids.new" "$1/ids" || exit 74
}

# sort_out TOKEN… leaves out what has been cancelled, and what lacks an input.
sort_out() {
	expected >"$batch/expected"
	[ ! -s "$batch/expected" ] || present >"$batch/present"
	: >"$batch/out"
	while read -r token; do
		[ ! -e "jobs/$token/cancelled" ] || echo "$token cancelled" >>"$batch/out"
	done <"$batch/mine"
	[ ! -s "$batch/expected" ] || awk '
		FILENAME == ARGV[1] { mine[$0]; next }
		FILENAME == ARGV[2] { here[$0]; next }
		!($0 in here) {
			path = $0
			sub(/^[0-9]+ jobs\//, "", path)
			token = substr(path, 1, index(path, "/") - 1)
			if ((token in mine) && !(token in told)) {
				told[token]
				print token, "input", substr(path, length(token "/work/") + 1)
			}
		}
	' "$batch/mine" "$batch/present" "$batch/expected" >>"$batch/out"
	[ -s "$batch/out" ] || return 0
	cat "$batch/out"
	awk 'NR == FNR { out[$1]; next } !($1 in out)' "$batch/out" "$batch/mine" >"$batch/mine.new"
	# Nothing was begun for them: the next attempt need not look for them.
	(cd attempts && rm -f -- $(sed 's/ .*//' "$batch/out" | sort -u))
	mv -f "$batch/mine.new" "$batch/mine"
}

hand_over() {
	files | base64 -d | tar -xzmf - $(sed 's,^,jobs/,' "$batch/mine") "batches/$attempt" || exit 74
	groups >"$batch/groups"
	[ -e "$log" ] || : >>"$log" || exit 74
	# The schedd keeps a job over a loss of power; so must this.
	date +%s >"$batch/begun.new" && mv -f "$batch/begun.new" "$batch/begun" && sync "$batch/begun" "$batch" batches attempts || exit 74
	# In a session of its own it outlives the connection, and whoever would end what the connection has started.
	export dir batch
	setsid sh -c '
		cd "$batch" || exit
		while read -r k kind tasks check; do
			awk "NR == FNR { mine[\$1]; next } \$1 in mine" mine $k.items >$k.mine
			[ -s $k.mine ] || continue
			if [ $kind = many ]; then
				{ cat $k.sub $k.mine && echo ")"; } >$k.job
			else
				mv $k.sub $k.job
			fi
			if [ $check = true ] && timeout 60 condor_submit -dry-run /dev/null $k.job 2>&1 </dev/null | grep "was unused by condor_submit" >$k.err; then
				echo $k 65 >>failed
				continue
			fi
			timeout 300 condor_submit -terse -single-cluster $k.job >$k.out 2>$k.err </dev/null || {
				echo $k $? >>failed
				continue
			}
			IFS=" ." read -r cluster rest <$k.out
			case $cluster in
			"" | *[!0-9]*)
				echo $k 70 >>failed
				continue
				;;
			esac
			if [ $tasks -eq 1 ]; then
				awk -v c=$cluster "{ print c \".\" NR - 1, \$1, 1 }" $k.mine >$k.ids
			else
				awk -v c=$cluster -v tasks=$tasks "{ print c, \$1, tasks }" $k.mine >$k.ids
			fi
			cat $k.ids >>"$dir/clusters"
			cat ids $k.ids >ids.new 2>/dev/null
			mv -f ids.new ids
		done <groups
	' </dev/null >/dev/null 2>&1 &
	wait $!
}

# outcome says what has become of this attempt's own jobs, and in what words each condor_submit failed.
outcome() {
	[ ! -s "$batch/ids" ] || awk '{ print $2, "id", $1 }' "$batch/ids"
	[ -s "$batch/failed" ] || return 0
	while read -r k code; do
		awk -v k="$k" -v code="$code" '{ print $1, "failed", k, code }' "$batch/$k.mine"
	done <"$batch/failed"
	while read -r k code; do
		section "err $k"
		cat "$batch/$k.err"
	done <"$batch/failed"
}
