// Command condor is Oceanid's driver for HTCondor.
//
// It uses HTCondor's own tools (condor_submit, condor_q, condor_history, condor_rm, condor_hold, condor_suspend and their likes) and files on an access point,
// over one SSH connection or on this machine, with the rights of an ordinary user. Nothing is installed there.
//
// # A job
//
// An array is one cluster, whose process i is its task i; a single job is one process, and single jobs that arrive together share a cluster. They are handed over
// in one transaction of the schedd by a script that may be repeated and killed at will, with any of the jobs (scripts/submit.sh). The token is a job attribute (OceanidToken), so that the job can be found again, and a note in the event log, so that
// the log itself says whose its news are. How values reach a task exactly: package internal/description.
//
// # Where a job stands
//
// Watch follows one job event log for all jobs: this costs the schedd nothing, and news are there some milliseconds after HTCondor has written
// them. Query is the second opinion, for the log can lose events: it asks the queue once for all jobs, then the history from the newest back to when
// the oldest was submitted, then the log. Only what none of the three knows is lost; what could not be asked is an error.
//
// # Why a task waits
//
// Explain puts each condition of the job to the pool's machines by itself (package internal/match), and looks at what else can keep it waiting. Inspect asks the
// collector what the pool is made of.
//
// # What it cannot do
//
// The tools run on the access point, over SSH or because it is this machine. Tools on this machine against the schedd of another one (-name, with a token) are not
// supported: there is no event log to follow there, and files would have to be spooled.
//
// # What stays
//
// Everything on the access point lies in one folder (see place). A job's part of it stays until Remove.
package main
