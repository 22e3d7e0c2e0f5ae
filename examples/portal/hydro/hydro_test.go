package hydro_test

import (
	"bytes"
	"encoding/csv"
	"math"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/oceanid/oceanid/examples/portal/hydro"
)

// The sample's answer against one computed by other means in other units: testdata/reference.py says how. The one intended difference is that the reference
// scales the unit hydrograph by the handbook's rounded 484, which makes 0.2 % more water than fell.
func TestSampleAgainstReference(t *testing.T) {
	t.Parallel()
	storm, basins := sample(t)
	want := expected(t)
	var parts []hydro.Hydrograph
	for i, b := range basins {
		r, err := hydro.Simulate(b, storm)
		if err != nil {
			t.Fatal(err)
		}
		check(t, b.ID, want[i], r.Runoff, r.Outlet)
		if lag := b.Lag().Hours(); math.Abs(lag-want[i].lag) > 1e-4 {
			t.Errorf("%s: lag %.4f h, want %.4f", b.ID, lag, want[i].lag)
		}
		parts = append(parts, r.Outlet)
	}
	o, err := hydro.Gather(storm, basins, parts)
	if err != nil {
		t.Fatal(err)
	}
	runoff := 0.0
	for _, depth := range o.EffectiveRain() {
		runoff += depth
	}
	check(t, "outlet", want[len(basins)], runoff, o.Total)
}

// All rain that runs off passes the outlet, and nothing else.
func TestMassBalance(t *testing.T) {
	t.Parallel()
	storm, basins := sample(t)
	for _, b := range basins {
		r, err := hydro.Simulate(b, storm)
		if err != nil {
			t.Fatal(err)
		}
		in, out := r.Runoff*b.Area*1000, r.Outlet.Volume()
		if math.Abs(out-in) > 1e-5*in {
			t.Errorf("%s: %.1f m³ run off, %.1f m³ pass the outlet", b.ID, in, out)
		}
	}
}

// Values of TR-55 table 2-1, in inches.
func TestRunoffDepthAsPublished(t *testing.T) {
	t.Parallel()
	for _, c := range []struct{ rain, curveNumber, runoff float64 }{
		{6, 75, 3.28}, {5, 80, 2.89}, {4, 90, 2.92}, {5, 70, 2.04}, {3, 60, 0.33}, {1, 70, 0},
	} {
		got := hydro.RunoffDepth(c.rain*25.4, c.curveNumber) / 25.4
		if math.Abs(got-c.runoff) > 0.005 {
			t.Errorf("%v in on CN %v: %.3f in run off, the table says %.2f", c.rain, c.curveNumber, got, c.runoff)
		}
	}
}

func TestEdges(t *testing.T) {
	t.Parallel()
	t.Run("all rain runs off pavement", func(t *testing.T) {
		t.Parallel()
		if got := hydro.RunoffDepth(12, 100); got != 12 {
			t.Errorf("got %v mm of 12", got)
		}
	})
	t.Run("no reach, no change", func(t *testing.T) {
		t.Parallel()
		in := []float64{0, 3, 1, 0}
		out, err := hydro.Route(in, time.Hour, 0, 0.2)
		if err != nil || len(out) != len(in) || out[1] != 3 {
			t.Errorf("%v, %v", out, err)
		}
	})
	t.Run("a reach delays and flattens", func(t *testing.T) {
		t.Parallel()
		in := hydro.Hydrograph{Step: time.Hour, Flow: []float64{0, 0, 10, 40, 80, 50, 20, 5, 0}}
		flow, err := hydro.Route(in.Flow, in.Step, 3*time.Hour, 0.1)
		if err != nil {
			t.Fatal(err)
		}
		out := hydro.Hydrograph{Step: in.Step, Flow: flow}
		before, began := in.Peak()
		after, ended := out.Peak()
		if after >= before || ended-began < 2*time.Hour || ended-began > 4*time.Hour {
			t.Errorf("peak %v at %v became %v at %v", before, began, after, ended)
		}
		for i, q := range flow {
			if q < 0 {
				t.Errorf("%v m³/s at %d h", q, i)
			}
		}
	})
	t.Run("a storm in steps too long is refused", func(t *testing.T) {
		t.Parallel()
		_, basins := sample(t)
		_, err := hydro.Simulate(basins[9], hydro.Storm{Step: 2 * time.Hour, Rain: []float64{1}})
		if err == nil || !strings.Contains(err.Error(), "B10") || !strings.Contains(err.Error(), "steps of 26 min or less") {
			t.Errorf("got %v", err)
		}
		if _, err := hydro.Simulate(basins[9], hydro.Storm{Step: 26 * time.Minute, Rain: []float64{1}}); err != nil {
			t.Errorf("the step that it names: %v", err)
		}
	})
}

func TestFilesThatAreWrong(t *testing.T) {
	t.Parallel()
	basins := func(s string) error { _, err := hydro.ReadBasins(strings.NewReader(s)); return err }
	storm := func(s string) error { _, err := hydro.ReadStorm(strings.NewReader(s)); return err }
	curve := func(s string) error { _, err := hydro.ReadHydrograph(strings.NewReader(s)); return err }
	const head = "id,name,area_km2,curve_number,flow_length_m,slope_percent,reach_h,reach_x\n"
	for name, c := range map[string]struct {
		read func(string) error
		file string
		want string
	}{
		"empty":             {basins, "", "the file is empty"},
		"column missing":    {basins, "id,name\n", "column area_km2 is missing"},
		"no sub-basin":      {basins, head, "no sub-basin"},
		"not a number":      {basins, head + "B1,Mill,x,70,100,1,0,0\n", `line 2, area_km2: "x" is not a number`},
		"not any number":    {basins, head + "B1,Mill,NaN,70,100,1,0,0\n", `"NaN" is not a number`},
		"out of range":      {basins, head + "# a comment counts\nB1,Mill,3,130,100,1,0,0\n", "line 3, curve_number: 130 is not between 1 and 100"},
		"same id":           {basins, head + "B1,Mill,3,70,100,1,0,0\nB1,Moss,3,70,100,1,0,0\n", `line 3, id: "B1"`},
		"a cell too few":    {basins, head + "B1,Mill,3,70,100,1,0\n", "wrong number of fields"},
		"uneven intervals":  {storm, "time_min,rain_mm\n5,1\n10,1\n20,1\n", "line 4, time_min: 20 min, but intervals are equal: 15 min"},
		"no interval":       {storm, "time_min,rain_mm\n0,1\n", "line 2, time_min"},
		"no rain":           {storm, "time_min,rain_mm\n", "no rain"},
		"negative rain":     {storm, "time_min,rain_mm\n5,-1\n", "line 2, rain_mm"},
		"one line of a run": {curve, "time_min,discharge_m3s\n0,0\n", "two lines or more"},
		"cut off":           {curve, "time_min,discharge_m3s\n0,0\n5,\n", `line 3, discharge_m3s: "" is not a number`},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			if err := c.read(c.file); err == nil || !strings.Contains(err.Error(), c.want) {
				t.Errorf("got %v, want …%s…", err, c.want)
			}
		})
	}
}

func TestHydrographRoundTrip(t *testing.T) {
	t.Parallel()
	in := hydro.Hydrograph{Step: 90 * time.Second, Flow: []float64{0, 1.25, 266.18834, 0.00012}}
	var file bytes.Buffer
	if err := in.WriteCSV(&file); err != nil {
		t.Fatal(err)
	}
	out, err := hydro.ReadHydrograph(&file)
	if err != nil || out.Step != in.Step || len(out.Flow) != len(in.Flow) {
		t.Fatalf("%v, %v", out, err)
	}
	for i := range in.Flow {
		if math.Abs(in.Flow[i]-out.Flow[i]) > 1e-5 {
			t.Errorf("value %d: %v became %v", i, in.Flow[i], out.Flow[i])
		}
	}
}

func TestOutletCSV(t *testing.T) {
	t.Parallel()
	storm := hydro.Storm{Step: 5 * time.Minute, Rain: []float64{1}}
	basins := []hydro.Basin{{ID: "a,b"}, {ID: "c"}}
	o, err := hydro.Gather(storm, basins, []hydro.Hydrograph{{Step: storm.Step, Flow: []float64{0, 1, 2}}, {Step: storm.Step, Flow: []float64{0, 3}}})
	if err != nil {
		t.Fatal(err)
	}
	var file bytes.Buffer
	if err := o.WriteCSV(&file); err != nil {
		t.Fatal(err)
	}
	want := "time_min,discharge_m3s,\"a,b\",c\n0,0.000,0.000,0.000\n5,4.000,1.000,3.000\n10,2.000,2.000,0.000\n"
	if file.String() != want {
		t.Errorf("got\n%swant\n%s", file.String(), want)
	}
	if _, err := hydro.Gather(storm, basins, []hydro.Hydrograph{{Step: storm.Step}, {Step: time.Hour}}); err == nil || !strings.Contains(err.Error(), "sub-basin c") {
		t.Errorf("another step: %v", err)
	}
	if _, err := hydro.Gather(storm, basins, nil); err == nil {
		t.Error("no hydrographs: no error")
	}
}

type answer struct{ runoff, lag, peak, peakMin, volume float64 }

func check(t *testing.T, id string, want answer, runoff float64, h hydro.Hydrograph) {
	t.Helper()
	flow, at := h.Peak()
	for _, c := range []struct {
		what      string
		got, want float64
		within    float64
	}{
		{"runoff in mm", runoff, want.runoff, 0.001},
		{"peak in m³/s", flow, want.peak, 0.004 * want.peak},
		{"time of the peak in min", at.Minutes(), want.peakMin, 5},
		{"volume in m³", h.Volume(), want.volume, 0.004 * want.volume},
	} {
		if math.Abs(c.got-c.want) > c.within {
			t.Errorf("%s: %s is %.3f, want %.3f", id, c.what, c.got, c.want)
		}
	}
}

func sample(t *testing.T) (hydro.Storm, []hydro.Basin) {
	t.Helper()
	storm, err := hydro.ReadStorm(open(t, "../data/storm.csv"))
	if err != nil {
		t.Fatal(err)
	}
	basins, err := hydro.ReadBasins(open(t, "../data/subbasins.csv"))
	if err != nil {
		t.Fatal(err)
	}
	return storm, basins
}

func expected(t *testing.T) []answer {
	t.Helper()
	table := csv.NewReader(open(t, "testdata/expected.csv"))
	table.Comment = '#'
	rows, err := table.ReadAll()
	if err != nil {
		t.Fatal(err)
	}
	var answers []answer
	for _, row := range rows[1:] {
		var v [5]float64
		for i := range v {
			if v[i], err = strconv.ParseFloat(row[i+1], 64); err != nil {
				t.Fatal(err)
			}
		}
		answers = append(answers, answer{v[0], v[1], v[2], v[3], v[4]})
	}
	return answers
}

func open(t *testing.T, name string) *os.File {
	t.Helper()
	f, err := os.Open(filepath.FromSlash(name))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { f.Close() })
	return f
}
