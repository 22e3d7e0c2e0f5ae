package main

import (
	"bytes"
	"context"
	_ "embed"
	"encoding/json"
	"errors"
	"io/fs"
	"strconv"

	"github.com/oceanid/oceanid/sdk/fault"
	"github.com/oceanid/oceanid/sdk/scheduler"
)

//go:embed task.py
var taskScript []byte

// Submit hands the job over, once for each token, however often it is called, from wherever, and wherever it was interrupted:
//
//   - What makes a job of Slurm's the token's one is the link "id" in its record. Only one can ever be made, and nobody needs a lock, which a process
//     that dies would leave behind.
//   - Whoever loses that race takes their own job back; and task.py looks at the link before it runs anything, and makes it itself when nobody has: so
//     a job whose submitter died runs, and a second one never does.
//   - The folder "begun" is there from before the first sbatch. Where it is and the link is not, an earlier attempt may have come through: Slurm's queue is
//     asked for the token before anything is submitted.
func (d *driver) Submit(ctx context.Context, job scheduler.Job) (scheduler.ID, error) {
	if err := refuse(job); err != nil {
		return "", err
	}
	f, err := d.folderOf(ctx, job.Token)
	if err != nil {
		return "", err
	}
	number, err := d.submit(ctx, f, job)
	return scheduler.ID(number), err
}

// submit is Submit with options of sbatch's that not every job has.
func (d *driver) submit(ctx context.Context, f folder, job scheduler.Job, options ...string) (number string, err error) {
	number, err = d.begin(ctx, f, job.Token)
	if err != nil || number != "" {
		return number, err
	}
	if err := d.stage(ctx, f, job); err != nil {
		return "", err
	}
	mine, err := d.sbatch(ctx, f, job, options...)
	if err != nil {
		if final(err) {
			// Slurm has said no, and so has no job: a later attempt need not look for one.
			err = errors.Join(err, d.remove(ctx, f.record(markBegun)))
		}
		return "", err
	}
	return d.commit(ctx, f, mine)
}

func final(err error) bool {
	failed := (*commandError)(nil)
	return errors.As(err, &failed) && fault.Of(err) != fault.Unavailable
}

// begin makes the job's folder, and tells the number of the job if there is one already.
func (d *driver) begin(ctx context.Context, f folder, token string) (number string, err error) {
	if number, err = d.readLink(ctx, f.record(markID)); err != nil || number != "" {
		return number, err
	}
	for _, dir := range []string{f.record(""), f.parts()} {
		if err := d.makeFolder(ctx, dir); err != nil {
			return "", err
		}
	}
	cancelled, err := d.exists(ctx, f.record(markCancelled))
	if err != nil {
		return "", err
	}
	if cancelled {
		return "", fault.Conflict.New("job %s was cancelled before it was handed over", token)
	}
	earlier, err := d.makeOnce(ctx, f.record(markBegun))
	if err != nil || !earlier {
		return "", err
	}
	queue, err := d.queue(ctx)
	if err != nil {
		return "", err
	}
	return d.adopt(ctx, f, queue[token])
}

// adopt makes the oldest job that Slurm has of the token the token's one; "" is none.
func (d *driver) adopt(ctx context.Context, f folder, entries []entry) (number string, err error) {
	oldest := 0
	for _, e := range entries {
		if n, err := strconv.Atoi(e.number); err == nil && (oldest == 0 || n < oldest) {
			oldest = n
		}
	}
	if oldest == 0 {
		return "", nil
	}
	number, err = d.link(ctx, f, strconv.Itoa(oldest))
	if errors.Is(err, fs.ErrNotExist) {
		return "", nil // the job of another work folder
	}
	return number, err
}

// stage writes what task.py reads, and checks that the inputs are there.
func (d *driver) stage(ctx context.Context, f folder, job scheduler.Job) error {
	for _, in := range job.Inputs {
		info, err := with(ctx, d.machine, func(files files) (fs.FileInfo, error) { return files.Stat(f.input(in.Name)) })
		if errors.Is(err, fs.ErrNotExist) || err == nil && info.Size() != in.Size {
			return fault.Conflict.New("inputs: %q has not been uploaded for job %s", in.Name, job.Token)
		}
		if err != nil {
			return err
		}
	}
	what, err := json.Marshal(job)
	if err != nil {
		return err
	}
	if err := d.write(ctx, f, f.job(), 0o600, bytes.NewReader(what)); err != nil {
		return err
	}
	return d.write(ctx, f, f.script(), 0o700, bytes.NewReader(taskScript))
}

// commit makes Slurm's job the token's one, or takes it back when the token has another.
func (d *driver) commit(ctx context.Context, f folder, mine string) (number string, err error) {
	number, err = d.link(ctx, f, mine)
	if err != nil {
		return "", err
	}
	cancelled, err := d.exists(ctx, f.record(markCancelled))
	if err != nil {
		return "", err
	}
	// A cancellation that came in between has not seen the job.
	if number != mine || cancelled {
		err = d.scancel(ctx, []string{mine})
	}
	return number, err
}
