package main

import (
	"context"
	"crypto/rand"
	"flag"
	"fmt"
	"os"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/oceanid/oceanid/lab"
	"github.com/oceanid/oceanid/sdk"
	"github.com/oceanid/oceanid/sdk/drivertest"
	"github.com/oceanid/oceanid/sdk/scheduler"
)

// pool is the lab that all tests of the package share: an HTCondor pool with an SSH server.
var pool = struct {
	once sync.Once
	lab  *lab.Lab
	err  error
}{}

func TestMain(m *testing.M) {
	drivertest.Main(plugin())
	switch os.Getenv(onAccessPoint) {
	case "":
	case "conform":
		os.Exit(m.Run())
	default:
		if err := runOnAccessPoint(); err != nil {
			fmt.Println(err)
			os.Exit(1)
		}
		fmt.Println("good")
		return
	}
	// The developer's own agent must not log anybody in; the test that wants one brings it.
	os.Unsetenv("SSH_AUTH_SOCK")
	flag.Parse()
	if !parallelGiven() {
		if err := flag.Set("test.parallel", atOnce); err != nil {
			panic(err)
		}
	}
	code := m.Run()
	if pool.lab != nil {
		if err := pool.lab.Stop(); err != nil {
			fmt.Fprintln(os.Stderr, err)
			code = 1
		}
	}
	os.Exit(code)
}

// atOnce is how many tests run at once where -parallel does not say it: they mostly wait for the pool, and not for a processor.
const atOnce = "4"

func parallelGiven() (given bool) {
	flag.Visit(func(f *flag.Flag) { given = given || f.Name == "test.parallel" })
	return given
}

// patience is how long tests wait for what a pool does in a second, on a machine that may have a lot else to do.
const patience = 3 * time.Minute

// processors are those of the pool, and of tasks that take most of it one at a time can run, with room beside it for those of other tests.
const processors, most = 256, 160

// onDebian names the release whose HTCondor the tests use; empty: trixie's.
const onDebian = "OCEANID_TEST_DEBIAN"

// usual is how the tests' pools are.
func usual() lab.Options {
	return lab.Options{
		Condor: true, SSH: true, Slots: processors, Debian: lab.Debian(os.Getenv(onDebian)),
		// A run-time limit is looked at every minute by default.
		CondorConfig: "PERIODIC_EXPR_INTERVAL = 2\nSHADOW_QUEUE_UPDATE_INTERVAL = 5\n",
	}
}

// apart are the pools of tests that have one for themselves, by the tests' names.
var apart sync.Map

// alone gives the test a pool for itself, which condor and all that asks it yields from here on: the test may kill what it likes while others run.
func alone(t *testing.T) {
	t.Helper()
	name := t.Name()
	apart.Store(name, lab.ForTest(t, usual()))
	t.Cleanup(func() { apart.Delete(name) })
}

// condor is the test's pool: its own, or that of all, which is started by the first test that needs it.
func condor(t *testing.T) *lab.Lab {
	t.Helper()
	lab.Require(t)
	test, _, _ := strings.Cut(t.Name(), "/")
	if own, ok := apart.Load(test); ok {
		return own.(*lab.Lab)
	}
	pool.once.Do(func() { pool.lab, pool.err = lab.Start(context.Background(), usual()) })
	if pool.err != nil {
		t.Fatalf("cannot start a lab: %v", pool.err)
	}
	return pool.lab
}

// account is how the user logs in to the pool with what the lab gave them.
func account(t *testing.T, name string) Config {
	t.Helper()
	s := condor(t).SSH()
	u := s.Users[name]
	c := Config{Host: s.Host, Port: s.Port, Username: name, KnownHosts: s.KnownHosts, Timeout: 20 * time.Second, Directory: defaultDirectory}
	if u.PrivateKey == "" {
		c.Password = sdk.Secret(u.Password)
	} else {
		c.PrivateKeyPath, c.PrivateKeyPassphrase = u.PrivateKey, sdk.Secret(u.Passphrase)
	}
	return c
}

// open makes a driver, and closes it at the end of the test.
func open(t *testing.T, c Config) *driver {
	t.Helper()
	d, err := New(t.Context(), c, sdk.Env{Name: t.Name()})
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
func ben(t *testing.T) *driver { return open(t, account(t, "ben")) }

// ada is the driver of tests that have hundreds of jobs wait: behind as many that no machine takes HTCondor 25.14 looks at no later job of the same user.
func ada(t *testing.T) *driver { return open(t, account(t, "ada")) }

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

// await waits until all tasks of the job are as wanted.
func await(t *testing.T, d *driver, ref scheduler.Ref, what string, wanted func(scheduler.Status) bool) []scheduler.Status {
	t.Helper()
	limit := time.Now().Add(patience)
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
			t.Fatalf("job %s: %d of %d tasks are %s; %+v", ref.ID, good, len(all), what, all)
		}
		time.Sleep(200 * time.Millisecond)
	}
}

func ended(s scheduler.Status) bool { return s.State.Terminal() }

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
