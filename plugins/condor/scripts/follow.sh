# follow IDENTITY OFFSET prints the event log from there on, for ever, after a line with its identity and the offset that it begins at. Where the log is
# another one than the caller knows, or shorter than it was, that is its present end.
#
# A log is known by its inode and its time of birth: the inode of a log that was removed is given to the next file.
follow() {
	[ -e "$log" ] || : >>"$log" || exit 74
	set -- "$1" "$2" $(stat -c '%i:%W %s' "$log")
	begin=$2
	[ "$1" = "" ] || { [ "$1" = "$3" ] && [ "$2" -le "$4" ]; } || begin=$4
	section log
	echo "$3 $begin"
	# tail does not notice that nobody listens any more; the end of standard input tells.
	exec 3<&0
	tail -s 0.1 -c +$((begin + 1)) -F "$log" </dev/null &
	tail=$!
	{ cat >/dev/null; kill $tail; } <&3 3<&- >/dev/null 2>&1 &
	listener=$!
	wait $tail
	kill $listener
}
