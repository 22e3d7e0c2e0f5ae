package host_test

import (
	"bytes"
	"encoding/json"
	"path/filepath"
	"strings"
	"sync"
	"testing"

	"github.com/hashicorp/go-hclog"

	"github.com/oceanid/oceanid/host"
	"github.com/oceanid/oceanid/sdk/scheduler"
)

// A driver that quotes its password in an error or a panic puts it into no job's record and into no error.
func TestSecretsInWhatADriverSays(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	program := filepath.Join(dir, "oceanid-extra")
	install(t, program, "1.0.0", envDriver+"_FAILS=fails.example.org")
	write(t, filepath.Join(dir, "config.hcl"), "driver \"extra\" {\n  path = \""+program+"\"\n}\n")
	h := open(t, dir, host.Options{})
	s := extra(t, h, "s", "pool.example.org")
	blurt := func() {
		t.Helper()
		if _, err := s.Submit(t.Context(), scheduler.Job{Command: "blurt"}); err == nil || err.Error() != `scheduler "s": submit: the pool does not take …` {
			t.Errorf("submitted: %v", err)
		}
	}
	blurt()
	blurt() // now the secrets are known
	s.Set(host.Config{"password": "shibboleth"})
	if err := s.Save(t.Context()); err != nil {
		t.Fatal(err)
	}
	blurt()
	jobs, _, err := h.ListJobs(t.Context(), host.JobQuery{})
	if err != nil || len(jobs) != 3 {
		t.Fatalf("%d jobs, %v", len(jobs), err)
	}
	for _, j := range jobs {
		if !strings.HasSuffix(j.Reason, "the pool does not take …") {
			t.Errorf("the job says: %s", j.Reason)
		}
	}
	failing, err := h.CreateScheduler("failing", "fails.example.org", "extra", host.Config{"password": "opensesame"})
	if err != nil {
		t.Fatal(err)
	}
	if err := failing.Save(t.Context()); err == nil || strings.Contains(err.Error(), "opensesame") {
		t.Errorf("saved: %v", err)
	}
}

// paper is a log that is read while it is written.
type paper struct {
	mu  sync.Mutex
	buf bytes.Buffer
}

func (p *paper) Write(b []byte) (int, error) {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.buf.Write(b)
}

func (p *paper) String() string {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.buf.String()
}

// A driver that writes its password to its log, to standard error and into a panic puts it into no log and no list.
func TestSecretsInWhatADriverWrites(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	program := filepath.Join(dir, "oceanid-extra")
	install(t, program, "1.0.0")
	write(t, filepath.Join(dir, "config.hcl"), "driver \"extra\" {\n  path = \""+program+"\"\n}\n")
	var out paper
	h := open(t, dir, host.Options{Log: hclog.New(&hclog.LoggerOptions{Level: hclog.Debug, Output: &out})})
	s := extra(t, h, "s", "pool.example.org")
	if _, err := s.Submit(t.Context(), scheduler.Job{Command: "mutter"}); err != nil && strings.Contains(err.Error(), "opensesame") {
		t.Errorf("submitted: %v", err)
	}
	var d host.Driver
	for d = range h.WatchDrivers(t.Context()) {
		if d.Panic != "" {
			break
		}
	}
	all, err := json.Marshal(d)
	if err != nil {
		t.Fatal(err)
	}
	for name, text := range map[string]string{"the log": out.String(), "the list of drivers": string(all)} {
		if !strings.Contains(text, "no way in with …") || !strings.Contains(text, "cannot log in with …") {
			t.Errorf("%s does not tell what happened:\n%s", name, text)
		}
		if strings.Contains(text, "opensesame") {
			t.Errorf("%s has the password:\n%s", name, text)
		}
	}
}
