package main

import (
	"context"
	"errors"
	"fmt"

	"github.com/spf13/cobra"

	"github.com/oceanid/oceanid/host"
	"github.com/oceanid/oceanid/sdk/fault"
	"github.com/oceanid/oceanid/sdk/scheduler"
)

// creation is what the flags of schedulers create say.
type creation struct {
	host    string
	sets    []string
	secrets []string
	noTest  bool
}

func newSchedulersCreate(a *app) *cobra.Command {
	var c creation
	cmd := &cobra.Command{
		Use:   "create TYPE NAME",
		Short: "Make a scheduler, after a test that really connects to its pool",
		Long: `Makes a scheduler of a driver's type. Its options are those that
oceanid drivers describe TYPE shows; dots lead into nested ones.

A secret is never an argument, because everybody on the machine can read arguments:
  --secret KEY           it comes from a prompt that does not show it
  --secret KEY=-         from standard input, but for the last end of line
  --secret KEY=env:VAR   from the environment

Before the scheduler is saved its connection is tested; with --no-test it is not.`,
		Example: `  oceanid schedulers create condor my_app --host pool.example.org --set username=portal --secret password
  oceanid schedulers create condor my_app --host pool.example.org --set username=portal \
    --set private_key_path=~/.ssh/id_ed25519 --secret private_key_passphrase=env:PASSPHRASE
  oceanid schedulers create local here --no-test`,
		Args:              arguments("TYPE", "NAME"),
		ValidArgsFunction: a.completing(first(driverNames)),
		RunE: func(cmd *cobra.Command, args []string) error {
			return a.withHost(cmd, lookAndGo, func(ctx context.Context, h *host.Host) error { return a.create(ctx, h, args[0], args[1], c) })
		},
	}
	flags := cmd.Flags()
	flags.StringVar(&c.host, "host", "", `where the pool is: the option "host"`)
	flags.StringArrayVar(&c.sets, "set", nil, "an option, as `KEY=VALUE`; repeatable")
	flags.StringArrayVar(&c.secrets, "secret", nil, "a secret option, as `KEY[=-|=env:VAR]`; repeatable")
	flags.BoolVar(&c.noTest, "no-test", false, "save without testing the connection")
	complete(cmd, "set", a.completing(optionNames(false)))
	complete(cmd, "secret", a.completing(optionNames(true)))
	return cmd
}

func (a *app) create(ctx context.Context, h *host.Host, typ, name string, c creation) error {
	// Save would say so as well, but only when everything was typed and tested.
	if _, err := h.GetScheduler(ctx, name); err == nil {
		return fault.Exists.New("there is a scheduler %q already", name)
	} else if !errors.Is(err, fault.NotFound) {
		return err
	}
	secrets, err := a.secrets(ctx, c.secrets)
	if err != nil {
		return err
	}
	sets := c.sets
	if c.host != "" {
		sets = append([]string{"host=" + c.host}, sets...)
	}
	config, err := h.ParseConfig(ctx, name, typ, sets, secrets)
	if err != nil {
		return err
	}
	s, err := h.CreateScheduler(name, "", typ, config)
	if err != nil {
		return err
	}
	checks := []scheduler.Check{}
	if !c.noTest {
		if checks, err = a.testFirst(ctx, s); err != nil {
			return err
		}
	}
	if err := s.Save(ctx); err != nil {
		return err
	}
	if a.format == asJSON {
		return a.document(struct {
			Scheduler *host.Scheduler   `json:"scheduler"`
			Checks    []scheduler.Check `json:"checks"`
		}{s, checks})
	}
	_, err = fmt.Fprintf(a.out, "scheduler %s is saved\n", clean(name))
	return err
}

// testFirst tests a scheduler that is not saved, if its driver can.
func (a *app) testFirst(ctx context.Context, s *host.Scheduler) ([]scheduler.Check, error) {
	checks := []scheduler.Check{}
	can, err := s.Can(ctx, "probes")
	if err != nil {
		return nil, err
	}
	if !can {
		a.note("a driver of type %s cannot test a connection; the scheduler is saved untested", s.Type())
		return checks, nil
	}
	err = s.Test(ctx, func(c scheduler.Check) {
		checks = append(checks, c)
		if a.format == asTable {
			a.showCheck(c)
		}
	})
	return checks, err
}
