package serve

import (
	"maps"
	"slices"
	"strings"

	"github.com/oceanid/oceanid/sdk/fault"
	"github.com/oceanid/oceanid/sdk/scheduler"
)

// taken refuses options that the driver does not take.
func (i *instance) taken(options map[string]any) error {
	if len(options) == 0 {
		return nil
	}
	if taker, ok := i.driver.(scheduler.OptionTaker); ok {
		return taker.CheckOptions(options)
	}
	return fault.By(fault.Host, fault.Unsupported.New("options: this driver takes none, and so not %s", strings.Join(slices.Sorted(maps.Keys(options)), ", ")))
}

// takenAll is taken for a workflow and all in it.
func (i *instance) takenAll(w scheduler.Workflow) error {
	if err := i.taken(w.Options); err != nil {
		return err
	}
	for _, n := range w.Nodes {
		if err := i.taken(n.Job.Options); err != nil {
			return err
		}
		if n.Workflow != nil {
			if err := i.takenAll(*n.Workflow); err != nil {
				return err
			}
		}
	}
	return nil
}

// submittable tells what is wrong with a job before the driver sees it.
func (i *instance) submittable(job scheduler.Job) error {
	if err := job.Check(); err != nil {
		return err
	}
	if err := hasToken(job.Token); err != nil {
		return err
	}
	return i.taken(job.Options)
}
