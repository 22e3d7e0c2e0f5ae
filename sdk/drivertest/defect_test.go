package drivertest_test

import (
	"encoding/json"
	"flag"
	"maps"
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

var whole = flag.Bool("whole", false, "try each defect with every check (some minutes), not only with its own and a sample of the others")

// slow are the checks that defects are not tried with: the kills and stops within each verb, which start processes by the dozen.
var slow = regexp.MustCompile(`^faults/(kill-([^ad]|do)|stop-)`)

// sample is one of how many checks that should not find a defect are tried with it.
const sample = 12

// tried are the checks that are tried with a defect: those that must find it, and, so that they are known not to blame what is innocent, some others.
func tried(name string) []string {
	place := slices.Index(names(), name)
	var all []string
	for i, c := range drivertest.Checks() {
		// Defects that stand side by side get different checks, and each check gets as many defects.
		other := (*whole || (i+place)%sample == 0) && !slow.MatchString(c.Name)
		if other || matches(convictions()[name].fails, c.Name) {
			all = append(all, c.Name)
		}
	}
	return all
}

// names are those of all defects, in order.
func names() []string { return slices.Sorted(maps.Keys(defects())) }

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
	// They mostly wait, so more run at once than there are processors, which is all that t.Parallel would let.
	turns := make(chan struct{}, 8)
	var all sync.WaitGroup
	defer all.Wait()
	for i, name := range names() {
		if testing.Short() && i%4 != 0 {
			continue
		}
		turns <- struct{}{}
		all.Go(func() {
			defer func() { <-turns }()
			t.Run(name, func(t *testing.T) { defects()[name].isFound(t, self, name) })
		})
	}
}

// Every check is tried with defects that it must not blame.
func TestSampleIsFair(t *testing.T) {
	t.Parallel()
	innocent := map[string]int{}
	for _, name := range names() {
		for _, check := range tried(name) {
			if !matches(convictions()[name].fails, check) {
				innocent[check]++
			}
		}
	}
	for _, c := range drivertest.Checks() {
		if n := innocent[c.Name]; n < 3 && !slow.MatchString(c.Name) {
			t.Errorf("%s is tried with %d defects that are none of its own", c.Name, n)
		}
	}
}

const (
	// brief is how long the checks of a defect wait: many find it by waiting in vain.
	brief = 8 * time.Second
	// long is how long they wait for what should come, and does not within brief.
	long = 90 * time.Second
)

func (d defect) isFound(t *testing.T, self, name string) {
	want := convictions()[name]
	if want.fails == "" {
		t.Fatal("nothing convicts this defect")
	}
	for _, r := range d.try(t, self, name, brief, tried(name)...) {
		failed := r.Outcome == drivertest.Failed
		if failed && !matches(want.fails, r.Name) && !matches(want.may, r.Name) && strings.Contains(r.Problem, "patience of") {
			// It had too little time, which says nothing of the driver.
			t.Logf("%s is asked again: %s", r.Name, r.Problem)
			r = d.try(t, self, name, long, r.Name)[0]
			failed = r.Outcome == drivertest.Failed
		}
		switch {
		case failed && !matches(want.fails, r.Name) && !matches(want.may, r.Name):
			t.Errorf("%s fails too: %s", r.Name, r.Problem)
		case !failed && matches(want.fails, r.Name):
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

// matches tells whether one of the patterns is one for the name.
func matches(patterns, name string) bool {
	return slices.ContainsFunc(strings.Fields(patterns), func(p string) bool {
		ok, err := path.Match(p, name)
		return err == nil && ok
	})
}
