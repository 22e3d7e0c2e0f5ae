package main

import (
	"flag"
	"fmt"
	"os"
	"path/filepath"
)

// options are what the command line says.
type options struct {
	config, scheduler, listen string
	model, data, results      string
	stay                      bool
}

func parse(args []string) (options, error) {
	self, err := os.Executable()
	if err != nil {
		return options{}, err
	}
	var o options
	flags := flag.NewFlagSet("portal", flag.ContinueOnError)
	flags.StringVar(&o.config, "config", "config.hcl", "Oceanid's configuration")
	flags.StringVar(&o.scheduler, "scheduler", "local", "the scheduler to run the model on")
	flags.StringVar(&o.listen, "listen", "127.0.0.1:8080", "where to serve the page, which asks nobody who they are; another port is taken if this one is busy")
	flags.StringVar(&o.model, "model", filepath.Join(filepath.Dir(self), "model"), "the model's program")
	flags.StringVar(&o.data, "data", filepath.Join("examples", "portal", "data"), "the folder with subbasins.csv and storm.csv")
	flags.StringVar(&o.results, "results", "results", "the folder for results, in one folder a job")
	flags.BoolVar(&o.stay, "stay", true, "go on serving the page when the model has run")
	if err := flags.Parse(args); err != nil {
		return options{}, err
	}
	if flags.NArg() > 0 {
		return options{}, fmt.Errorf("%q: there are only flags, see -h", flags.Arg(0))
	}
	for _, file := range []string{o.model, filepath.Join(o.data, basinsFile), filepath.Join(o.data, stormFile)} {
		if _, err := os.Stat(file); err != nil {
			return options{}, fmt.Errorf("%w: run make in the repository's root, or see portal -h", err)
		}
	}
	return o, nil
}
