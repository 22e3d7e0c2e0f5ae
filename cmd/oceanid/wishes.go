package main

import (
	"path/filepath"
	"time"

	"github.com/spf13/cobra"

	"github.com/oceanid/oceanid/sdk/fault"
	"github.com/oceanid/oceanid/sdk/scheduler"
)

// wishes are what the flags of jobs submit say beyond the job: who may see it, whether it was submitted before, and what is done about it by itself.
type wishes struct {
	key, results string
	groups       []string
	queueWait    lasting
	retries      int
}

func (w *wishes) flags(cmd *cobra.Command) {
	f := cmd.Flags()
	f.StringVar(&w.key, "key", "", "a `TEXT` that names this wish: submitted again with it, the job is that of the first time")
	f.StringArrayVar(&w.groups, "group", nil, "a `GROUP` that may see it, for lists; repeatable")
	f.Var(&w.queueWait, "queue-wait", "cancel it when it has not begun after this `TIME`")
	f.IntVar(&w.retries, "retry", 0, "run it again when it fails, `N` times at most")
	f.StringVar(&w.results, "results", "", "bring its outputs to this `FOLDER` when it has ended")
	folders(cmd, "results")
}

// add puts them into a job.
func (w *wishes) add(j *scheduler.Job) (err error) {
	if w.retries < 0 {
		return fault.Invalid.New("--retry cannot be negative")
	}
	j.Key, j.Groups = w.key, w.groups
	j.Policy.QueueWait = time.Duration(w.queueWait)
	if w.retries > 0 {
		j.Policy.Retry = []scheduler.RetryRule{{Limit: w.retries}}
	}
	if w.results != "" {
		j.Policy.Results, err = filepath.Abs(w.results)
	}
	return err
}
