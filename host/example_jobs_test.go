package host_test

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"time"

	"github.com/oceanid/oceanid/host"
	"github.com/oceanid/oceanid/sdk"
	"github.com/oceanid/oceanid/sdk/fault"
	"github.com/oceanid/oceanid/sdk/scheduler"
)

// The same wish, submitted twice, runs once.
func ExampleScheduler_Submit() {
	ctx := context.Background()
	_, s, done := example(ctx)
	defer done()
	order := scheduler.Job{Name: "run {id}", Command: "/opt/model/run", User: "ada", Key: "order-4711"}
	first, err := s.Submit(ctx, order)
	if err != nil {
		fmt.Println(err)
		return
	}
	again, err := s.Submit(ctx, order) // the browser's second click, or the portal after a crash
	fmt.Println(again.ID == first.ID, again.Name == "run "+first.ID, err)

	order.Args = []string{"--basin", "7"}
	_, err = s.Submit(ctx, order)
	fmt.Println("other content:", err != nil)
	// Output:
	// true true <nil>
	// other content: true
}

func ExampleParseJobQuery() {
	q, err := host.ParseJobQuery(`state=running,held user=ada label.project="lower danube"`)
	fmt.Println(q.States, q.User, q.Labels["project"], err)
	fmt.Println(q)
	_, err = host.ParseJobQuery("stat=running")
	fmt.Println(err)
	// Output:
	// [running held] ada lower danube <nil>
	// state=running,held user=ada label.project="lower danube"
	// query: there is no key "stat"; did you mean state?
}

// Results are processed by a handler, which is told again if it fails, or if the portal dies.
func ExampleHost_OnEvent() {
	ctx := context.Background()
	h, s, done := example(ctx)
	defer done()
	processed := make(chan string)
	err := h.OnEvent("results", host.HandlerOptions{Attempts: 5, Timeout: time.Minute}, func(ctx context.Context, e host.Event) error {
		job, err := h.GetJob(ctx, e.Job)
		switch {
		case errors.Is(err, fault.NotFound):
			return nil // somebody has deleted it since: trying again would never help
		case err != nil:
			return err
		}
		processed <- fmt.Sprintf("%s %s", job.Name, job.State)
		return nil
	})
	if err != nil {
		fmt.Println(err)
		return
	}
	if _, err := s.Submit(ctx, scheduler.Job{Name: "flood", Command: "/opt/model/run"}); err != nil {
		fmt.Println(err)
		return
	}
	fmt.Println(<-processed)
	// Output: flood succeeded
}

// example is a host with one scheduler, on a pool where every job succeeds at once.
func example(ctx context.Context) (*host.Host, *host.Scheduler, func()) {
	dir, err := os.MkdirTemp("", "oceanid-example-")
	if err == nil {
		err = os.WriteFile(filepath.Join(dir, "config.hcl"), []byte(`scheduler "instant" "Default" {}`), 0o600)
	}
	if err != nil {
		panic(err)
	}
	h, err := host.Open(ctx, host.Options{Config: filepath.Join(dir, "config.hcl"), Drivers: []sdk.Plugin{
		sdk.Scheduler("instant", "1.0.0", func(context.Context, struct{}, sdk.Env) (instant, error) { return instant{}, nil }),
	}})
	if err != nil {
		panic(err)
	}
	s, err := h.GetScheduler(ctx, "Default")
	if err != nil {
		panic(err)
	}
	return h, s, func() {
		h.Close(ctx)
		os.RemoveAll(dir)
	}
}

type instant struct{}

func (instant) Submit(_ context.Context, job scheduler.Job) (scheduler.ID, error) {
	return scheduler.ID(job.Token), nil
}

func (instant) Query(_ context.Context, q scheduler.Query, yield func(scheduler.Status) error) error {
	for _, ref := range q.Jobs {
		if err := yield(scheduler.Status{ID: ref.ID, Token: ref.Token, Count: ref.Tasks, State: scheduler.Succeeded, Exit: &scheduler.Exit{}}); err != nil {
			return err
		}
	}
	return nil
}

func (instant) Cancel(context.Context, []scheduler.Ref) error { return nil }
