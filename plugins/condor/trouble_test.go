package main

import (
	"context"
	"fmt"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/oceanid/oceanid/lab"
	"github.com/oceanid/oceanid/sdk"
	"github.com/oceanid/oceanid/sdk/fault"
	"github.com/oceanid/oceanid/sdk/scheduler"
)

// The schedd hangs: whoever calls is told after the time they gave and nothing is made up, and when it goes on the same submission is one job.
func TestScheddHangs(t *testing.T) {
	t.Parallel()
	alone(t)
	d := ben(t)
	ref := submit(t, d, scheduler.Job{Command: "sleep", Args: []string{"300"}})
	signal := func(s syscall.Signal) {
		t.Helper()
		if err := condor(t).KillService(t.Context(), "condor_schedd", s); err != nil {
			t.Fatal(err)
		}
	}
	signal(syscall.SIGSTOP)
	defer condor(t).KillService(context.WithoutCancel(t.Context()), "condor_schedd", syscall.SIGCONT)
	job := scheduler.Job{Token: newToken(), Command: "true"}
	wantFault(t, within(t, 500*time.Millisecond, noLoss(t, d, ref)), fault.Timeout)
	wantFault(t, within(t, 500*time.Millisecond, func(ctx context.Context) error {
		_, err := d.Submit(ctx, job)
		return err
	}), fault.Timeout)
	wantFault(t, within(t, 500*time.Millisecond, func(ctx context.Context) error { return d.Cancel(ctx, []scheduler.Ref{ref}) }), fault.Timeout)
	signal(syscall.SIGCONT)
	wantOne(t, job.Token, insist(t, d, job))
	if err := d.Cancel(t.Context(), []scheduler.Ref{ref}); err != nil {
		t.Fatal(err)
	}
	await(t, d, ref, "cancelled", in(scheduler.Cancelled))
}

// A queue that takes very long to answer holds up who asks it, and nobody who submits, watches or reads a log.
func TestQueueThatTakesLong(t *testing.T) {
	t.Parallel()
	c := account(t, "ben")
	// Its log is its own: of an array that somebody held or released the log alone does not tell everything, and the queue is asked.
	c.Tools, c.Directory = "/home/ben/"+newToken(), "~/"+newToken()
	gate := c.Tools + "/gate"
	onPoint(t, "ben", "mkdir "+c.Tools+` && cd `+c.Tools+` && printf '#!/bin/sh\nuntil [ -e `+gate+` ]; do sleep 0.1; done\nexec /usr/bin/condor_q "$@"\n' >condor_q && chmod +x condor_q &&
		for t in condor_submit condor_history condor_rm condor_version; do ln -s /usr/bin/$t .; done`)
	d := open(t, c)
	first := submit(t, d, scheduler.Job{Command: "echo", Args: []string{"first"}})
	asked := make(chan error, 1)
	go func() { asked <- noLossOnlySuccess(t, d, first)(t.Context()) }()
	for _, s := range watchUntilEnd(t, d, first) {
		if s.State != scheduler.Succeeded {
			t.Errorf("%+v", s)
		}
	}
	if text := stdout(t, d, first, 0); text != "first\n" {
		t.Errorf("its log: %q", text)
	}
	second := submit(t, d, scheduler.Job{Command: "true"})
	select {
	case err := <-asked:
		t.Errorf("the query ended before the queue answered: %v", err)
	default:
	}
	onPoint(t, "ben", "touch "+gate)
	if err := <-asked; err != nil {
		t.Error(err)
	}
	wantOne(t, second.Token, second.ID)
}

// noLossOnlySuccess asks for a job that can have ended well by now, and in no other way.
func noLossOnlySuccess(t *testing.T, d *driver, ref scheduler.Ref) func(context.Context) error {
	return func(ctx context.Context) error {
		return d.Query(ctx, scheduler.Query{Jobs: []scheduler.Ref{ref}}, func(s scheduler.Status) error {
			if s.State.Terminal() && s.State != scheduler.Succeeded {
				t.Errorf("told %+v", s)
			}
			return nil
		})
	}
}

// The clock of the access point was an hour ahead, or behind, when the job was submitted: it is told as what it is, though the history is read back to when it is
// said to have begun only.
func TestClockOfTheAccessPointIsOff(t *testing.T) {
	t.Parallel()
	for name, off := range map[string]int{"ahead": 3600, "behind": -3600} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			d, dir := own(t)
			ref := submit(t, d, scheduler.Job{Command: "sh", Args: []string{"-c", "exit 3"}})
			begun := onPoint(t, "ben", "cd "+dir+"/batches/*/ && pwd")
			onPoint(t, "ben", fmt.Sprintf("cd %s && test -s begun && echo $(($(cat begun) + %d)) >begun", begun, off))
			s := await(t, d, ref, "ended", ended)[0]
			if s.State != scheduler.Failed || s.Exit == nil || s.Exit.Code != 3 {
				t.Errorf("%+v", s)
			}
			if id := insist(t, d, scheduler.Job{Token: ref.Token, Command: "sh", Args: []string{"-c", "exit 3"}}); id != ref.ID {
				t.Errorf("submitted again it is %s", id)
			}
		})
	}
}

// strict is a pool of this test's own: it takes twenty jobs of a user and none of a certain priority, and may be
// wiped.
func strict(t *testing.T) (*lab.Lab, Config) {
	t.Helper()
	l := lab.ForTest(t, lab.Options{Condor: true, SSH: true, CondorConfig: `
MAX_JOBS_PER_OWNER = 20
SUBMIT_REQUIREMENT_NAMES = Priority
SUBMIT_REQUIREMENT_Priority = JobPrio =!= 13
SUBMIT_REQUIREMENT_Priority_REASON = "no job has the priority 13 here"
`})
	s := l.SSH()
	return l, Config{
		Host: s.Host, Port: s.Port, Username: "ben", PrivateKeyPath: s.Users["ben"].PrivateKey, PrivateKeyPassphrase: sdk.Secret(s.Users["ben"].Passphrase),
		KnownHosts: s.KnownHosts, Timeout: 20 * time.Second, Directory: defaultDirectory,
	}
}

func TestStrictPool(t *testing.T) {
	t.Parallel()
	l, c := strict(t)
	d := open(t, c)
	run := func(user, line string) string {
		t.Helper()
		out, err := l.Run(t.Context(), user, "sh", "-c", line)
		if err != nil {
			t.Fatalf("%s: %v", line, err)
		}
		return strings.TrimSpace(string(out))
	}
	inQueue := func(token string) string {
		return run("ben", `condor_q -constraint 'OceanidToken =?= "`+token+`"' -af ClusterId`)
	}

	t.Run("more jobs than a user may have", func(t *testing.T) {
		many := scheduler.Job{Token: newToken(), Command: "sleep", Args: []string{"300"}, Array: &scheduler.Array{Count: 21}}
		_, err := d.Submit(t.Context(), many)
		wantFault(t, err, fault.Exhausted, "MAX_JOBS_PER_OWNER")
		if got := inQueue(many.Token); got != "" {
			t.Errorf("the queue has %s", got)
		}
		few := submit(t, d, scheduler.Job{Command: "true", Array: &scheduler.Array{Count: 2}})
		await(t, d, few, "succeeded", in(scheduler.Succeeded))
	})
	t.Run("what the pool does not take", func(t *testing.T) {
		job := scheduler.Job{Token: newToken(), Command: "true", Options: map[string]any{"priority": float64(13)}}
		_, err := d.Submit(t.Context(), job)
		wantFault(t, err, fault.Denied, "no job has the priority 13 here")
		if got := inQueue(job.Token); got != "" {
			t.Errorf("the queue has %s", got)
		}
	})
	t.Run("a history that was rotated away", func(t *testing.T) {
		first := submit(t, d, scheduler.Job{Command: "sh", Args: []string{"-c", "exit 4"}})
		await(t, d, first, "failed", in(scheduler.Failed))
		run("root", "rm /var/spool/condor/history*")
		if s := query(t, d, first)[0]; s.State != scheduler.Failed || s.Exit == nil || s.Exit.Code != 4 {
			t.Errorf("%+v", s)
		}
	})
	t.Run("no room in SPOOL", func(t *testing.T) {
		if err := l.KillService(t.Context(), "condor_master", syscall.SIGQUIT); err != nil {
			t.Fatal(err)
		}
		run("root", "mount -t tmpfs -o size=4m,uid=$(id -u condor),gid=$(id -g condor),mode=755 tmpfs /var/spool/condor")
		if err := l.StartService(t.Context(), "condor_master"); err != nil {
			t.Fatal(err)
		}
		there := scheduler.Job{Token: newToken(), Command: "sleep", Args: []string{"300"}}
		ref := scheduler.Ref{ID: insist(t, d, there), Token: there.Token, Tasks: 1}
		run("root", "cat /dev/zero >/var/spool/condor/ballast 2>/dev/null; test $(stat -c %s /var/spool/condor/ballast) -gt 1000000")
		// Some jobs may still find room in a block that is there.
		var refused scheduler.Job
		for limit := time.Now().Add(patience); refused.Token == ""; {
			job := scheduler.Job{Token: newToken(), Command: "true", Env: map[string]string{"LONG": strings.Repeat("x", 8000)}}
			if id, err := d.Submit(t.Context(), job); err != nil {
				t.Logf("%v", err)
				if kind := fault.Of(err); kind != fault.Unavailable && kind != fault.Exhausted {
					t.Errorf("%q: %v", kind, err)
				}
				refused = job
			} else if time.Now().After(limit) {
				t.Fatalf("%s was taken on a disk that is full", id)
			}
		}
		if err := noLoss(t, d, ref)(t.Context()); err != nil {
			t.Logf("a query meanwhile: %v", err)
		}
		run("root", "rm /var/spool/condor/ballast")
		again := scheduler.Ref{ID: insist(t, d, refused), Token: refused.Token, Tasks: 1}
		await(t, d, again, "succeeded", in(scheduler.Succeeded))
		if s := query(t, d, ref)[0]; s.State == scheduler.Lost || s.State.Terminal() {
			t.Errorf("the job that was there: %+v", s)
		}
		if err := d.Cancel(t.Context(), []scheduler.Ref{ref}); err != nil {
			t.Fatal(err)
		}
	})
	t.Run("a pool that was set up anew", func(t *testing.T) {
		old := submit(t, d, scheduler.Job{Command: "sleep", Args: []string{"300"}})
		if err := l.KillService(t.Context(), "condor_master", syscall.SIGQUIT); err != nil {
			t.Fatal(err)
		}
		run("root", "rm -rf /var/spool/condor/*")
		if err := l.StartService(t.Context(), "condor_master"); err != nil {
			t.Fatal(err)
		}
		// The numbers begin again: one of them is given out a second time.
		var ids []string
		var refs []scheduler.Ref
		for limit := time.Now().Add(patience); len(ids) == 0 || ids[len(ids)-1] != string(old.ID); {
			job := scheduler.Job{Token: newToken(), Command: "sh", Args: []string{"-c", "exit 5"}}
			ref := scheduler.Ref{ID: insist(t, d, job), Token: job.Token, Tasks: 1}
			ids, refs = append(ids, string(ref.ID)), append(refs, ref)
			if time.Now().After(limit) {
				t.Fatalf("%s is not given out again: %q", old.ID, ids)
			}
		}
		for _, ref := range refs {
			await(t, d, ref, "failed", in(scheduler.Failed))
		}
		if s := query(t, d, old)[0]; s.State != scheduler.Lost || s.Exit != nil {
			t.Errorf("what another job did is told of the old one: %+v", s)
		}
		if s := query(t, d, refs[len(refs)-1])[0]; s.State != scheduler.Failed || s.Exit.Code != 5 {
			t.Errorf("%+v", s)
		}
	})
}

// What condor_submit says is told also where it does not come as far as reading what it is to submit; one that was killed may have handed over everything before.
func TestSubmitThatCannotBegin(t *testing.T) {
	t.Parallel()
	for does, says := range map[string]string{
		`echo "ERROR: Can't find address of local schedd" >&2; exit 1`: "Can't find address of local schedd",
		`kill -KILL $$`: "condor_submit was killed",
	} {
		c := account(t, "ben")
		c.Tools, c.Directory = "/home/ben/"+newToken(), "~/"+newToken()
		onPoint(t, "ben", "mkdir "+c.Tools+" && cd "+c.Tools+" && cat >condor_submit <<'EOF' && chmod +x condor_submit\n#!/bin/sh\n"+does+"\nEOF\n")
		for range 5 {
			_, err := open(t, c).Submit(t.Context(), scheduler.Job{Token: newToken(), Command: "true"})
			wantFault(t, err, fault.Unavailable, says)
		}
	}
}
