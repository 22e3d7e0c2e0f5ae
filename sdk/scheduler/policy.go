package scheduler

import (
	"fmt"
	"math"
	"path/filepath"
	"time"

	"github.com/oceanid/oceanid/sdk/fault"
)

// Policy is what the host does about a job by itself. The zero value: nothing.
type Policy struct {
	// QueueWait is the longest that the job may wait before its first task begins; then it is cancelled. What is held waits as well. 0: for ever.
	QueueWait time.Duration `json:"queue_wait,omitempty"`
	// RunTime is the longest from the beginning of the first task to the end of the last; then the job is cancelled. [Resources].RunTime is the pool's
	// own limit, of each task. 0: for ever.
	RunTime time.Duration `json:"run_time,omitempty"`
	// Retry are the rules by which the job is handed to the pool once more after it has ended badly; the first that matches counts. A job with rules has
	// one task.
	Retry []RetryRule `json:"retry,omitempty"`
	// Results is a folder on the host's machine, absolute, of this job alone: once the job has ended its outputs are brought there, tried again where that
	// fails. Default: nobody brings them by themselves; they stay at the pool.
	Results string `json:"results,omitempty"`
	// ResultsLimit is the most bytes that are brought; a job that has left more keeps them at the pool. 0: no limit.
	ResultsLimit int64 `json:"results_limit,omitempty"`
}

// RetryRule says after which ends a job is handed to the pool again, and what is changed then. Conditions that are set must all hold; those left out do not
// restrict. A job that somebody cancelled is never retried.
type RetryRule struct {
	// Codes are exit codes, Signals numbers of signals that ended the task.
	Codes   []int `json:"codes,omitempty"`
	Signals []int `json:"signals,omitempty"`
	// Causes are the driver's words for why it ended, or is held. A held job that a rule with its cause matches is removed and handed over again.
	Causes []Cause `json:"causes,omitempty"`
	// Limit is how often at most, by this rule. Default: 1.
	Limit int `json:"limit,omitempty"`
	// Delay is the pause before. Default: none.
	Delay time.Duration `json:"delay,omitempty"`
	// MemoryFactor and RunTimeFactor multiply Resources.Memory and Resources.RunTime for the next attempt. 0: they stay as they were.
	MemoryFactor  float64 `json:"memory_factor,omitempty"`
	RunTimeFactor float64 `json:"run_time_factor,omitempty"`
}

// Times is Limit with its default.
func (r RetryRule) Times() int { return max(r.Limit, 1) }

// Check tells what is wrong with a policy for a job of so many tasks: fault.Invalid, naming the field.
func (p Policy) Check(tasks int) error {
	switch {
	case p.QueueWait < 0 || p.RunTime < 0:
		return fault.Invalid.New("policy: a limit of time cannot be negative")
	case p.ResultsLimit < 0:
		return fault.Invalid.New("policy: results_limit is %d bytes", p.ResultsLimit)
	case p.Results != "" && !filepath.IsAbs(p.Results):
		return fault.Invalid.New("policy: results %q: an absolute path on the host's machine", p.Results)
	case len(p.Retry) > 0 && tasks != 1:
		return fault.Invalid.New("policy: retry rules are for a job of one task; of an array, resubmit the tasks that failed")
	}
	for i, r := range p.Retry {
		if err := r.check(); err != nil {
			return fmt.Errorf("policy: retry rule %d: %w", i+1, err)
		}
	}
	return nil
}

func (r RetryRule) check() error {
	for _, c := range r.Causes {
		if !c.Known() {
			return fault.Invalid.New("causes: there is no cause %q; there are %v", c, Causes())
		}
	}
	for _, f := range []float64{r.MemoryFactor, r.RunTimeFactor} {
		if math.IsNaN(f) || f < 0 || f > 1000 {
			return fault.Invalid.New("a factor of %v; it is 0 to 1000", f)
		}
	}
	if r.Limit < 0 || r.Limit > mostRetries || r.Delay < 0 {
		return fault.Invalid.New("limit is 0 to %d, and delay not negative", mostRetries)
	}
	return nil
}

// mostRetries bounds how often a job is handed to its pool by one rule.
const mostRetries = 100
