# Who hands a job over, and what has become of it, is told by links and files of Oceanid's folder at any moment:
#
#   attempts/TOKEN -> ATTEMPT/TOKEN   the attempt that hands the job over, or has. ln makes such a link once, whoever else tries to.
#   batches/ATTEMPT/lock              held (flock) by the attempt and its condor_submit, for as long as either lives
#   batches/ATTEMPT/begun             when it began to hand over: from then on the schedd may have its jobs
#   batches/ATTEMPT/ids               lines "ID TOKEN TASKS": what it has handed over; replaced whole
#   jobs/TOKEN/cancelled              somebody has cancelled the job: if it has not been handed over yet, it will not be
#
# A workflow keeps its own lock, begun and cluster in jobs/TOKEN.

# look_up TOKEN… prints "TOKEN is ID" of the jobs that have been handed over, and "TOKEN by ATTEMPT" of those of which only the attempt is known.
look_up() {
	for token; do
		[ ! -s "$dir/jobs/$token/cluster" ] || { read -r id <"$dir/jobs/$token/cluster" && echo "$token is $id"; }
	done
	links "$@" | awk -F/ -v batches="$dir/batches" '
		{ attempt[$2] = $1; seen[$1] }
		END {
			for (a in seen)
				while ((getline line <(batches "/" a "/ids")) > 0) {
					split(line, field, " ")
					id[field[2]] = field[1]
				}
			for (token in attempt)
				print token, (token in id ? "is " id[token] : "by " attempt[token])
		}'
}

# links TOKEN… prints "ATTEMPT/TOKEN" of those that have one.
links() {
	[ ! -d "$dir/attempts" ] || (cd "$dir/attempts" && readlink -- "$@")
}

# needed ATTEMPT tells whether a job's link names the attempt. Links to one that is over become fewer, and never more: where its lock is held, and nobody needs
# it, it can be deleted.
needed() {
	# Where that cannot be found out, it is.
	named=$(find "$dir/attempts" -lname "$1/*") || return 0
	[ -n "$named" ]
}

# under_way ATTEMPT tells whether the attempt, or its condor_submit, still lives. Any number may look at once: those who look share the lock.
under_way() {
	[ -e "$dir/batches/$1/lock" ] && ! flock -sn "$dir/batches/$1/lock" true
}

# settle TOKEN… waits until nobody is handing over one of these jobs.
settle() {
	look_up "$@" | sed -n 's/^.* by //p' | sort -u | while read -r attempt; do
		[ ! -e "$dir/batches/$attempt/lock" ] || flock -sw 30 "$dir/batches/$attempt/lock" true || exit 73
	done || exit 73
	for token; do
		[ -s "$dir/jobs/$token/cluster" ] || [ ! -e "$dir/jobs/$token/lock" ] || flock -sw 30 "$dir/jobs/$token/lock" true || exit 73
	done
}

# first_begun TOKEN… prints when the first of these jobs was handed over, in seconds since 1970; nothing where that is not known of each.
first_begun() {
	wanted=$#
	{
		for token; do
			[ ! -s "$dir/jobs/$token/begun" ] || { read -r at <"$dir/jobs/$token/begun" && echo "$at"; }
		done
		links "$@" | awk -F/ -v batches="$dir/batches" '(getline at <(file = batches "/" $1 "/begun")) > 0 { print at; close(file) }'
	} | awk -v wanted="$wanted" '/^[0-9]+$/ { n++; if (!first || $1 < first) first = $1 } END { if (n == wanted && n) print first }'
}

# keep FOLDER FILE adds the identifiers in FILE to those of the attempt in FOLDER. Both are below $dir, where the caller is.
keep() {
	[ -s "$2" ] || return 0
	# A disk that was full may have cut the last line short.
	{ echo && cat "$2"; } >>clusters
	cat "$1/ids" "$2" >"$1/ids.new" 2>/dev/null
	mv -f "$1/ids.new" "$1/ids" || exit 74
}
