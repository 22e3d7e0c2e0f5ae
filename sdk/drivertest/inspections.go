package drivertest

import (
	"context"
	"math"

	"github.com/oceanid/oceanid/internal/wire/schedulerv1"
)

func inspectionChecks() []check {
	return group("inspections", serviceInspections, "scheduler.Inspector; scheduler.proto, service Inspections",
		of("adds-up", "The sums of a pool are those of its nodes, where all of them are told.", "scheduler.Pool", "Add the nodes up, also those that are too many to be told.", inspectAddsUp),
	)
}

func inspectAddsUp(ctx context.Context, t *trial) error {
	ctx, cancel := t.suite.patient(ctx)
	defer cancel()
	pool, err := schedulerv1.NewInspectionsClient(t.conn()).Inspect(ctx, &schedulerv1.InspectRequest{Instance: t.instance})
	if err != nil {
		return saw("Inspect: %s", said(err))
	}
	if pool.GetCount() != int64(len(pool.GetNodes())) {
		return notApplicable("of %d nodes %d are told", pool.GetCount(), len(pool.GetNodes()))
	}
	var cpus, cpusUsed float64
	sum := pool.GetSum()
	memory, memoryUsed, gpus, gpusUsed := sum.GetMemoryBytes(), sum.GetMemoryBytesUsed(), sum.GetGpus(), sum.GetGpusUsed()
	for _, n := range pool.GetNodes() {
		c := n.GetCapacity()
		cpus, cpusUsed = cpus+c.GetCpus(), cpusUsed+c.GetCpusUsed()
		memory, memoryUsed = memory-c.GetMemoryBytes(), memoryUsed-c.GetMemoryBytesUsed()
		gpus, gpusUsed = gpus-c.GetGpus(), gpusUsed-c.GetGpusUsed()
	}
	if !(math.Abs(cpus-sum.GetCpus()) < 0.01 && math.Abs(cpusUsed-sum.GetCpusUsed()) < 0.01) || memory != 0 || memoryUsed != 0 || gpus != 0 || gpusUsed != 0 {
		return saw("the nodes' sums are not the pool's, %v: they have %v CPUs, of which %v are in use; memory is off by %d and %d bytes, GPUs by %d and %d",
			sum, cpus, cpusUsed, memory, memoryUsed, gpus, gpusUsed)
	}
	return nil
}
