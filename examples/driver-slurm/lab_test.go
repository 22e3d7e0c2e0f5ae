package main

import (
	"context"
	"crypto/rand"
	"fmt"
	"log/slog"
	"os"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/oceanid/oceanid/lab"
	"github.com/oceanid/oceanid/sdk"
	"github.com/oceanid/oceanid/sdk/scheduler"
)

// cluster is the lab that the tests share: a Slurm cluster with an SSH server.
var cluster = struct {
	once sync.Once
	lab  *lab.Lab
	err  error
}{}

func TestMain(m *testing.M) {
	if os.Getenv(onCluster) != "" {
		if err := runOnCluster(); err != nil {
			fmt.Println(err)
			os.Exit(1)
		}
		fmt.Println("good")
		return
	}
	code := m.Run()
	if cluster.lab != nil {
		if err := cluster.lab.Stop(); err != nil {
			fmt.Fprintln(os.Stderr, err)
			code = 1
		}
	}
	os.Exit(code)
}

func slurm(t *testing.T) *lab.Lab {
	t.Helper()
	lab.Require(t)
	cluster.once.Do(func() {
		cluster.lab, cluster.err = lab.Start(context.Background(), lab.Options{Slurm: true, SSH: true, Slots: 64})
	})
	if cluster.err != nil {
		t.Fatalf("cannot start a lab: %v", cluster.err)
	}
	return cluster.lab
}

// account is how the user logs in with what the lab gave them.
func account(l *lab.Lab, name string) Config {
	s := l.SSH()
	u := s.Users[name]
	c := Config{Host: s.Host, Username: name, KnownHostsPath: s.KnownHosts, Timeout: 20 * time.Second, WorkDir: "~/oceanid"}
	if u.PrivateKey == "" {
		c.Password = sdk.Secret(u.Password)
	} else {
		c.PrivateKeyPath, c.Passphrase = u.PrivateKey, sdk.Secret(u.Passphrase)
	}
	return c
}

// open makes a driver, and closes it at the end of the test.
func open(t *testing.T, c Config) *driver {
	t.Helper()
	if err := c.Validate(); err != nil {
		t.Fatal(err)
	}
	d, err := New(t.Context(), c, sdk.Env{Name: t.Name(), Log: slog.New(slog.DiscardHandler)})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := d.Close(); err != nil {
			t.Error(err)
		}
	})
	return d
}

// ben is the driver of most tests.
func ben(t *testing.T) *driver { return open(t, account(slurm(t), "ben")) }

func newToken() string { return "t-" + strings.ToLower(rand.Text()) }

// submit submits a job with a new token and its inputs.
func submit(t *testing.T, d *driver, job scheduler.Job) scheduler.Ref {
	t.Helper()
	if job.Token == "" {
		job.Token = newToken()
	}
	for i, in := range job.Inputs {
		job.Inputs[i].Size = int64(len(in.Data))
		if err := d.Upload(t.Context(), job.Token, job.Inputs[i], strings.NewReader(string(in.Data))); err != nil {
			t.Fatalf("upload %s: %v", in.Name, err)
		}
		job.Inputs[i].Data = nil
	}
	id, err := d.Submit(t.Context(), job)
	if err != nil {
		t.Fatalf("submit: %v", err)
	}
	return scheduler.Ref{ID: id, Token: job.Token, Tasks: job.Tasks()}
}

// query is what Query tells of each of the job's tasks.
func query(t *testing.T, d *driver, ref scheduler.Ref) []scheduler.Status {
	t.Helper()
	all := make([]scheduler.Status, ref.Tasks)
	err := d.Query(t.Context(), scheduler.Query{Jobs: []scheduler.Ref{ref}}, func(s scheduler.Status) error {
		for i := s.Task; i < s.Task+max(s.Count, 1); i++ {
			all[i] = s
		}
		return nil
	})
	if err != nil {
		t.Fatalf("query: %v", err)
	}
	return all
}

// awaitState waits until all tasks of the job are as wanted.
func awaitState(t *testing.T, d *driver, ref scheduler.Ref, what string, wanted func(scheduler.Status) bool) []scheduler.Status {
	t.Helper()
	limit := time.Now().Add(90 * time.Second)
	for {
		all := query(t, d, ref)
		good := 0
		for _, s := range all {
			if wanted(s) {
				good++
			}
		}
		if good == len(all) {
			return all
		}
		if time.Now().After(limit) {
			t.Fatalf("job %s: %d of %d tasks are %s; the first: %+v", ref.ID, good, len(all), what, all[0])
		}
		time.Sleep(200 * time.Millisecond)
	}
}

func terminal(s scheduler.Status) bool { return s.State.Terminal() }

func in(state scheduler.State) func(scheduler.Status) bool {
	return func(s scheduler.Status) bool { return s.State == state }
}

// stdout is what a task wrote.
func stdout(t *testing.T, d *driver, ref scheduler.Ref, task int) string {
	t.Helper()
	var b strings.Builder
	if err := d.Logs(t.Context(), ref, scheduler.LogOptions{Task: task}, &b); err != nil {
		t.Fatalf("logs of task %d: %v", task, err)
	}
	return b.String()
}

// eventually waits until something holds.
func eventually(t *testing.T, what string, holds func() bool) {
	t.Helper()
	limit := time.Now().Add(60 * time.Second)
	for !holds() {
		if time.Now().After(limit) {
			t.Fatalf("still not: %s", what)
		}
		time.Sleep(100 * time.Millisecond)
	}
}
