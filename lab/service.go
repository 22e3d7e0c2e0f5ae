package lab

import (
	"context"
	"errors"
	"fmt"
	"strconv"
	"strings"
	"syscall"
)

// service is a server that puts itself in the background when it is started.
type service struct {
	process string // as ps shows it
	argv    []string
	answers func(ctx context.Context) error
	log     string // a file of the lab that tells why it does not answer
}

// launch starts the service and remembers it.
func (l *Lab) launch(ctx context.Context, s service) error {
	if _, err := l.Run(ctx, "root", s.argv...); err != nil {
		return fmt.Errorf("cannot start %s: %w", s.process, err)
	}
	l.services = append(l.services, s)
	return nil
}

func (l *Lab) waitReady(ctx context.Context, s service) error {
	err := poll(ctx, func() error { return s.answers(ctx) })
	if err == nil {
		return nil
	}
	return fmt.Errorf("%s does not answer: %w\n%s", s.process, err, l.logTail(s.log))
}

// logTail is for an error that is being made, when ctx has ended as a rule.
func (l *Lab) logTail(log string) string {
	ctx, cancel := context.WithTimeout(context.Background(), waitDelay)
	defer cancel()
	out, err := l.Run(ctx, "root", "tail", "-n", "15", log)
	if err != nil {
		return ""
	}
	return strings.TrimSpace(string(out))
}

// StartService starts again a service that [Lab.KillService] has ended, and
// returns when it answers: "condor_master", "munged", "slurmctld", "slurmd",
// "sshd", "redis-server", "redis-sentinel", or "redis-node-1" to
// "redis-node-3".
func (l *Lab) StartService(ctx context.Context, process string) error {
	for _, s := range l.services {
		if s.process != process {
			continue
		}
		if _, err := l.Run(ctx, "root", s.argv...); err != nil {
			return fmt.Errorf("cannot start %s: %w", process, err)
		}
		return l.waitReady(ctx, s)
	}
	return fmt.Errorf("the lab has no service %q", process)
}

// KillService sends the signal to every process of the lab that has this name,
// a service or any other: "condor_schedd", for instance, which condor_master
// starts again after a second, or "sshd-session", the server's end of each SSH
// connection. It fails when there is none. After a signal that asks a process
// to end (SIGKILL, SIGTERM, SIGQUIT, SIGINT) it returns when they are gone. To
// end the whole pool send SIGQUIT, fast shutdown, to condor_master: after
// SIGKILL its daemons run on without it.
func (l *Lab) KillService(ctx context.Context, process string, sig syscall.Signal) error {
	// The kernel keeps 15 bytes of a process's name.
	name := process[:min(len(process), 15)]
	out, err := l.Run(ctx, "root", "pkill", "--exact", "--echo", "--signal", strconv.Itoa(int(sig)), name)
	if err != nil {
		return fmt.Errorf("cannot signal %s, or the lab has no such process: %w", process, err)
	}
	switch sig {
	case syscall.SIGKILL, syscall.SIGTERM, syscall.SIGQUIT, syscall.SIGINT:
	default:
		return nil
	}
	var signalled []string
	for line := range strings.Lines(string(out)) { // "sshd killed (pid 42)"
		_, pid, _ := strings.Cut(strings.TrimSpace(line), "(pid ")
		signalled = append(signalled, strings.TrimSuffix(pid, ")"))
	}
	return poll(ctx, func() error {
		if _, err := l.Run(ctx, "root", "ps", "-p", strings.Join(signalled, ",")); err == nil {
			return errors.New(process + " is still there")
		}
		return nil
	})
}
