package figure_test

import (
	"bytes"
	"encoding/xml"
	"errors"
	"io"
	"os"
	"strings"
	"testing"
	"time"

	"github.com/oceanid/oceanid/examples/portal/figure"
	"github.com/oceanid/oceanid/examples/portal/hydro"
)

func TestDrawSample(t *testing.T) {
	t.Parallel()
	svg := draw(t, "Merrow at Stonebridge", sample(t))
	for _, want := range []string{
		"Merrow at Stonebridge", "12 sub-basins, 219.1 km². 96 mm of rain in 24 h, of which 39.5 mm run off.", "266 m³/s after 19 h 00 min",
		"discharge at the outlet, m³/s", "rain, mm in 30 min", "hours after the beginning of the storm", "B10 Wrensham Town",
	} {
		if !strings.Contains(svg, want) {
			t.Errorf("%q is missing", want)
		}
	}
	if path := os.Getenv("FIGURE_OUT"); path != "" {
		if err := os.WriteFile(path, []byte(svg), 0o644); err != nil {
			t.Fatal(err)
		}
	}
}

// Whatever a sub-basin is called, and however odd the storm, the file is XML without anything that runs.
func TestDrawOdd(t *testing.T) {
	t.Parallel()
	one := func(flow ...float64) hydro.Outlet {
		s := hydro.Storm{Step: 7 * time.Minute, Rain: []float64{0, 3}}
		o, err := hydro.Gather(s, []hydro.Basin{{ID: `<script>alert(1)</script>"&`, Name: strings.Repeat("long ", 20), Area: 1, CurveNumber: 80}}, []hydro.Hydrograph{{Step: s.Step, Flow: flow}})
		if err != nil {
			t.Fatal(err)
		}
		return o
	}
	many := sample(t)
	for range 3 {
		many.Basins, many.Parts = append(many.Basins, many.Basins...), append(many.Parts, many.Parts...)
	}
	for name, o := range map[string]hydro.Outlet{"one": one(0, 1, 2), "no runoff": one(0, 0, 0), "a trickle": one(0, 1e-9), "many": many} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			svg := draw(t, `<b>&"`, o)
			if strings.Contains(svg, "<script") || strings.Contains(svg, "NaN") || strings.Contains(svg, "Inf") {
				t.Errorf("found what must not be there in\n%s", svg)
			}
		})
	}
}

func draw(t *testing.T, title string, o hydro.Outlet) string {
	t.Helper()
	var out bytes.Buffer
	if err := figure.Draw(&out, title, o); err != nil {
		t.Fatal(err)
	}
	for d := xml.NewDecoder(bytes.NewReader(out.Bytes())); ; {
		if _, err := d.Token(); errors.Is(err, io.EOF) {
			return out.String()
		} else if err != nil {
			t.Fatalf("not XML: %v", err)
		}
	}
}

func sample(t *testing.T) hydro.Outlet {
	t.Helper()
	file := func(name string) io.Reader {
		b, err := os.ReadFile("../data/" + name)
		if err != nil {
			t.Fatal(err)
		}
		return bytes.NewReader(b)
	}
	storm, err := hydro.ReadStorm(file("storm.csv"))
	if err != nil {
		t.Fatal(err)
	}
	basins, err := hydro.ReadBasins(file("subbasins.csv"))
	if err != nil {
		t.Fatal(err)
	}
	var parts []hydro.Hydrograph
	for _, b := range basins {
		r, err := hydro.Simulate(b, storm)
		if err != nil {
			t.Fatal(err)
		}
		parts = append(parts, r.Outlet)
	}
	o, err := hydro.Gather(storm, basins, parts)
	if err != nil {
		t.Fatal(err)
	}
	return o
}
