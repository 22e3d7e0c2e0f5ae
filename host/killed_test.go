package host_test

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io"
	"math/rand/v2"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"syscall"
	"testing"

	"github.com/oceanid/oceanid/host"
	"github.com/oceanid/oceanid/lab"
	"github.com/oceanid/oceanid/sdk"
	"github.com/oceanid/oceanid/sdk/scheduler"
)

// envPortal makes this test binary a portal that submits: its configuration file. envCrash is where it kills itself.
const (
	envPortal = "OCEANID_HOST_TEST_PORTAL"
	envCrash  = "OCEANID_HOST_TEST_CRASH"
)

// folder is a driver whose pool is a folder that many processes share: a file for each job, by its token, that holds the job's name.
type folder struct{ dir string }

type folderConfig struct {
	Host string `oceanid:"host" doc:"The folder."`
}

func folderDriver() sdk.Plugin {
	return sdk.Scheduler("folder", "1.0.0", func(_ context.Context, c folderConfig, _ sdk.Env) (*folder, error) {
		return &folder{c.Host}, nil
	})
}

// crash ends this process as kill -9 does, if it is to end there.
func crash(point string) {
	if os.Getenv(envCrash) == point {
		syscall.Kill(os.Getpid(), syscall.SIGKILL)
		select {}
	}
}

func (f *folder) Upload(_ context.Context, token string, in scheduler.Input, r io.Reader) error {
	_, err := io.Copy(io.Discard, r)
	crash("upload")
	return err
}

func (f *folder) Submit(_ context.Context, job scheduler.Job) (scheduler.ID, error) {
	crash("submit")
	file, err := os.OpenFile(filepath.Join(f.dir, job.Token), os.O_CREATE|os.O_WRONLY, 0o600)
	if err != nil {
		return "", err
	}
	_, err = io.WriteString(file, job.Name)
	crash("submitted")
	return scheduler.ID(job.Token), errors.Join(err, file.Close())
}

func (f *folder) Query(_ context.Context, q scheduler.Query, yield func(scheduler.Status) error) error {
	for _, ref := range q.Jobs {
		s := scheduler.Status{ID: scheduler.ID(ref.Token), Token: ref.Token, State: scheduler.Running}
		if _, err := os.Stat(filepath.Join(f.dir, ref.Token)); err != nil {
			s.State, s.Reason = scheduler.Lost, "there is no such file"
		}
		if err := yield(s); err != nil {
			return err
		}
	}
	return nil
}

func (f *folder) Cancel(context.Context, []scheduler.Ref) error { return nil }

// names are those of the jobs at the pool, and how many jobs have each.
func (f *folder) names(t *testing.T) map[string]int {
	t.Helper()
	all, err := filepath.Glob(filepath.Join(f.dir, "*"))
	if err != nil {
		t.Fatal(err)
	}
	names := map[string]int{}
	for _, path := range all {
		text, err := os.ReadFile(path)
		if err != nil {
			t.Fatal(err)
		}
		names[string(text)]++
	}
	return names
}

// wish is the job of a key.
func wish(key string) scheduler.Job {
	return scheduler.Job{Command: "x", Name: key, Key: key, Inputs: []scheduler.Input{{Name: "d", Data: []byte(key)}}}
}

// portal is a process that submits keys from its standard input and writes each that Submit has answered for. It goes on until it is killed.
func portal(config string) error {
	ctx := context.Background()
	h, err := host.Open(ctx, host.Options{Config: config, Drivers: []sdk.Plugin{folderDriver()}})
	if err != nil {
		return err
	}
	s, err := h.GetScheduler(ctx, "Default")
	if err != nil {
		return err
	}
	var all sync.WaitGroup
	for keys := bufio.NewScanner(os.Stdin); keys.Scan(); {
		key := keys.Text()
		all.Go(func() {
			j, err := s.Submit(ctx, wish(key))
			if err != nil {
				fmt.Fprintln(os.Stderr, err)
				return
			}
			os.Stdout.WriteString(key + " " + j.ID + "\n")
		})
	}
	all.Wait()
	select {}
}

// fleet is a store that several portals share, their pool, and one of them, which is this process.
func fleet(t *testing.T) (config string, s *host.Scheduler, pool *folder) {
	t.Helper()
	l := lab.ForTest(t, lab.Options{Redis: true})
	pool = &folder{t.TempDir()}
	config = filepath.Join(t.TempDir(), "config.hcl")
	write(t, config, fleetConfig(l.Redis().URL, pool.dir))
	h := open(t, "", host.Options{Config: config, Drivers: []sdk.Plugin{folderDriver()}})
	s, err := h.GetScheduler(t.Context(), "Default")
	if err != nil {
		t.Fatal(err)
	}
	return config, s, pool
}

// start runs another portal of the fleet, which dies with the test.
func start(t *testing.T, config, crash string, keys ...string) (*exec.Cmd, *bufio.Scanner) {
	t.Helper()
	cmd := exec.CommandContext(t.Context(), os.Args[0])
	cmd.Env = append(os.Environ(), envPortal+"="+config, envCrash+"="+crash)
	cmd.Stdin, cmd.Stderr = strings.NewReader(strings.Join(keys, "\n")+"\n"), t.Output()
	out, err := cmd.StdoutPipe()
	if err == nil {
		err = cmd.Start()
	}
	if err != nil {
		t.Fatal(err)
	}
	return cmd, bufio.NewScanner(out)
}

// A portal that is killed anywhere in Submit leaves its job to the others; the key finds it.
func TestAHostKilledInSubmit(t *testing.T) {
	t.Parallel()
	config, s, pool := fleet(t)
	for _, point := range []string{"upload", "submit", "submitted"} {
		t.Run(point, func(t *testing.T) {
			t.Parallel()
			cmd, _ := start(t, config, point, point)
			if err := cmd.Wait(); err == nil || !strings.Contains(err.Error(), "killed") {
				t.Fatalf("the portal ended: %v", err)
			}
			j, err := s.Submit(t.Context(), wish(point))
			if err != nil {
				t.Fatal(err)
			}
			reach(t, j, scheduler.Running)
			if n := pool.names(t)[point]; n != 1 {
				t.Errorf("%d jobs at the pool", n)
			}
		})
	}
}

// Two portals that are asked for the same at once, one of which is killed at some moment: each wish is at the pool once, and has one ID in all answers.
func TestAFleetWithOneKilled(t *testing.T) {
	t.Parallel()
	const wishes = 60
	config, s, pool := fleet(t)
	keys := make([]string, wishes)
	for i := range keys {
		keys[i] = fmt.Sprintf("key-%d", i)
	}
	cmd, answers := start(t, config, "", keys...)
	theirs, until := map[string]string{}, rand.IntN(wishes)
	ours := make([]*host.Job, wishes)
	var all sync.WaitGroup
	for i := range wishes {
		all.Go(func() {
			var err error
			if ours[i], err = s.Submit(t.Context(), wish(keys[i])); err != nil {
				t.Error(err)
			}
		})
	}
	for len(theirs) < until && answers.Scan() {
		key, id, _ := strings.Cut(answers.Text(), " ")
		theirs[key] = id
	}
	if err := cmd.Process.Kill(); err != nil {
		t.Fatal(err)
	}
	cmd.Wait()
	all.Wait()
	if t.Failed() {
		return
	}
	for i, j := range ours {
		if id, ok := theirs[keys[i]]; ok && id != j.ID {
			t.Errorf("%s is %s there and %s here", keys[i], id, j.ID)
		}
		reach(t, j, scheduler.Running)
	}
	names := pool.names(t)
	for _, key := range keys {
		if names[key] != 1 {
			t.Errorf("%s is at the pool %d times (killed after %d answers)", key, names[key], until)
		}
	}
}
