package command_test

import (
	"math"
	"slices"
	"strings"
	"testing"

	"github.com/oceanid/oceanid/plugins/condor/internal/command"
	"github.com/oceanid/oceanid/sdk/fault"
)

func TestLines(t *testing.T) {
	t.Parallel()
	got := command.Lines(map[string]any{
		"requirements": `Name == "$(x)" && $ENV(y)`, "Priority": 5.0, "+B": true, "My.a": `say "x"`, "nice_user": "True", "concurrency_limits": []any{"a", "b:2"},
		"My.List": []string{"x", `"`}, "rank": 1.5, "odd_one": "as it $stands", "universe": "Docker", "periodic_remove": "x", "max_retries": 3,
	})
	want := []string{
		"concurrency_limits = a, b:2", "max_retries = 3", `My.a = "say \"x\""`, "My.B = true", `My.List = { "x", "\"" }`, "nice_user = true", "odd_one = as it $stands", "Priority = 5",
		"rank = 1.5", `requirements = Name == "$(DOLLAR)(x)" && $(DOLLAR)ENV(y)`, "universe = docker",
	}
	if !slices.Equal(got, want) {
		t.Errorf("%q\nnot\n%q", got, want)
	}
}

func TestRefused(t *testing.T) {
	t.Parallel()
	for name, values := range map[string][]any{
		"Queue": {"5"}, "include": {"x"}, "use": {"x"}, "if": {"x"}, "log": {"x"}, "executable": {"x"}, "output": {"x"}, "initialdir": {"/"}, "transfer_input_files": {"x"}, "Transfer_Foo": {"x"},
		"hold": {true}, "leave_in_queue": {true}, "arguments": {"x"}, "batch_name": {"x"}, "+Cmd": {"x"}, "my.OceanidToken": {"x"}, "cron_minute": {"1"}, "skip_if_dataflow": {true}, "getenv": {true},
		"grid_resource": {"x"}, "oceanid_token": {"x"}, "+UserLogUseXML": {1}, "+JobUniverse": {12}, "want_submit_plugins": {"x"},
		"a b": {"x"}, "": {"x"}, "x\ny": {"x"}, "+": {"x"}, "My.": {"x"}, "++x": {"x"}, "x=y": {"x"}, "é": {"x"}, "x:y": {"x"}, "@x": {"x"},
		// What the shadow would read or write on the access point; what condor_submit takes by its attribute's name.
		"want_io_proxy": {true}, "+WantIOProxy": {true}, "WantIOProxy": {true}, "+x509userproxy": {"/x"}, "+PublicInputFiles": {"/x"}, "PublicInputFiles": {"/x"}, "+TransferPlugins": {"x=/x"}, "My.ToolDaemonInput": {"/x"},
		"LeaveJobInQueue": {true}, "+JobNotification": {3}, "NotifyUser": {"x"}, "+NotifyUser": {"x"}, "IsNoopJob": {true}, "DAGManNodesLog": {"/x"}, "+ManifestDir": {"/x"}, "PeriodicRemove": {"true"}, "+PeriodicRemove": {true},
		"requirements":       {"", " x", "x ", "x\\", "x\ny", "x\x00", "\xff", "(", ")", "(]", `"`, "$$(x)", "$$([x])", "$(DOLLAR)", "$(dollar)", []string{"x"}, []any{1}, map[string]any{}, nil, struct{}{}, strings.Repeat("x", 65<<10)},
		"priority":           {"high", 1.5, true, "1 2"},
		"rank":               {math.NaN(), math.Inf(1)},
		"nice_user":          {"maybe", 1},
		"universe":           {"local", "scheduler", "grid", "vm", 5},
		"+Attr":              {"a\\", "a\nb", "$$(x)", []string{"a\nb"}},
		"concurrency_limits": {[]string{"a b"}, []string{""}, []string{"a,b"}},
		"unknown_one":        {"x\\", "x\ny"},
	} {
		for _, value := range values {
			err := command.Check(map[string]any{name: value})
			if fault.Of(err) != fault.Invalid || !strings.Contains(err.Error(), "options: ") {
				t.Errorf("%q = %q: %v", name, value, err)
			}
		}
	}
	if err := command.Check(map[string]any{"+A": 1, "my.a": 2}); fault.Of(err) != fault.Invalid {
		t.Errorf("the same twice: %v", err)
	}
	if err := command.Check(map[string]any{"executable": "x"}); !strings.Contains(err.Error(), "field command") {
		t.Errorf("%v", err)
	}
}

func TestPolicy(t *testing.T) {
	t.Parallel()
	p := command.Policy{Allow: []string{"Request_*", "+*"}, Deny: []string{"request_gpus", "My.Owner*"}}
	for name, allowed := range map[string]bool{"request_cpus": true, "REQUEST_CPUS": true, "request_gpus": false, "rank": false, "+X": true, "My.x": true, "+OwnerX": false} {
		if err := p.Check(map[string]any{name: 1}); (err == nil) != allowed || err != nil && fault.Of(err) != fault.Denied {
			t.Errorf("%s: %v", name, err)
		}
	}
	// condor_submit takes the name of an attribute for its command's.
	rest := command.Policy{Deny: []string{"request_memory", "priority", "rank"}}
	for _, name := range []string{"RequestMemory", "+RequestMemory", "my.requestmemory", "prio", "JobPrio", "+JobPrio", "preferences"} {
		if err := rest.Check(map[string]any{name: 1}); fault.Of(err) != fault.Denied {
			t.Errorf("%s: %v", name, err)
		}
	}
	own := command.Policy{Allow: []string{"rank", "+*"}}
	for name, allowed := range map[string]bool{"+Mine": true, "rank": true, "+Rank": true, "+RequestMemory": false, "RequestMemory": false} {
		if err := own.Check(map[string]any{name: 1}); (err == nil) != allowed {
			t.Errorf("%s: %v", name, err)
		}
	}
	if err := (command.Policy{}).Check(map[string]any{"rank": 1}); err != nil {
		t.Error(err)
	}
}

func TestUnused(t *testing.T) {
	t.Parallel()
	for said, want := range map[string]string{
		"WARNING: the line 'reqirements = true' was unused by condor_submit. Is it a typo?": `"reqirements" was unused by condor_submit: did you mean requirements? An attribute of your own is written +reqirements or My.reqirements`,
		"WARNING: the line 'zzz = 1' was unused by condor_submit. Is it a typo?":            `"zzz" was unused by condor_submit: HTCondor has no such command. An attribute of your own is written +zzz or My.zzz`,
		"something else": "something else",
	} {
		if got := command.Unused(said); got != want {
			t.Errorf("%q, not %q", got, want)
		}
	}
}

// A slip of a finger is told before anything is sent; what a newer HTCondor, or the pool, may know is left to condor_submit.
func TestSlips(t *testing.T) {
	t.Parallel()
	for name, want := range map[string]string{
		"rnak": "rank", "Rnak": "rank", "reqirements": "requirements", "requiremnets": "requirements", "priorty": "priority", "max_retires": "max_retries", "univers": "universe",
		"rank": "", "+rnak": "", "My.rnak": "", "RequestMemory": "", "JobPrio": "", "preferences": "", "rm_kill_sig": "", "request_licence": "", "request_gpu": "", "next_years_command": "",
		"core_size": "", "PeriodicHold": "", "stack_size": "",
	} {
		err := command.Check(map[string]any{name: 1})
		if want == "" && err != nil && strings.Contains(err.Error(), "did you mean") {
			t.Errorf("%s: %v", name, err)
		}
		says := `options: "` + name + `" is no submit command; did you mean ` + want + "? An attribute of your own is written +" + name
		if want != "" && (fault.Of(err) != fault.Invalid || !strings.Contains(err.Error(), says)) {
			t.Errorf("%s: %v", name, err)
		}
	}
}

// FuzzCheck: what Check accepts is one line, and ends as it began.
func FuzzCheck(f *testing.F) {
	for _, s := range []string{"x", "$(x)", "a\\", "\n", `"`, "((", "$$(x)"} {
		f.Add("requirements", s)
		f.Add("+Attr", s)
	}
	f.Fuzz(func(t *testing.T, name, value string) {
		options := map[string]any{name: value}
		if command.Check(options) != nil {
			return
		}
		for _, line := range command.Lines(options) {
			if strings.ContainsAny(line, "\n\r\x00") || strings.HasSuffix(line, `\`) || strings.TrimSpace(line) != line || !strings.Contains(line, " = ") {
				t.Errorf("%q = %q is written %q", name, value, line)
			}
		}
	})
}
