package soak_test

import (
	"bytes"
	"cmp"
	"context"
	"fmt"
	"math/rand/v2"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/oceanid/oceanid/host"
	"github.com/oceanid/oceanid/lab"
	"github.com/oceanid/oceanid/sdk/scheduler"
)

// Two portals on one Redis fulfil the same wishes on a real pool, while everything between the wish and the pool is killed at random moments: the portals,
// their drivers, Redis, sshd, its connections, the schedd. In the end there is one job a wish, at the store and at the pool, and one end of each was told.
func TestEverythingIsKilled(t *testing.T) {
	for name, fsync := range map[string]string{"Redis that syncs always": "appendfsync always", "Redis that syncs every second": "appendfsync everysec"} {
		t.Run(name, func(t *testing.T) { killEverything(t, fsync) })
	}
}

func killEverything(t *testing.T, fsync string) {
	kills := 30
	if text := os.Getenv("OCEANID_SOAK_KILLS"); text != "" {
		var err error
		if kills, err = strconv.Atoi(text); err != nil {
			t.Fatal(err)
		}
	}
	l := lab.ForTest(t, lab.Options{Condor: true, SSH: true, Redis: true, Slots: 32, RedisConfig: fsync, CondorConfig: "MAX_HISTORY_LOG = 1000000000\n"})
	dir := build(t, "condor")
	user := l.SSH().Users["ben"]
	configure(t, dir, fmt.Sprintf(`store {
  address = %q
}
scheduler "condor" "pool" {
  host             = %q
  port             = %d
  username         = %q
  private_key_path = %q
  known_hosts      = %q
}
`, l.Redis().URL, l.SSH().Host, l.SSH().Port, user.Name, user.PrivateKey, l.SSH().KnownHosts))
	seed := seed(t)
	f := &fleet{t: t, dir: dir, lab: l, chance: rand.New(rand.NewPCG(seed, seed)), wishes: 20, listener: listen(t, dir)}
	defer f.stop()
	defer f.listener.close()
	for n := range f.portals {
		f.start(n, 0)
	}
	counts := map[string]int{}
	for done, told := 0, 0; done < kills; done++ {
		f.wishes++
		counts[f.breakSomething()]++
		if done-told >= 500 {
			told = done
			t.Logf("%d of %d kills: %v; %d wishes", done, kills, counts, f.wishes)
		}
		// One in three comes on top of the one before.
		if f.chance.IntN(3) > 0 {
			<-time.After(f.soon(1500 * time.Millisecond)) // how long the world stays as it is
		}
		f.revive()
	}
	t.Logf("%d kills: %v; %d wishes", kills, counts, f.wishes)
	f.finish()
	f.witness()
	f.nothingLeft()
}

// fleet is two portals, and what is killed under them.
type fleet struct {
	t        *testing.T
	dir      string
	lab      *lab.Lab
	chance   *rand.Rand
	portals  [2]*portalProcess
	wishes   int
	listener *listener
}

type portalProcess struct {
	cmd  *exec.Cmd
	said bytes.Buffer
	done chan struct{}
	err  error
}

// recent is how many wishes a portal comes back with: it has fulfilled the others in an earlier life, or will in the last one.
const recent = 200

// soon is a time below limit, more often a short one.
func (f *fleet) soon(limit time.Duration) time.Duration {
	part := f.chance.Float64()
	return time.Duration(part * part * part * float64(limit))
}

// start begins a life of a portal, with the wishes that there are by now, from one on.
func (f *fleet) start(n, from int) {
	f.t.Helper()
	p := &portalProcess{cmd: exec.Command(os.Args[0]), done: make(chan struct{})}
	p.cmd.Env = append(os.Environ(), wishesEnv+"="+f.dir, "OCEANID_SOAK_LOG="+cmp.Or(os.Getenv("OCEANID_SOAK_LOG"), "warn"),
		"OCEANID_SOAK_FROM="+strconv.Itoa(max(0, from)), "OCEANID_SOAK_JOBS="+strconv.Itoa(f.wishes))
	p.cmd.Stdout, p.cmd.Stderr = &p.said, &p.said
	if err := p.cmd.Start(); err != nil {
		f.t.Fatal(err)
	}
	go func() { p.err = p.cmd.Wait(); close(p.done) }()
	f.portals[n] = p
}

// revive starts what has ended: a portal that has done all its wishes gets the new ones.
func (f *fleet) revive() {
	f.t.Helper()
	for n, p := range f.portals {
		select {
		case <-p.done:
			f.blameless(p)
			f.start(n, f.wishes-recent)
		default:
		}
	}
}

// blameless fails the test when a portal ended by itself with an error.
func (f *fleet) blameless(p *portalProcess) {
	f.t.Helper()
	if p.err != nil && p.cmd.ProcessState.String() != "signal: killed" {
		f.t.Fatalf("a portal ended with %v:\n%s", p.err, p.said.String())
	}
}

// breakSomething kills one thing, and tells which; what nothing else brings back it brings back itself.
func (f *fleet) breakSomething() string {
	f.t.Helper()
	ctx, cancel := context.WithTimeout(f.t.Context(), time.Minute)
	defer cancel()
	again := func(service string) {
		if err := f.lab.KillService(ctx, service, syscall.SIGKILL); err != nil {
			f.t.Fatal(err)
		}
		<-time.After(f.soon(time.Second))
		if err := f.lab.StartService(ctx, service); err != nil {
			f.t.Fatal(err)
		}
	}
	switch p := f.portals[f.chance.IntN(len(f.portals))]; f.chance.IntN(6) {
	case 0:
		p.cmd.Process.Kill()
		<-p.done
		return "portal"
	case 1:
		for _, pid := range children(p.cmd.Process.Pid) {
			syscall.Kill(pid, syscall.SIGKILL)
		}
		return "driver"
	case 2:
		again("redis-server")
		return "Redis"
	case 3:
		again("sshd")
		return "sshd"
	case 4:
		// There may be no connection at this moment.
		_ = f.lab.KillService(ctx, "sshd-session", syscall.SIGKILL)
		return "connection"
	default:
		// condor_master starts it again; it may not have done so since the last time.
		_ = f.lab.KillService(ctx, "condor_schedd", syscall.SIGKILL)
		return "schedd"
	}
}

// children are the processes of which this one is the parent.
func children(parent int) (pids []int) {
	stats, _ := filepath.Glob("/proc/[0-9]*/stat")
	for _, file := range stats {
		text, err := os.ReadFile(file)
		if err != nil {
			continue // it has ended
		}
		fields := strings.Fields(string(text[bytes.LastIndexByte(text, ')')+1:]))
		if len(fields) > 1 && fields[1] == strconv.Itoa(parent) {
			if pid, err := strconv.Atoi(filepath.Base(filepath.Dir(file))); err == nil {
				pids = append(pids, pid)
			}
		}
	}
	return pids
}

// finish lets one portal fulfil all wishes in peace.
func (f *fleet) finish() {
	f.t.Helper()
	f.stop()
	f.start(0, 0)
	p := f.portals[0]
	select {
	case <-p.done:
	case <-time.After(5 * time.Minute):
		p.cmd.Process.Signal(syscall.SIGQUIT)
		<-p.done
		f.t.Fatalf("not all wishes were fulfilled within 5 minutes of peace: %s\n%s", f.open(), p.said.String())
	}
	if p.err != nil {
		f.t.Fatalf("the last portal ended with %v:\n%s", p.err, p.said.String())
	}
}

// open tells the jobs that have not ended.
func (f *fleet) open() string {
	ctx, cancel := context.WithTimeout(context.Background(), time.Minute)
	defer cancel()
	h, err := host.Open(ctx, host.Options{Config: filepath.Join(f.dir, "config.hcl"), NoFollow: true})
	if err != nil {
		return err.Error()
	}
	defer h.Close(ctx)
	all, err := submissions(ctx, h)
	if err != nil {
		return err.Error()
	}
	var said strings.Builder
	for wish, j := range all {
		if !j.State.Terminal() {
			fmt.Fprintf(&said, "\nwish %s, job %s (at the pool %q) is %s since %v: %s %v", wish, j.ID, j.PoolID, j.State, j.Observed, j.Reason, j.Notes)
			const about = `id=$1; for tool in condor_q condor_history; do $tool $id -af JobStatus NumJobStarts EnteredCurrentStatus JobLeaseDuration; done; ` +
				`grep -h -A2 "($(printf '%03d.%03d' ${id%.*} ${id#*.}).000)" /home/ben/.oceanid/events/*.log`
			out, err := f.lab.Run(ctx, "root", "sh", "-c", about, "sh", string(j.PoolID))
			fmt.Fprintf(&said, "\n%s %v", out, err)
		}
	}
	return said.String()
}

func (f *fleet) stop() {
	for _, p := range f.portals {
		if p != nil {
			p.cmd.Process.Kill()
			<-p.done
		}
	}
}

// witness compares the store with the pool.
func (f *fleet) witness() {
	t := f.t
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
	defer cancel()
	h, err := host.Open(ctx, host.Options{Config: filepath.Join(f.dir, "config.hcl")})
	if err != nil {
		t.Fatal(err)
	}
	defer h.Close(ctx)
	f.wishes++
	last := f.last(ctx, h)
	byWish, err := submissions(ctx, h)
	if err != nil {
		t.Fatal(err)
	}
	if len(byWish) != f.wishes {
		t.Errorf("%d jobs for %d wishes", len(byWish), f.wishes)
	}
	tokens := map[string]string{}
	for wish, j := range byWish {
		tokens[j.ID] = wish
		if j.State != scheduler.Succeeded {
			t.Errorf("wish %s ended %s: %s", wish, j.State, j.Reason)
		}
	}
	f.told(ctx, tokens, last)
	at := map[string][]string{}
	for _, tool := range []string{"condor_history", "condor_q"} {
		out, err := f.lab.Run(ctx, "root", tool, "-const", `OceanidToken isnt undefined`, "-af", "OceanidToken", "ClusterId", "ProcId")
		if err != nil {
			t.Fatal(err)
		}
		for line := range strings.Lines(string(out)) {
			fields := strings.Fields(line)
			if job := fields[1] + "." + fields[2]; !slices.Contains(at[fields[0]], job) {
				at[fields[0]] = append(at[fields[0]], job)
			}
		}
	}
	for token, jobs := range at {
		if len(jobs) != 1 {
			t.Errorf("wish %s was %d jobs at the pool: %v", tokens[token], len(jobs), jobs)
		}
		if _, known := tokens[token]; !known {
			t.Errorf("the pool had %v of %s, which the store does not know", jobs, token)
		}
	}
	for token, wish := range tokens {
		if len(at[token]) == 0 {
			t.Errorf("wish %s never was at the pool", wish)
		}
	}
	f.clearAway(h, byWish)
}

// last is one more wish, of which the end is told after all others.
func (f *fleet) last(ctx context.Context, h *host.Host) *host.Job {
	f.t.Helper()
	s, err := h.GetScheduler(ctx, "pool")
	if err != nil {
		f.t.Fatal(err)
	}
	job, err := s.Submit(ctx, wish(f.wishes-1))
	if err == nil {
		job, err = job.Wait(ctx)
	}
	if err != nil {
		f.t.Fatal(err)
	}
	return job
}

// told looks how often each end was told.
func (f *fleet) told(ctx context.Context, tokens map[string]string, last *host.Job) {
	f.t.Helper()
	told := f.listener.until(ctx, f.t, last.ID)
	if err := f.listener.close(); err != nil {
		f.t.Error(err)
	}
	for id, wish := range tokens {
		if told[id] != 1 {
			f.t.Errorf("the end of wish %s was told %d times", wish, told[id])
		}
	}
}
