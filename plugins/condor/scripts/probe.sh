# Each prints what a step of the probe has found, and fails where the step does.

probe_version() {
	section found
	condor_version
}

probe_queue() {
	section found
	condor_q -totals || exit 69
}

probe_directory() {
	section found
	: >"$dir/probe.$$" && rm "$dir/probe.$$" && echo "$dir" || exit 74
	df -Pk "$dir"
}
