package lab

import (
	"context"
	"crypto/rand"
	"fmt"
	"strings"
)

const (
	mungedLog    = "/var/log/munge/munged.log"
	slurmctldLog = "/var/log/slurm/slurmctld.log"
	slurmdLog    = "/var/log/slurm/slurmd.log"
)

// slurmConfig makes a cluster of one host that pretends to have its CPUs,
// memory and GPUs, works without cgroups and without a database of accounts,
// and starts at once what fits. Slurm needs an address that is not loopback.
func slurmConfig(addr string, slots int, extra string) string {
	return fmt.Sprintf(`ClusterName=lab
SlurmctldHost=lab(%[1]s)
NodeName=lab NodeAddr=%[1]s CPUs=%[2]d RealMemory=%[3]d Gres=gpu:2 State=UNKNOWN
PartitionName=main Nodes=lab Default=YES MaxTime=INFINITE State=UP DefMemPerCPU=16
GresTypes=gpu
SelectType=select/cons_tres
SelectTypeParameters=CR_CPU_Memory
SlurmdParameters=config_overrides
ReturnToService=2
AuthType=auth/munge
SlurmUser=slurm
StateSaveLocation=/var/spool/slurmctld
SlurmdSpoolDir=/var/spool/slurmd
SlurmctldPidFile=/run/slurmctld.pid
SlurmdPidFile=/run/slurmd.pid
SlurmctldLogFile=%[4]s
SlurmdLogFile=%[5]s
ProctrackType=proctrack/linuxproc
TaskPlugin=task/none
MpiDefault=none
# Arrays of 20000 tasks, quick decisions, and a short wait before SIGKILL.
MaxArraySize=20001
MaxJobCount=50000
SchedulerParameters=batch_sched_delay=0,sched_interval=1,bf_interval=1
CompleteWait=0
KillWait=2
%[6]s
`, addr, slots, slots*1024, slurmctldLog, slurmdLog, extra)
}

// gresConfig stands two devices that do nothing in for the GPUs.
const gresConfig = "Name=gpu File=/dev/zero\nName=gpu File=/dev/full\n"

func (l *Lab) setUpSlurm(ctx context.Context, o Options) error {
	slots := o.Slots
	if slots == 0 {
		slots = 8
	}
	err := l.unpack(ctx,
		file{name: "/etc/munge/munge.key", owner: "munge", mode: 0o400, data: []byte(rand.Text() + rand.Text())},
		file{name: "/run/munge/", owner: "munge", mode: 0o755},
		file{name: "/var/spool/slurmctld/", owner: "slurm", mode: 0o700},
		file{name: "/var/spool/slurmd/", mode: 0o755},
		file{name: "/etc/slurm/slurm.conf", mode: 0o644, data: []byte(slurmConfig(l.Addr(), slots, o.SlurmConfig))},
		file{name: "/etc/slurm/gres.conf", mode: 0o644, data: []byte(gresConfig)},
		file{name: "/etc/slurm/cgroup.conf", mode: 0o644, data: []byte("CgroupPlugin=disabled\n")},
	)
	if err != nil {
		return err
	}
	munged := []string{"setpriv", "--reuid", "munge", "--regid", "munge", "--init-groups", "/usr/sbin/munged"}
	for _, s := range []service{
		{process: "munged", argv: munged, answers: l.mungedAnswers, log: mungedLog},
		{process: "slurmctld", argv: []string{"/usr/sbin/slurmctld"}, answers: l.slurmctldAnswers, log: slurmctldLog},
		{process: "slurmd", argv: []string{"/usr/sbin/slurmd"}, answers: l.slurmdAnswers, log: slurmdLog},
	} {
		if err := l.launch(ctx, s); err != nil {
			return err
		}
	}
	return nil
}

func (l *Lab) mungedAnswers(ctx context.Context) error {
	_, err := l.Run(ctx, "root", "munge", "--no-input")
	return err
}

func (l *Lab) slurmctldAnswers(ctx context.Context) error {
	_, err := l.Run(ctx, "root", "scontrol", "ping")
	return err
}

// slurmdAnswers holds when the cluster can run a job that is submitted now.
func (l *Lab) slurmdAnswers(ctx context.Context) error {
	out, err := l.Run(ctx, "root", "sinfo", "--noheader", "--format", "%T")
	if err != nil {
		return err
	}
	switch state := strings.TrimSpace(string(out)); state {
	case "idle", "mixed", "allocated":
		return nil
	default:
		return fmt.Errorf("sinfo shows the node as %q", state)
	}
}
