package main

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/oceanid/oceanid/examples/portal/hydro"
)

func TestModel(t *testing.T) {
	t.Parallel()
	result := filepath.Join(t.TempDir(), "hydrograph.csv")
	var out strings.Builder
	if err := run([]string{"-basins", "../data/subbasins.csv", "-storm", "../data/storm.csv", "-o", result}, "9", &out); err != nil {
		t.Fatal(err)
	}
	for _, want := range []string{"sub-basin 10 of 12: B10 Wrensham Town", "96.0 mm in 24 h", "66.5 mm run off (69 %)", "peak at the outlet 38.8 m³/s after 14 h 30 min"} {
		if !strings.Contains(out.String(), want) {
			t.Errorf("%q is missing in:\n%s", want, out.String())
		}
	}
	h, err := hydro.Load(result, hydro.ReadHydrograph)
	if err != nil {
		t.Fatal(err)
	}
	if peak, _ := h.Peak(); peak < 38 || peak > 39 {
		t.Errorf("peak %v m³/s in the file", peak)
	}
}

func TestModelRefuses(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	broken := filepath.Join(dir, "broken.csv")
	if err := os.WriteFile(broken, []byte("time_min,rain_mm\n5,much\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	for name, c := range map[string]struct {
		task  string
		extra []string
		want  string
	}{
		"no index":            {"", nil, `which sub-basin? "" is not an index from 0 to 11`},
		"an index beyond":     {"12", nil, `"12" is not an index`},
		"an argument that is": {"3", []string{"x"}, `"x" is not an index`},
		"a file that is not":  {"0", []string{"-storm", filepath.Join(dir, "none.csv")}, "none.csv: no such file"},
		"a file that is bad":  {"0", []string{"-storm", broken}, `broken.csv: line 2, rain_mm: "much" is not a number`},
		"no place for it":     {"0", []string{"-o", filepath.Join(dir, "none", "h.csv")}, "none/h.csv.part: no such file"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			args := append([]string{"-basins", "../data/subbasins.csv", "-storm", "../data/storm.csv", "-o", filepath.Join(t.TempDir(), "h.csv")}, c.extra...)
			var out strings.Builder
			if err := run(args, c.task, &out); err == nil || !strings.Contains(err.Error(), c.want) {
				t.Errorf("got %v, want …%s…", err, c.want)
			}
		})
	}
}
