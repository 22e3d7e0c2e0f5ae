package main

import (
	"slices"
	"strings"
	"testing"

	"github.com/oceanid/oceanid/plugins/condor/internal/dag"
	"github.com/oceanid/oceanid/sdk/scheduler"
)

// run is a node that runs a line of shell.
func run(name, line string, after ...string) scheduler.Node {
	return scheduler.Node{Name: name, Job: sh(line), After: after}
}

func exits(code int) *int { return &code }

// submitWorkflow submits a workflow with a new token and the inputs of its nodes.
func submitWorkflow(t *testing.T, d *driver, w scheduler.Workflow) scheduler.Ref {
	t.Helper()
	if w.Token == "" {
		w.Token = newToken()
	}
	if err := w.Check(); err != nil {
		t.Fatal(err)
	}
	for _, l := range dag.NewPlan(w).Leaves {
		for i, in := range l.Job.Inputs {
			l.Job.Inputs[i].Size = int64(len(in.Data))
			if err := d.Upload(t.Context(), l.Job.Token, l.Job.Inputs[i], strings.NewReader(string(in.Data))); err != nil {
				t.Fatalf("upload %s: %v", in.Name, err)
			}
		}
	}
	id, err := d.SubmitWorkflow(t.Context(), w)
	if err != nil {
		t.Fatalf("submit: %v", err)
	}
	return scheduler.Ref{ID: id, Token: w.Token, Tasks: w.Tasks()}
}

// states are where tasks stand, in their order.
func states(all []scheduler.Status) (list []scheduler.State) {
	for _, s := range all {
		list = append(list, s.State)
	}
	return list
}

// come waits for the end, by Watch and by Query, which must tell the same, and returns it.
func come(t *testing.T, d *driver, ref scheduler.Ref) []scheduler.Status {
	t.Helper()
	watched := watchUntilEnd(t, d, ref)
	asked := await(t, d, ref, "ended", ended)
	if !slices.Equal(states(watched), states(asked)) {
		t.Errorf("Watch tells %v, and Query %v", watched, asked)
	}
	return asked
}

func wantStates(t *testing.T, all []scheduler.Status, want ...scheduler.State) {
	t.Helper()
	if !slices.Equal(states(all), want) {
		t.Errorf("the states are %v, not %v: %+v", states(all), want, all)
	}
}

const (
	good   = scheduler.Succeeded
	bad    = scheduler.Failed
	called = scheduler.Cancelled
)

// Each of what DAGMan has, on a real pool.
func TestWorkflowFeatures(t *testing.T) {
	t.Parallel()
	d := ben(t)
	for name, c := range map[string]struct {
		w     scheduler.Workflow
		want  []scheduler.State
		check func(t *testing.T, ref scheduler.Ref, all []scheduler.Status)
	}{
		"a node that fails cancels those after it, by name": {
			w:    scheduler.Workflow{Nodes: []scheduler.Node{run("a", "exit 3"), run("b", "true", "a"), run("c", "true", "b"), run("d", "true")}},
			want: []scheduler.State{bad, called, called, good},
			check: func(t *testing.T, _ scheduler.Ref, all []scheduler.Status) {
				if all[0].Exit == nil || all[0].Exit.Code != 3 {
					t.Errorf("%+v", all[0])
				}
				for i, name := range map[int]string{1: `"a"`, 2: `"b"`} {
					if all[i].Cause != scheduler.CauseUpstream || !strings.Contains(all[i].Reason, name) {
						t.Errorf("%+v", all[i])
					}
				}
			},
		},
		"two nodes that run the same are told apart": {
			w: scheduler.Workflow{Nodes: []scheduler.Node{run("one", `[ "$(echo "$OCEANID_JOB_TOKEN" | sed 's/.*-//')" = 0 ] && sleep 2`), run("other", `[ "$(echo "$OCEANID_JOB_TOKEN" | sed 's/.*-//')" = 0 ] && sleep 2`)}},
			// The very same command and arguments; only the token tells.
			want: []scheduler.State{good, bad},
		},
		"each task of an array comes to its own end": {
			w: scheduler.Workflow{Nodes: []scheduler.Node{{Name: "a", Job: arrayOf(`[ $OCEANID_TASK_INDEX = 0 ] && exit 20; sleep 6; exit $((20 + OCEANID_TASK_INDEX))`, 3)}}},
			check: func(t *testing.T, _ scheduler.Ref, all []scheduler.Status) {
				for i, s := range all {
					if s.Exit == nil || s.Exit.Code != 20+i {
						t.Errorf("%+v", s)
					}
				}
			},
			want: []scheduler.State{bad, bad, bad},
		},
		"variables": {
			w: scheduler.Workflow{Nodes: []scheduler.Node{{
				Name: "v", Vars: map[string]string{"x": "it's \"$(y)\" \\ $HOME\n$(x)", "e": "42"},
				Job: scheduler.Job{Command: "sh", Args: []string{"-c", `printf '%s|%s' "$1" "$E"`, "sh", "<$(x)>"}, Env: map[string]string{"E": "$(e)$(none)"}},
			}}},
			want: []scheduler.State{good},
			check: func(t *testing.T, ref scheduler.Ref, _ []scheduler.Status) {
				if got, want := stdout(t, d, ref, 0), "<it's \"$(y)\" \\ $HOME\n$(x)>|42$(none)"; got != want {
					t.Errorf("it wrote %q, not %q", got, want)
				}
			},
		},
		"retries until it succeeds": {
			w: scheduler.Workflow{Nodes: []scheduler.Node{{
				Name: "r", Retries: 3, Pre: &scheduler.Command{Command: "/bin/sh", Args: []string{"-c", "printf x >>n"}},
				Job: scheduler.Job{Command: "sh", Args: []string{"-c", `[ "$(cat n)" = xx ]`}, Inputs: []scheduler.Input{{Name: "other"}}},
			}}},
			want: []scheduler.State{good},
		},
		"retries end at an exit code": {
			w: scheduler.Workflow{Nodes: []scheduler.Node{{
				Name: "r", Retries: 50, UnlessExit: exits(7), Job: sh(`exit 7`),
			}, run("after", "true", "r")}},
			want: []scheduler.State{bad, called},
		},
		"retries that are used up": {
			w:    scheduler.Workflow{Nodes: []scheduler.Node{{Name: "r", Retries: 1, Job: sh(`exit 5`)}}},
			want: []scheduler.State{bad},
		},
		"a pre that fails, a pre that skips": {
			w: scheduler.Workflow{Nodes: []scheduler.Node{
				{Name: "f", Job: sh("true"), Pre: &scheduler.Command{Command: "/bin/false"}}, run("g", "true", "f"),
				{Name: "s", Job: sh("exit 9"), Pre: &scheduler.Command{Command: "/bin/sh", Args: []string{"-c", "exit 4"}}, PreSkip: exits(4)}, run("u", "true", "s"),
			}},
			want: []scheduler.State{bad, called, good, good},
		},
		"a post decides": {
			w: scheduler.Workflow{Nodes: []scheduler.Node{
				{Name: "p", Job: scheduler.Job{Command: "sh", Args: []string{"-c", "exit 6"}, Inputs: []scheduler.Input{{Name: "check", Data: []byte("#!/bin/sh\n[ \"$OCEANID_NODE_EXIT\" = 6 ] && [ \"$1\" = \"a  b\" ]\n")}}}, Post: &scheduler.Command{Command: "./check", Args: []string{"a  b"}}},
				run("q", "true", "p"),
				{Name: "n", Job: sh("true"), Post: &scheduler.Command{Command: "/bin/false"}}, run("m", "true", "n"),
			}},
			want: []scheduler.State{good, good, bad, called},
		},
		"categories, throttles and priorities": {
			w: scheduler.Workflow{Throttles: map[string]int{"one": 1}, MaxNodes: 2, Nodes: []scheduler.Node{
				{Name: "a", Category: "one", Priority: 1, Job: sh("sleep 1")}, {Name: "b", Category: "one", Priority: 9, Job: sh("sleep 1")}, run("c", "true", "a", "b"),
			}},
			want: []scheduler.State{good, good, good},
			check: func(t *testing.T, ref scheduler.Ref, _ []scheduler.Status) {
				log, err := condor(t).Run(t.Context(), "ben", "sh", "-c", "sed -n 's/^[0-9]* \\([ab]\\) \\(SUBMIT\\|JOB_SUCCESS\\) .*/\\1 \\2/p' ~/.oceanid/jobs/"+ref.Token+"/main.dag.jobstate.log")
				if want := "b SUBMIT\nb JOB_SUCCESS\na SUBMIT\na JOB_SUCCESS\n"; err != nil || string(log) != want {
					t.Errorf("%s %v", log, err)
				}
			},
		},
		"an end that is a success": {
			w: scheduler.Workflow{Nodes: []scheduler.Node{
				{Name: "stop", Job: sh("sleep 8; exit 3"), AbortOn: &scheduler.Abort{Exit: 3, Return: exits(0)}}, run("never", "true", "stop"), run("runs", "sleep 300"),
			}},
			want: []scheduler.State{bad, called, called},
			check: func(t *testing.T, _ scheduler.Ref, all []scheduler.Status) {
				if s := all[2]; s.Cause != scheduler.CauseUpstream || !strings.Contains(s.Reason, `"stop"`) || strings.Contains(s.Reason, "by user") {
					t.Errorf("%+v", s)
				}
			},
		},
		"a final and a service": {
			w: scheduler.Workflow{Nodes: []scheduler.Node{
				run("a", "exit 1"), {Name: "last", Kind: scheduler.FinalNode, Job: sh("true")}, {Name: "beside", Kind: scheduler.ServiceNode, Job: sh("sleep 300")},
			}},
			want: []scheduler.State{bad, good, called},
			check: func(t *testing.T, _ scheduler.Ref, all []scheduler.Status) {
				if s := all[2]; s.Cause != scheduler.CauseUpstream || s.Reason != "removed with its workflow" {
					t.Errorf("%+v", s)
				}
			},
		},
		"workflows within it": {
			w: scheduler.Workflow{Nodes: []scheduler.Node{
				{Name: "spliced", Splice: true, Workflow: &scheduler.Workflow{Nodes: []scheduler.Node{run("x", "true"), run("y", "exit 0", "x")}}},
				{Name: "own", After: []string{"spliced"}, Workflow: &scheduler.Workflow{Nodes: []scheduler.Node{run("x", "true"), run("y", "exit 8", "x"), run("z", "true", "y")}}},
				run("end", "true", "own"),
			}},
			want: []scheduler.State{good, good, good, bad, called, called},
			check: func(t *testing.T, _ scheduler.Ref, all []scheduler.Status) {
				if !strings.Contains(all[4].Reason, `"y"`) || !strings.Contains(all[5].Reason, `"own"`) {
					t.Errorf("%+v", all[4:])
				}
			},
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			ref := submitWorkflow(t, d, c.w)
			all := come(t, d, ref)
			wantStates(t, all, c.want...)
			if c.check != nil {
				c.check(t, ref, all)
			}
		})
	}
}

// arrayOf runs a line of shell in each task.
func arrayOf(line string, count int) scheduler.Job {
	return scheduler.Job{Command: "sh", Args: []string{"-c", line}, Array: &scheduler.Array{Count: count}}
}
