package host

import (
	"context"
	"io"

	"github.com/oceanid/oceanid/internal/results"
	"github.com/oceanid/oceanid/sdk/fault"
	"github.com/oceanid/oceanid/sdk/scheduler"
)

// Logs writes what one task wrote to its standard output, or error, to w. With o.Follow it goes on until the task has ended. The tasks of a workflow are
// those of its nodes, one node after the other: [Node] says which is the first.
func (j *Job) Logs(ctx context.Context, o scheduler.LogOptions, w io.Writer) error {
	_, ref, err := j.ref(ctx)
	if err != nil {
		return err
	}
	if o.Task < 0 || o.Task >= ref.Tasks {
		return fault.NotFound.New("job %s has tasks 0 to %d, not %d", j.ID, ref.Tasks-1, o.Task)
	}
	c, err := j.host.caller(ctx, j.uid)
	if err != nil {
		return err
	}
	return c.Logs(ctx, ref, o, w)
}

// Sums is the name of the manifest that Download writes: the digest of each file, as sha256sum -c reads it.
const Sums = results.Sums

// Download brings the job's results into dir, which is made if it is missing: for a job of one task as dir/OUTPUT, for an array as dir/TASK/OUTPUT; for
// a workflow as dir/NODE/OUTPUT or dir/NODE/TASK/OUTPUT, and in a workflow within it as dir/NODE/NODE/… . Each file appears whole and with its digest checked, or not at all; one that was there before is replaced, unless it is there whole already, by its size, time
// and digest: so a download that broke goes on where it broke. Nothing is written outside dir, whatever the pool says. It returns what was brought, which dir/SHA256SUMS lists as well. An output that is not a regular file, or too strange a name, is an error that
// names it, and loses no other.
//
// The results step that a job's policy asks for (see [Results]) brings them in the same way. Where some files were refused it has "failed", and its Reason names them: it
// is not "fetched", for not all is there, and it is not tried again, for the same would be refused. What was brought stays, verified. A step that breaks goes on; ten tries
// that bring nothing new are its end.
func (j *Job) Download(ctx context.Context, dir string, q scheduler.FileQuery) ([]scheduler.File, error) {
	return j.DownloadWith(ctx, dir, q, func(scheduler.File, int64) {})
}

// DownloadWith is Download for who wants to see how it goes: it reports each file with how many bytes of it are there, often while it comes, and once more with its
// digest when it is whole. It calls report from one goroutine.
func (j *Job) DownloadWith(ctx context.Context, dir string, q scheduler.FileQuery, report func(f scheduler.File, have int64)) ([]scheduler.File, error) {
	job, ref, err := j.ref(ctx)
	if err != nil {
		return nil, err
	}
	c, err := j.host.caller(ctx, j.uid)
	if err != nil {
		return nil, err
	}
	var files []scheduler.File
	_, err = results.Bring(ctx, c, ref, q, dir, results.NewLayout(job.Workflow, job.Tasks), results.Options{Report: func(f scheduler.File, have int64) {
		if f.SHA256 != "" {
			files = append(files, f)
		}
		report(f, have)
	}})
	return files, err
}
