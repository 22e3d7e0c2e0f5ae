package soak_test

import (
	"fmt"
	"os"
	"strings"
	"testing"
	"time"

	"github.com/oceanid/oceanid/lab"
)

// The promise of the house: a hundred submissions of the sample on a real pool, the host killed at random moments; every job ends once, none is lost,
// none runs twice. The pool itself is the witness.
func TestCondorSurvivesKills(t *testing.T) {
	l := lab.ForTest(t, lab.Options{Condor: true, SSH: true, Slots: 16})
	dir := build(t, "condor")
	user := l.SSH().Users["ben"]
	configure(t, dir, fmt.Sprintf(`scheduler "condor" "pool" {
  host             = %q
  port             = %d
  username         = %q
  private_key_path = %q
  known_hosts      = %q
}
`, l.SSH().Host, l.SSH().Port, user.Name, user.PrivateKey, l.SSH().KnownHosts))
	jobs, kills := 100, 40
	if os.Getenv("OCEANID_SOAK") != "" {
		kills = 400
	}
	soak(t, dir, jobs, kills, 3*time.Second)
	tokens := ends(t, dir, jobs)
	witness(t, l, tokens)
}

// witness asks the pool what it ran.
func witness(t *testing.T, l *lab.Lab, tokens map[string]bool) {
	t.Helper()
	const fields = "-af:," // then the attributes
	out, err := l.Run(t.Context(), "root", "condor_history", fields, "ClusterId", "ProcId", "OceanidToken", "NumJobStarts", "ExitCode")
	if err != nil {
		t.Fatal(err)
	}
	queue, err := l.Run(t.Context(), "root", "condor_q", "-allusers", fields, "ClusterId", "ProcId", "OceanidToken", "NumJobStarts", "ExitCode")
	if err != nil {
		t.Fatal(err)
	}
	clusters := map[string]map[string]bool{}
	runs := map[string]int{}
	for line := range strings.Lines(string(out) + string(queue)) {
		f := strings.Split(strings.TrimSpace(line), ", ")
		if len(f) < 5 {
			f = strings.Split(strings.TrimSpace(line), ",")
		}
		if len(f) != 5 {
			t.Fatalf("the pool says %q", line)
		}
		token := strings.Trim(f[2], `"`)
		if !tokens[token] {
			t.Errorf("the pool ran job %s.%s of %s, which the store does not know", f[0], f[1], token)
		}
		if clusters[token] == nil {
			clusters[token] = map[string]bool{}
		}
		clusters[token][f[0]] = true
		if runs[token]++; f[3] != "1" || f[4] != "0" {
			t.Errorf("job %s.%s began %s times and exited with %s", f[0], f[1], f[3], f[4])
		}
	}
	for token := range tokens {
		if len(clusters[token]) != 1 || runs[token] != basins {
			t.Errorf("job %s is %d clusters and %d tasks at the pool, not one and %d", token, len(clusters[token]), runs[token], basins)
		}
	}
}
