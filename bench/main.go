// Command bench measures Oceanid beside its peers, both in one run and in turn, on whatever machine this is. It prints a line a row:
//
//	name  ours  peer  ratio  goal
//
// Figures are medians; the ratio is the median of the ratios, pair by pair, which says most on a noisy machine. A goal is a ratio or, where it has a
// unit, what ours is to stay below. A row that cannot be measured here says why.
package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"io"
	"math"
	"os"
	"os/signal"
	"runtime/pprof"
	"slices"
	"strings"
	"time"
)

// row is one thing to measure.
type row struct {
	name string
	// peer says what stands on the other side.
	peer string
	// goal is the ratio to reach or stay below; 0: it is most alone that counts.
	goal float64
	// rounds is how many pairs are measured, after one that is thrown away.
	rounds int
	// start prepares both sides and returns how to run each once, and how to end it all.
	// What counts is how long a run takes.
	start func(context.Context) (ours, peer func(context.Context) error, stop func(), err error)
	// figures stands in the place of start where something else counts than time: each run gives it, in unit.
	figures func(context.Context) (ours, peer sample, stop func(), err error)
	unit    string
	// most is what ours is to stay below, in unit or, without one, in seconds; 0 beside a goal: there is no such limit.
	most float64
}

// sample measures one side once.
type sample func(context.Context) (float64, error)

// sides gives both sides of the row as samples.
func (r row) sides(ctx context.Context) (ours, peer sample, stop func(), err error) {
	if r.figures != nil {
		return r.figures(ctx)
	}
	a, b, stop, err := r.start(ctx)
	return timed(a), timed(b), stop, err
}

func timed(f func(context.Context) error) sample {
	return func(ctx context.Context) (float64, error) {
		begin := time.Now()
		err := f(ctx)
		return time.Since(begin).Seconds(), err
	}
}

// show is a figure of the row in words.
func (r row) show(v float64) string {
	if r.unit == "" {
		return short(time.Duration(v * float64(time.Second)))
	}
	return strings.TrimSuffix(fmt.Sprintf("%.1f", v), ".0") + " " + r.unit
}

func (r row) target() string {
	switch {
	case r.goal == 0:
		return r.show(r.most)
	case r.most == 0:
		return fmt.Sprintf("%.2f", r.goal)
	}
	return fmt.Sprintf("%.2f, %s", r.goal, r.show(r.most))
}

func main() {
	if served() {
		return
	}
	if config := os.Getenv(idleEnv); config != "" {
		if err := runIdle(config); err != nil && !errors.Is(err, io.EOF) {
			fmt.Fprintln(os.Stderr, "bench:", err)
			os.Exit(1)
		}
		return
	}
	only := flag.String("run", "", "measure only rows whose name contains this")
	profile := flag.String("profile", "", "write a CPU profile of this process to the file")
	flag.Parse()
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt)
	defer stop()
	if err := profiled(*profile, func() error { return measureAll(ctx, *only) }); err != nil {
		fmt.Fprintln(os.Stderr, "bench:", err)
		os.Exit(1)
	}
}

// profiled runs f, with a CPU profile where there is a file for it.
func profiled(path string, f func() error) error {
	if path == "" {
		return f()
	}
	file, err := os.Create(path)
	if err != nil {
		return err
	}
	if err := pprof.StartCPUProfile(file); err != nil {
		return errors.Join(err, file.Close())
	}
	err = f()
	pprof.StopCPUProfile()
	return errors.Join(err, file.Close())
}

func measureAll(ctx context.Context, only string) error {
	fmt.Printf("%-30s %10s %10s %7s %8s  %s\n", "name", "ours", "peer", "ratio", "goal", "the peer is")
	var failed []error
	for _, r := range slices.Concat(driverRows(), hostRows(), submitRows(), stateRows(), restartRows(), noticeRows(), workflowRows(), distanceRows()) {
		if !strings.Contains(r.name, only) {
			continue
		}
		m, err := measure(ctx, r)
		if err != nil {
			fmt.Printf("%-30s not measured: %v\n", r.name, err)
			if !errors.Is(err, errors.ErrUnsupported) {
				failed = append(failed, err)
			}
			continue
		}
		fmt.Printf("%-30s %10s %10s %7s %8s  %s\n", r.name, r.show(m.ours), r.show(m.peer), times(m.ratio), r.target(), r.peer)
	}
	return errors.Join(failed...)
}

// times is a ratio in words: there is none to a peer of which the figure is 0.
func times(ratio float64) string {
	if math.IsNaN(ratio) || math.IsInf(ratio, 0) {
		return "-"
	}
	return fmt.Sprintf("%.2f", ratio)
}

type measured struct {
	ours, peer, ratio float64
}

func measure(ctx context.Context, r row) (m measured, err error) {
	ours, peer, stop, err := r.sides(ctx)
	if err != nil {
		return m, err
	}
	defer stop()
	var a, b, ratios []float64
	for i := range r.rounds + 1 {
		x, err := ours(ctx)
		if err != nil {
			return m, fmt.Errorf("ours: %w", err)
		}
		y, err := peer(ctx)
		if err != nil {
			return m, fmt.Errorf("the peer: %w", err)
		}
		if i > 0 {
			a, b, ratios = append(a, x), append(b, y), append(ratios, ratio(x, y))
		}
	}
	return measured{median(a), median(b), median(ratios)}, nil
}

// ratio is 1 between equals, also where both are 0.
func ratio(x, y float64) float64 {
	if x == y {
		return 1
	}
	return x / y
}

func median(all []float64) float64 {
	slices.Sort(all)
	return all[len(all)/2]
}

func short(d time.Duration) string {
	for _, unit := range []time.Duration{time.Second, time.Millisecond, time.Microsecond} {
		if d >= unit {
			return d.Round(unit / 100).String()
		}
	}
	return d.String()
}
