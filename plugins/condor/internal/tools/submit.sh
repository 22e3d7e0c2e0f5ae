# condor_submit in two steps: the schedd takes the jobs, on hold, and then what they need; then it releases them. What it says is what is known at the end: exit
# code 75 where that is nothing. Jobs whose files have not come never run; whoever submits them again removes them first (scripts/remote.sh).
case " $* " in
*" -dry-run "*)
	clean "$real" "$@"
	exit
	;;
esac
for description; do :; done
attempt=$(sed -n 's/^My\.OceanidAttempt = "\([a-z0-9]*\)"$/\1/p' "$description")
mine="OceanidAttempt =?= \"$attempt\""
clean "$real" -spool "$@"
code=$?
if [ $code -ne 0 ]; then
	# Its words are about the jobs themselves only where the schedd has none of them.
	there=$(clean "${real%/*}/condor_q" -constraint "$mine" -limit 1 -autoformat ClusterId 2>/dev/null) && [ -z "$there" ] && exit $code
	exit 75
fi
# Somebody may have removed them meanwhile, because their files had not come: whatever is not here, and well, is looked for by who submits again. So is what a schedd
# has that was started since, which gets no files of theirs any more. Where the clocks of the two machines differ that is seen too late, or too early, and costs time only.
tries=0
while [ $tries -lt 240 ]; do
	if there=$(clean "${real%/*}/condor_q" -constraint "$mine" -autoformat JobStatus HoldReasonCode QDate 2>/dev/null); then
		[ -n "$there" ] || break
		taken=$(printf '%s\n' "$there" | sed -n 's/^5 16 //p' | head -n 1)
		[ -n "$taken" ] || exit 0
		if [ $((tries % 8)) -eq 7 ]; then
			started=$(clean "${real%/*}/condor_status" -schedd "$schedd" -autoformat DaemonStartTime 2>/dev/null) || started=
			[ "${started:-0}" -le "$taken" ] || break
		fi
	fi
	tries=$((tries + 1))
	sleep 0.25
done
echo "nothing tells whether the schedd has got the jobs' files" >&2
exit 75
