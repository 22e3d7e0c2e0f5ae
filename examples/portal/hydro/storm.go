package hydro

import (
	"fmt"
	"io"
	"time"
)

// Storm is rain in equal steps of time, the same over the whole basin.
type Storm struct {
	// Step is the length of an interval.
	Step time.Duration
	// Rain is the depth that fell in each interval, in mm; the first interval begins at time 0.
	Rain []float64
}

// ReadStorm reads a CSV file with the columns time_min, the end of an interval in minutes from the storm's beginning, and rain_mm, the depth that fell in it. The
// intervals are equal and without gaps. An error names the line and the column.
func ReadStorm(r io.Reader) (Storm, error) {
	t, err := newTable(r, "time_min", "rain_mm")
	if err != nil {
		return Storm{}, err
	}
	var s Storm
	for t.next() {
		end := minutes(t.number("time_min", 0, 1e6))
		if s.Step == 0 {
			s.Step = end
		}
		if want := time.Duration(len(s.Rain)+1) * s.Step; end != want || end <= 0 {
			t.fail("time_min", "%s min, but intervals are equal: %g min", t.text("time_min"), want.Minutes())
		}
		s.Rain = append(s.Rain, t.number("rain_mm", 0, 1e4))
	}
	if t.err != nil {
		return Storm{}, t.err
	}
	if len(s.Rain) == 0 {
		return Storm{}, fmt.Errorf("there is no rain under the first line")
	}
	return s, nil
}

// Depth is the whole rain, in mm.
func (s Storm) Depth() float64 { return sum(s.Rain) }

// Duration is from the beginning of the first interval to the end of the last.
func (s Storm) Duration() time.Duration { return time.Duration(len(s.Rain)) * s.Step }

// minutes is exact to the second: fractions of a minute in a file are decimal, and their sums must compare.
func minutes(m float64) time.Duration {
	return time.Duration(m * float64(time.Minute)).Round(time.Second)
}

func sum(v []float64) float64 {
	total := 0.0
	for _, x := range v {
		total += x
	}
	return total
}
