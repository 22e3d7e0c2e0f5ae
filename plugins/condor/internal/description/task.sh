#!/bin/sh
# One task of an Oceanid job. HTCondor runs it on the execution point, in the scratch directory:
#
#   sh task.sh INDEX [PACKED]   becomes the task; PACKED holds the arguments that only this task has
#   sh task.sh attended INDEX   the same, run by attend
#   sh task.sh gather           afterwards, before the transfer of outputs: packs what the task has left
#
# What this job is, the functions task and outputs say, at the end.

main() {
	# HTCondor need not give a PATH. The shell's own default is better than none.
	PATH=${PATH:-/usr/local/bin:/usr/bin:/bin}
	export PATH
	case $1 in
	gather)
		outputs
		exit
		;;
	attended)
		# What a shell runs beside itself ignores these two.
		reset="--default-signal=INT --default-signal=QUIT"
		env $reset true 2>/dev/null || reset=
		echo $$ >../pid
		packed=$(cat ../packed)
		become "$2" "$packed"
		;;
	esac
	# HTCondor holds a job whose outputs are missing. This one is there whatever becomes of the task.
	: >results.tar
	[ "$live" = false ] || keep
	mkdir -p work && cd work || exit 126
	if [ "$packs" = true ] && post_is_ignored; then
		attend "$@"
	fi
	become "$@"
}

# become INDEX [PACKED] ends in the task.
become() {
	nice=$(command -v nice)
	index=$1
	case $2 in
	=*) eval "set -- $(unpack "${2#=}")" ;;
	*) set -- ;;
	esac
	task "$@"
}

# post_is_ignored tells whether nobody will run this script with gather: since HTCondor 24 an execution point ignores PostCmd, unless its owner lets it.
post_is_ignored() {
	version=$(sed -n 's/^CondorVersion = "$CondorVersion: \([0-9]*\)\..*/\1/p' "$_CONDOR_MACHINE_AD" 2>/dev/null)
	[ "${version:-0}" -ge 24 ]
}

# attend INDEX [PACKED] runs the task, packs what it has left, and ends as it did. A shell cannot tell exit code 128+N from signal N; where awk tells them apart
# (as all of them have for years, by 256+N), it is the task's parent.
attend() {
	printf %s "$2" >../packed
	run="exec /bin/sh ../task.sh attended $1"
	if awk 'BEGIN { exit system("kill -KILL $$") != 256 + 9 }' >/dev/null 2>&1; then
		awk -v run="$run" 'BEGIN { print system(run) >"../ended" }' &
	else
		sh -c "$run" &
	fi
	runs=$!
	for signal in TERM INT HUP USR1 USR2; do
		trap "hand_on $signal" $signal
	done
	while :; do
		wait "$runs"
		status=$?
		# A signal for this script ends wait, and not the task.
		kill -0 "$runs" 2>/dev/null || break
	done
	trap - TERM INT HUP USR1 USR2
	signal=$((status > 128 ? status - 128 : 0))
	if [ -s ../ended ]; then
		read -r status <../ended
		signal=$((status > 255 ? status % 256 : 0))
	fi
	(cd .. && outputs)
	if [ "$signal" -gt 0 ]; then
		kill -s "$signal" $$ 2>/dev/null || kill -"$signal" $$
	fi
	exit "$status"
}

# hand_on SIGNAL gives the task a signal that this script was given.
hand_on() {
	until [ -s ../pid ] || ! kill -0 "$runs" 2>/dev/null; do
		sleep 0.1
	done
	kill -s "$1" "$(cat ../pid)" 2>/dev/null
}

# keep has the task write to files, which HTCondor brings back whole when it has ended. What they hold is shown in the meantime.
keep() {
	: >stdout && : >stderr || exit 126
	exec 3>&1 4>&2 >>stdout 2>>stderr
	show stdout >&3 3>&- 4>&-
	show stderr >&4 3>&- 4>&-
	exec 3>&- 4>&-
}

# show FILE writes what comes into the file, until this process has ended. It is no child of the task, which may wait for all of its own.
show() {
	(tail -c +1 -s 0.2 --pid=$$ -f "$1" </dev/null 2>/dev/null &)
}

# unpack turns each %ooo into the byte that it stands for. What comes out ends in no newline that $() could cut off: it is quoted words.
unpack() {
	IFS=%
	set -f
	set -- $1
	format=$1
	[ $# -eq 0 ] || shift
	for piece; do
		format=$format\\0$piece
	done
	printf %b "$format"
}

# pack packs a manifest, and after it those of the named outputs that are there. The manifest has a line for each regular file, as sha256sum writes it,
# and a line "! …" for whatever could not be read: whoever unpacks knows what must come.
pack() {
	LC_ALL=C
	export LC_ALL
	for output; do
		if [ -e "work/$output" ] || [ -L "work/$output" ]; then
			set -- "$@" "work/$output"
		fi
		shift
	done
	if [ $# -gt 0 ]; then
		find "$@" -type f -exec sha256sum {} + 2>&1
	fi | sed -e 's/^find: /! &/' -e 's/^sha256sum: /! &/' >manifest
	if tar --version 2>&1 | grep -q GNU; then
		tar --format=posix --pax-option=delete=atime,delete=ctime --hard-dereference --sparse --sort=name -b 1 -cf results.tar manifest "$@"
	else
		tar -cf results.tar manifest "$@"
	fi
}
