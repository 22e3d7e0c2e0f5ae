package lab

import (
	"context"
	"errors"
	"fmt"
	"io"
	"time"
)

// Options says what a lab is to have. The zero value is a machine without
// services, for [Lab.Run].
type Options struct {
	// Debian is the release whose servers the lab runs. Default: Trixie.
	Debian Debian
	// Condor starts an HTCondor pool on the lab's one host: collector,
	// negotiator, schedd and startd with one partitionable slot. It negotiates
	// every second. Any user but root may submit.
	Condor bool
	// Slots is the number of CPUs that the HTCondor pool and the Slurm cluster
	// each pretend to have, with 1 GiB of pretended memory for each CPU. 0 means
	// 8.
	Slots int
	// CondorRemote lets the pool be reached from outside of the lab as well: see
	// [Lab.CondorRemote] and [Lab.CondorToken].
	CondorRemote bool
	// CondorConfig is added at the end of the pool's configuration.
	CondorConfig string

	// Slurm starts a Slurm cluster of one node: munged, slurmctld and slurmd,
	// one partition, arrays of up to 20 000 tasks, two pretended GPUs. There is
	// no accounting database. Any user may submit.
	Slurm bool
	// SlurmConfig is added at the end of slurm.conf, where it wins: for instance
	// "MinJobAge=2", after which Slurm forgets jobs that have ended.
	SlurmConfig string

	// SSH starts sshd. See [SSH] for its users.
	SSH bool
	// SSHConfig is added at the beginning of sshd_config, where it wins: for
	// instance "MaxSessions 2".
	SSHConfig string

	// Redis starts a Redis server with a password. It writes every change to
	// its append-only file before it answers, so that what it acknowledged is
	// there after KillService and StartService.
	Redis bool
	// RedisConfig is added at the end of its configuration, where it wins: for
	// instance "appendfsync everysec", after which a kill loses what came in the
	// last second.
	RedisConfig string
	// RedisTLS lets that server speak TLS too, on a port of its own.
	RedisTLS bool
	// RedisCluster starts a Redis Cluster of three masters.
	RedisCluster bool
	// RedisSentinel starts a Sentinel that watches the server of Redis, under
	// the name "oceanid".
	RedisSentinel bool

	// Build makes the root when it is missing; otherwise that is an error.
	Build bool
	// Progress gets a line for each step of that; nil discards them.
	Progress io.Writer
}

func (o Options) release() Debian {
	if o.Debian == "" {
		return Trixie
	}
	return o.Debian
}

// startLimit bounds a start whose context has no earlier deadline. It is far
// above what a start takes, for machines busy with other tests.
const startLimit = 2 * time.Minute

// Lab is a running lab. Its methods may be called concurrently.
type Lab struct {
	box      *box
	link     link
	dir      *runDir
	rootLock io.Closer
	services []service
	ssh      SSH
	redis    Redis
	stop     func() error
}

// Start starts a lab and returns when all its services answer. ctx bounds the
// start only; the lab runs until [Lab.Stop], or until this process ends. It
// fails, leaving nothing, when the machine cannot run labs or the root is
// missing; the error says what to do.
func Start(ctx context.Context, o Options) (*Lab, error) {
	ctx, cancel := context.WithTimeoutCause(ctx, startLimit, fmt.Errorf("the lab was not up within %s", startLimit))
	defer cancel()
	if o.Build && missingPlatform() == nil && !rootBuilt(o.release()) {
		if err := build(ctx, o.release(), o.Progress); err != nil {
			return nil, err
		}
	}
	if err := Missing(o.release()); err != nil {
		return nil, err
	}
	l, err := boot(ctx, o.release())
	if err != nil {
		return nil, err
	}
	if err := l.startServices(ctx, o); err != nil {
		return nil, errors.Join(err, l.Stop())
	}
	return l, nil
}

// Stop ends everything in the lab at once, and returns when no process, mount,
// network link or file of it is left. Calling it again does nothing.
func (l *Lab) Stop() error { return l.stop() }

// Addr is the lab's address, which only this host reaches. A service that
// binds it, or all addresses, in the lab can be connected to from here.
func (l *Lab) Addr() string { return l.link.lab.String() }

// HostAddr is this host's address as the lab sees it: what a test serves on
// it, jobs in the lab can reach.
func (l *Lab) HostAddr() string { return l.link.host.String() }

// startServices starts all and only then waits for each, as HTCondor's start
// is mostly waiting.
func (l *Lab) startServices(ctx context.Context, o Options) error {
	var setups []func(context.Context, Options) error
	if o.Condor {
		setups = append(setups, l.setUpCondor)
	}
	if o.Slurm {
		setups = append(setups, l.setUpSlurm)
	}
	if o.SSH {
		setups = append(setups, l.setUpSSH)
	}
	if o.Redis || o.RedisTLS || o.RedisSentinel {
		setups = append(setups, l.setUpRedis)
	}
	if o.RedisCluster {
		setups = append(setups, l.setUpRedisCluster)
	}
	for _, setUp := range setups {
		if err := setUp(ctx, o); err != nil {
			return err
		}
	}
	for _, s := range l.services {
		if err := l.waitReady(ctx, s); err != nil {
			return err
		}
	}
	return nil
}
