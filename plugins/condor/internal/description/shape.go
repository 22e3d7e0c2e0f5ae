package description

import (
	"path"

	"github.com/oceanid/oceanid/sdk/scheduler"
)

// Single jobs whose descriptions differ in nothing but the token and the name can be handed over as the processes of one cluster, by one condor_submit: what
// they run, and with what, is in their folders. Others need a condor_submit each: a description with many queue statements is an error since HTCondor 24.

// HasShape tells whether the job can be one process among others.
func HasShape(job scheduler.Job) bool { return job.Tasks() == 1 && !hasOwnArguments(job) }

// Shape is the submit description of any number of such jobs. jobs is the folder that holds theirs, each under its token; at.Dir is not used. The file items has an
// [Item] a line.
func Shape(job scheduler.Job, jobs, items string, at Place) string {
	job.Token = "$(oceanid_token)"
	at.Dir = path.Join(jobs, job.Token)
	d := &lines{}
	d.common(job, at, "$(oceanid_name)")
	d.executable()
	d.WriteString("queue oceanid_token, oceanid_name from " + items + "\n")
	return d.String()
}

// Item is what its Shape does not tell of a job. The name comes last, where blanks and commas mean nothing; it begins and ends with a quote, and so
// nothing of it is trimmed or joined to the next line.
func Item(job scheduler.Job) string { return job.Token + " " + batchName(job) }
