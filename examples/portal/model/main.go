// Command model is the sample model: the storm runoff of one sub-basin at the outlet of its river (package hydro tells the science).
//
//	model [flags] [INDEX]
//
// It reads subbasins.csv and storm.csv in its working directory, takes the sub-basin of that index, counted from 0 in the order of the file, and writes
// hydrograph.csv. As a task of an array it takes its index from the environment. It needs nothing but itself where it runs: no library, no network.
package main

import (
	"errors"
	"flag"
	"fmt"
	"io"
	"os"
	"strconv"

	"github.com/oceanid/oceanid/examples/portal/hydro"
)

func main() {
	if err := run(os.Args[1:], os.Getenv("OCEANID_TASK_INDEX"), os.Stdout); err != nil {
		fmt.Fprintln(os.Stderr, "model:", err)
		os.Exit(1)
	}
}

func run(args []string, task string, out io.Writer) error {
	flags := flag.NewFlagSet("model", flag.ContinueOnError)
	basinsFile := flags.String("basins", "subbasins.csv", "the sub-basins, one a line")
	stormFile := flags.String("storm", "storm.csv", "the rain, one interval a line")
	resultFile := flags.String("o", "hydrograph.csv", "where to write the discharge at the outlet")
	if err := flags.Parse(args); errors.Is(err, flag.ErrHelp) {
		return nil
	} else if err != nil {
		return err
	}
	if flags.NArg() > 0 {
		task = flags.Arg(0)
	}

	basins, err := hydro.Load(*basinsFile, hydro.ReadBasins)
	if err != nil {
		return err
	}
	storm, err := hydro.Load(*stormFile, hydro.ReadStorm)
	if err != nil {
		return err
	}
	index, err := strconv.Atoi(task)
	if err != nil || index < 0 || index >= len(basins) {
		return fmt.Errorf("which sub-basin? %q is not an index from 0 to %d (give one as argument or in OCEANID_TASK_INDEX)", task, len(basins)-1)
	}
	b := basins[index]
	fmt.Fprintf(out, "sub-basin %d of %d: %s %s, %g km², curve number %g\n", index+1, len(basins), b.ID, b.Name, b.Area, b.CurveNumber)
	fmt.Fprintf(out, "storm: %.1f mm in %g h, steps of %g min\n", storm.Depth(), storm.Duration().Hours(), storm.Step.Minutes())

	response, err := hydro.Simulate(b, storm)
	if err != nil {
		return err
	}
	if err := hydro.Save(*resultFile, response.Outlet.WriteCSV); err != nil {
		return err
	}
	peak, at := response.Outlet.Peak()
	fmt.Fprintf(out, "%.1f mm run off (%.0f %%), lag %s\n", response.Runoff, 100*response.Runoff/response.Rain, hydro.Clock(b.Lag()))
	fmt.Fprintf(out, "peak at the outlet %.1f m³/s after %s\n", peak, hydro.Clock(at))
	return nil
}
