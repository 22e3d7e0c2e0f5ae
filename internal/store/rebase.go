package store

import (
	"context"
	"encoding/json"

	"github.com/redis/go-redis/v9"
)

// leastRebased is how many tasks must have the same to say for it to be worth a look whether they should be the base: of fewer the details are
// few chunks.
const leastRebased = 16 * chunkTasks

// rebase makes the tasks of one change the base, where so many have the same to say at once that it would be told in chunk after chunk: of ten million tasks
// that are cancelled while they wait, in 156 250 of them. The others get bytes of their own, and keep their details. It is not done where that
// would be more to write. It gives the changes that are left to be applied, and the details that there are then, of which all must be written.
func (s *Store) rebase(ctx context.Context, uid, jobID string, p *taskPlan, changes []TaskChange, details int) ([]TaskChange, map[int][]*TaskDetail, error) {
	at := greatest(changes, p.tasks)
	if at < 0 {
		return changes, nil, nil
	}
	c := changes[at]
	first, end := c.First, c.First+c.Count
	others, base, err := s.otherTasks(ctx, uid, jobID, first, end, p.tasks)
	if err != nil {
		return nil, nil, err
	}
	told := 0 // chunks of others that have what is to be said of the base as it is
	if base.detail != (TaskDetail{}) {
		for _, r := range others {
			if r.ofBase {
				told += r.Count/chunkTasks + 1
			}
		}
	}
	if len(others)+details+told > c.Count/chunkTasks {
		return changes, nil, nil
	}
	chunks := map[int][]*TaskDetail{}
	if details > 0 {
		if chunks, err = s.readDetails(ctx, uid, jobID, []TaskChange{{First: 0, Count: p.tasks}}, details); err != nil {
			return nil, nil, err
		}
		for chunk, slots := range chunks {
			for i := range slots {
				if task := chunk*chunkTasks + i; task >= first && task < end {
					slots[i] = nil
				}
			}
		}
	}
	for _, r := range others {
		if r.ofBase && told > 0 {
			keepBase(chunks, r.taskRun, base.detail)
		}
		p.runs = append(p.runs, r.taskRun)
	}
	code, _ := stateCode(c.State)
	p.whole, p.wholeDetail = string(code), mustJSON(c.Detail)
	var rest []TaskChange
	for _, before := range changes[:at] {
		rest = append(rest, outside(before, first, end)...)
	}
	return append(rest, changes[at+1:]...), chunks, nil
}

// greatest is the place of the change with the most tasks that have something to say, or -1 where that are too few.
func greatest(changes []TaskChange, tasks int) int {
	at, most := -1, leastRebased-1
	for i, c := range changes {
		if c.Count > most && worthKeeping(c, tasks) {
			at, most = i, c.Count
		}
	}
	return at
}

// otherRun are neighbouring tasks that are in one state; ofBase: they are like the base, and have no byte.
type otherRun struct {
	taskRun
	ofBase bool
}

// otherTasks reads the states of the tasks before first and from end on, and the base that they have.
func (s *Store) otherTasks(ctx context.Context, uid, jobID string, first, end, tasks int) ([]otherRun, taskBase, error) {
	var base taskBase
	var record *redis.SliceCmd
	var before, behind *redis.StringCmd
	key := slot(uid) + "tasks:" + jobID
	if err := s.pipeline(ctx, func(p redis.Pipeliner) error {
		record = p.HMGet(ctx, slot(uid)+"job:"+jobID, "base", "base_detail")
		// An end before the beginning gives nothing, but for -1, which is the last one.
		before = p.GetRange(ctx, key, 0, int64(max(first, 1))-1)
		behind = p.GetRange(ctx, key, int64(end), int64(tasks))
		return nil
	}); err != nil {
		return nil, base, err
	}
	v := texts(record.Val())
	if v[0] == "" {
		return nil, base, noSuchJob(jobID)
	}
	base.state = codeState(v[0][0])
	if v[1] != "" {
		if err := json.Unmarshal([]byte(v[1]), &base.detail); err != nil {
			return nil, base, brokenJob(jobID, err)
		}
	}
	runs := appendRuns(nil, before.Val(), 0, first, v[0][0])
	return appendRuns(runs, behind.Val(), end, tasks-end, v[0][0]), base, nil
}

// appendRuns adds the runs of count tasks from first on, whose bytes these are as far as they go.
func appendRuns(runs []otherRun, codes string, first, count int, base byte) []otherRun {
	for i := 0; i < count; {
		run := otherRun{taskRun: taskRun{First: first + i, Count: count - i, code: base}, ofBase: true}
		if i < len(codes) {
			n := i + 1
			for n < min(count, len(codes)) && codes[n] == codes[i] {
				n++
			}
			if codes[i] != 0 {
				run.code, run.ofBase = codes[i], false
			}
			if codes[i] != 0 || n < len(codes) {
				run.Count = n - i
			}
		}
		runs = append(runs, run)
		i += run.Count
	}
	return runs
}

// keepBase puts what was said of the base into the details of tasks that cease to be like it.
func keepBase(chunks map[int][]*TaskDetail, r taskRun, base TaskDetail) {
	for task := r.First; task < r.First+r.Count; task++ {
		chunk := task / chunkTasks
		if chunks[chunk] == nil {
			chunks[chunk] = make([]*TaskDetail, chunkTasks)
		}
		chunks[chunk][task%chunkTasks] = &base
	}
}

// outside are the parts of a change before first and from end on.
func outside(c TaskChange, first, end int) (parts []TaskChange) {
	for _, part := range [][2]int{{c.First, min(c.First+max(c.Count, 1), first)}, {max(c.First, end), c.First + max(c.Count, 1)}} {
		if n := part[1] - part[0]; n > 0 {
			one := c
			one.First, one.Count = part[0], n
			parts = append(parts, one)
		}
	}
	return parts
}
