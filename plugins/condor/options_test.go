package main

import (
	"fmt"
	"math/rand/v2"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/oceanid/oceanid/plugins/condor/internal/command"
	"github.com/oceanid/oceanid/plugins/condor/internal/description"
	"github.com/oceanid/oceanid/sdk"
	"github.com/oceanid/oceanid/sdk/fault"
	"github.com/oceanid/oceanid/sdk/scheduler"
)

// What condor_submit itself makes of options is what was given, whatever it holds; what it would make something else of is refused.
func TestOptionsArriveExactly(t *testing.T) {
	t.Parallel()
	seed := rand.Uint64()
	t.Logf("seed %d", seed)
	r := rand.New(rand.NewPCG(seed, 0))
	dir := t.TempDir()
	type want struct{ line, value string }
	var wants []want
	var names []string
	for len(wants) < 150 {
		value := evil[r.IntN(len(evil))] + evil[r.IntN(len(evil))]
		options := map[string]any{"+Mine": value, "rank": fmt.Sprintf("ifThenElse(Machine == \"%s\", 1, 0)", strings.NewReplacer(`"`, "", `\`, "").Replace(value))}
		if command.Check(options) != nil {
			// Alone it may do.
			if options = map[string]any{"+Mine": value}; command.Check(options) != nil {
				value = evil[r.IntN(len(evil))]
				if options = map[string]any{"+Mine": value}; command.Check(options) != nil {
					continue
				}
			}
		}
		job := scheduler.Job{Token: "t", Command: "true", Options: options}
		name := fmt.Sprintf("%d.sub", len(wants))
		text := description.Submit(job, description.Place{Dir: "/tmp", Log: "/tmp/log"})
		if err := os.WriteFile(filepath.Join(dir, name), []byte(text), 0o644); err != nil {
			t.Fatal(err)
		}
		names = append(names, name)
		w := want{line: "Mine", value: `"` + strings.ReplaceAll(value, `"`, `\"`) + `"`}
		wants = append(wants, w)
	}
	all := filepath.Join(t.TempDir(), "options.tar")
	if out, err := exec.CommandContext(t.Context(), "tar", "-C", dir, "-cf", all, ".").CombinedOutput(); err != nil {
		t.Fatalf("%s%v", out, err)
	}
	if err := condor(t).CopyIn(t.Context(), "ben", all, "options/all.tar"); err != nil {
		t.Fatal(err)
	}
	out, err := condor(t).Run(t.Context(), "ben", "sh", "-c", "cd ~/options && tar -xf all.tar && for f in "+strings.Join(names, " ")+`; do echo "@@ options-$f"; condor_submit -dry-run - $f 2>&1; done`)
	if err != nil {
		t.Fatal(err)
	}
	ads := strings.Split(string(out), "@@ options-")[1:]
	if len(ads) != len(wants) {
		t.Fatalf("%d of %d were told", len(ads), len(wants))
	}
	for i, ad := range ads {
		lines := strings.Split(ad, "\n")
		if !slices.Contains(lines, wants[i].line+"="+wants[i].value) {
			t.Errorf("%s is not %s in\n%s", wants[i].line, wants[i].value, ad)
		}
		if !slices.Contains(lines, `OceanidToken="t"`) || strings.Contains(ad, "unused") || strings.Contains(ad, "ERROR") {
			t.Errorf("%s", ad)
		}
	}
}

// Each of HTCondor's settings that portals use reaches the job's ClassAd.
func TestOptionsReachTheJob(t *testing.T) {
	t.Parallel()
	d := ben(t)
	job := scheduler.Job{Token: newToken(), Command: "true", Resources: scheduler.Resources{CPUs: 1000, RunTime: 3600e9}, Options: map[string]any{
		"requirements": `TARGET.Machine =!= "x$(y)"`, "rank": "KFlops", "priority": 5.0, "accounting_group": "group_a.sub", "accounting_group_user": "ada",
		"concurrency_limits": []any{"license.a:2", "db"}, "deferral_time": "4102444800", "deferral_window": 60, "deferral_prep_time": 30, "max_retries": 2, "retry_until": "ExitCode == 7",
		"periodic_hold": "NumJobStarts > 3", "periodic_release": false, "periodic_remove": "NumJobStarts > 9", "on_exit_hold": "ExitCode == 3", "request_memory": "2 GB",
		"container_image": "docker://debian:13", "+Project": `say "x"`, "My.Count": 3, "My.Wants": true, "success_exit_code": 0, "job_lease_duration": 1200,
	}}
	ref := submit(t, d, job)
	out, err := condor(t).Run(t.Context(), "ben", "condor_q", "-l", string(ref.ID))
	if err != nil {
		t.Fatal(err)
	}
	ad := strings.Split(string(out), "\n")
	for _, line := range []string{
		`JobPrio = 5`, `AcctGroup = "group_a.sub"`, `AcctGroupUser = "ada"`, `DeferralTime = 4102444800`, `DeferralWindow = 60`, `JobMaxRetries = 2`,
		`PeriodicHold = NumJobStarts > 3`, `PeriodicRelease = false`, `RequestMemory = 2048`, `Project = "say \"x\""`, `Count = 3`, `Wants = true`, `JobLeaseDuration = 1200`, `WantContainer = true`,
		`PeriodicRemove = (JobStatus == 2 && time() - JobCurrentStartExecutingDate > 3600) || (NumJobStarts > 9)`,
	} {
		if !slices.Contains(ad, line) {
			t.Errorf("the job's ad has no line %s", line)
		}
	}
	for _, part := range []string{`TARGET.Machine =!= "x$(y)"`, `license.a:2`, `ContainerImage = "docker://debian:13"`} {
		if !strings.Contains(string(out), part) {
			t.Errorf("the job's ad does not have %s", part)
		}
	}
	if t.Failed() {
		t.Logf("%s", out)
	}
	if err := d.Cancel(t.Context(), []scheduler.Ref{ref}); err != nil {
		t.Fatal(err)
	}
}

// A rule of the job's own that removes it is no cancellation.
func TestRemovedByItsOwnRule(t *testing.T) {
	t.Parallel()
	d := ben(t)
	ref := submit(t, d, scheduler.Job{Command: "sleep", Args: []string{"300"}, Resources: scheduler.Resources{RunTime: 3600e9}, Options: map[string]any{"periodic_remove": "JobStatus == 2"}})
	for how, all := range map[string][]scheduler.Status{"watch": watchUntilEnd(t, d, ref), "query": await(t, d, ref, "ended", ended)} {
		if s := all[0]; s.State != scheduler.Failed || s.Cause != scheduler.CausePolicy || !strings.Contains(s.Reason, "periodic_remove") {
			t.Errorf("%s: %+v", how, s)
		}
	}
}

// The operator's defaults and policy.
func TestOptionsPolicy(t *testing.T) {
	t.Parallel()
	c := account(t, "ben")
	c.Options = map[string]string{"accounting_group": "portal", "Rank": "Memory", "+Site": "here"}
	c.AllowOptions, c.DenyOptions = []string{"r*", "+*"}, []string{"request_gpus", "My.Secret*"}
	d := open(t, c)
	for name, kind := range map[string]fault.Kind{"requirements": "", "rank": "", "priority": fault.Denied, "request_gpus": fault.Denied, "REQUEST_GPUS": fault.Denied, "+Free": "", "+secretX": fault.Denied} {
		if err := d.CheckOptions(map[string]any{name: "1"}); fault.Of(err) != kind && (err != nil || kind != "") {
			t.Errorf("%s: %v, not %q", name, err, kind)
		}
	}
	ref := submit(t, d, scheduler.Job{Command: "true", Options: map[string]any{"rank": 7, "My.Site": "there"}, Resources: scheduler.Resources{CPUs: 1000}})
	out, err := condor(t).Run(t.Context(), "ben", "condor_q", string(ref.ID), "-af", "AcctGroup", "Rank", "Site")
	if err != nil || strings.TrimSpace(string(out)) != "portal 7 there" {
		t.Errorf("%q, %v", out, err)
	}
	if err := d.Cancel(t.Context(), []scheduler.Ref{ref}); err != nil {
		t.Fatal(err)
	}
	for _, bad := range []Config{{Options: map[string]string{"queue": "5"}}, {Options: map[string]string{"rank": "(("}}, {AllowOptions: []string{"[a"}}, {DenyOptions: []string{" "}}} {
		if _, err := New(t.Context(), bad, sdk.Env{}); err == nil {
			t.Errorf("%+v is taken", bad)
		}
	}
}
