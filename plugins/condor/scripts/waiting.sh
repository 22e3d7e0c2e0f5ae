# waiting CONSTRAINT prints the ad of the job, and what it asks for in numbers: processors, MiB of memory, KiB of disk, graphics processors, when it is to begin.
waiting() {
	section job
	condor_q -constraint "$1" -limit 1 -json || exit 69
	section asks
	condor_q -constraint "$1" -limit 1 -autoformat RequestCpus RequestMemory RequestDisk RequestGPUs DeferralTime JobPrio || exit 69
}

# surroundings BEFORE LIMIT CONDITION… prints what the job waits among: the slots, and which of the conditions each meets; how many tasks its owner has
# before it (BEFORE finds them); whether the negotiator answers; what LIMIT is, where one is named.
surroundings() {
	before=$1
	limit=$2
	shift 2
	section slots
	condor_status -constraint 'SlotType =!= "Dynamic"' -autoformat PartitionableSlot State Cpus TotalSlotCpus Memory TotalSlotMemory Disk TotalSlotDisk GPUs TotalSlotGPUs "$@" || exit 69
	section before
	condor_q -constraint "$before" -totals | grep '^Total for'
	section everybody
	condor_q -allusers -constraint 'JobStatus == 1' -totals | grep '^Total for query'
	section negotiator
	timeout 10 condor_userprio -allusers -autoformat Name 2>&1 && echo "@ answers"
	section limit
	[ -z "$limit" ] || timeout 10 condor_config_val -negotiator "$limit" 2>/dev/null
	:
}

# refusals JOB prints how many slots would take the job and how many refuse it by their own rules.
refusals() {
	section refusals
	timeout 60 condor_q -better-analyze -mconstraint 'SlotType =!= "Dynamic"' "$1" || exit 69
}
