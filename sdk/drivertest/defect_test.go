package drivertest_test

import (
	"encoding/json"
	"os"
	"path"
	"regexp"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/oceanid/oceanid/sdk/drivertest"
)

// quick are the checks that defects are looked for with: all but the kills and stops within each verb, which start a process each time.
var quick = regexp.MustCompile(`^([^f]|faults/[^ks]|faults/kill-(during|after)-submit)`)

// Each defect fails exactly the checks that it should.
func TestDefects(t *testing.T) {
	t.Parallel()
	self, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	// They mostly wait, so more run at once than there are processors.
	turns := make(chan struct{}, 6)
	var all sync.WaitGroup
	defer all.Wait()
	for name := range convictions() {
		if _, ok := defects()[name]; !ok {
			t.Errorf("there is no defect %q", name)
		}
	}
	nth := 0
	for name, d := range defects() {
		if nth++; testing.Short() && nth%4 != 0 {
			continue
		}
		turns <- struct{}{}
		all.Go(func() {
			defer func() { <-turns }()
			t.Run(name, func(t *testing.T) { d.isFound(t, self, name) })
		})
	}
}

func (d defect) isFound(t *testing.T, self, name string) {
	slots := room
	if d.roomy {
		slots *= 10
	}
	config, err := json.Marshal(map[string]string{"socket": startPool(t, slots).socket()})
	if err != nil {
		t.Fatal(err)
	}
	report, err := drivertest.Run(t.Context(), self, drivertest.Options{
		Config: config, Env: map[string]string{defectVariable: name, "GORACE": "atexit_sleep_ms=0"},
		Patience: 12 * time.Second, Parallel: 24, Only: quick,
	})
	if err != nil {
		t.Fatal(err)
	}
	want := convictions()[name]
	if want.fails == "" {
		t.Fatal("nothing convicts this defect")
	}
	for _, r := range report.Results {
		failed := r.Outcome == drivertest.Failed
		switch {
		case failed && !names(want.fails, r.Name) && !names(want.may, r.Name):
			t.Errorf("%s fails too: %s", r.Name, r.Problem)
		case !failed && names(want.fails, r.Name):
			t.Errorf("%s is %s", r.Name, r.Outcome)
		}
	}
}

// names tells whether one of the patterns is one for the name.
func names(patterns, name string) bool {
	return slices.ContainsFunc(strings.Fields(patterns), func(p string) bool {
		ok, err := path.Match(p, name)
		return err == nil && ok
	})
}
