package hydro

import (
	"encoding/csv"
	"fmt"
	"io"
	"strconv"
	"time"
)

// Outlet is the flood at the common outlet, and where its water came from.
type Outlet struct {
	Storm  Storm
	Basins []Basin
	// Parts are the sub-basins' hydrographs at the outlet, in the order of Basins.
	Parts []Hydrograph
	// Total is their sum, as long as the longest.
	Total Hydrograph
}

// Gather puts the sub-basins' hydrographs together. parts are in the order of basins, and in the storm's steps.
func Gather(s Storm, basins []Basin, parts []Hydrograph) (Outlet, error) {
	if len(parts) != len(basins) {
		return Outlet{}, fmt.Errorf("%d hydrographs for %d sub-basins", len(parts), len(basins))
	}
	total := Hydrograph{Step: s.Step}
	for i, part := range parts {
		if part.Step != s.Step {
			return Outlet{}, fmt.Errorf("the hydrograph of sub-basin %s is in steps of %g min, the storm in steps of %g", basins[i].ID, part.Step.Minutes(), s.Step.Minutes())
		}
		for len(total.Flow) < len(part.Flow) {
			total.Flow = append(total.Flow, 0)
		}
		for j, q := range part.Flow {
			total.Flow[j] += q
		}
	}
	return Outlet{Storm: s, Basins: basins, Parts: parts, Total: total}, nil
}

// EffectiveRain is the mean over the whole basin, weighted by area, in mm an interval of the storm.
func (o Outlet) EffectiveRain() []float64 {
	mean := make([]float64, len(o.Storm.Rain))
	for _, b := range o.Basins {
		for i, depth := range EffectiveRain(o.Storm.Rain, b.CurveNumber) {
			mean[i] += depth * b.Area / o.Area()
		}
	}
	return mean
}

// Area is that of all sub-basins, in km².
func (o Outlet) Area() float64 {
	area := 0.0
	for _, b := range o.Basins {
		area += b.Area
	}
	return area
}

// WriteCSV writes the columns time_min and discharge_m3s, then for each sub-basin its part under its id.
func (o Outlet) WriteCSV(w io.Writer) error {
	table := csv.NewWriter(w)
	head := []string{"time_min", "discharge_m3s"}
	for _, basin := range o.Basins {
		head = append(head, basin.ID)
	}
	table.Write(head) // an error of any row is kept for Error
	for i, q := range o.Total.Flow {
		at := time.Duration(i) * o.Total.Step
		row := []string{strconv.FormatFloat(at.Minutes(), 'f', -1, 64), cubic(q)}
		for _, part := range o.Parts {
			flow := 0.0
			if i < len(part.Flow) {
				flow = part.Flow[i]
			}
			row = append(row, cubic(flow))
		}
		table.Write(row)
	}
	table.Flush()
	return table.Error()
}

// cubic writes a discharge to the litre a second.
func cubic(flow float64) string { return strconv.FormatFloat(flow, 'f', 3, 64) }
