# Each prints what a step of the probe has found, and fails where the step does.

# probe_tools looks for what the other scripts call. Of some they use what POSIX does not ask for.
probe_tools() {
	section found
	missing=
	for tool in awk base64 cat cp cut date df find flock grep head ls mkdir mv readlink rm sed setsid sleep sort stat sync tac tail tar tee timeout tr xargs \
		condor_continue condor_history condor_hold condor_q condor_qedit condor_release condor_rm condor_submit condor_submit_dag condor_suspend condor_version; do
		command -v "$tool" >/dev/null 2>&1 || missing="$missing $tool"
	done
	stat -c "%i:%W %s" "$dir" >/dev/null 2>&1 || missing="$missing stat(-c)"
	find "$dir" -maxdepth 0 -newermt @0 >/dev/null 2>&1 || missing="$missing find(-newermt)"
	tar -cf - --no-recursion --ignore-failed-read -T /dev/null >/dev/null 2>&1 || missing="$missing tar(-T)"
	[ -z "$missing" ] || {
		echo "missing on the PATH that a command gets there ($PATH):$missing" >&2
		exit 127
	}
	echo "all that is needed"
}

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
