package main

import (
	"os"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/oceanid/oceanid/lab"
	"github.com/oceanid/oceanid/sdk"
	"github.com/oceanid/oceanid/sdk/fault"
	"github.com/oceanid/oceanid/sdk/scheduler"
)

// pooled is the driver of a pool that a test has for itself.
func pooled(t *testing.T, o lab.Options) (*lab.Lab, *driver) {
	t.Helper()
	o.Condor, o.SSH, o.Debian = true, true, lab.Debian(os.Getenv(onDebian))
	l := lab.ForTest(t, o)
	s := l.SSH()
	u := s.Users["ben"]
	return l, open(t, Config{
		Host: s.Host, Port: s.Port, Username: "ben", KnownHosts: s.KnownHosts, Timeout: 20 * time.Second,
		PrivateKeyPath: u.PrivateKey, PrivateKeyPassphrase: sdk.Secret(u.Passphrase),
	})
}

// What a pool is made of, and what of it is in use: partitionable and static slots, and GPUs.
func TestInspect(t *testing.T) {
	t.Parallel()
	_, d := pooled(t, lab.Options{Slots: 6, CondorConfig: `
SLOT_TYPE_1 = cpus=4, memory=4096
SLOT_TYPE_1_PARTITIONABLE = true
NUM_SLOTS_TYPE_1 = 1
SLOT_TYPE_2 = cpus=1, memory=1024
SLOT_TYPE_2_PARTITIONABLE = false
NUM_SLOTS_TYPE_2 = 2
`})
	ref := submit(t, d, scheduler.Job{Command: "sleep", Args: []string{"300"}, Resources: scheduler.Resources{CPUs: 3, Memory: 3 << 30}})
	held := submit(t, d, scheduler.Job{Command: "true", Array: &scheduler.Array{Count: 2}, Resources: scheduler.Resources{CPUs: 1000}})
	await(t, d, ref, "running", in(scheduler.Running))
	holdAll(t, d, held)
	want := func(p scheduler.Pool) bool {
		return p.Sum.CPUsUsed == 3 && p.Jobs[scheduler.Running] == 1 && p.Jobs[scheduler.Held] == 2
	}
	var p scheduler.Pool
	for limit := time.Now().Add(patience); !want(p); {
		if time.Now().After(limit) {
			t.Fatalf("%+v", p)
		}
		p = must(d.Inspect(t.Context()))
	}
	if p.Software != "HTCondor" || !strings.HasPrefix(p.Version, "2") || p.Name == "" || p.Count != 1 || time.Since(p.Time).Abs() > time.Minute {
		t.Errorf("%+v", p)
	}
	if p.Sum.CPUs != 6 || p.Sum.Memory != 6<<30 || p.Sum.MemoryUsed != 3<<30 || p.Sum.GPUs != 0 {
		t.Errorf("%+v", p.Sum)
	}
	if len(p.Nodes) != 1 || p.Nodes[0].Capacity != p.Sum || p.Nodes[0].State != "Claimed, Unclaimed" || p.Nodes[0].Version != p.Version {
		t.Errorf("%+v", p.Nodes)
	}
}

// A pool whose collector does not answer is not an empty one.
func TestInspectWithoutACollector(t *testing.T) {
	t.Parallel()
	l, d := pooled(t, lab.Options{Slots: 1})
	if _, err := l.Run(t.Context(), "root", "sh", "-c", "condor_off -master; while condor_status -limit 1; do :; done"); err != nil {
		t.Fatal(err)
	}
	_, err := d.Inspect(t.Context())
	wantFault(t, err, fault.Unavailable)
}

func TestMachines(t *testing.T) {
	t.Parallel()
	var slots []slot
	err := parseList(`[
		{"Machine":"b","State":"Unclaimed","CondorVersion":"$CondorVersion: 23.9.6 2026 $","PartitionableSlot":true,"NumDynamicSlots":2,"Cpus":0,"Memory":100,"GPUs":1,"TotalSlotCpus":8,"TotalSlotMemory":8192,"TotalSlotGPUs":4},
		{"Machine":"a","State":"Owner","Cpus":2,"Memory":1024},
		{"Machine":"a","State":"Claimed","Cpus":2,"Memory":1024,"GPUs":"\\/Expr(1 + x)\\/"}
	]`, &slots)
	if err != nil {
		t.Fatal(err)
	}
	got := machines(slots)
	want := []scheduler.PoolNode{
		{Name: "a", State: "Claimed, Owner", Capacity: scheduler.Capacity{CPUs: 4, CPUsUsed: 2, Memory: 2 << 30, MemoryUsed: 1 << 30}},
		{Name: "b", State: "Claimed", Version: "23.9.6", Capacity: scheduler.Capacity{CPUs: 8, CPUsUsed: 8, Memory: 8 << 30, MemoryUsed: 8092 << 20, GPUs: 4, GPUsUsed: 3}},
	}
	if !slices.Equal(got, want) {
		t.Errorf("%+v\nnot\n%+v", got, want)
	}
}
