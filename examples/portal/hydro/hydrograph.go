package hydro

import (
	"bufio"
	"fmt"
	"io"
	"strconv"
	"time"
)

// Hydrograph is a discharge over time.
type Hydrograph struct {
	// Step is the time from one value to the next.
	Step time.Duration
	// Flow is in m³/s, at 0, Step, 2 Step …
	Flow []float64
}

// Peak is the highest discharge, in m³/s, and its time after the storm's beginning.
func (h Hydrograph) Peak() (flow float64, at time.Duration) {
	for i, q := range h.Flow {
		if q > flow {
			flow, at = q, time.Duration(i)*h.Step
		}
	}
	return flow, at
}

// Volume is all the water that passed, in m³.
func (h Hydrograph) Volume() float64 { return sum(h.Flow) * h.Step.Seconds() }

// WriteCSV writes the columns time_min and discharge_m3s.
func (h Hydrograph) WriteCSV(w io.Writer) error {
	b := bufio.NewWriter(w)
	fmt.Fprintln(b, "time_min,discharge_m3s")
	for i, q := range h.Flow {
		fmt.Fprintf(b, "%s,%.5f\n", strconv.FormatFloat((time.Duration(i)*h.Step).Minutes(), 'f', -1, 64), q)
	}
	return b.Flush()
}

// ReadHydrograph reads what WriteCSV wrote.
func ReadHydrograph(r io.Reader) (Hydrograph, error) {
	t, err := newTable(r, "time_min", "discharge_m3s")
	if err != nil {
		return Hydrograph{}, err
	}
	var h Hydrograph
	for t.next() {
		at := minutes(t.number("time_min", 0, 1e6))
		if len(h.Flow) == 1 {
			h.Step = at
		}
		if want := time.Duration(len(h.Flow)) * h.Step; at != want {
			t.fail("time_min", "%s min, but steps are equal: %g min", t.text("time_min"), want.Minutes())
		}
		h.Flow = append(h.Flow, t.number("discharge_m3s", 0, 1e7))
	}
	if t.err == nil && h.Step <= 0 {
		return Hydrograph{}, fmt.Errorf("a hydrograph has two lines or more under the first")
	}
	return h, t.err
}
