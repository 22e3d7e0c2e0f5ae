package wire

import (
	"strings"

	"github.com/oceanid/oceanid/internal/wire/schedulerv1"
	"github.com/oceanid/oceanid/sdk/scheduler"
)

// ExplanationToProto keeps to the bounds of its texts and of their number.
func ExplanationToProto(e scheduler.Explanation) *schedulerv1.ExplainResponse {
	return &schedulerv1.ExplainResponse{Summary: Text(e.Summary), Points: each(first(MaxPoints, e.Points), Text), Advice: Text(e.Advice)}
}

// ExplanationFromProto is the other way.
func ExplanationFromProto(p *schedulerv1.ExplainResponse) scheduler.Explanation {
	return scheduler.Explanation{Summary: Text(p.GetSummary()), Points: each(first(MaxPoints, p.GetPoints()), Text), Advice: Text(p.GetAdvice())}
}

// PoolToProto leaves out nodes that are too many for a message, which are in the sums.
func PoolToProto(v scheduler.Pool) *schedulerv1.InspectResponse {
	p := &schedulerv1.InspectResponse{
		Name:     label(v.Name),
		Software: label(v.Software),
		Version:  label(v.Version),
		Sum:      capacityToProto(v.Sum),
		Count:    int64(v.Count),
		Nodes: each(first(MaxNodes, v.Nodes), func(n scheduler.PoolNode) *schedulerv1.PoolNode {
			return &schedulerv1.PoolNode{Name: label(n.Name), State: label(n.State), Version: label(n.Version), Capacity: capacityToProto(n.Capacity)}
		}),
		Time: TimeToProto(v.Time),
	}
	for _, state := range scheduler.States() {
		if n, told := v.Jobs[state]; told {
			p.Jobs = append(p.Jobs, &schedulerv1.StateCount{State: stateToProto(state), Count: int64(n)})
		}
	}
	return p
}

// PoolFromProto is the other way.
func PoolFromProto(p *schedulerv1.InspectResponse) scheduler.Pool {
	v := scheduler.Pool{
		Name:     label(p.GetName()),
		Software: label(p.GetSoftware()),
		Version:  label(p.GetVersion()),
		Sum:      capacityFromProto(p.GetSum()),
		Count:    int(p.GetCount()),
		Nodes: each(first(MaxNodes, p.GetNodes()), func(n *schedulerv1.PoolNode) scheduler.PoolNode {
			return scheduler.PoolNode{Name: label(n.GetName()), State: label(n.GetState()), Version: label(n.GetVersion()), Capacity: capacityFromProto(n.GetCapacity())}
		}),
		Time: TimeFromProto(p.GetTime()),
	}
	for _, c := range p.GetJobs() {
		if _, known := schedulerv1.State_name[int32(c.GetState())]; !known {
			continue // of a protocol that is newer; nobody could show it
		}
		if v.Jobs == nil {
			v.Jobs = map[scheduler.State]int{}
		}
		v.Jobs[stateFromProto(c.GetState())] = int(c.GetCount())
	}
	return v
}

func capacityToProto(c scheduler.Capacity) *schedulerv1.Capacity {
	return &schedulerv1.Capacity{
		Cpus: c.CPUs, CpusUsed: c.CPUsUsed, MemoryBytes: c.Memory, MemoryBytesUsed: c.MemoryUsed, Gpus: int64(c.GPUs), GpusUsed: int64(c.GPUsUsed),
	}
}

func capacityFromProto(p *schedulerv1.Capacity) scheduler.Capacity {
	return scheduler.Capacity{
		CPUs: p.GetCpus(), CPUsUsed: p.GetCpusUsed(), Memory: p.GetMemoryBytes(), MemoryUsed: p.GetMemoryBytesUsed(), GPUs: int(p.GetGpus()), GPUsUsed: int(p.GetGpusUsed()),
	}
}

// label is a text of a pool or node, valid and short.
func label(s string) string {
	if s = Text(s); len(s) > MaxLabel {
		s = strings.ToValidUTF8(s[:MaxLabel], "")
	}
	return s
}

// first are the first few of a list.
func first[T any](n int, list []T) []T { return list[:min(n, len(list))] }
