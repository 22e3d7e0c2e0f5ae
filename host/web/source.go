package web

import (
	"context"
	"io"

	"github.com/oceanid/oceanid/host"
	"github.com/oceanid/oceanid/sdk/scheduler"
)

// source is what the pages read of a host.
type source interface {
	schedulers(ctx context.Context) ([]schedulerInfo, error)
	drivers() []host.Driver
	jobs(ctx context.Context, q host.JobQuery) (jobs []*host.Job, next string, err error)
	job(ctx context.Context, id string) (*host.Job, error)
	tasks(ctx context.Context, j *host.Job, first, count int) ([]host.Task, error)
	// logs reads at the pool.
	logs(ctx context.Context, j *host.Job, o scheduler.LogOptions, w io.Writer) error
}

// schedulerInfo is what people see of a scheduler.
type schedulerInfo struct {
	Name string `json:"name"`
	Type string `json:"type"`
	// Address is where the pool is; empty: on the host's own machine.
	Address string `json:"address,omitempty"`
	// Managed is the place in the configuration file that defines it.
	Managed string `json:"managed,omitempty"`
	// Driver is the state of its driver, Trouble what is the matter with it.
	Driver  string `json:"driver"`
	Trouble string `json:"trouble,omitempty"`
}

type fromHost struct{ host *host.Host }

// drivers are the host's, without what may tell of its own disk, or what drivers have written.
func (f fromHost) drivers() []host.Driver {
	all := f.host.Drivers()
	for i := range all {
		all[i].Path, all[i].Panic, all[i].LastLog = "", "", nil
	}
	return all
}

func (f fromHost) schedulers(ctx context.Context) ([]schedulerInfo, error) {
	drivers := make(map[string]host.Driver)
	for _, d := range f.host.Drivers() {
		// Of several candidates of a name all but one are refused.
		if known, ok := drivers[d.Name]; !ok || known.State == "refused" {
			drivers[d.Name] = d
		}
	}
	const page = 1000
	var all []schedulerInfo
	for o := (host.ListOptions{Limit: page}); ; o.After = all[len(all)-1].Name {
		some, err := f.host.ListSchedulers(ctx, o)
		if err != nil {
			return nil, err
		}
		for _, s := range some {
			info := schedulerInfo{Name: s.Name(), Type: s.Type(), Managed: s.Managed(), Driver: "missing", Trouble: "no driver of this type is installed"}
			info.Address, _ = s.Config()["host"].(string)
			if d, ok := drivers[s.Type()]; ok {
				info.Driver, info.Trouble = d.State, d.Reason
				if info.Trouble == "" && d.Kept != "" {
					info.Trouble = "its driver's new form is refused: " + d.Kept
				}
			}
			all = append(all, info)
		}
		if len(some) < page {
			return all, nil
		}
	}
}

func (f fromHost) jobs(ctx context.Context, q host.JobQuery) ([]*host.Job, string, error) {
	return f.host.ListJobs(ctx, q)
}

func (f fromHost) job(ctx context.Context, id string) (*host.Job, error) {
	return f.host.GetJob(ctx, id)
}

func (f fromHost) tasks(ctx context.Context, j *host.Job, first, count int) ([]host.Task, error) {
	return j.ListTasks(ctx, first, count)
}

func (f fromHost) logs(ctx context.Context, j *host.Job, o scheduler.LogOptions, w io.Writer) error {
	return j.Logs(ctx, o, w)
}

var _ source = fromHost{}
