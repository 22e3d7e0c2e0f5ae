package hydro

import (
	"fmt"
	"io"
)

// Basin is a sub-basin: a piece of land that drains to one point of the river.
type Basin struct {
	// ID is short and unique, Name is for people.
	ID, Name string
	// Area is in km².
	Area float64
	// CurveNumber says how readily rain runs off, from more than 0 (none) to 100 (all): NEH-630 chapter 9, for average antecedent runoff conditions.
	CurveNumber float64
	// FlowLength is the longest way of the water to the sub-basin's own outlet, in m.
	FlowLength float64
	// Slope is the mean slope of the land, in percent.
	Slope float64
	// Reach is the travel time in the river from the sub-basin's own outlet to the common one, in hours; 0: it drains right there.
	Reach float64
	// Weight is Muskingum's X of that reach: from 0, where a flood wave flattens most, to 0.5, where it keeps its form.
	Weight float64
}

// ReadBasins reads a CSV file with the columns id, name, area_km2, curve_number, flow_length_m, slope_percent, reach_h and reach_x, a sub-basin a line.
// An error names the line and the column.
func ReadBasins(r io.Reader) ([]Basin, error) {
	t, err := newTable(r, "id", "name", "area_km2", "curve_number", "flow_length_m", "slope_percent", "reach_h", "reach_x")
	if err != nil {
		return nil, err
	}
	var basins []Basin
	seen := make(map[string]bool)
	for t.next() {
		b := Basin{
			ID:          t.text("id"),
			Name:        t.text("name"),
			Area:        t.number("area_km2", 1e-3, 1e5),
			CurveNumber: t.number("curve_number", 1, 100),
			FlowLength:  t.number("flow_length_m", 1, 1e6),
			Slope:       t.number("slope_percent", 1e-3, 1e3),
			Reach:       t.number("reach_h", 0, 1e3),
			Weight:      t.number("reach_x", 0, 0.5),
		}
		if b.ID == "" || seen[b.ID] {
			t.fail("id", "%q: every sub-basin needs an id of its own", b.ID)
		}
		seen[b.ID] = true
		basins = append(basins, b)
	}
	if t.err != nil {
		return nil, t.err
	}
	if len(basins) == 0 {
		return nil, fmt.Errorf("there is no sub-basin under the first line")
	}
	return basins, nil
}
