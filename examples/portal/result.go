package main

import (
	"context"
	"fmt"
	"io"
	"path/filepath"
	"strconv"

	"github.com/oceanid/oceanid/examples/portal/figure"
	"github.com/oceanid/oceanid/examples/portal/hydro"
	"github.com/oceanid/oceanid/host"
	"github.com/oceanid/oceanid/sdk/scheduler"
)

// pictureFile is the hydrograph as a picture, beside the file of the same name.
const pictureFile = "hydrograph.svg"

// present brings the tasks' hydrographs here, sums them at the outlet, and says where the result is.
func present(ctx context.Context, job *host.Job, o options, screen *screen) error {
	dir := filepath.Join(o.results, job.ID)
	tasks := filepath.Join(dir, "tasks")
	if _, err := job.Download(ctx, tasks, scheduler.FileQuery{}); err != nil {
		return fmt.Errorf("bring the results of job %s: %w", job.ID, err)
	}
	outlet, err := gather(o.data, tasks)
	if err != nil {
		return err
	}
	if err := hydro.Save(filepath.Join(dir, hydrographFile), outlet.WriteCSV); err != nil {
		return err
	}
	draw := func(w io.Writer) error { return figure.Draw(w, "Flood at the outlet", outlet) }
	if err := hydro.Save(filepath.Join(dir, pictureFile), draw); err != nil {
		return err
	}
	peak, at := outlet.Total.Peak()
	screen.say("Peak at the outlet: %.0f m³/s, %s after the storm began", peak, hydro.Clock(at))
	screen.say("Hydrograph: %s", filepath.Join(dir, hydrographFile))
	screen.say("Picture:    %s", filepath.Join(dir, pictureFile))
	return nil
}

// gather reads what went into the model and what came out of each task, and puts it together.
func gather(data, tasks string) (hydro.Outlet, error) {
	storm, err := hydro.Load(filepath.Join(data, stormFile), hydro.ReadStorm)
	if err != nil {
		return hydro.Outlet{}, err
	}
	basins, err := hydro.Load(filepath.Join(data, basinsFile), hydro.ReadBasins)
	if err != nil {
		return hydro.Outlet{}, err
	}
	var parts []hydro.Hydrograph
	for i := range basins {
		folder := tasks
		if len(basins) > 1 {
			folder = filepath.Join(tasks, strconv.Itoa(i))
		}
		part, err := hydro.Load(filepath.Join(folder, hydrographFile), hydro.ReadHydrograph)
		if err != nil {
			return hydro.Outlet{}, err
		}
		parts = append(parts, part)
	}
	return hydro.Gather(storm, basins, parts)
}
