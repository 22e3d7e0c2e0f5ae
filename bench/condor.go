package main

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"time"

	"golang.org/x/sync/errgroup"

	"github.com/oceanid/oceanid/host"
	"github.com/oceanid/oceanid/lab"
	"github.com/oceanid/oceanid/sdk/scheduler"
)

// condorRows measure a whole host, with its durable intents and its driver over SSH, beside HTCondor's own tools run on the access point itself.
func condorRows() []row {
	return []row{
		{name: "condor: 100 submits", peer: "condor_submit each, on the access point", goal: 1, rounds: 3, start: func(ctx context.Context) (ours, peer func(context.Context) error, stop func(), err error) {
			return condorRow(ctx, func(ctx context.Context, s *host.Scheduler) error { return submitMany(ctx, s, 100) },
				"i=0; while [ $i -lt 100 ]; do condor_submit -terse job.sub >/dev/null || exit 1; i=$((i+1)); done")
		}},
		{name: "condor: array of 1000", peer: "condor_submit queue 1000, on the access point", goal: 1, rounds: 5, start: func(ctx context.Context) (ours, peer func(context.Context) error, stop func(), err error) {
			return condorRow(ctx, func(ctx context.Context, s *host.Scheduler) error {
				_, err := s.Submit(ctx, scheduler.Job{Command: "/bin/true", Array: &scheduler.Array{Count: 1000}})
				return err
			}, "condor_submit -terse array.sub >/dev/null")
		}},
	}
}

// condorRow starts a pool whose jobs stay queued, so that what is measured is the submission.
func condorRow(ctx context.Context, submit func(context.Context, *host.Scheduler) error, script string) (ours, peer func(context.Context) error, stop func(), err error) {
	if err := lab.Missing(lab.Trixie); err != nil {
		return nil, nil, nil, errors.Join(errors.ErrUnsupported, err)
	}
	l, err := lab.Start(ctx, lab.Options{Condor: true, SSH: true, CondorConfig: "START = False\n"})
	if err != nil {
		return nil, nil, nil, err
	}
	dir, err := os.MkdirTemp("", "oceanid-bench-")
	if err != nil {
		return nil, nil, nil, errors.Join(err, l.Stop())
	}
	undo := func() { l.Stop(); os.RemoveAll(dir) }
	h, s, err := condorHost(ctx, l, dir)
	if err != nil {
		undo()
		return nil, nil, nil, err
	}
	stop = func() { h.Close(context.Background()); undo() }
	const description = "universe = vanilla\nexecutable = /bin/true\nlog = job.log\nqueue %d\n"
	for name, n := range map[string]int{"job.sub": 1, "array.sub": 1000} {
		put := l.Command(ctx, "ada", "sh", "-c", "cat > ~/"+name)
		put.Stdin = strings.NewReader(fmt.Sprintf(description, n))
		if out, err := put.CombinedOutput(); err != nil {
			stop()
			return nil, nil, nil, fmt.Errorf("%w: %s", err, out)
		}
	}
	ours = func(ctx context.Context) error { return submit(ctx, s) }
	peer = func(ctx context.Context) error {
		out, err := l.Run(ctx, "ada", "sh", "-c", "cd && "+script)
		if err != nil {
			return fmt.Errorf("%w: %s", err, bytes.TrimSpace(out))
		}
		return nil
	}
	return ours, peer, stop, nil
}

func condorHost(ctx context.Context, l *lab.Lab, dir string) (*host.Host, *host.Scheduler, error) {
	if out, err := exec.CommandContext(ctx, "go", "build", "-o", filepath.Join(dir, "oceanid-condor"), "./plugins/condor").CombinedOutput(); err != nil {
		return nil, nil, fmt.Errorf("%w: %s", err, out)
	}
	config := filepath.Join(dir, "config.hcl")
	if err := os.WriteFile(config, []byte(fmt.Sprintf("driver_dir = %q\n", dir)), 0o600); err != nil {
		return nil, nil, err
	}
	h, err := host.Open(ctx, host.Options{Config: config})
	if err != nil {
		return nil, nil, err
	}
	user := l.SSH().Users["ben"]
	s, err := h.CreateCondorScheduler("bench", l.SSH().Host, host.CondorConfig{
		Username: user.Name, PrivateKeyPath: user.PrivateKey, Port: l.SSH().Port, Timeout: time.Minute, Options: host.Config{"known_hosts": l.SSH().KnownHosts},
	})
	if err == nil {
		err = s.Save(ctx)
	}
	if err != nil {
		return nil, nil, errors.Join(err, h.Close(ctx))
	}
	return h, s, nil
}

func submitMany(ctx context.Context, s *host.Scheduler, n int) error {
	g, ctx := errgroup.WithContext(ctx)
	g.SetLimit(20)
	for range n {
		g.Go(func() error {
			_, err := s.Submit(ctx, scheduler.Job{Command: "/bin/true"})
			return err
		})
	}
	return g.Wait()
}
