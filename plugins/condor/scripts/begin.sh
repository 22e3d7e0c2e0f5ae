# The head of every script that runs on the access point. What it needs of its caller stands before its call, at the end, in variables:
#
#   dir      Oceanid's folder, absolute, of harmless characters
#   log      the job event log in it
#   tools    folder of HTCondor's tools; empty: they are on the PATH
#
# Everything that is printed before the mark is the account's own (a greeting in its .bashrc) and dropped.

LC_ALL=C
export LC_ALL
umask 077
[ -z "$tools" ] || PATH=$tools:$PATH

# section NAME begins a part of the answer.
section() {
	echo "@@ $1"
}
