package drivertest_test

import (
	"encoding/json"
	"os"
	"regexp"
	"strings"
	"testing"

	"github.com/oceanid/oceanid/sdk/drivertest"
)

// refusing runs some checks on a driver that is said to refuse workflows. With a defect that there is not it is the good one.
func refusing(t *testing.T, defect string, services ...string) (map[string]drivertest.Result, error) {
	t.Helper()
	self, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	config, err := json.Marshal(map[string]string{"socket": startPool(t, room).socket()})
	if err != nil {
		t.Fatal(err)
	}
	report, err := drivertest.Run(t.Context(), self, drivertest.Options{
		Config: config, Env: map[string]string{defectVariable: defect, "GORACE": "atexit_sleep_ms=0"}, Patience: long, Refuses: services,
		Only: regexp.MustCompile("^workflows/|^honesty/(workflows|holds)$|^faults/(kill|stop)-submit-workflow$|^errors/unknown-instance-submit-workflow$"),
	})
	if err != nil {
		return nil, err
	}
	results := make(map[string]drivertest.Result)
	for _, r := range report.Results {
		results[r.Name] = r
	}
	return results, nil
}

// A driver that is said to refuse a service is held to that: whoever tests says so, and not the driver's answers.
func TestWhatIsRefused(t *testing.T) {
	t.Parallel()
	for name, test := range map[string]struct{ defect, seen string }{
		"as it should be":    {"takes no workflows", ""},
		"it runs them":       {"none", "submit-workflow went well"},
		"it runs them after": {"takes workflows and says no", "and left something"},
		"in gRPC's words":    {"takes no workflows, and not why", "without an ErrorInfo"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			results, err := refusing(t, test.defect, "workflows")
			if err != nil {
				t.Fatal(err)
			}
			for name, r := range results {
				switch {
				case name == "honesty/workflows" && test.seen != "":
					if r.Outcome != drivertest.Failed || !strings.Contains(r.Problem, test.seen) {
						t.Errorf("%s is %s: %s", name, r.Outcome, r.Problem)
					}
				case r.Group == "workflows" || r.Group == "faults":
					if r.Outcome != drivertest.NotApplicable || !strings.Contains(r.Problem, "honesty/workflows") {
						t.Errorf("%s is %s: %s", name, r.Outcome, r.Problem)
					}
				case r.Outcome != drivertest.Passed:
					t.Errorf("%s is %s: %s", name, r.Outcome, r.Problem)
				}
			}
			if len(results) < 11 {
				t.Errorf("only %d checks were run", len(results))
			}
		})
	}
}

func TestWhatCannotBeRefused(t *testing.T) {
	t.Parallel()
	for name, test := range map[string]struct{ defect, service, says string }{
		"a host depends on it": {"none", "events", "no driver may refuse"},
		"there is no such":     {"none", "workflow", "no driver may refuse"},
		"no name":              {"none", "", "no driver may refuse"},
		"it is not served":     {"hides a service", "logs", "serves no logs"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			if _, err := refusing(t, test.defect, test.service); err == nil || !strings.Contains(err.Error(), test.says) {
				t.Error(err)
			}
		})
	}
}
