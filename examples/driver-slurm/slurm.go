package main

import (
	"context"
	"errors"
	"path"
	"regexp"

	"github.com/oceanid/oceanid/sdk/fault"
)

// slurm runs one of Slurm's commands, so that it prints what a program can read: times in seconds, and lists of tasks in full.
func (d *driver) slurm(ctx context.Context, command string, args ...string) (string, error) {
	argv := append([]string{"env", "SLURM_TIME_FORMAT=%s", "SLURM_BITSTR_LEN=0", path.Join(d.config.Tools, command)}, args...)
	out, err := d.machine.run(ctx, argv...)
	failed := (*commandError)(nil)
	if !errors.As(err, &failed) {
		return out, err
	}
	failed.command = command
	switch {
	case failed.status == 127:
		return out, fault.Invalid.New("%w: is Slurm installed there? Set tools to the folder of its commands", failed)
	case unreachable.MatchString(failed.stderr):
		return out, fault.Unavailable.New("%w", failed)
	}
	return out, failed
}

// ask is slurm for what cannot be refused: whatever goes wrong, trying again may help.
func (d *driver) ask(ctx context.Context, command string, args ...string) (string, error) {
	out, err := d.slurm(ctx, command, args...)
	if failed := (*commandError)(nil); errors.As(err, &failed) && fault.Of(err) == fault.Internal {
		err = fault.Unavailable.New("%w", failed)
	}
	return out, err
}

// unreachable are the words of a command that did not come as far as the controller's decision.
var unreachable = regexp.MustCompile(`(?i)unable to contact slurm|socket timed out|communication|connect failure|connection refused|zero bytes|` +
	`standby mode|protocol authentication|munge|temporarily un|input/output error`)

// refusals are sbatch's reasons for a job that it does not take, by what follows from them; any other is fault.Invalid: Slurm has looked at the job, and will
// say the same again.
var refusals = []struct {
	words *regexp.Regexp
	kind  fault.Kind
}{
	{regexp.MustCompile(`(?i)time limit`), fault.Invalid},
	{regexp.MustCompile(`(?i)limit|quota|exceeded|too many`), fault.Exhausted},
	{regexp.MustCompile(`(?i)permission|access|not allowed|invalid account`), fault.Denied},
	{regexp.MustCompile(`(?i)not available \(down|not available now|partition.*(down|inactive|drained)|reservation`), fault.Unavailable},
}

// refusal gives a failed sbatch its kind.
func refusal(err error) error {
	failed := (*commandError)(nil)
	if !errors.As(err, &failed) || fault.Of(err) != fault.Internal {
		return err
	}
	for _, r := range refusals {
		if r.words.MatchString(failed.stderr) {
			return r.kind.New("the cluster refuses the job: %w", failed)
		}
	}
	return fault.Invalid.New("the cluster refuses the job: %w", failed)
}
