// Command lab makes the root that labs run on, and runs labs for people and
// scripts. See package lab.
package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"io"
	"os"
	"os/exec"
	"os/signal"
	"syscall"

	"github.com/oceanid/oceanid/lab"
)

const usage = `Real servers on this machine, for tests, demonstrations and benchmarks.

  lab build                      make the roots that labs run on, once (about two minutes)
  lab up [SERVICES] [-- COMMAND ARGS…]
                                 start a lab, run COMMAND beside it, stop the lab;
                                 without COMMAND, run until Ctrl-C
  lab shell [SERVICES] [--user NAME]
                                 start a lab and a shell inside it
  lab clean                      remove roots and leftovers

SERVICES are --condor, --slurm, --sshd and --redis; none of them means all
but --slurm. --slots N sets how many CPUs HTCondor and Slurm pretend to have (8).
--debian sid is the newest HTCondor, with OpenSSH, in place of trixie's servers.

COMMAND finds the lab in its environment:
  OCEANID_LAB_SSH_HOST  OCEANID_LAB_SSH_PORT         where sshd listens
  OCEANID_LAB_SSH_USER  OCEANID_LAB_SSH_PASSWORD     a user, who has a password
  OCEANID_LAB_SSH_KEY   OCEANID_LAB_SSH_KNOWN_HOSTS  and a private key: files
  OCEANID_LAB_REDIS_URL                              redis://user:password@host:port/0

Examples:
  lab up --redis -- go test ./internal/store
  lab up --condor --sshd -- sh -c 'ssh -i $OCEANID_LAB_SSH_KEY \
      -o UserKnownHostsFile=$OCEANID_LAB_SSH_KNOWN_HOSTS \
      $OCEANID_LAB_SSH_USER@$OCEANID_LAB_SSH_HOST condor_status'
  lab shell --condor --user ada
  lab shell --slurm --user ada

Roots are kept in $OCEANID_LAB_CACHE (/var/cache/oceanid-lab), made from
$OCEANID_LAB_MIRROR (http://deb.debian.org/debian). Exit status: that of COMMAND
or the shell; 1 when the lab fails; 2 when the command line is wrong.
`

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM, syscall.SIGHUP)
	err := run(ctx, os.Args[1:])
	stop()
	var exit *exec.ExitError
	switch {
	case err == nil:
	case errors.As(err, &exit):
		os.Exit(exitStatus(exit))
	case errors.Is(err, errUsage):
		fmt.Fprintf(os.Stderr, "lab: %v\nRun \"lab --help\".\n", err)
		os.Exit(2)
	default:
		fmt.Fprintln(os.Stderr, "lab:", err)
		os.Exit(1)
	}
}

var errUsage = errors.New("wrong command line")

func run(ctx context.Context, args []string) error {
	if len(args) == 0 {
		return fmt.Errorf("%w: it needs build, up, shell or clean", errUsage)
	}
	flags, o := newFlags()
	user := flags.String("user", "root", "")
	switch err := flags.Parse(args[1:]); {
	case errors.Is(err, flag.ErrHelp):
		args = []string{"help"}
	case err != nil:
		return fmt.Errorf("%w: %w", errUsage, err)
	}
	rest := flags.Args()
	if args[0] != "up" && len(rest) > 0 {
		return fmt.Errorf("%w: unexpected %q", errUsage, rest[0])
	}
	if !o.Condor && !o.Slurm && !o.SSH && !o.Redis {
		o.Condor, o.SSH, o.Redis = true, true, true
	}
	switch args[0] {
	case "build":
		return lab.Build(ctx, os.Stderr)
	case "up":
		return up(ctx, *o, rest)
	case "shell":
		return shell(ctx, *o, *user)
	case "clean":
		return lab.Clean(ctx)
	case "help", "-h", "-help", "--help":
		fmt.Print(usage)
		return nil
	}
	return fmt.Errorf("%w: no command %q", errUsage, args[0])
}

func newFlags() (*flag.FlagSet, *lab.Options) {
	o := &lab.Options{Progress: os.Stderr}
	flags := flag.NewFlagSet("lab", flag.ContinueOnError)
	flags.SetOutput(io.Discard) // run prints the error
	flags.BoolVar(&o.Condor, "condor", false, "")
	flags.BoolVar(&o.Slurm, "slurm", false, "")
	flags.BoolVar(&o.SSH, "sshd", false, "")
	flags.BoolVar(&o.Redis, "redis", false, "")
	flags.IntVar(&o.Slots, "slots", 0, "")
	flags.StringVar((*string)(&o.Debian), "debian", string(lab.Trixie), "")
	return flags, o
}

// exitStatus is what a shell would report, for a command that a signal ended too.
func exitStatus(exit *exec.ExitError) int {
	if status, ok := exit.Sys().(syscall.WaitStatus); ok && status.Signaled() {
		return 128 + int(status.Signal())
	}
	return exit.ExitCode()
}
