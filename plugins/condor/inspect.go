package main

import (
	"context"
	"encoding/json"
	"maps"
	"slices"
	"strings"
	"time"

	"github.com/oceanid/oceanid/sdk/fault"
	"github.com/oceanid/oceanid/sdk/scheduler"
)

var _ scheduler.Inspector = (*driver)(nil)

// mostNodes is how many machines are told one by one.
const mostNodes = 1000

// Inspect asks the collector, which knows all and costs the schedds nothing. What it knows of jobs is as old as the schedds' last report, some minutes where an
// administrator has not made it less; tasks that a factory has not made yet are queued.
func (d *driver) Inspect(ctx context.Context) (scheduler.Pool, error) {
	answer, err := d.ask(ctx, script{name: "condor_status", file: "pool", call: words("inspect", slotAttributes, scheddAttributes)})
	if err != nil {
		return scheduler.Pool{}, err
	}
	var slots []slot
	if err := parseList(answer["slots"], &slots); err != nil {
		return scheduler.Pool{}, fault.Unavailable.New("%s: %w", d.point, err)
	}
	var schedds []schedd
	if err := parseList(answer["schedds"], &schedds); err != nil {
		return scheduler.Pool{}, fault.Unavailable.New("%s: %w", d.point, err)
	}
	p := scheduler.Pool{
		Name: strings.TrimSpace(answer["name"]), Software: "HTCondor", Version: number3(answer["version"]),
		Jobs: make(map[scheduler.State]int), Time: time.Now(),
	}
	for _, s := range schedds {
		if s.Machine == strings.TrimSpace(answer["host"]) {
			p.Version = number3(s.CondorVersion)
		}
		p.Jobs[scheduler.Queued] += int(s.TotalIdleJobs + s.TotalLocalJobsIdle + s.TotalSchedulerJobsIdle + s.JobsUnmaterialized)
		p.Jobs[scheduler.Running] += int(s.TotalRunningJobs + s.TotalLocalJobsRunning + s.TotalSchedulerJobsRunning)
		p.Jobs[scheduler.Held] += int(s.TotalHeldJobs)
	}
	nodes := machines(slots)
	p.Count = len(nodes)
	for _, n := range nodes {
		p.Sum = sum(p.Sum, n.Capacity)
	}
	p.Nodes = nodes[:min(len(nodes), mostNodes)]
	return p, nil
}

// number3 is "23.9.6" of "$CondorVersion: 23.9.6 2026-07-12 …".
func number3(text string) string { return strings.TrimPrefix(release(text), "HTCondor ") }

// schedd is what is asked of a schedd's ad.
type schedd struct {
	Machine, CondorVersion string

	TotalIdleJobs, TotalRunningJobs, TotalHeldJobs    quantity
	TotalLocalJobsIdle, TotalLocalJobsRunning         quantity
	TotalSchedulerJobsIdle, TotalSchedulerJobsRunning quantity
	JobsUnmaterialized                                quantity
}

const scheddAttributes = "Machine,CondorVersion,TotalIdleJobs,TotalRunningJobs,TotalHeldJobs,TotalLocalJobsIdle,TotalLocalJobsRunning,TotalSchedulerJobsIdle,TotalSchedulerJobsRunning,JobsUnmaterialized"

// slot is what is asked of the ad of a slot that is no part of another. Of a partitionable one Cpus, Memory and GPUs are what is left of it.
type slot struct {
	Machine, State, CondorVersion string
	PartitionableSlot             bool
	NumDynamicSlots               quantity

	Cpus, Memory, GPUs                            quantity
	TotalSlotCpus, TotalSlotMemory, TotalSlotGPUs quantity
}

const slotAttributes = "Machine,State,CondorVersion,PartitionableSlot,NumDynamicSlots,Cpus,Memory,GPUs,TotalSlotCpus,TotalSlotMemory,TotalSlotGPUs"

// The states of slots that the words of a machine are made of.
const (
	claimed   = "Claimed"
	unclaimed = "Unclaimed"
)

// states are the slot's words: of one that is used in part, also that of the part.
func (s slot) states() []string {
	switch {
	case !s.PartitionableSlot || s.NumDynamicSlots == 0:
		return []string{s.State}
	case s.Cpus == 0 && s.State == unclaimed:
		return []string{claimed}
	}
	return []string{claimed, s.State}
}

func (s slot) capacity() scheduler.Capacity {
	const mebibyte = 1 << 20
	if !s.PartitionableSlot {
		c := scheduler.Capacity{CPUs: float64(s.Cpus), Memory: int64(s.Memory) * mebibyte, GPUs: int(s.GPUs)}
		if s.State == claimed {
			c.CPUsUsed, c.MemoryUsed, c.GPUsUsed = c.CPUs, c.Memory, c.GPUs
		}
		return c
	}
	return scheduler.Capacity{
		CPUs: float64(s.TotalSlotCpus), CPUsUsed: float64(s.TotalSlotCpus - s.Cpus),
		Memory: int64(s.TotalSlotMemory) * mebibyte, MemoryUsed: int64(s.TotalSlotMemory-s.Memory) * mebibyte,
		GPUs: int(s.TotalSlotGPUs), GPUsUsed: int(s.TotalSlotGPUs - s.GPUs),
	}
}

// machines puts the slots of each machine together, and orders them by name.
func machines(slots []slot) []scheduler.PoolNode {
	nodes := make(map[string]scheduler.PoolNode)
	states := make(map[string][]string)
	for _, s := range slots {
		n := nodes[s.Machine]
		n.Name, n.Version = s.Machine, number3(s.CondorVersion)
		n.Capacity = sum(n.Capacity, s.capacity())
		nodes[s.Machine] = n
		states[s.Machine] = append(states[s.Machine], s.states()...)
	}
	all := make([]scheduler.PoolNode, 0, len(nodes))
	for _, name := range slices.Sorted(maps.Keys(nodes)) {
		n := nodes[name]
		slices.Sort(states[name])
		n.State = strings.Join(slices.Compact(states[name]), ", ")
		all = append(all, n)
	}
	return all
}

func sum(a, b scheduler.Capacity) scheduler.Capacity {
	return scheduler.Capacity{
		CPUs: a.CPUs + b.CPUs, CPUsUsed: a.CPUsUsed + b.CPUsUsed, Memory: a.Memory + b.Memory, MemoryUsed: a.MemoryUsed + b.MemoryUsed,
		GPUs: a.GPUs + b.GPUs, GPUsUsed: a.GPUsUsed + b.GPUsUsed,
	}
}

// quantity is a number of an ad, 0 where it is something else, such as an expression that nobody has evaluated.
type quantity float64

// UnmarshalJSON reads it.
func (q *quantity) UnmarshalJSON(b []byte) error {
	var f float64
	if json.Unmarshal(b, &f) == nil {
		*q = quantity(f)
	}
	return nil
}

// parseList reads what the tools print with -json: a list, or nothing at all for none.
func parseList[T any](text string, list *[]T) error {
	if strings.TrimSpace(text) == "" {
		return nil
	}
	return json.Unmarshal([]byte(text), list)
}
