package host_test

import (
	"errors"
	"fmt"
	"path/filepath"
	"testing"

	"github.com/oceanid/oceanid/host"
	"github.com/oceanid/oceanid/lab"
	"github.com/oceanid/oceanid/sdk/fault"
	"github.com/oceanid/oceanid/sdk/scheduler"
)

// Two portal processes on one Redis, which share the key that seals secrets: what one saves the other uses, and when the one that follows goes, the other
// takes over.
func TestFleetOnRedis(t *testing.T) {
	t.Parallel()
	l := lab.ForTest(t, lab.Options{Redis: true})
	p := newPool()
	config := func() string {
		path := filepath.Join(t.TempDir(), "config.hcl")
		write(t, path, fmt.Sprintf("store {\n  address = %q\n  keeper  = \"base64key://smGbjm71Nxd1Ig5FS0wj9SlbzAIrnolCz9bQQ6uAhl4=\"\n}\n", l.Redis().URL))
		return path
	}
	first := open(t, "", host.Options{Config: config(), Drivers: drivers(p.plugin("memory")).Drivers})
	s, err := first.CreateScheduler("Default", "h", "memory", host.Config{"password": "opensesame"})
	if err == nil {
		err = s.Save(t.Context())
	}
	if err != nil {
		t.Fatal(err)
	}
	j := submit(t, s, scheduler.Job{Array: &scheduler.Array{Count: 2}})
	p.move(scheduler.Status{Token: j.ID, State: scheduler.Running})
	reach(t, j, scheduler.Running)

	second := open(t, "", host.Options{Config: config(), Drivers: drivers(p.plugin("memory")).Drivers})
	same, err := second.GetScheduler(t.Context(), "Default")
	if err != nil {
		t.Fatal(err)
	}
	if err := same.Test(t.Context(), nil); err != nil {
		t.Errorf("the second process cannot use the secret: %v", err)
	}
	again, err := second.CreateScheduler("Default", "h", "memory", nil)
	if err == nil {
		err = again.Save(t.Context())
	}
	if !errors.Is(err, fault.Exists) {
		t.Errorf("the name was free for the second process: %v", err)
	}
	if err := first.Close(t.Context()); err != nil {
		t.Fatal(err)
	}
	p.move(scheduler.Status{Token: j.ID, Count: 2, State: scheduler.Succeeded})
	seen, err := second.GetJob(t.Context(), j.ID)
	if err != nil {
		t.Fatal(err)
	}
	if end, err := seen.Wait(t.Context()); err != nil || end.State != scheduler.Succeeded || end.Counts[scheduler.Succeeded] != 2 {
		t.Errorf("after the takeover: %+v, %v", end, err)
	}
}
