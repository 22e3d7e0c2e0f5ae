# remove_jobs TOKEN… deletes what is kept of jobs that have ended, and prints those that somebody is handing over just now. rm follows no link.
remove_jobs() {
	cd "$dir" || exit 74
	mkdir -p attempts batches || exit 74
	section busy
	for token; do
		link=$(links "$token")
		other=${link%%/*}
		if [ -n "$other" ] && [ "$other" != removed ] && under_way "$other"; then
			echo "$token"
			continue
		fi
		# A workflow's lock.
		if [ -e "jobs/$token/lock" ] && ! flock -sn "jobs/$token/lock" true; then
			echo "$token"
			continue
		fi
		# First the link: a submission that comes late finds that the job was removed.
		rm -rf "batches/removing.$$" && mkdir "batches/removing.$$" && ln -s "removed/$token" "batches/removing.$$/" &&
			mv -f "batches/removing.$$/$token" attempts/ && rmdir "batches/removing.$$" && rm -rf -- "jobs/$token" || exit 74
		case $other in
		"" | removed) continue ;;
		esac
		# An attempt's folder goes with its last job, also where it was killed before it knew of each whether it was handed over.
		if [ -e "batches/$other/groups" ]; then
			links $(cat "batches/$other"/*.items | sed 's/ .*//') | grep -q "^$other/"
		else
			needed "$other"
		fi || rm -rf -- "batches/$other"
	done
}

# sweep_attempts deletes what attempts have left that were killed before they handed anything over, or named a job. Who has just made its folder has five
# minutes to take its lock.
sweep_attempts() {
	cd "$dir/batches" 2>/dev/null || return 0
	section swept
	find . -mindepth 1 -maxdepth 1 -type d -mmin +5 | while read -r old; do
		old=${old#./}
		[ -e "$old/begun" ] || under_way "$old" || needed "$old" || { rm -rf -- "$old" && echo "$old"; }
	done
}
