package store

import (
	"context"
	"encoding/json"
	"strconv"
	"time"

	"github.com/redis/go-redis/v9"

	"github.com/oceanid/oceanid/sdk/fault"
	"github.com/oceanid/oceanid/sdk/scheduler"
)

// TaskChange is the news about a run of neighbouring tasks that are alike.
type TaskChange struct {
	// First is the index of the first one, Count how many; 0 is read as 1.
	First int `json:"first"`
	Count int `json:"count,omitempty"`
	// State is where they stand now.
	State scheduler.State `json:"state"`
	// Detail is what else is to be said about each of them.
	Detail TaskDetail `json:"detail,omitzero"`
}

// TaskDetail is what there may be to say about a task. Of succeeded tasks that have no Reason it is kept only in jobs of at most 1024 tasks.
type TaskDetail struct {
	Reason string          `json:"reason,omitempty"`
	Native string          `json:"native,omitempty"`
	Cause  scheduler.Cause `json:"cause,omitempty"`
	Exit   *scheduler.Exit `json:"exit,omitempty"`
	Node   string          `json:"node,omitempty"`
	// Time is when the state began; zero: unknown.
	Time time.Time `json:"time,omitzero"`
}

// Task is one task of a job.
type Task struct {
	// Index counts from 0.
	Index int `json:"index"`
	// State is where it stands.
	State scheduler.State `json:"state"`
	TaskDetail
}

// Tasks are up to count tasks of a job from first on, fewer at the job's end, as they were at one moment. A job that is not there is
// fault.NotFound.
func (s *Store) Tasks(ctx context.Context, jobID string, first, count int) ([]Task, error) {
	first, count = max(first, 0), min(max(count, 0), mostTasks)
	wanted := map[int]bool{}
	var runs []detailRun
	base, states, err := s.readTasks(ctx, jobID, first, max(count, 1), func(uid string, have int, tasks int) (err error) {
		for chunk := first / chunkTasks; chunk*chunkTasks < min(first+count, tasks); chunk++ {
			wanted[chunk] = true
		}
		runs, err = s.detailRuns(ctx, uid, jobID, wanted, have)
		return err
	})
	if err != nil {
		return nil, err
	}
	// GETRANGE cannot ask for nothing, so that one byte too many may have come.
	count = max(min(count, base.tasks-first), 0)
	tasks := make([]Task, count)
	for i := range tasks {
		tasks[i] = Task{Index: first + i, State: base.state, TaskDetail: base.detail}
		if i < len(states) && states[i] != 0 {
			tasks[i] = Task{Index: first + i, State: codeState(states[i])}
		}
	}
	for _, r := range runs {
		for t := max(r.First, first); t < min(r.First+r.Count, first+count); t++ {
			tasks[t-first].TaskDetail = r.Detail
		}
	}
	return tasks, nil
}

// TaskStates are the states of all tasks of a job, and the revision of the job that they belong to.
func (s *Store) TaskStates(ctx context.Context, jobID string) (TaskStates, int64, error) {
	base, own, err := s.readTasks(ctx, jobID, 0, mostTasks, nil)
	if err != nil {
		return nil, 0, err
	}
	states := NewTaskStates(base.tasks, base.state)
	for i := range min(len(own), len(states)) {
		if own[i] != 0 {
			states[i] = own[i]
		}
	}
	return states, base.revision, nil
}

// taskBase is what a job's record says about its tasks.
type taskBase struct {
	revision int64
	tasks    int
	state    scheduler.State
	detail   TaskDetail
}

// readTasks reads a job's base and the bytes of some tasks; with more, which may read more, as it was at one moment: when the job's revision moved
// meanwhile, it begins again.
func (s *Store) readTasks(ctx context.Context, jobID string, first, count int, more func(uid string, details, tasks int) error) (base taskBase, states string, err error) {
	uid, ok := JobScheduler(jobID)
	if !ok {
		return base, "", noSuchJob(jobID)
	}
	key := slot(uid) + "job:" + jobID
	const tries = 10
	for range tries {
		var record *redis.SliceCmd
		var bytes *redis.StringCmd
		var details *redis.IntCmd
		if err := s.pipeline(ctx, func(p redis.Pipeliner) error {
			record = p.HMGet(ctx, key, "rev", "tasks", "base", "base_detail")
			bytes = p.GetRange(ctx, slot(uid)+"tasks:"+jobID, int64(first), int64(first+count)-1)
			details = p.HLen(ctx, slot(uid)+"detail:"+jobID)
			return nil
		}); err != nil {
			return base, "", err
		}
		v := texts(record.Val())
		if v[0] == "" || v[2] == "" {
			return base, "", noSuchJob(jobID)
		}
		base = taskBase{revision: integer(v[0]), tasks: int(integer(v[1])), state: codeState(v[2][0])}
		if v[3] != "" {
			if err := json.Unmarshal([]byte(v[3]), &base.detail); err != nil {
				return base, "", brokenJob(jobID, err)
			}
		}
		if more != nil {
			if err := more(uid, int(details.Val()), base.tasks); err != nil {
				return base, "", err
			}
		}
		now := s.client.HGet(ctx, key, "rev")
		if err := s.explained(now); err != nil {
			return base, "", err
		}
		if now.Val() == v[0] {
			return base, bytes.Val(), nil
		}
	}
	return base, "", fault.By(fault.Host, fault.Unavailable.New("store: job %s changes faster than it can be read", jobID))
}

// detailRuns reads the details of some chunks of tasks, of which the job has so many.
func (s *Store) detailRuns(ctx context.Context, uid, jobID string, wanted map[int]bool, have int) ([]detailRun, error) {
	if have == 0 || len(wanted) == 0 {
		return nil, nil
	}
	key := slot(uid) + "detail:" + jobID
	var chunks []string
	if len(wanted) >= have {
		all := s.client.HGetAll(ctx, key)
		if err := s.explained(all); err != nil {
			return nil, err
		}
		for name, value := range all.Val() {
			if n, err := strconv.Atoi(name); err == nil && wanted[n] {
				chunks = append(chunks, value)
			}
		}
	} else {
		names := make([]string, 0, len(wanted))
		for n := range wanted {
			names = append(names, strconv.Itoa(n))
		}
		some := s.client.HMGet(ctx, key, names...)
		if err := s.explained(some); err != nil {
			return nil, err
		}
		chunks = texts(some.Val())
	}
	var runs []detailRun
	for _, text := range chunks {
		if text == "" {
			continue
		}
		var some []detailRun
		if err := json.Unmarshal([]byte(text), &some); err != nil {
			return nil, brokenJob(jobID, err)
		}
		runs = append(runs, some...)
	}
	return runs, nil
}
