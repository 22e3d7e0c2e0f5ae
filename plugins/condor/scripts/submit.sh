# submit ATTEMPT TOKEN… hands jobs to the schedd, but those that have been handed over, and says of each what has become of it. ATTEMPT is a word that nobody
# has used before. Any number of callers may do this at once with any of the tokens, and any of them may be killed anywhere: each job is handed over
# once (see attempts.sh).
#
# An attempt that has begun, whose lock is free and which has left no identifier of a job is over, and nobody knows what became of it: the schedd's
# queue, its history and the event log are asked before the job is taken over by another attempt. That is done with the old attempt's lock held.
#
# The caller defines files, which makes the folders of the jobs in $mine and in the attempt's: groups, with a line "NUMBER KIND TASKS CHECK" for each
# condor_submit, NUMBER.sub with its description and NUMBER.items with a line for each of its jobs; expected, which prints "SIZE PATH" of the inputs; and
# present, which prints the same of those that are there; patience is how many seconds a condor_submit may take. Processes are dear where a batch of jobs must cost what one costs: there are few here.
submit() {
	attempt=$1
	shift
	batch=$dir/batches/$attempt
	[ -d "$dir/batches" ] && [ -d "$dir/attempts" ] || mkdir -p "$dir/batches" "$dir/attempts" "${log%/*}" || exit 74
	cd "$dir" && mkdir "$batch" || exit 74
	exec 9>>"$batch/lock"
	flock -n 9 || exit 74
	section jobs
	claim "$@"
	sort_out
	[ -z "${mine# }" ] || hand_over
	outcome
	exec 9>&-
	[ -e "$batch/begun" ] || rm -rf "$batch"
	# Whoever is busy is waited for; the caller asks again.
	[ -z "$busy" ] || (settle $busy)
}

# claim makes the links of those jobs that have none. $mine are those that this attempt hands over.
claim() {
	busy=
	others=
	all=true
	mine=" $*"
	# Where ln made each of them nobody was there before.
	ln -s $(printf "$attempt/%s " "$@") attempts/ 2>/dev/null && return
	links "$@" >"$batch/claims"
	mine=
	while IFS=/ read -r other token; do
		if [ "$other" = "$attempt" ]; then
			mine="$mine $token"
			continue
		fi
		all=false
		case " $others " in
		*" $other "*) ;;
		*) others="$others $other" ;;
		esac
	done <"$batch/claims"
	for other in $others; do
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
	mkdir -p "batches/$other" && exec 8>>"batches/$other/lock"
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
			mine="$mine $*"
		fi
		needed "$other" || rm -rf "batches/$other"
	fi
	exec 8>&-
}

# find_again TOKEN… looks for jobs that the other attempt may have handed over, and keeps their identifiers. Its lock is held.
find_again() {
	read -r since <"batches/$other/begun" || since=0
	theirs="OceanidAttempt =?= \"$other\""
	{
		condor_q -constraint "$theirs" -af ClusterId ProcId OceanidTasks OceanidToken || exit 69
		condor_q -factory -constraint "$theirs" -af ClusterId ProcId OceanidTasks OceanidToken || exit 69
		condor_history -constraint "$theirs" -since "EnteredCurrentStatus < $((since - 60))" -af ClusterId ProcId OceanidTasks OceanidToken || exit 69
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

# sort_out leaves out what has been cancelled, and what lacks an input.
sort_out() {
	: >"$batch/out"
	for token in $mine; do
		[ ! -e "jobs/$token/cancelled" ] || echo "$token cancelled" >>"$batch/out"
	done
	expected >"$batch/expected"
	if [ -s "$batch/expected" ]; then
		present >"$batch/present"
		awk -v tokens="$mine" '
			BEGIN { n = split(tokens, list, " "); for (i = 1; i <= n; i++) mine[list[i]] }
			NR == FNR && FILENAME ~ /present$/ { here[$0]; next }
			!($0 in here) {
				path = $0
				sub(/^[0-9]+ jobs\//, "", path)
				token = substr(path, 1, index(path, "/") - 1)
				if ((token in mine) && !(token in told)) {
					told[token]
					print token, "input", substr(path, length(token "/work/") + 1)
				}
			}
		' "$batch/present" "$batch/expected" >>"$batch/out"
	fi
	[ -s "$batch/out" ] || return 0
	all=false
	cat "$batch/out"
	# Nothing was begun for them: the next attempt need not look for them.
	(cd attempts && rm -f -- $(sed 's/ .*//' "$batch/out"))
	mine=" $(printf '%s\n' $mine | awk -v ORS=" " 'NR == FNR { out[$1]; next } !($1 in out)' "$batch/out" -)"
}

# hand_over has the jobs of $mine submitted, in a session of its own: that outlives the connection, and whoever would end what the connection has started.
hand_over() {
	if [ $all = false ]; then
		early=false
		printf '%s\n' $mine >"$batch/mine"
	fi
	export dir batch early patience
	tell | setsid sh -c '
		cd "$batch" || exit
		# condor_submit_one NAME submits what is described in NAME; "-": what comes from the shell that makes the files.
		condor_submit_one() {
			timeout $patience condor_submit -terse -single-cluster $1 >$k.out 2>$k.err
			code=$?
			# What was killed may have handed over everything before.
			if [ $code -eq 124 ] || [ $code -ge 128 ]; then
				echo "condor_submit was killed (exit code $code), at the latest after $patience s" >>$k.err
				code=75
			fi
		}
		if [ $early = true ]; then
			k=0
			condor_submit_one -
			# One that could not even begin is done before the files are: what comes ends when they are there.
			[ $code -eq 0 ] || cat >/dev/null
			# Of a description that did not come whole nothing is to be told.
			[ $code -eq 0 ] || [ -e told ] || exit
		else
			# Nothing comes, but the end of it when the files are there.
			read -r nothing
		fi
		[ -e begun ] || exit
		while read -r k kind tasks check; do
			if [ -e mine ]; then
				awk "NR == FNR { mine[\$1]; next } \$1 in mine" mine $k.items >$k.mine
				[ -s $k.mine ] || continue
				mv $k.mine $k.items
			fi
			if [ $check = true ] && timeout 60 condor_submit -dry-run /dev/null $k.sub 2>&1 </dev/null | grep "was unused by condor_submit" >$k.err; then
				echo $k 65 >>failed
				continue
			fi
			[ $early = true ] || {
				condor_submit_one $k.sub </dev/null
			}
			[ $code -eq 0 ] || {
				echo $k $code >>failed
				continue
			}
			IFS=" ." read -r cluster rest <$k.out
			case $cluster in
			"" | *[!0-9]*)
				{ echo "it does not say which cluster the job is:" && head -c 500 $k.out; } >>$k.err
				echo $k 70 >>failed
				continue
				;;
			esac
			# A disk that was full may have cut the last line of the list short. One line is one write: others write to the same file.
			if [ $kind = one ]; then
				read -r token rest <$k.items
				id="$cluster $token $tasks"
				[ $tasks -ne 1 ] || id="$cluster.0 $token 1"
				printf "\n%s\n" "$id" >>"$dir/clusters"
				echo "$id" >$k.ids
			else
				# The shell would read the items a byte at a time.
				awk -v cluster=$cluster "
					BEGIN { list = ENVIRON[\"dir\"] \"/clusters\"; print \"\" >>list }
					{ id = cluster \".\" NR - 1 \" \" \$1 \" 1\"; print id; print id >>list; fflush(list) }
				" $k.items >$k.ids
			fi
			[ ! -e ids ] || { cat ids $k.ids >ids.new && mv -f ids.new $k.ids; }
			mv -f $k.ids ids
		done <groups
	' >/dev/null 2>&1 &
	wait $!
	[ -e "$batch/begun" ] || exit 74
}

# tell makes the files, notes that from now on the schedd may have the jobs, and prints what a condor_submit that was started early waits for. One that does not
# wait any more has its own reason.
tell() {
	trap "" PIPE
	# The schedd keeps a job over a loss of power; so must this.
	files && { [ -e "$log" ] || : >>"$log"; } && date +%s >"$batch/begun" && sync "$batch/begun" "$batch" batches attempts || {
		rm -f "$batch/begun"
		return
	}
	[ $early = false ] || describe 2>/dev/null
	: >"$batch/told"
}

# outcome says what has become of this attempt's own jobs, and in what words each condor_submit failed.
outcome() {
	if [ -e "$batch/ids" ]; then
		case ${mine# } in
		*" "?*) awk '{ print $2, "id", $1 }' "$batch/ids" ;;
		*) read -r id token tasks <"$batch/ids" && echo "$token id $id" ;;
		esac
	fi
	[ -s "$batch/failed" ] || return 0
	while read -r k code; do
		awk -v k="$k" -v code="$code" '{ print $1, "failed", k, code }' "$batch/$k.items"
	done <"$batch/failed"
	while read -r k code; do
		section "err $k"
		cat "$batch/$k.err"
	done <"$batch/failed"
}
