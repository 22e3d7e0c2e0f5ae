// Command bench measures Oceanid beside its peers, both in one run and in turn, on whatever machine this is. It prints a line a row:
//
//	name  ours  peer  ratio  goal
//
// Times are medians; the ratio is the median of the ratios, pair by pair, which says most on a noisy machine. A row that cannot be
// measured here says why.
package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"os"
	"os/signal"
	"slices"
	"strings"
	"time"
)

// row is one thing to measure.
type row struct {
	name string
	// peer says what stands on the other side.
	peer string
	// goal is the ratio to reach or stay below.
	goal float64
	// rounds is how many pairs are measured, after one that is thrown away.
	rounds int
	// start prepares both sides and returns how to run each once, and how to end it all.
	start func(context.Context) (ours, peer func(context.Context) error, stop func(), err error)
}

func main() {
	if served() {
		return
	}
	only := flag.String("run", "", "measure only rows whose name contains this")
	flag.Parse()
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt)
	defer stop()
	if err := measureAll(ctx, *only); err != nil {
		fmt.Fprintln(os.Stderr, "bench:", err)
		os.Exit(1)
	}
}

func measureAll(ctx context.Context, only string) error {
	fmt.Printf("%-28s %10s %10s %7s %7s  %s\n", "name", "ours", "peer", "ratio", "goal", "the peer is")
	var failed []error
	for _, r := range slices.Concat(driverRows(), condorRows()) {
		if !strings.Contains(r.name, only) {
			continue
		}
		m, err := measure(ctx, r)
		if err != nil {
			fmt.Printf("%-28s not measured: %v\n", r.name, err)
			if !errors.Is(err, errors.ErrUnsupported) {
				failed = append(failed, err)
			}
			continue
		}
		fmt.Printf("%-28s %10s %10s %7.2f %7.2f  %s\n", r.name, short(m.ours), short(m.peer), m.ratio, r.goal, r.peer)
	}
	return errors.Join(failed...)
}

type measured struct {
	ours, peer time.Duration
	ratio      float64
}

func measure(ctx context.Context, r row) (m measured, err error) {
	ours, peer, stop, err := r.start(ctx)
	if err != nil {
		return m, err
	}
	defer stop()
	var a, b []time.Duration
	var ratios []float64
	for i := range r.rounds + 1 {
		x, err := once(ctx, ours)
		if err != nil {
			return m, fmt.Errorf("ours: %w", err)
		}
		y, err := once(ctx, peer)
		if err != nil {
			return m, fmt.Errorf("the peer: %w", err)
		}
		if i > 0 {
			a, b, ratios = append(a, x), append(b, y), append(ratios, float64(x)/float64(y))
		}
	}
	return measured{median(a), median(b), median(ratios)}, nil
}

func once(ctx context.Context, f func(context.Context) error) (time.Duration, error) {
	begin := time.Now()
	err := f(ctx)
	return time.Since(begin), err
}

func median[T ~int64 | ~float64](all []T) T {
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
