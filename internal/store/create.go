package store

import (
	"context"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/oceanid/oceanid/sdk/fault"
	"github.com/oceanid/oceanid/sdk/scheduler"
)

// Creation is a new job.
type Creation struct {
	// Job has its ID (of JobID), Scheduler, Type, Spec or Spec and Workflow, and Status. What Created and Tasks leave out is filled in; a Status without a
	// State is Pending.
	Job Job
	// Quotas are those that the job must find room in.
	Quotas []Quota
	// Adopt is for a job that was found at its pool: it is counted, but no quota refuses it, and a later Create with its ID, whatever it asks for, finds
	// it as the one that it means.
	Adopt bool
}

// Created is what became of one Creation.
type Created struct {
	// ID is the job's.
	ID string
	// Existing says that it was there already: an earlier Create made it, of the same content.
	Existing bool
	// Err says why there is no such job now: fault.Exhausted (a quota is full: which, and by how much), or fault.Conflict (the ID belongs to a job of
	// other content, or to one that is deleted).
	Err error
}

// Create keeps new jobs of one scheduler, in one step and one round trip, and says of each, at the same places, what became of it. Each that was made
// appends one Event. An error means that nothing was decided about any of them; Create may be called again with the same ones, and finds as Existing
// those that had been made all the same. A scheduler that is deleted takes no new jobs: fault.Conflict.
func (s *Store) Create(ctx context.Context, uid string, jobs []Creation, now time.Time) ([]Created, error) {
	if now.IsZero() {
		now = time.Now()
	}
	now = millisecond(now)
	jobs = slices.Clone(jobs)
	for i := range jobs {
		jobs[i].Job.complete(now)
	}
	if err := checkCreations(uid, jobs); err != nil {
		return nil, err
	}
	if len(jobs) == 0 {
		return nil, nil
	}
	a := arguments{list: []any{channel, uid, newNonce(), s.kept, instant(now), len(jobs)}}
	for _, c := range jobs {
		c.put(&a, now)
	}
	if a.err != nil {
		return nil, a.err
	}
	word, rest, err := s.run(ctx, s.scripts.jobsCreate, slot(uid), a.list...)
	if err != nil {
		return nil, err
	}
	if word == "closed" {
		return nil, fault.Conflict.New("scheduler %s is deleted and takes no new jobs", uid)
	}
	if word != "ok" || len(rest) != len(jobs) {
		return nil, unexpected(word)
	}
	made := make([]Created, len(jobs))
	for i, c := range jobs {
		made[i] = c.outcome(rest[i])
	}
	return made, nil
}

// complete fills in what a new job may leave to the store.
func (j *Job) complete(now time.Time) {
	if j.Created.IsZero() {
		j.Created = now
	}
	j.Created = millisecond(j.Created)
	if j.Status.State == "" {
		j.Status.State = scheduler.Pending
	}
	if j.Tasks == 0 && j.Workflow != nil {
		j.Tasks = j.Workflow.Tasks()
	} else if j.Tasks == 0 {
		j.Tasks = j.Spec.Tasks()
	}
}

// checkCreations refuses what only a defect of the caller can bring, and sizes that nothing could keep.
func checkCreations(uid string, jobs []Creation) error {
	if err := checkUID(uid); err != nil {
		return err
	}
	for _, c := range jobs {
		j := c.Job
		if err := ownJob(uid, j.ID); err != nil {
			return err
		}
		if j.Tasks < 1 || j.Tasks > mostTasks {
			return fault.Invalid.New("job %q: %d tasks: there must be 1 to %d", j.Spec.Name, j.Tasks, mostTasks)
		}
		if err := knownState(j.ID, j.Status.State); err != nil {
			return err
		}
		if key := j.Spec.Key; key != "" && j.ID != JobID(uid, key, time.Time{}) {
			return fault.By(fault.Host, fault.Invalid.New("store: job %s has the key %q and not its identifier", j.ID, key))
		}
	}
	return nil
}

// put adds the creation to the arguments of the script.
func (c Creation) put(a *arguments, now time.Time) {
	j := c.Job
	code, _ := stateCode(j.Status.State)
	a.put(j.ID, j.member(), j.Spec.User, string(j.Status.State), string(j.Status.Native), j.Status.Run, j.Created.UnixMilli(), j.Tasks, string(code))
	if c.Adopt {
		a.put("")
	} else {
		a.put(j.digest())
	}
	a.json(j.light())
	a.json(jobSpec{j.Spec, j.Workflow})
	a.json(j.Status)
	a.json(newEvent(j.ID, j.Tasks, 1, j.Status, nil, now))
	indexes := j.constantIndexes()
	a.put(len(indexes))
	for _, name := range indexes {
		a.put(name)
	}
	if c.Adopt {
		a.put(0)
		return
	}
	a.put(len(c.Quotas))
	for _, q := range c.Quotas {
		a.put(q.Of, q.Jobs, q.Tasks)
	}
}

// outcome reads what the script says about a creation.
func (c Creation) outcome(said string) Created {
	made := Created{ID: c.Job.ID}
	word, rest, _ := strings.Cut(said, ":")
	switch word {
	case "made":
	case "existing":
		made.Existing = true
	case "other":
		made.Err = fault.Conflict.New("%s is that of job %s, which was asked for with other content: give the new job a key of its own", c.Job.called(), c.Job.ID)
	case "deleted":
		made.Err = fault.Conflict.New("%s was used by job %s, which is deleted: give the new job a key of its own", c.Job.called(), c.Job.ID)
	case "jobs", "tasks":
		n, used, _ := strings.Cut(rest, ":")
		i, err := strconv.Atoi(n)
		if err != nil || i < 1 || i > len(c.Quotas) {
			made.Err = unexpected(said)
			break
		}
		made.Err = c.Quotas[i-1].full(word, used, c.Job.Tasks)
	default:
		made.Err = unexpected(said)
	}
	return made
}

// called names the wish that a job is.
func (j Job) called() string {
	if j.Spec.Key != "" {
		return "the key " + strconv.Quote(j.Spec.Key)
	}
	return "the identifier " + j.ID
}
