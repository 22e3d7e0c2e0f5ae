// Command condor is Oceanid's driver for HTCondor.
//
// It uses HTCondor's own tools (condor_submit, condor_q, condor_history, condor_rm, condor_hold, condor_suspend and their likes) and files on an access point,
// over one SSH connection, on this machine, or from this machine with a token, with the rights of an ordinary user. Nothing is installed there.
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
// # By a token only
//
// HTCondor's tools on this machine can speak to the schedd of another one (package internal/tools), where no shell is to be had. Everything is as above, with the
// folder on this machine, but for four things. Files go to the schedd with a job, in a second step of condor_submit, and what a task leaves waits there until
// somebody asks for it, for ten days. There is no event log: Watch asks the queue for what has changed, every two seconds. Arrays are never made little by little,
// and have at most 10 000 tasks. There are no workflows, for DAGMan is a job that runs on the access point, on files that lie there.
//
// # What stays
//
// Everything on the access point lies in one folder (see place). A job's part of it stays until Remove.
package main
