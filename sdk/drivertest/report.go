package drivertest

import (
	"encoding/json"
	"io"
	"time"
)

// What a check came to.
const (
	Passed        = "passed"
	Failed        = "failed"
	NotApplicable = "not applicable"
)

// Result is what one check came to.
type Result struct {
	// Name and Group are the check's.
	Name  string `json:"name"`
	Group string `json:"group"`
	// Outcome is [Passed], [Failed] or [NotApplicable].
	Outcome string `json:"outcome"`
	// Took is how long the check took, the pool's time included.
	Took time.Duration `json:"took"`
	// Problem is what was seen instead of what was promised, or why the check does not apply. Empty: it passed.
	Problem string `json:"problem,omitempty"`
	// Advice is what the driver's author should do, with the place in the contract. Only of what failed.
	Advice string `json:"advice,omitempty"`
	// Required tells that every driver must pass it.
	Required bool `json:"required"`
}

// Report is what all checks came to.
type Report struct {
	// Driver is the driver's type, and Version its own version, as it describes itself; SDK is what it was made with.
	Driver  string `json:"driver"`
	Version string `json:"version"`
	SDK     string `json:"sdk"`
	// Path is the executable that was tested.
	Path string `json:"path"`
	// Began is when, and Took how long.
	Began time.Time     `json:"began"`
	Took  time.Duration `json:"took"`
	// Results are in the order of [Checks].
	Results []Result `json:"results"`
}

// OK tells whether no check failed.
func (r *Report) OK() bool { return r.Count(Failed) == 0 }

// Count is how many checks had that outcome.
func (r *Report) Count(outcome string) (n int) {
	for _, result := range r.Results {
		if result.Outcome == outcome {
			n++
		}
	}
	return n
}

// JSON writes the report as one JSON object, with its durations in nanoseconds.
func (r *Report) JSON(w io.Writer) error {
	to := json.NewEncoder(w)
	to.SetIndent("", "  ")
	to.SetEscapeHTML(false)
	return to.Encode(r)
}
