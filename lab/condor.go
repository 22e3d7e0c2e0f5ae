package lab

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"time"
)

const condorLog = "/var/log/condor/MasterLog"

// condorRemote lets the pool's daemons listen where this host reaches them, for tools that come with a token. A schedd that is called as its machine is
// could not be told from that of the tools' own machine.
func condorRemote(address string) string {
	return fmt.Sprintf(`NETWORK_INTERFACE = %s
CONDOR_HOST = %[1]s
COLLECTOR_HOST = %[1]s:9618
SCHEDD_NAME = %s
`, address, condorSchedd)
}

const condorSchedd = "pool@"

// CondorRemote is how HTCondor's tools outside find the pool of a lab with [Options.CondorRemote].
type CondorRemote struct {
	// Schedd is the schedd's name, Collector the collector's host:port.
	Schedd, Collector string
}

// CondorRemote is how the pool is found from outside.
func (l *Lab) CondorRemote() CondorRemote {
	return CondorRemote{Schedd: condorSchedd, Collector: l.Addr() + ":9618"}
}

// CondorToken makes a token by which HTCondor's tools, wherever they are, speak to the pool as that user (condor_token_create): for a lifetime of whole seconds, and
// with these authorizations, "READ" and "WRITE" for instance.
func (l *Lab) CondorToken(ctx context.Context, user string, lifetime time.Duration, authorizations ...string) (string, error) {
	argv := []string{"condor_token_create", "-identity", user + "@lab", "-lifetime", fmt.Sprint(int(lifetime.Seconds()))}
	for _, a := range authorizations {
		argv = append(argv, "-authz", a)
	}
	token, err := l.Run(ctx, "root", argv...)
	return strings.TrimSpace(string(token)), err
}

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
	config := condorConfig(slots, o.CondorConfig)
	if o.CondorRemote {
		config = condorRemote(l.Addr()) + config
	}
	err := l.unpack(ctx,
		// The collector makes the key that signs tokens at its start.
		file{name: "/etc/condor/passwords.d/", mode: 0o700},
		file{name: "/run/condor/", owner: "condor", mode: 0o775},
		file{name: "/run/lock/condor/", owner: "condor", mode: 0o775},
		file{name: "/var/spool/condor/", owner: "condor", mode: 0o755},
		file{name: "/var/lib/condor/execute/", owner: "condor", mode: 0o755},
		file{name: "/etc/condor/config.d/90-lab", mode: 0o644, data: []byte(config)},
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
