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
tries=0
while [ $tries -lt 240 ]; do
	waits=$(clean "${real%/*}/condor_q" -constraint "$mine && JobStatus == 5 && HoldReasonCode == 16" -limit 1 -autoformat ClusterId 2>/dev/null) && [ -z "$waits" ] && exit 0
	tries=$((tries + 1))
	sleep 0.25
done
echo "the schedd has got the jobs' files, and does not say what has become of them" >&2
exit 75
