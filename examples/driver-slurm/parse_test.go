package main

import (
	"math"
	"reflect"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/oceanid/oceanid/sdk/fault"
	"github.com/oceanid/oceanid/sdk/scheduler"
)

func TestParseTasks(t *testing.T) {
	t.Parallel()
	for text, want := range map[string][]run{
		"N/A":            {{0, 1}},
		"":               {{0, 1}},
		"17":             {{17, 1}},
		"0-9999":         {{0, 10000}},
		"[3-5,9]":        {{3, 3}, {9, 1}},
		"0,4-6%2":        {{0, 1}, {4, 3}},
		"0-6:3":          {{0, 1}, {3, 1}, {6, 1}},
		"1,2147483647-9": {{1, 1}, {2147483647, 9 - 2147483647 + 1}},
	} {
		if got := parseTasks(text); !reflect.DeepEqual(got, want) {
			t.Errorf("%q: %v, want %v", text, got, want)
		}
	}
}

func TestParseEntry(t *testing.T) {
	t.Parallel()
	e, ours := parseEntry("5|8-9999|PENDING|Resources|0:0||1795374861|1826910861|N/A|oceanid:t-1|")
	want := entry{token: "t-1", number: "5", tasks: []run{{8, 9992}}, state: "PENDING", reason: "Resources", exit: &scheduler.Exit{},
		submitted: time.Unix(1795374861, 0), started: time.Unix(1826910861, 0)}
	if !ours || !reflect.DeepEqual(e, want) {
		t.Errorf("%+v, %v", e, ours)
	}
	for _, line := range []string{"", "5|N/A|PENDING", "5|N/A|RUNNING|None|0:0|n|1|1|1|somebody's own|", "5|N/A|RUNNING|None|0:0|n|1|1|1|oceanid:a b|", "5|N/A|RUNNING|None|0:0|n|1|1|1|oceanid:../x|"} {
		if e, ours := parseEntry(line); ours {
			t.Errorf("%q is taken for ours: %+v", line, e)
		}
	}
}

func TestParseEnd(t *testing.T) {
	t.Parallel()
	task, e, ok := parseEnd("end:17:signal:9:1795374853466:node-3.example.org")
	if !ok || task != 17 || e != (end{word: "signal", number: 9, at: time.UnixMilli(1795374853466), node: "node-3.example.org"}) {
		t.Errorf("%d %+v %v", task, e, ok)
	}
	for _, name := range []string{"", "id", "end:x:exit:0:1:n", "end:-1:exit:0:1:n", "end:1:exit:0:1", "end:1:exit:0::n"} {
		if _, _, ok := parseEnd(name); ok {
			t.Errorf("%q is taken for an end", name)
		}
	}
}

func TestTheFirstEndStands(t *testing.T) {
	t.Parallel()
	r := record{ends: map[int]end{}}
	for _, name := range []string{"end:0:stopped:0:5:n", "end:0:exit:3:20:n", "end:0:exit:0:10:n", "end:0:stopped:0:30:n"} {
		r.add(name, "")
	}
	if got := r.ends[0]; got.word != "exit" || got.number != 0 {
		t.Errorf("%+v", got)
	}
}

func TestParseAccount(t *testing.T) {
	t.Parallel()
	for line, want := range map[string]entry{
		"5|COMPLETED|0:0|n1|1795374853":               {number: "5", tasks: []run{{0, 1}}, state: "COMPLETED", exit: &scheduler.Exit{}, node: "n1", ended: time.Unix(1795374853, 0)},
		"5_17|CANCELLED by 1001|0:15|n1|1795374853":   {number: "5", tasks: []run{{17, 1}}, state: "CANCELLED", exit: &scheduler.Exit{Signal: 15}, node: "n1", ended: time.Unix(1795374853, 0)},
		"5_[18-20]|PENDING|0:0|None assigned|Unknown": {number: "5", tasks: []run{{18, 3}}, state: "PENDING", exit: &scheduler.Exit{}, node: "None assigned"},
	} {
		if got, ok := parseAccount(line); !ok || !reflect.DeepEqual(got, want) {
			t.Errorf("%q: %+v, %v", line, got, ok)
		}
	}
}

func TestWhatSlurmSays(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		entry     entry
		cancelled bool
		state     scheduler.State
		reason    string
	}{
		"waits":            {entry{state: "PENDING", reason: "Resources"}, false, scheduler.Queued, "for free resources"},
		"waits, who knows": {entry{state: "PENDING", reason: "FrobLimit"}, false, scheduler.Queued, "FrobLimit"},
		"held":             {entry{state: "PENDING", reason: "JobHeldUser"}, false, scheduler.Held, "held by its user"},
		"held by root":     {entry{state: "PENDING", reason: "JobHeldAdmin"}, false, scheduler.Held, "administrators"},
		"special":          {entry{state: "SPECIAL_EXIT", reason: "x"}, false, scheduler.Held, "held there"},
		"boots":            {entry{state: "CONFIGURING"}, false, scheduler.Running, ""},
		"runs":             {entry{state: "RUNNING"}, false, scheduler.Running, ""},
		"ends":             {entry{state: "COMPLETING"}, true, scheduler.Running, "ending"},
		"stopped":          {entry{state: "SUSPENDED"}, false, scheduler.Suspended, "stopped"},
		"well":             {entry{state: "COMPLETED"}, false, scheduler.Succeeded, ""},
		"fails":            {entry{state: "FAILED", exit: &scheduler.Exit{Code: 3}}, false, scheduler.Failed, "exit code 3"},
		"cancelled":        {entry{state: "CANCELLED"}, true, scheduler.Cancelled, "cancelled"},
		"by somebody else": {entry{state: "CANCELLED"}, false, scheduler.Cancelled, "not through this portal"},
		"too long":         {entry{state: "TIMEOUT"}, false, scheduler.Failed, "time limit"},
		"too big":          {entry{state: "OUT_OF_MEMORY"}, false, scheduler.Failed, "memory"},
		"node":             {entry{state: "NODE_FAIL"}, false, scheduler.Failed, "node"},
		"preempted":        {entry{state: "PREEMPTED"}, false, scheduler.Failed, "urgent"},
		"boot":             {entry{state: "BOOT_FAIL"}, false, scheduler.Failed, "start"},
		"deadline":         {entry{state: "DEADLINE"}, false, scheduler.Failed, "deadline"},
		"of next year":     {entry{state: "ASCENDED"}, false, scheduler.Failed, "ASCENDED"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s := said(c.entry, c.cancelled)
			if s.State != c.state || !strings.Contains(s.Reason, c.reason) || !strings.HasPrefix(s.Native, c.entry.state) {
				t.Errorf("%+v", s)
			}
		})
	}
}

func TestRefusals(t *testing.T) {
	t.Parallel()
	for words, kind := range map[string]fault.Kind{
		"Invalid job array specification":                                 fault.Invalid,
		"Requested node configuration is not available":                   fault.Invalid,
		"Invalid partition name specified":                                fault.Invalid,
		"Requested time limit is invalid (missing or exceeds some limit)": fault.Invalid,
		"Requested partition configuration not available now":             fault.Unavailable,
		"Invalid account or account/partition combination":                fault.Denied,
		"Job violates accounting/QOS policy (job submit limit, …)":        fault.Exhausted,
		"Access/permission denied":                                        fault.Denied,
	} {
		err := refusal(&commandError{command: "sbatch", status: 1, stderr: "sbatch: error: Batch job submission failed: " + words})
		if fault.Of(err) != kind || !strings.Contains(err.Error(), words) {
			t.Errorf("%s: %v, want %v", words, fault.Of(err), kind)
		}
	}
	if !unreachable.MatchString("slurm_load_jobs error: Unable to contact slurm controller (connect failure)") {
		t.Error("a controller that is down is not seen as that")
	}
}

// sbatch gets the same words in the same order each time, also of the greatest numbers that a job may hold.
func TestOptionsOfTheGreatestNumbers(t *testing.T) {
	t.Parallel()
	d := &driver{config: Config{Partition: "p", Account: "a", QOS: "q"}}
	job := scheduler.Job{Command: "true", Token: "t", Resources: scheduler.Resources{CPUs: math.MaxInt32, Memory: math.MaxInt64, RunTime: math.MaxInt64, GPUs: math.MaxInt32}}
	want := []string{"--partition=p", "--account=a", "--qos=q", "--cpus-per-task=2147483647", "--mem=9007199254740992K", "--gres=gpu:2147483647", "--time=153722868"}
	for range 20 {
		if got := d.options("/f", job)[10:]; !slices.Equal(got, want) {
			t.Fatalf("%q\nwant %q", got, want)
		}
	}
}
