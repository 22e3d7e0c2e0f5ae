package host

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/oceanid/oceanid/internal/follow"
	"github.com/oceanid/oceanid/internal/store"
	"github.com/oceanid/oceanid/sdk/fault"
	"github.com/oceanid/oceanid/sdk/scheduler"
)

// Resubmission says how a job is run once more. The zero value: all of it, as it was.
type Resubmission struct {
	// Failed runs only what did not succeed: of an array those tasks, which find their former numbers in OCEANID_TASK_INDEX; of a workflow the nodes of which a
	// task did not succeed, with those that run last or beside the others in any case. A job that succeeded is fault.Conflict.
	Failed bool
	// Key is the new job's, as in [Scheduler.Submit]; the old one's is its own. Default: each call makes a job.
	Key string
	// Change, where it is not nil, changes what is asked for; it is called once, or once for the job of each node that is run. Of a workflow's nodes only what
	// they run counts.
	Change func(*scheduler.Job)
}

// Resubmit runs a job that has ended once more, as a new job: its Of is this one's ID, and this one's Next the new one's. Nothing of the old job changes,
// here or at the pool. What Submit promises holds for the new one.
//
// Inputs that were Data are kept; those that were a Path are read again: where the file is gone, or holds something else than it did, the error
// (fault.Conflict) names it, and nothing is made. With Change the job can get other inputs. A folder of Policy.Results is its old job's alone; the new job gets one beside
// it, with its ID at the end of the name. A job that has not ended is fault.Conflict.
func (j *Job) Resubmit(ctx context.Context, o Resubmission) (*Job, error) {
	old, err := j.host.store.Job(ctx, j.ID)
	if err != nil {
		return nil, err
	}
	if !old.Status.State.Terminal() {
		return nil, fault.Conflict.New("job %s has not ended (%s); cancel it first, or wait", j.ID, old.Status.State)
	}
	record, err := j.host.store.SchedulerByUID(ctx, old.SchedulerUID)
	if err != nil {
		return nil, err
	}
	s := &Scheduler{host: j.host, record: record}
	intent, err := s.again(ctx, old, o)
	if err != nil {
		return nil, fmt.Errorf("resubmit job %s: %w", j.ID, err)
	}
	made, err := s.submit(ctx, intent)
	if err != nil {
		return nil, err
	}
	if err := j.host.linkNext(ctx, old, made.ID); err != nil {
		j.host.log.Warn("a job does not say what it was resubmitted as; the new one says of what", "job", old.ID, "next", made.ID, "error", err)
	}
	return made, nil
}

// again is the intent of an ended job's resubmission.
func (s *Scheduler) again(ctx context.Context, old store.Job, o Resubmission) (store.Job, error) {
	var succeeded func(task int) bool
	if o.Failed {
		states, _, err := s.host.store.TaskStates(ctx, old.ID)
		if err != nil {
			return store.Job{}, err
		}
		if states.Counts()[scheduler.Succeeded] == old.Tasks {
			return store.Job{}, fault.Conflict.New("all of it has succeeded; nothing is left to run")
		}
		succeeded = func(task int) bool { return states.At(task) == scheduler.Succeeded }
	}
	// What the name has of the old job's ID the new one has of its own.
	title := strings.ReplaceAll(old.Spec.Name, old.ID, wildcard)
	var intent store.Job
	if old.Workflow == nil {
		spec := old.Spec
		spec.Name, spec.Key, spec.Token = title, o.Key, ""
		if succeeded != nil && spec.Array != nil {
			spec.Array = remainingTasks(spec.Array, succeeded)
		}
		spec, err := changed(spec, o.Change)
		if err == nil {
			spec, err = prepare(spec)
		}
		if err != nil {
			return store.Job{}, err
		}
		intent = store.Job{Spec: spec}
	} else {
		w := *old.Workflow
		w.Name, w.Key, w.Token = title, o.Key, ""
		if succeeded != nil {
			w = remainingNodes(w, 0, succeeded)
		}
		w, err := eachNode(w, func(n scheduler.Node) (scheduler.Node, error) {
			var err error
			n.Job, err = changed(n.Job, o.Change)
			return n, err
		})
		if err == nil {
			w, err = prepareWorkflow(w)
		}
		if err != nil {
			return store.Job{}, err
		}
		intent = intentOf(w)
	}
	intent.Of = old.ID
	intent.Spec.Policy.Results = beside(old, intent.Spec.Policy.Results)
	return intent, nil
}

// beside is the folder of a resubmission's results, so that they do not mix with the old job's.
func beside(old store.Job, results string) string {
	if results == "" || results != old.Spec.Policy.Results {
		return results
	}
	if strings.Contains(results, old.ID) {
		return strings.ReplaceAll(results, old.ID, wildcard)
	}
	return results + "-" + wildcard
}

// changed is what is asked for now, with inputs that hold what they held then. It leaves what it was given as it is.
func changed(spec scheduler.Job, change func(*scheduler.Job)) (scheduler.Job, error) {
	was := spec.Inputs
	spec.Inputs = slices.Clone(spec.Inputs)
	if change != nil {
		change(&spec)
	}
	for _, in := range spec.Inputs {
		kept := slices.IndexFunc(was, func(w scheduler.Input) bool { return w.Name == in.Name && w.Path == in.Path && w.SHA256 == in.SHA256 })
		if in.Path == "" || in.SHA256 == "" || kept < 0 {
			continue
		}
		read, err := follow.Inputs([]scheduler.Input{in})
		if err != nil {
			return spec, fault.Conflict.New("input %q cannot be read any more: %w; bring the file back, or submit a new job", in.Name, err)
		}
		if read[0].SHA256 != in.SHA256 {
			return spec, fault.Conflict.New("input %q: %s holds something else than it did then; bring the file back, or submit a new job", in.Name, in.Path)
		}
	}
	return spec, nil
}

// linkNext notes in an ended job what it was resubmitted as. That it was deleted meanwhile is none of the new job's business.
func (h *Host) linkNext(ctx context.Context, old store.Job, next string) error {
	for old.Status.Next != next {
		old.Status.Next = next
		conflicts, err := h.store.Commit(ctx, old.SchedulerUID, store.Batch{Changes: []store.Change{
			{JobID: old.ID, ExpectRevision: old.Revision, Status: old.Status, Quiet: true},
		}})
		if err != nil || len(conflicts) == 0 {
			return err
		}
		if old, err = h.store.Job(ctx, old.ID); err != nil {
			if errors.Is(err, fault.NotFound) {
				return nil
			}
			return err
		}
	}
	return nil
}
