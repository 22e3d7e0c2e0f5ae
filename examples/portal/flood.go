package main

import (
	"os/user"
	"path/filepath"

	"github.com/oceanid/oceanid/examples/portal/hydro"
	"github.com/oceanid/oceanid/sdk/scheduler"
)

// The files of the model.
const (
	basinsFile     = "subbasins.csv"
	stormFile      = "storm.csv"
	hydrographFile = "hydrograph.csv"
)

// The label by which the portal knows its own jobs.
const (
	appLabel = "app"
	appFlood = "flood"
)

// flood is the job: the model once for each sub-basin.
func flood(o options) (scheduler.Job, error) {
	basins, err := hydro.Load(filepath.Join(o.data, basinsFile), hydro.ReadBasins)
	return scheduler.Job{
		Name:    "flood",
		Command: "./model",
		Inputs: []scheduler.Input{
			{Name: "model", Path: o.model, Mode: 0o755},
			{Path: filepath.Join(o.data, basinsFile)},
			{Path: filepath.Join(o.data, stormFile)},
		},
		Outputs:   []string{hydrographFile},
		Array:     &scheduler.Array{Count: len(basins)},
		Resources: scheduler.Resources{CPUs: 1, Memory: 64 << 20},
		User:      whoami(),
		Labels:    map[string]string{appLabel: appFlood},
	}, err
}

// whoami is who the job is for. A portal with logins would name the one who pressed the button.
func whoami() string {
	u, err := user.Current()
	if err != nil {
		return ""
	}
	return u.Username
}
