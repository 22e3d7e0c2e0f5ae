package main

import (
	"context"
	"net"
	"strings"

	"github.com/oceanid/oceanid/sdk/scheduler"
)

// Probe really connects, and looks at all that a job needs on the login node.
func (d *driver) Probe(ctx context.Context, report func(scheduler.Check)) error {
	check := func(name string, look func() (string, error)) error {
		text, err := look()
		if err != nil {
			text = err.Error()
		}
		report(scheduler.Check{Name: name, OK: err == nil, Text: text})
		return err
	}
	steps := []struct {
		name string
		look func() (string, error)
	}{
		{"version", func() (string, error) { return firstLine(d.ask(ctx, "sbatch", "--version")) }},
		{"queue", func() (string, error) {
			return firstLine(d.ask(ctx, "sinfo", "--noheader", "--summarize", "--format=%P %a: %A nodes allocated/idle"))
		}},
		{"directory", func() (string, error) { return d.workDir(ctx) }},
		{"python", func() (string, error) { return firstLine(d.machine.run(ctx, "env", "python3", "--version")) }},
	}
	if m, ok := d.machine.(*remote); ok {
		var conn net.Conn
		if err := check("connect", func() (_ string, err error) { conn, err = m.login.dial(ctx); return m.login.address, err }); err != nil {
			return err
		}
		// The host's key is checked on the way in, before anything is said of the account.
		err := check("authenticate", func() (string, error) {
			client, err := m.login.authenticate(ctx, conn)
			if err != nil {
				return "", err
			}
			return "logged in as " + client.User() + "; " + string(client.ServerVersion()), client.Close()
		})
		if err != nil {
			return err
		}
	}
	for _, step := range steps {
		if err := check(step.name, step.look); err != nil {
			return err
		}
	}
	return nil
}

func firstLine(text string, err error) (string, error) {
	line, _, _ := strings.Cut(strings.TrimSpace(text), "\n")
	return line, err
}
