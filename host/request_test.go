package host_test

import (
	"bytes"
	"strings"
	"sync"
	"testing"

	"github.com/hashicorp/go-hclog"

	"github.com/oceanid/oceanid/host"
	"github.com/oceanid/oceanid/sdk/scheduler"
)

// What a portal calls its request is in the log of every call that it made.
func TestWithRequest(t *testing.T) {
	t.Parallel()
	var log bytes.Buffer
	var writing sync.Mutex
	o := drivers(newPool().plugin("memory"))
	o.Log = hclog.New(&hclog.LoggerOptions{Level: hclog.Debug, Output: &log, Mutex: &writing})
	s := saved(t, open(t, t.TempDir(), o), "s")
	for _, id := range []string{"portal-7", "no\nid"} {
		if _, err := s.Submit(host.WithRequest(t.Context(), id), scheduler.Job{Command: "x"}); err != nil {
			t.Fatal(err)
		}
	}
	writing.Lock()
	defer writing.Unlock()
	submits := 0
	for line := range strings.Lines(log.String()) {
		if strings.Contains(line, "verb=Submit") {
			submits++
			if named := strings.Contains(line, "request=portal-7"); named != (submits == 1) {
				t.Errorf("submission %d: %s", submits, line)
			}
		}
	}
	if submits != 2 {
		t.Errorf("%d submissions in %s", submits, log.String())
	}
}
