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
	"time"

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

	basins, err := read(*basinsFile, hydro.ReadBasins)
	if err != nil {
		return err
	}
	storm, err := read(*stormFile, hydro.ReadStorm)
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
	if err := write(*resultFile, response.Outlet); err != nil {
		return err
	}
	peak, at := response.Outlet.Peak()
	fmt.Fprintf(out, "%.1f mm run off (%.0f %%), lag %s\n", response.Runoff, 100*response.Runoff/response.Rain, clock(b.Lag()))
	fmt.Fprintf(out, "peak at the outlet %.1f m³/s after %s\n", peak, clock(at))
	return nil
}

// read reads one input, and puts the file's name before what is wrong with it.
func read[T any](name string, parse func(io.Reader) (T, error)) (T, error) {
	var none T
	f, err := os.Open(name)
	if err != nil {
		return none, err
	}
	defer f.Close()
	v, err := parse(f)
	if err != nil {
		return none, fmt.Errorf("%s: %w", name, err)
	}
	return v, nil
}

// write leaves the whole file or none: a result cut off by a full disk must not pass for one.
func write(name string, h hydro.Hydrograph) error {
	f, err := os.Create(name + ".part")
	if err != nil {
		return err
	}
	err = h.WriteCSV(f)
	if closing := f.Close(); err == nil {
		err = closing
	}
	if err != nil {
		os.Remove(f.Name())
		return err
	}
	return os.Rename(f.Name(), name)
}

func clock(d time.Duration) string {
	d = d.Round(time.Minute)
	return fmt.Sprintf("%d h %02d min", int(d.Hours()), int(d.Minutes())%60)
}
