package scheduler

import (
	"context"
	"time"
)

// Inspector is a driver that shows what its pool is made of.
type Inspector interface {
	// Inspect asks the pool about itself: its nodes (at most 1000 of them, the rest only in the sums) and what they do now.
	Inspect(ctx context.Context) (Pool, error)
}

// Pool is a pool at one moment.
type Pool struct {
	// Name is the pool's own, Software what runs it ("HTCondor"), Version that software's.
	Name     string `json:"name,omitempty"`
	Software string `json:"software"`
	Version  string `json:"version"`
	// Sum is all nodes together, and Count how many there are.
	Sum   Capacity `json:"sum"`
	Count int      `json:"count"`
	// Nodes are they.
	Nodes []PoolNode `json:"nodes,omitempty"`
	// Jobs is how many tasks of anybody are in each state at the pool.
	Jobs map[State]int `json:"jobs,omitempty"`
	// Time is when this was seen.
	Time time.Time `json:"time"`
}

// PoolNode is one machine of a pool.
type PoolNode struct {
	Name string `json:"name"`
	// State is the pool's own word.
	State   string `json:"state"`
	Version string `json:"version,omitempty"`
	Capacity
}

// Capacity is what there is and how much of it is in use. Memory is in bytes.
type Capacity struct {
	CPUs       float64 `json:"cpus"`
	CPUsUsed   float64 `json:"cpus_used"`
	Memory     int64   `json:"memory"`
	MemoryUsed int64   `json:"memory_used"`
	GPUs       int     `json:"gpus,omitempty"`
	GPUsUsed   int     `json:"gpus_used,omitempty"`
}
