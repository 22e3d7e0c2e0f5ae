package supervise_test

import (
	"context"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/oceanid/oceanid/internal/supervise"
	"github.com/oceanid/oceanid/sdk/fault"
)

func TestEveryChangeIsTold(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		var mu sync.Mutex
		var told []string
		d := &driver{}
		var s *supervise.Supervisor
		o := supervise.Options{Name: "test", Start: d.start, Idle: time.Minute, Changed: func(status supervise.Status) {
			time.Sleep(time.Second) // slower than what happens
			_ = s.Status()          // the supervisor can be used
			mu.Lock()
			defer mu.Unlock()
			what := string(status.State)
			if status.Refused != nil {
				what += ", refused"
			}
			told = append(told, what)
		}}
		s = supervise.New(o)
		acquire(t, s).Release()
		d.crash()
		acquire(t, s).Release()
		bad := o
		bad.Start = func(context.Context) (supervise.Process, error) { return nil, fault.Invalid.New("no") }
		if err := s.Replace(t.Context(), bad, nil); err == nil {
			t.Error("it started")
		}
		if err := s.Replace(t.Context(), o, nil); err != nil {
			t.Error(err)
		}
		time.Sleep(2 * time.Minute)
		acquire(t, s).Release()
		if err := s.Close(t.Context()); err != nil {
			t.Error(err)
		}
		want := []string{
			"starting", "ready", "backing off", "starting", "ready", // crash
			"ready, refused", // bad
			"ready", "ready", // good, and the old one has ended
			"draining", "stopped", // idle
			"starting", "ready", // used
			"draining", "stopped", // closed
		}
		mu.Lock()
		defer mu.Unlock()
		if diff := cmp.Diff(want, told); diff != "" {
			t.Error(diff)
		}
	})
}

func TestWhoIsToldMayHang(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		d := &driver{}
		wake := make(chan struct{})
		s := supervise.New(supervise.Options{Name: "test", Start: d.start, Changed: func(supervise.Status) { <-wake }})
		for range 10 {
			acquire(t, s).Release()
			if err := s.Stop(t.Context()); err != nil {
				t.Error(err)
			}
		}
		begin := time.Now()
		if err := s.Close(t.Context()); err != nil {
			t.Error(err)
		}
		if took := time.Since(begin); took != 10*time.Second {
			t.Errorf("took %v", took)
		}
		close(wake)
	})
}
