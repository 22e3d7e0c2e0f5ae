package store

import (
	"context"
	"strconv"
	"time"

	"github.com/oceanid/oceanid/sdk/fault"
	"github.com/oceanid/oceanid/sdk/scheduler"
)

// Batch is what one commit writes about the jobs of one scheduler. It is whole: after a crash all of it is there, or nothing.
type Batch struct {
	// Fence is that of the lease under which a follower writes; 0: not as a follower. If another follower has got a lease since, the commit is
	// fault.Conflict and writes nothing.
	Fence int64
	// Cursor, where it is not nil, is kept as the driver's cursor, unless a change of the batch is skipped: the news up to there is not all written
	// then, and the caller sends the cursor again with what it made of the skipped ones.
	Cursor *scheduler.Cursor
	// Changes are changes of jobs that there are, at most one for each job.
	Changes []Change
	// Time is when this happened, for the events. Default: now.
	Time time.Time
}

// Change is the change of one job.
type Change struct {
	// JobID names it.
	JobID string
	// ExpectRevision is the revision that the change was thought out for. If the job has another one the change is skipped and reported.
	ExpectRevision int64
	// Status replaces the job's status.
	Status JobStatus
	// Tasks is the news about its tasks, in order. Counts in Status are the caller's: the store does not count.
	Tasks []TaskChange
	// Quiet changes make no event: nothing moved that anybody waits for, as when only Observed did.
	Quiet bool
}

// Commit writes a batch in one step and answers with the IDs of the jobs whose changes it skipped, since their revision was another one,
// their state is terminal already and the change has another, or they are gone. Everything else in the batch but the cursor is written.
//
// Each change that is not quiet appends one Event to the scheduler's stream, in the batch's order. A change that ends a job gives back what it
// took of the quotas.
func (s *Store) Commit(ctx context.Context, uid string, b Batch) (conflicts []string, err error) {
	if b.Time.IsZero() {
		b.Time = time.Now()
	}
	b.Time = millisecond(b.Time)
	if err := b.check(uid); err != nil {
		return nil, err
	}
	tasks, err := s.planTasks(ctx, uid, b.Changes)
	if err != nil {
		return nil, err
	}
	args, err := s.commitArgs(uid, b, tasks)
	if err != nil {
		return nil, err
	}
	word, rest, err := s.run(ctx, s.scripts.jobsCommit, slot(uid), args...)
	if err != nil {
		return nil, err
	}
	switch word {
	case "ok":
		return rest, nil
	case "fence":
		return nil, behindFence(uid)
	}
	return nil, unexpected(word)
}

// Cursor is the driver's cursor as the last commit left it; "": there is none.
func (s *Store) Cursor(ctx context.Context, uid string) (scheduler.Cursor, error) {
	read := s.client.HMGet(ctx, slot(uid)+"meta", "cursor")
	if err := s.explained(read); err != nil {
		return "", err
	}
	return scheduler.Cursor(texts(read.Val())[0]), nil
}

// check refuses what only a defect of the caller can bring.
func (b Batch) check(uid string) error {
	if err := checkUID(uid); err != nil {
		return err
	}
	seen := make(map[string]bool, len(b.Changes))
	for _, c := range b.Changes {
		if err := ownJob(uid, c.JobID); err != nil {
			return err
		}
		if err := knownState(c.JobID, c.Status.State); err != nil {
			return err
		}
		if seen[c.JobID] {
			return fault.By(fault.Host, fault.Invalid.New("store: two changes of job %s in one batch", c.JobID))
		}
		seen[c.JobID] = true
		for _, t := range c.Tasks {
			if err := knownState(c.JobID, t.State); err != nil {
				return err
			}
			if y := t.Detail.Time.Year(); y < 0 || y > 9999 {
				return fault.Invalid.New("job %s: the time %v of task %d cannot be", c.JobID, t.Detail.Time, t.First)
			}
		}
	}
	return nil
}

// ownJob refuses the job of another scheduler.
func ownJob(uid, id string) error {
	if u, ok := JobScheduler(id); !ok || u != uid {
		return fault.By(fault.Host, fault.Invalid.New("store: job %q is not one of scheduler %s", id, uid))
	}
	return nil
}

func knownState(id string, st scheduler.State) error {
	if _, ok := stateCode(st); !ok {
		return fault.By(fault.Host, fault.Invalid.New("store: job %s: there is no state %q", id, st))
	}
	return nil
}

// commitArgs are the arguments of the script in its order.
func (s *Store) commitArgs(uid string, b Batch, tasks []taskPlan) ([]any, error) {
	a := arguments{list: []any{channel, uid, newNonce(), s.kept, instant(b.Time), b.Fence}}
	if b.Cursor != nil {
		a.put("1", string(*b.Cursor))
	} else {
		a.put("0", "")
	}
	a.put(len(b.Changes))
	for i, c := range b.Changes {
		p := tasks[i]
		a.put(c.JobID, c.ExpectRevision, string(c.Status.State), string(c.Status.Native), c.Status.Run)
		a.json(c.Status)
		if c.Quiet {
			a.put("")
		} else {
			a.json(newEvent(c.JobID, p.tasks, c.ExpectRevision+1, c.Status, c.Tasks, b.Time))
		}
		a.put(p.whole, p.wholeDetail, len(p.runs))
		for _, r := range p.runs {
			a.put(r.First, r.Count, string(r.code))
		}
		a.put(len(p.details))
		for chunk, detail := range p.details {
			a.put(strconv.Itoa(chunk), detail)
		}
	}
	return a.list, a.err
}
