package wire

import (
	"time"

	"google.golang.org/protobuf/types/known/durationpb"

	"github.com/oceanid/oceanid/internal/wire/schedulerv1"
	"github.com/oceanid/oceanid/sdk/scheduler"
)

// JobToProto leaves out what only the host knows: where an input's content comes from, the job's key, its groups and its policy.
func JobToProto(j scheduler.Job) *schedulerv1.Job {
	return &schedulerv1.Job{
		Token:     j.Token,
		Name:      j.Name,
		Command:   j.Command,
		Args:      j.Args,
		Env:       j.Env,
		Stdin:     j.Stdin,
		Inputs:    each(j.Inputs, InputToProto),
		Outputs:   j.Outputs,
		Array:     arrayToProto(j.Array),
		Resources: resourcesToProto(j.Resources),
		Labels:    j.Labels,
		User:      j.User,
		Options:   optionsToProto(j.Options),
	}
}

// JobFromProto is the other way.
func JobFromProto(p *schedulerv1.Job) scheduler.Job {
	return scheduler.Job{
		Token:     p.GetToken(),
		Name:      p.GetName(),
		Command:   p.GetCommand(),
		Args:      p.GetArgs(),
		Env:       p.GetEnv(),
		Stdin:     p.GetStdin(),
		Inputs:    each(p.GetInputs(), InputFromProto),
		Outputs:   p.GetOutputs(),
		Array:     arrayFromProto(p.GetArray()),
		Resources: resourcesFromProto(p.GetResources()),
		Labels:    p.GetLabels(),
		User:      p.GetUser(),
		Options:   optionsFromProto(p.GetOptions()),
	}
}

// InputToProto describes an input without its content.
func InputToProto(i scheduler.Input) *schedulerv1.Input {
	return &schedulerv1.Input{Name: i.Name, Size: i.Size, Mode: i.Mode, Sha256: i.SHA256}
}

// InputFromProto is the other way.
func InputFromProto(p *schedulerv1.Input) scheduler.Input {
	return scheduler.Input{Name: p.GetName(), Size: p.GetSize(), Mode: p.GetMode(), SHA256: p.GetSha256()}
}

func arrayToProto(a *scheduler.Array) *schedulerv1.Array {
	if a == nil {
		return nil
	}
	return &schedulerv1.Array{
		Count:   int64(a.Count),
		Args:    each(a.Args, func(row []string) *schedulerv1.Args { return &schedulerv1.Args{Args: row} }),
		Indices: each(a.Indices, func(i int) int64 { return int64(i) }),
	}
}

func arrayFromProto(p *schedulerv1.Array) *scheduler.Array {
	if p == nil {
		return nil
	}
	return &scheduler.Array{
		Count: int(p.GetCount()), Args: each(p.GetArgs(), (*schedulerv1.Args).GetArgs), Indices: each(p.GetIndices(), func(i int64) int { return int(i) }),
	}
}

func resourcesToProto(r scheduler.Resources) *schedulerv1.Resources {
	p := &schedulerv1.Resources{Cpus: r.CPUs, MemoryBytes: r.Memory, DiskBytes: r.Disk, Gpus: int32(r.GPUs)}
	if r.RunTime != 0 {
		p.RunTime = durationpb.New(r.RunTime)
	}
	return p
}

func resourcesFromProto(p *schedulerv1.Resources) scheduler.Resources {
	r := scheduler.Resources{CPUs: p.GetCpus(), Memory: p.GetMemoryBytes(), Disk: p.GetDiskBytes(), GPUs: int(p.GetGpus())}
	if p.GetRunTime() != nil {
		r.RunTime = time.Duration(p.GetRunTime().AsDuration())
	}
	return r
}

// RefToProto names a job to a driver.
func RefToProto(r scheduler.Ref) *schedulerv1.JobRef {
	return &schedulerv1.JobRef{Id: string(r.ID), Token: r.Token, Count: int64(r.Tasks)}
}

// RefFromProto is the other way.
func RefFromProto(p *schedulerv1.JobRef) scheduler.Ref {
	return scheduler.Ref{ID: scheduler.ID(p.GetId()), Token: p.GetToken(), Tasks: int(p.GetCount())}
}

// RefsToProto and RefsFromProto turn whole lists.
func RefsToProto(rs []scheduler.Ref) []*schedulerv1.JobRef { return each(rs, RefToProto) }

// RefsFromProto is the other way.
func RefsFromProto(ps []*schedulerv1.JobRef) []scheduler.Ref { return each(ps, RefFromProto) }

// each keeps nil as nil, so that a message without elements reads back as it was.
func each[A, B any](in []A, f func(A) B) []B {
	if in == nil {
		return nil
	}
	out := make([]B, len(in))
	for i, a := range in {
		out[i] = f(a)
	}
	return out
}
