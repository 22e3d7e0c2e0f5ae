package lab

import (
	"context"
	"errors"
	"fmt"
	"strings"
)

const condorLog = "/var/log/condor/MasterLog"

// condorConfig makes the pool of the minihtcondor package quick: every interval
// is as short as one host with few jobs allows.
func condorConfig(slots int, extra string) string {
	return fmt.Sprintf(`NUM_CPUS = %d
MEMORY = %d
NEGOTIATOR_INTERVAL = 1
NEGOTIATOR_MIN_INTERVAL = 0
NEGOTIATOR_CYCLE_DELAY = 0
SCHEDD_INTERVAL = 2
SCHEDD_MIN_INTERVAL = 1
UPDATE_INTERVAL = 2
# A daemon that was killed is back after a second.
MASTER_BACKOFF_CONSTANT = 0
MASTER_BACKOFF_FACTOR = 1
MASTER_BACKOFF_CEILING = 1
%s
`, slots, slots*1024, extra)
}

func (l *Lab) setUpCondor(ctx context.Context, o Options) error {
	slots := o.Slots
	if slots == 0 {
		slots = 8
	}
	err := l.unpack(ctx,
		file{name: "/run/condor/", owner: "condor", mode: 0o775},
		file{name: "/run/lock/condor/", owner: "condor", mode: 0o775},
		file{name: "/var/spool/condor/", owner: "condor", mode: 0o755},
		file{name: "/var/lib/condor/execute/", owner: "condor", mode: 0o755},
		file{name: "/etc/condor/config.d/90-lab", mode: 0o644, data: []byte(condorConfig(slots, o.CondorConfig))},
	)
	if err != nil {
		return err
	}
	return l.launch(ctx, service{
		process: "condor_master",
		argv:    []string{"setsid", "--fork", "sh", "-c", "exec condor_master -f </dev/null >/dev/null 2>&1"},
		answers: l.condorAnswers,
		log:     condorLog,
	})
}

// condorAnswers holds when the pool can run a job that is submitted now.
func (l *Lab) condorAnswers(ctx context.Context) error {
	slots, err := l.Run(ctx, "root", "condor_status", "-autoformat", "Name")
	if err != nil {
		return err
	}
	if strings.TrimSpace(string(slots)) == "" {
		return errors.New("condor_status shows no slot yet")
	}
	_, err = l.Run(ctx, "root", "condor_q", "-totals")
	return err
}
