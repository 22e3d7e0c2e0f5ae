package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"strings"
	"time"

	"github.com/dustin/go-humanize"
	"github.com/hashicorp/go-hclog"
	"github.com/spf13/cobra"

	"github.com/oceanid/oceanid/host"
	"github.com/oceanid/oceanid/sdk/scheduler"
)

// tryout is what the flags of drivers run say.
type tryout struct {
	request   request
	scheduler string
	probe     bool
	dir       string
}

func newDriversRun(a *app) *cobra.Command {
	var t tryout
	cmd := &cobra.Command{
		Use:   "run BINARY|NAME [flags] -- COMMAND [ARGS…]",
		Short: "Try a driver with one job, without a portal",
		Long: `Starts a driver, configures it from the scheduler block of the configuration, and submits
one job: its states, the driver's own log and what the job writes are shown as they come,
and the exit code tells the outcome. Ctrl-C cancels the job.

The driver runs as it would in a portal, in a host of its own whose store is thrown away
afterwards. Its log is shown from debug on, unless --log-level says otherwise.

With --probe the driver tests its connection first; without a COMMAND that is all.`,
		Example: `  oceanid drivers run ./oceanid-slurm -c example.hcl -- hostname
  oceanid drivers run ./oceanid-slurm -c example.hcl --array 3 --output sum.txt -- sh -c 'echo $OCEANID_TASK_INDEX >sum.txt'
  oceanid drivers run ./oceanid-slurm -c example.hcl --probe`,
		ValidArgsFunction: a.programs,
		Args: func(cmd *cobra.Command, args []string) error {
			switch dash := cmd.ArgsLenAtDash(); {
			case len(args) == 0 || dash == 0:
				return wrongUsage(cmd, "BINARY is missing")
			case len(args) == 1 && t.probe:
				return nil
			case len(args) == 1:
				return wrongUsage(cmd, "the command is missing: BINARY -- COMMAND")
			case dash != 1:
				return wrongUsage(cmd, "write -- between BINARY and the command, so that its flags are its own")
			}
			return nil
		},
		RunE: func(cmd *cobra.Command, args []string) error {
			spec := scheduler.Job{}
			if len(args) > 1 {
				var err error
				if spec, err = t.request.job(args[1:]); err != nil {
					return err
				}
			}
			return a.tryOut(cmd, args[0], t, spec)
		},
	}
	t.request.flags(cmd)
	cmd.Flags().StringVar(&t.scheduler, "scheduler", "", "the `NAME` of the scheduler block, where there are several")
	cmd.Flags().BoolVar(&t.probe, "probe", false, "have the driver test its connection first")
	cmd.Flags().StringVar(&t.dir, "dir", "", "keep the results in this `FOLDER` (default: they are fetched, listed and thrown away)")
	return cmd
}

// tryOut runs one job, or none, in a host that is there for it alone.
func (a *app) tryOut(cmd *cobra.Command, word string, t tryout, spec scheduler.Job) (err error) {
	try, err := a.trial(cmd, word, t.scheduler)
	if err != nil {
		return err
	}
	if !cmd.Flags().Changed("log-level") {
		a.level = logLevel(hclog.Debug)
	}
	a.share()
	home, err := try.household()
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, os.RemoveAll(home)) }()
	h, err := host.Open(cmd.Context(), host.Options{Config: home, Log: a.driversLog()})
	if err != nil {
		return err
	}
	defer func() {
		ctx, cancel := context.WithTimeout(context.WithoutCancel(cmd.Context()), closing)
		defer cancel()
		if err := h.Close(ctx); err != nil {
			a.note("not everything was closed in good order: %v", err)
		}
	}()
	var options host.Config
	exact := json.NewDecoder(strings.NewReader(string(try.config)))
	exact.UseNumber()
	if err := exact.Decode(&options); err != nil {
		return err
	}
	s, err := h.CreateScheduler(try.name, "", try.said.GetName(), options)
	if err != nil {
		return err
	}
	if err := s.Save(cmd.Context()); err != nil {
		return err
	}
	if t.probe {
		if err := a.probe(cmd.Context(), s); err != nil {
			return err
		}
	}
	if spec.Command == "" {
		return nil
	}
	return a.oneJob(cmd.Context(), h, s, spec, t.dir)
}

// probe has the driver test its connection, and shows each step.
func (a *app) probe(ctx context.Context, s *host.Scheduler) error {
	if can, err := s.Can(ctx, "probes"); err != nil || !can {
		a.note("the driver cannot test its connection")
		return err
	}
	checks := []scheduler.Check{}
	err := s.Test(ctx, func(c scheduler.Check) {
		checks = append(checks, c)
		if a.format == asTable {
			a.showCheck(c)
		}
	})
	if a.format == asJSON {
		err = errors.Join(err, a.line(struct {
			Checks []scheduler.Check `json:"checks"`
		}{checks}))
	}
	return err
}

// oneJob runs a job to its end, or cancels it when the command is interrupted.
func (a *app) oneJob(ctx context.Context, h *host.Host, s *host.Scheduler, spec scheduler.Job, dir string) error {
	job, err := s.Submit(ctx, spec)
	if err != nil {
		return errors.Join(err, a.cancelAll(ctx, h))
	}
	shown := a.outputs(ctx, s, job)
	end, err := a.watch(ctx, job, shown)
	if sig := interrupted(ctx); sig != nil {
		return errors.Join(sig, a.cancelAndWait(ctx, job))
	}
	if end == nil {
		// Only this host knows that the pool has the job, and it will be thrown away.
		return errors.Join(err, a.cancelAndWait(ctx, job))
	}
	if a.format == asJSON {
		if printing := a.line(end); err == nil {
			err = printing
		}
	}
	return errors.Join(err, a.bring(ctx, s, end, dir))
}

// cancelAll cancels what a submission that failed, or was interrupted, may have left at the pool: whatever the store of the try has.
func (a *app) cancelAll(ctx context.Context, h *host.Host) error {
	bounded, cancel := context.WithTimeout(context.WithoutCancel(ctx), closing)
	defer cancel()
	jobs, _, err := h.ListJobs(bounded, host.JobQuery{})
	for _, job := range jobs {
		if !job.State.Terminal() {
			err = errors.Join(err, a.cancelAndWait(ctx, job))
		}
	}
	return err
}

// cancelAndWait gives the pool a moment to end a job, so that nothing is left of a try.
func (a *app) cancelAndWait(ctx context.Context, job *host.Job) error {
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), 3*closing)
	defer cancel()
	a.note("cancelling the job; Ctrl-C again leaves it to its pool")
	if err := job.Cancel(ctx); err != nil {
		return err
	}
	end, err := job.Wait(ctx)
	if err != nil {
		return fmt.Errorf("cancel job %s at the pool: %w", job.PoolID, err)
	}
	a.note("the job is %s", end.State)
	return nil
}

// bring fetches the results that the job named, if the driver can.
func (a *app) bring(ctx context.Context, s *host.Scheduler, job *host.Job, dir string) error {
	if len(job.Spec.Outputs) == 0 {
		return nil
	}
	if can, err := s.Can(ctx, "downloads"); err != nil || !can {
		a.note("the driver brings no results back")
		return err
	}
	if dir == "" {
		var err error
		if dir, err = os.MkdirTemp("", "oceanid-results-"); err != nil {
			return err
		}
		defer os.RemoveAll(dir)
	}
	files, err := job.Download(ctx, dir, scheduler.FileQuery{})
	for _, f := range files {
		fmt.Fprintf(a.err, "%s  %s, %s\n", time.Now().Format(time.TimeOnly), clean(below(f, job.Tasks)), humanize.IBytes(uint64(f.Size)))
	}
	return err
}

// driversLog shows the logs of drivers at the level that was asked for, and of the host around them only what goes wrong.
func (a *app) driversLog() hclog.Logger {
	return hclog.New(&hclog.LoggerOptions{
		Name: "oceanid", Level: min(hclog.Warn, hclog.Level(a.level)), Output: a.safe(a.err), IndependentLevels: true,
		TimeFormat: "15:04:05", SubloggerHook: func(sub hclog.Logger) hclog.Logger {
			if strings.HasPrefix(sub.Name(), "oceanid.driver") {
				sub.SetLevel(hclog.Level(a.level))
			} else {
				sub.SetLevel(max(hclog.Warn, hclog.Level(a.level)))
			}
			return sub
		},
	})
}
