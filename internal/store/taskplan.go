package store

import (
	"context"
	"encoding/json"
	"maps"

	"github.com/redis/go-redis/v9"

	"github.com/oceanid/oceanid/sdk/fault"
	"github.com/oceanid/oceanid/sdk/scheduler"
)

// How the states of tasks are kept, so that a million tasks are about a megabyte at most, and nothing as long as they are all alike.
//
// A job has a base state. A string has a byte for each task that differs from it, 0 for the others; it is as long as the last of those needs. When
// all tasks change at once they become the base, and the string goes away; where very many do, they may become the base as well, and the others get bytes of
// their own. Details are kept in chunks of tasks, in each chunk as runs of tasks that have the same to say. A chunk is changed by reading it here and
// writing it whole: the revision that the commit expects guards that.
const (
	chunkTasks = 64
	// detailedTasks is the size up to which a job keeps the details of tasks that succeeded without a reason given.
	detailedTasks = 1024
	mostTasks     = 100_000_000
)

// taskPlan is what one change does to a job's tasks, in the script's terms.
type taskPlan struct {
	tasks              int    // the job's; 0: none of them changes
	whole, wholeDetail string // the new base, or ""
	runs               []taskRun
	details            map[int]string // chunk → its runs; "": nothing to say any more
}

type taskRun struct {
	First, Count int
	code         byte
}

// detailRun is how details stand in a chunk.
type detailRun struct {
	First  int        `json:"n"`
	Count  int        `json:"c"`
	Detail TaskDetail `json:"d"`
}

// planTasks reads what there is and plans what becomes of it, for each change.
func (s *Store) planTasks(ctx context.Context, uid string, changes []Change) ([]taskPlan, error) {
	plans := make([]taskPlan, len(changes))
	sizes, err := s.jobSizes(ctx, uid, changes)
	if err != nil {
		return nil, err
	}
	for i, c := range changes {
		if sizes[i].tasks == 0 {
			continue // nothing to do, or the job is gone and the script says so
		}
		if err := checkTasks(c, sizes[i].tasks); err != nil {
			return nil, err
		}
		p := &plans[i]
		p.tasks = sizes[i].tasks
		rest := p.takeWhole(c.Tasks, sizes[i].tasks)
		chunks := map[int][]*TaskDetail{}
		touched := map[int]bool{}
		if p.whole == "" {
			var kept map[int][]*TaskDetail
			if rest, kept, err = s.rebase(ctx, uid, c.JobID, p, rest, sizes[i].details); err != nil {
				return nil, err
			}
			for chunk, slots := range kept {
				chunks[chunk], touched[chunk] = slots, true
			}
		}
		if p.whole == "" && sizes[i].details > 0 {
			if chunks, err = s.readDetails(ctx, uid, c.JobID, rest, sizes[i].details); err != nil {
				return nil, err
			}
		}
		p.apply(rest, sizes[i].tasks, chunks, touched)
	}
	return plans, nil
}

type jobSize struct{ tasks, details int }

// jobSizes are the numbers of tasks and of chunks with details, of those jobs whose tasks change.
func (s *Store) jobSizes(ctx context.Context, uid string, changes []Change) ([]jobSize, error) {
	sizes := make([]jobSize, len(changes))
	for start := 0; start < len(changes); start += pipelined {
		some := changes[start:min(start+pipelined, len(changes))]
		tasks := make([]*redis.SliceCmd, len(some))
		details := make([]*redis.IntCmd, len(some))
		if err := s.pipeline(ctx, func(p redis.Pipeliner) error {
			for i, c := range some {
				if len(c.Tasks) > 0 {
					tasks[i] = p.HMGet(ctx, slot(uid)+"job:"+c.JobID, "tasks")
					details[i] = p.HLen(ctx, slot(uid)+"detail:"+c.JobID)
				}
			}
			return nil
		}); err != nil {
			return nil, err
		}
		for i := range some {
			if tasks[i] != nil {
				sizes[start+i] = jobSize{tasks: int(integer(texts(tasks[i].Val())[0])), details: int(details[i].Val())}
			}
		}
	}
	return sizes, nil
}

func checkTasks(c Change, tasks int) error {
	for _, t := range c.Tasks {
		if t.First < 0 || t.Count < 0 || t.First+max(t.Count, 1) > tasks {
			return fault.By(fault.Host, fault.Invalid.New("store: job %s has %d tasks: a change of %d from %d on is out of range", c.JobID, tasks, max(t.Count, 1), t.First))
		}
	}
	return nil
}

// takeWhole finds the last change of all tasks, which makes void what was before it, and gives those after it.
func (p *taskPlan) takeWhole(changes []TaskChange, tasks int) (rest []TaskChange) {
	for i := len(changes) - 1; i >= 0; i-- {
		c := changes[i]
		if c.First != 0 || max(c.Count, 1) != tasks {
			continue
		}
		code, _ := stateCode(c.State)
		p.whole = string(code)
		if worthKeeping(c, tasks) {
			p.wholeDetail = mustJSON(c.Detail)
		}
		return changes[i+1:]
	}
	return changes
}

// apply plans changes of some tasks. chunks are the details that there are, of which those that are touched must be written.
func (p *taskPlan) apply(changes []TaskChange, tasks int, chunks map[int][]*TaskDetail, touched map[int]bool) {
	for _, c := range changes {
		n := max(c.Count, 1)
		code, _ := stateCode(c.State)
		p.runs = append(p.runs, taskRun{c.First, n, code})
		var detail *TaskDetail
		if worthKeeping(c, tasks) {
			detail = &c.Detail
		}
		for task, end := c.First, c.First+n; task < end; {
			chunk := task / chunkTasks
			stop := min((chunk+1)*chunkTasks, end)
			if chunks[chunk] == nil && detail != nil {
				chunks[chunk] = make([]*TaskDetail, chunkTasks)
			}
			if slots := chunks[chunk]; slots != nil {
				for t := task; t < stop; t++ {
					// A chunk with nothing new to say need not be written again.
					if slots[t%chunkTasks] != nil || detail != nil {
						touched[chunk] = true
					}
					slots[t%chunkTasks] = detail
				}
			}
			task = stop
		}
	}
	p.details = make(map[int]string, len(touched))
	for chunk := range maps.Keys(touched) {
		p.details[chunk] = encodeDetails(chunk, chunks[chunk])
	}
}

// worthKeeping tells whether there is anything to say about a task that the state does not say.
func worthKeeping(c TaskChange, tasks int) bool {
	if c.Detail == (TaskDetail{}) {
		return false
	}
	return c.State != scheduler.Succeeded || c.Detail.Reason != "" || tasks <= detailedTasks
}

// encodeDetails joins neighbours that have the same to say; "" is nothing at all.
func encodeDetails(chunk int, slots []*TaskDetail) string {
	var runs []detailRun
	for i, d := range slots {
		if d == nil {
			continue
		}
		task := chunk*chunkTasks + i
		if last := len(runs) - 1; last >= 0 && runs[last].First+runs[last].Count == task && runs[last].Detail.equal(*d) {
			runs[last].Count++
			continue
		}
		runs = append(runs, detailRun{First: task, Count: 1, Detail: *d})
	}
	if len(runs) == 0 {
		return ""
	}
	return mustJSON(runs)
}

func (d TaskDetail) equal(o TaskDetail) bool {
	sameExit := d.Exit == o.Exit || d.Exit != nil && o.Exit != nil && *d.Exit == *o.Exit
	return sameExit && d.Reason == o.Reason && d.Native == o.Native && d.Cause == o.Cause && d.Node == o.Node && d.Time.Equal(o.Time)
}

// readDetails reads the chunks that the changes touch, as far as there are any.
func (s *Store) readDetails(ctx context.Context, uid, jobID string, changes []TaskChange, have int) (map[int][]*TaskDetail, error) {
	wanted := map[int]bool{}
	for _, c := range changes {
		for chunk := c.First / chunkTasks; chunk <= (c.First+max(c.Count, 1)-1)/chunkTasks; chunk++ {
			wanted[chunk] = true
		}
	}
	runs, err := s.detailRuns(ctx, uid, jobID, wanted, have)
	if err != nil {
		return nil, err
	}
	chunks := map[int][]*TaskDetail{}
	for _, r := range runs {
		chunk := r.First / chunkTasks
		if chunks[chunk] == nil {
			chunks[chunk] = make([]*TaskDetail, chunkTasks)
		}
		for t := r.First; t < r.First+r.Count; t++ {
			chunks[chunk][t%chunkTasks] = &r.Detail
		}
	}
	return chunks, nil
}

// mustJSON marshals details, which always can be: Batch.check has seen to their times.
func mustJSON(v any) string {
	text, _ := json.Marshal(v)
	return string(text)
}
