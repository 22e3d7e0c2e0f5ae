package main

import (
	"errors"
	"fmt"
	"os"
	"regexp"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"github.com/oceanid/oceanid/sdk/drivertest"
)

// conformance is what the flags of drivers conform say.
type conformance struct {
	scheduler, unreachable, only, junit string
	refuses                             []string
	list                                bool
	parallel                            counted
	patience                            lasting
}

func newDriversConform(a *app) *cobra.Command {
	c := conformance{parallel: 8, patience: lasting(time.Minute)}
	cmd := &cobra.Command{
		Use:   "conform BINARY|NAME",
		Short: "Prove that a driver keeps what the protocol promises",
		Long: `Runs the conformance suite against a driver in any language: it starts the program as a
host does, runs small jobs on its pool, and kills and stops it in the middle of every verb.
Each failure says what was promised, what was seen and what the author should do.

The scheduler block of the configuration is used; a driver that needs no options needs none.
What a driver says while its pool does not answer is tested with a second block, one that
leads to no pool: name it with --unreachable, and the first one with --scheduler.
Where the configuration leaves the driver no way to do what one of its services is for,
name that with --refuses: the driver is held to saying so, and to leaving nothing.

Jobs run on the real pool, briefly, and are cancelled at the end. Whatever the driver
prints is seen with --log-level debug.

The exit code is 13 if a check failed. With -o json the report is one JSON document.`,
		Example: `  oceanid drivers conform ./oceanid-slurm -c example.hcl
  oceanid drivers conform ./oceanid-slurm -c example.hcl --only '^(submit|cancel)/' --patience 3m
  oceanid drivers conform ./oceanid-slurm -c example.hcl --junit report.xml -o json
  oceanid drivers conform ./oceanid-slurm -c example.hcl --scheduler try --unreachable nowhere
  oceanid drivers conform --list`,
		ValidArgsFunction: a.programs,
		Args: func(cmd *cobra.Command, args []string) error {
			if c.list {
				return arguments()(cmd, args)
			}
			return arguments("BINARY")(cmd, args)
		},
		RunE: func(cmd *cobra.Command, args []string) error {
			only, err := c.selection(cmd)
			if err != nil {
				return err
			}
			if c.list {
				return a.listChecks(only)
			}
			return a.conform(cmd, args[0], c, only)
		},
	}
	flags := cmd.Flags()
	flags.StringVar(&c.scheduler, "scheduler", "", "the `NAME` of the scheduler block, where there are several")
	flags.StringVar(&c.unreachable, "unreachable", "", "the `NAME` of a scheduler block with which no pool can be reached (default: that is not tested)")
	flags.StringSliceVar(&c.refuses, "refuses", nil, "a `SERVICE` that the driver refuses with this configuration: "+strings.Join(drivertest.Refusable(), ", "))
	flags.StringVar(&c.only, "only", "", "only the checks whose names match this `REGEXP`")
	flags.BoolVar(&c.list, "list", false, "list the checks and run none")
	flags.StringVar(&c.junit, "junit", "", "write the report to this `FILE` as well, as JUnit's XML")
	flags.Var(&c.parallel, "parallel", "run `N` checks at once")
	flags.Var(&c.patience, "patience", "the longest `TIME` that the pool may take for one step")
	files(cmd, "junit")
	return cmd
}

func (c conformance) selection(cmd *cobra.Command) (*regexp.Regexp, error) {
	if c.only == "" {
		return nil, nil
	}
	only, err := regexp.Compile(c.only)
	if err != nil {
		return nil, wrongUsage(cmd, "--only is no regular expression: %v", err)
	}
	for _, check := range drivertest.Checks() {
		if only.MatchString(check.Name) {
			return only, nil
		}
	}
	return nil, wrongUsage(cmd, "--only matches no check; --list shows their names")
}

func (a *app) listChecks(only *regexp.Regexp) error {
	checks := []drivertest.Check{}
	for _, c := range drivertest.Checks() {
		if only == nil || only.MatchString(c.Name) {
			checks = append(checks, c)
		}
	}
	if a.format == asJSON {
		return a.document(struct {
			Checks []drivertest.Check `json:"checks"`
		}{checks})
	}
	t := a.newTable("CHECK", "FOR", "PROMISE")
	for _, c := range checks {
		whom := "every driver"
		if !c.Required {
			whom = lastWord(c.Service)
		}
		t.row(c.Name, whom, c.Promise)
	}
	t.write(a.out)
	return nil
}

func (a *app) conform(cmd *cobra.Command, word string, c conformance, only *regexp.Regexp) error {
	try, err := a.trial(cmd, word, c.scheduler)
	if err != nil {
		return err
	}
	var unreachable trial
	if c.unreachable != "" {
		if unreachable, err = a.trial(cmd, word, c.unreachable); err != nil {
			return err
		}
	}
	progress := a.checksLine(only)
	report, err := drivertest.Run(cmd.Context(), try.path, drivertest.Options{
		Config: try.config, Unreachable: unreachable.config, Refuses: c.refuses, Env: revealed(try.env),
		Patience: time.Duration(c.patience), Only: only, Parallel: int(c.parallel), Observe: progress.observe, Log: a.log(),
	})
	progress.close()
	if sig := interrupted(cmd.Context()); sig != nil {
		return sig
	}
	if err != nil {
		return err
	}
	return a.reported(report, c.junit)
}

// reported shows a report, and writes it to the file that was asked for. That a check failed is an error of its own.
func (a *app) reported(r *drivertest.Report, junit string) error {
	show := r.Table
	if a.format == asJSON {
		show = r.JSON
	}
	err := errors.Join(show(a.out), writeJUnit(r, junit))
	if r.OK() {
		return err
	}
	return errors.Join(&nonconforming{r.Driver, r.Count(drivertest.Failed)}, err)
}

// writeJUnit writes the report to a file; "": nobody asked for one.
func writeJUnit(r *drivertest.Report, path string) error {
	if path == "" {
		return nil
	}
	f, err := os.Create(path)
	if err != nil {
		return err
	}
	return errors.Join(r.JUnit(f), f.Close())
}

// nonconforming is the error of a driver that breaks promises.
type nonconforming struct {
	driver string
	failed int
}

func (e *nonconforming) Error() string {
	return fmt.Sprintf("driver %q does not conform: %d of its checks failed", e.driver, e.failed)
}

func (e *nonconforming) code() int { return exitNonconforming }

// checksLine tells how far the suite is: on a terminal in a line that moves, elsewhere only what fails.
func (a *app) checksLine(only *regexp.Regexp) *checksLine {
	p := &checksLine{app: a, began: time.Now()}
	for _, c := range drivertest.Checks() {
		if only == nil || only.MatchString(c.Name) {
			p.all++
		}
	}
	if to, ok := terminal(a.err); ok {
		p.line = newLiveLine(to, func() string {
			return fmt.Sprintf("%d of %d checks, %d failed  %s  %s", p.done, p.all, p.failed, time.Since(p.began).Round(time.Second), clean(p.last))
		})
	}
	return p
}

type checksLine struct {
	app               *app
	line              *liveLine // nil: there is no terminal
	began             time.Time
	all, done, failed int
	last              string
}

func (p *checksLine) observe(r drivertest.Result) {
	change := func() {
		p.done, p.last = p.done+1, r.Name
		if r.Outcome == drivertest.Failed {
			p.failed++
		}
	}
	if p.line != nil {
		p.line.change(change)
		return
	}
	change()
	if r.Outcome == drivertest.Failed {
		p.app.note("%s failed: %s", r.Name, r.Problem)
	}
}

func (p *checksLine) close() {
	if p.line != nil {
		p.line.close()
	}
}
