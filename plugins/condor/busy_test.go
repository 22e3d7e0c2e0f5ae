package main

import (
	"context"
	"errors"
	"io"
	"maps"
	"runtime"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/oceanid/oceanid/sdk"
	"github.com/oceanid/oceanid/sdk/fault"
	"github.com/oceanid/oceanid/sdk/scheduler"
)

// However much is asked at once, one connection is enough: whoever finds no session waits. What is slow (downloads that nobody reads) does not
// keep out what is quick, nor the news.
func TestOneConnectionServesAll(t *testing.T) {
	t.Parallel()
	p := newProxy(t, sshAddr(t), 0)
	d := open(t, p.through(t, account(t, "ben")))
	job := sh("head -c 20000000 /dev/zero >zeros")
	job.Outputs = []string{"zeros"}
	ref := submit(t, d, job)
	await(t, d, ref, "succeeded", in(scheduler.Succeeded))

	ctx, cancel := context.WithTimeout(t.Context(), patience)
	defer cancel()
	var stuck, quick sync.WaitGroup
	stall := make(chan struct{})
	for range 10 {
		stuck.Go(func() {
			err := d.Download(ctx, ref, scheduler.FileQuery{}, func(_ scheduler.File, r io.Reader) error {
				<-stall
				_, err := io.Copy(io.Discard, r)
				return err
			})
			if err != nil {
				t.Errorf("download: %v", err)
			}
		})
	}
	for range 40 {
		quick.Go(func() {
			if s := query(t, d, ref)[0]; s.State != scheduler.Succeeded {
				t.Errorf("%+v", s)
			}
			if got := stdout(t, d, ref, 0); got != "" {
				t.Errorf("it wrote %q", got)
			}
		})
	}
	quick.Go(func() {
		if err := d.Watch(ctx, "", func(scheduler.Event) error { return errEnough }); !errors.Is(err, errEnough) {
			t.Errorf("watch: %v", err)
		}
	})
	quick.Wait()
	close(stall)
	stuck.Wait()
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.made != 1 {
		t.Errorf("%d connections were made", p.made)
	}
}

// However many jobs are asked about together, the queue is asked once, and the history not at all while the queue knows them.
func TestOneLookUpAnswersForAll(t *testing.T) {
	t.Parallel()
	c, asked := counting(t)
	d := open(t, c)
	var jobs []scheduler.Job
	for range 30 {
		jobs = append(jobs, scheduler.Job{Token: newToken(), Command: "true", Resources: scheduler.Resources{CPUs: 1000}}) // which no machine has
	}
	var refs []scheduler.Ref
	for token, id := range insistAll(t, d, jobs) {
		refs = append(refs, scheduler.Ref{ID: id, Token: token, Tasks: 1})
	}
	if err := d.Hold(t.Context(), refs); err != nil {
		t.Fatal(err)
	}
	for _, ref := range refs {
		await(t, d, ref, "held", in(scheduler.Held))
	}
	asked()
	told := 0
	if err := d.Query(t.Context(), scheduler.Query{Jobs: refs}, func(s scheduler.Status) error {
		if told += max(s.Count, 1); s.State != scheduler.Held {
			t.Errorf("%+v", s)
		}
		return nil
	}); err != nil || told != len(refs) {
		t.Errorf("%d of %d jobs are told: %v", told, len(refs), err)
	}
	if got := asked(); got != "1 0" {
		t.Errorf("condor_q and condor_history were asked %s times", got)
	}
	if err := d.Cancel(t.Context(), refs); err != nil {
		t.Fatal(err)
	}
}

// counting is an account whose tools count how often condor_q and condor_history are asked; asked tells it, and begins anew.
func counting(t *testing.T) (c Config, asked func() string) {
	t.Helper()
	c = account(t, "ben")
	c.Tools, c.Directory = "/home/ben/"+newToken(), "~/"+newToken()
	onPoint(t, "ben", "mkdir "+c.Tools+" && cd "+c.Tools+` && for t in condor_q condor_history; do printf '#!/bin/sh\necho x >>`+c.Tools+`/%s.asked\nexec /usr/bin/%s "$@"\n' $t $t >$t && chmod +x $t; done &&
		for t in condor_submit condor_rm condor_hold condor_version; do ln -s /usr/bin/$t .; done`)
	return c, func() string {
		return strings.TrimSpace(onPoint(t, "ben", "cd "+c.Tools+` && touch condor_q.asked condor_history.asked && echo $(wc -l <condor_q.asked) $(wc -l <condor_history.asked) && rm -f *.asked`))
	}
}

// The history of a pool is long. Nobody reads it in order to delete what is not in the queue any more.
func TestRemovalReadsNoHistory(t *testing.T) {
	t.Parallel()
	c, asked := counting(t)
	d := open(t, c)
	jobs := []scheduler.Job{sh("true"), sh("true"), sh("sleep 300")}
	var refs []scheduler.Ref
	for i := range jobs {
		refs = append(refs, submit(t, d, jobs[i]))
	}
	await(t, d, refs[0], "at an end", ended)
	await(t, d, refs[1], "at an end", ended)
	asked()
	if err := d.Remove(t.Context(), refs); !errors.Is(err, fault.Conflict) || !strings.Contains(err.Error(), refs[2].Token) || strings.Contains(err.Error(), refs[0].Token) {
		t.Errorf("%v", err)
	}
	if got := asked(); got != "1 0" {
		t.Errorf("condor_q and condor_history were asked %s times", got)
	}
	left := onPoint(t, "ben", "ls "+strings.Replace(c.Directory, "~", "/home/ben", 1)+"/jobs")
	if strings.TrimSpace(left) != refs[2].Token {
		t.Errorf("there are %q", left)
	}
	if err := d.Cancel(t.Context(), refs); err != nil {
		t.Fatal(err)
	}
}

// A server that allows fewer sessions than the driver may use is told of, and named.
func TestServerOfFewSessions(t *testing.T) {
	t.Parallel()
	lab := condor(t)
	// A second sshd of the same host, with a limit.
	if _, err := lab.Run(t.Context(), "root", "/usr/sbin/sshd", "-o", "MaxSessions=1", "-o", "Port=2022", "-o", "PidFile=/run/sshd2.pid", "-E", "/var/log/sshd2.log"); err != nil {
		t.Fatal(err)
	}
	c := account(t, "ben")
	c.KnownHosts, c.HostKey, c.Port = "", []string{hostKey(t)}, 2022
	d := open(t, c)
	ref := submit(t, d, scheduler.Job{Command: "true"})
	ctx, cancel := context.WithCancel(t.Context())
	defer cancel()
	watching, watched := make(chan struct{}), make(chan error, 1)
	go func() { watched <- d.Watch(ctx, "", once(watching)) }()
	select {
	case <-watching:
	case err := <-watched:
		t.Fatalf("watch: %v", err)
	}
	err := d.Query(t.Context(), scheduler.Query{Jobs: []scheduler.Ref{ref}}, func(scheduler.Status) error { return nil })
	wantFault(t, err, fault.Exhausted, "MaxSessions")
	cancel()
	<-watched
}

// once closes the channel at the first event.
func once(begun chan struct{}) func(scheduler.Event) error {
	var first sync.Once
	return func(scheduler.Event) error {
		first.Do(func() { close(begun) })
		return nil
	}
}

// A driver that is closed leaves no goroutine and no connection. Not parallel: it looks at all goroutines of the process.
func TestCloseLeavesNothing(t *testing.T) {
	condor(t)
	before := driversGoroutines()
	d, err := New(t.Context(), account(t, "ben"), sdk.Env{})
	if err != nil {
		t.Fatal(err)
	}
	ref := submit(t, d, scheduler.Job{Command: "sleep", Args: []string{"300"}})
	watching, following := make(chan error, 1), make(chan error, 1)
	begun := make(chan struct{})
	go func() { watching <- d.Watch(t.Context(), "", once(begun)) }()
	go func() { following <- d.Logs(t.Context(), ref, scheduler.LogOptions{Follow: true}, io.Discard) }()
	select {
	case <-begun:
	case err := <-watching:
		t.Fatalf("watch: %v", err)
	}
	if err := d.Cancel(t.Context(), []scheduler.Ref{ref}); err != nil {
		t.Fatal(err)
	}
	if err := d.Close(); err != nil {
		t.Fatal(err)
	}
	wantFault(t, <-watching, fault.Unavailable)
	if err := <-following; err != nil {
		wantFault(t, err, fault.Unavailable)
	}
	_, err = d.Submit(t.Context(), scheduler.Job{Token: newToken(), Command: "true"})
	wantFault(t, err, fault.Unavailable, "closed")
	for limit := time.Now().Add(patience); ; time.Sleep(10 * time.Millisecond) {
		left := driversGoroutines()
		maps.DeleteFunc(left, func(name, _ string) bool { return before[name] != "" })
		if len(left) == 0 {
			return
		}
		if time.Now().After(limit) {
			t.Fatalf("left are\n%s", strings.Join(slices.Collect(maps.Values(left)), "\n\n"))
		}
	}
}

// driversGoroutines are the stacks of the goroutines that serve connections, each by its goroutine's name. There may be some of other tests: package ssh never answers
// a request for a session that falls into the very end of a connection (see access.link), and tests kill connections.
func driversGoroutines() map[string]string {
	stacks := make([]byte, 4<<20)
	stacks = stacks[:runtime.Stack(stacks, true)]
	all := make(map[string]string)
	for stack := range strings.SplitSeq(string(stacks), "\n\n") {
		if strings.Contains(stack, "condor/internal/access.") || strings.Contains(stack, "crypto/ssh.") {
			name, _, _ := strings.Cut(stack, " [")
			all[name] = stack
		}
	}
	return all
}
