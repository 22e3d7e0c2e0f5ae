package soak_test

import (
	"bytes"
	"context"
	"fmt"
	"math/rand/v2"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"testing"
	"time"

	"github.com/oceanid/oceanid/host"
	"github.com/oceanid/oceanid/sdk/scheduler"
)

// build makes the sample model and a driver in a folder of the test's.
func build(t *testing.T, driver string) (dir string) {
	t.Helper()
	dir = t.TempDir()
	for out, pkg := range map[string]string{"model": "../examples/portal/model", "oceanid-" + driver: "../plugins/" + driver} {
		cmd := exec.Command("go", "build", "-o", filepath.Join(dir, out), pkg)
		cmd.Env = append(os.Environ(), "CGO_ENABLED=0")
		if text, err := cmd.CombinedOutput(); err != nil {
			t.Fatalf("build %s: %v\n%s", pkg, err, text)
		}
	}
	return dir
}

func configure(t *testing.T, dir, scheduler string) {
	t.Helper()
	text := fmt.Sprintf("driver_dir = %q\n%s", dir, scheduler)
	if err := os.WriteFile(filepath.Join(dir, "config.hcl"), []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
}

// soak lets a portal make its submissions while it is killed at random moments, then lets it finish.
func soak(t *testing.T, dir string, jobs, kills int, longest time.Duration) {
	t.Helper()
	seed := seed(t)
	chance := rand.New(rand.NewPCG(seed, seed))
	early := 0
	for range kills {
		if ended := life(t, dir, jobs, time.Duration(chance.Int64N(int64(longest)))); ended {
			early++
		}
	}
	if early > kills/2 {
		t.Errorf("the portal was done before %d of %d kills: they killed nothing", early, kills)
	}
	life(t, dir, jobs, 0)
}

// seed is what chance goes by.
func seed(t *testing.T) uint64 {
	t.Helper()
	seed := uint64(time.Now().UnixNano())
	if text := os.Getenv("OCEANID_SOAK_SEED"); text != "" {
		var err error
		if seed, err = strconv.ParseUint(text, 10, 64); err != nil {
			t.Fatal(err)
		}
	}
	t.Logf("seed %d (OCEANID_SOAK_SEED repeats it)", seed)
	return seed
}

// life is one life of the portal, killed after a while (0: never). It tells whether the portal had ended by itself.
func life(t *testing.T, dir string, jobs int, until time.Duration) (ended bool) {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), 5*time.Minute)
	defer cancel()
	cmd := exec.CommandContext(ctx, os.Args[0])
	cmd.Env = append(os.Environ(), portalEnv+"="+dir, "OCEANID_SOAK_JOBS="+strconv.Itoa(jobs))
	var said bytes.Buffer
	cmd.Stdout, cmd.Stderr = &said, &said
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	if until > 0 {
		defer time.AfterFunc(until, func() { cmd.Process.Kill() }).Stop()
	}
	err := cmd.Wait()
	killed := cmd.ProcessState.String() == "signal: killed" && until > 0 && ctx.Err() == nil
	if err != nil && !killed {
		t.Fatalf("the portal ended with %v:\n%s", err, said.String())
	}
	return !killed
}

// ends checks what the store says: every job has ended well, its end was told once, and every task has a result.
func ends(t *testing.T, dir string, jobs int) (tokens map[string]bool) {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
	defer cancel()
	h, err := host.Open(ctx, host.Options{Config: filepath.Join(dir, "config.hcl"), NoFollow: true})
	if err != nil {
		t.Fatal(err)
	}
	defer h.Close(ctx)
	all, err := submissions(ctx, h)
	if err != nil || len(all) != jobs {
		t.Fatalf("%d submissions of %d, %v", len(all), jobs, err)
	}
	tokens = map[string]bool{}
	for n, j := range all {
		tokens[j.ID] = true
		if j.State != scheduler.Succeeded || j.Counts[scheduler.Succeeded] != basins {
			t.Errorf("submission %s ended %s (%v): %s", n, j.State, j.Counts, j.Reason)
		}
	}
	told := map[string]int{}
	left := jobs
	for e, err := range h.Events(ctx, host.FromStart) {
		if err != nil {
			t.Fatalf("%d ends were not told: %v", left, err)
		}
		if e.State.Terminal() {
			told[e.Job]++
			left--
		}
		if left == 0 {
			break
		}
	}
	for id, n := range told {
		if n != 1 || !tokens[id] {
			t.Errorf("the end of job %s was told %d times", id, n)
		}
	}
	return tokens
}
