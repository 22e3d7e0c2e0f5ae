package host_test

import (
	"fmt"
	"path/filepath"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/oceanid/oceanid/host"
	"github.com/oceanid/oceanid/sdk/scheduler"
)

// What the file says about jobs holds from a reload on, also for a job that there is.
func TestReloadOfRulesForJobs(t *testing.T) {
	t.Parallel()
	dir, p := t.TempDir(), newPool()
	h := open(t, dir, drivers(p.plugin("memory")))
	j := submit(t, saved(t, h, "Default"), scheduler.Job{Command: "x"})
	write(t, filepath.Join(dir, "config.hcl"), fmt.Sprintf("jobs {\n  results = %q\n}\n", t.TempDir()))
	if diff := cmp.Diff(host.Changes{}, reload(t, h)); diff != "" {
		t.Error(diff)
	}
	p.move(scheduler.Status{Token: j.ID, State: scheduler.Succeeded})
	until(t, j, "brought", func(now *host.Job) bool { return now.Results.State == "fetched" })
}
