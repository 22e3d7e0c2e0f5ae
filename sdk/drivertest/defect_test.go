package drivertest_test

import (
	"encoding/json"
	"flag"
	"hash/fnv"
	"maps"
	"os"
	"path"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/oceanid/oceanid/sdk/drivertest"
)

var whole = flag.Bool("whole", false, "try each defect with every check (some minutes), not only with its own and a sample of the others")

// slow are the checks that defects are not tried with: the kills and stops within each verb, which start processes by the dozen.
var slow = regexp.MustCompile(`^faults/(kill-([^ad]|do)|stop-)`)

// sample is one of how many checks that should not find a defect are tried with it.
const sample = 8

// isTried tells whether a check is tried with a defect: where it must find it, and, so that it is known not to blame what is innocent, with some others, which are
// the same in each run.
func isTried(name, check string) bool {
	if names(convictions()[name].fails, check) {
		return true
	}
	h := fnv.New32a()
	h.Write([]byte(name + " " + check))
	return (*whole || h.Sum32()%sample == 0) && !slow.MatchString(check)
}

// Each defect fails exactly the checks that it should. With -whole it is tried with all of them: `go test ./sdk/drivertest -run TestDefects -whole -timeout 30m`,
// which is for whoever changes a check, a defect or a conviction.
func TestDefects(t *testing.T) {
	t.Parallel()
	self, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	for name := range convictions() {
		if _, ok := defects()[name]; !ok {
			t.Errorf("there is no defect %q", name)
		}
	}
	// They mostly wait, so more run at once than there are processors.
	turns := make(chan struct{}, 4)
	for i, name := range slices.Sorted(maps.Keys(defects())) {
		if testing.Short() && i%4 != 0 {
			continue
		}
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			turns <- struct{}{}
			defer func() { <-turns }()
			defects()[name].isFound(t, self, name)
		})
	}
}

// Every check is tried with defects that it must not blame.
func TestSampleIsFair(t *testing.T) {
	t.Parallel()
	for _, c := range drivertest.Checks() {
		innocent := 0
		for name := range defects() {
			if isTried(name, c.Name) && !names(convictions()[name].fails, c.Name) {
				innocent++
			}
		}
		if innocent < 2 && !slow.MatchString(c.Name) {
			t.Errorf("%s is tried with %d defects that are none of its own", c.Name, innocent)
		}
	}
}

const (
	// brief is how long the checks of a defect wait: many find it by waiting in vain.
	brief = 10 * time.Second
	// long is how long they wait for what should come, and does not within brief.
	long = 90 * time.Second
)

func (d defect) isFound(t *testing.T, self, name string) {
	want := convictions()[name]
	if want.fails == "" {
		t.Fatal("nothing convicts this defect")
	}
	var checks []string
	for _, c := range drivertest.Checks() {
		if isTried(name, c.Name) {
			checks = append(checks, c.Name)
		}
	}
	for _, r := range d.try(t, self, name, brief, checks...) {
		failed := r.Outcome == drivertest.Failed
		if failed && !names(want.fails, r.Name) && !names(want.may, r.Name) && strings.Contains(r.Problem, "patience of") {
			// It had too little time, which says nothing of the driver.
			t.Logf("%s is asked again: %s", r.Name, r.Problem)
			r = d.try(t, self, name, long, r.Name)[0]
			failed = r.Outcome == drivertest.Failed
		}
		switch {
		case failed && !names(want.fails, r.Name) && !names(want.may, r.Name):
			t.Errorf("%s fails too: %s", r.Name, r.Problem)
		case !failed && names(want.fails, r.Name):
			t.Errorf("%s is %s: %s", r.Name, r.Outcome, r.Problem)
		}
	}
}

// try tries some checks with a defect, on a pool of their own.
func (d defect) try(t *testing.T, self, name string, patience time.Duration, checks ...string) []drivertest.Result {
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
		Patience: patience, Parallel: 24, Only: regexp.MustCompile("^(" + strings.Join(checks, "|") + ")$"),
	})
	if err != nil {
		t.Fatal(err)
	}
	return report.Results
}

// names tells whether one of the patterns is one for the name.
func names(patterns, name string) bool {
	return slices.ContainsFunc(strings.Fields(patterns), func(p string) bool {
		ok, err := path.Match(p, name)
		return err == nil && ok
	})
}
