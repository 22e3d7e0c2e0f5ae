# queue_since TIME ATTRIBUTES prints our jobs in the queue whose state has changed since then. Those that are there for an earlier attempt's sake are nobody's.
queue_since() {
	section jobs
	condor_q -constraint "OceanidToken isnt undefined && StageInFinish isnt undefined && EnteredCurrentStatus >= $1" -json -attributes "$2" || exit 69
}

# history_since TIME ATTRIBUTES prints those that have left the queue since then.
history_since() {
	section jobs
	condor_history -constraint "OceanidToken isnt undefined && StageInFinish isnt undefined && EnteredCurrentStatus >= $1" -since "$(left_before $(($1 - 60)))" -json -attributes "$2" || exit 69
}
