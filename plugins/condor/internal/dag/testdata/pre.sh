#!/bin/sh
cd /home/ada/.oceanid/jobs/t-1-0/work || exit 126
OCEANID_NODE_RETRY=$1 OCEANID_NODE_EXIT=$2
export OCEANID_NODE_RETRY
[ $# -lt 2 ] || export OCEANID_NODE_EXIT
exec /bin/pre 'a
JOB b' </dev/null >>../logs/scripts 2>&1
