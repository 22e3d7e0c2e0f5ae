package dag_test

import (
	"archive/tar"
	"bytes"
	"errors"
	"flag"
	"io"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"github.com/oceanid/oceanid/plugins/condor/internal/dag"
	"github.com/oceanid/oceanid/sdk/fault"
	"github.com/oceanid/oceanid/sdk/scheduler"
)

var update = flag.Bool("update", false, "write the golden files")

var place = dag.Place{Jobs: "/home/ada/.oceanid/jobs", Log: "/home/ada/.oceanid/events/1.log"}

func node(name string, after ...string) scheduler.Node {
	return scheduler.Node{Name: name, Job: scheduler.Job{Command: "/usr/bin/model"}, After: after}
}

// with changes a node.
func with(n scheduler.Node, change func(*scheduler.Node)) scheduler.Node {
	change(&n)
	return n
}

func code(n int) *int { return &n }

// written are the files of a workflow.
func written(t testing.TB, w scheduler.Workflow) map[string]string {
	t.Helper()
	var b bytes.Buffer
	err := dag.NewPlan(w).Write(&b, place, func(scheduler.Job) ([]byte, error) { return []byte("{}"), nil })
	if err != nil {
		t.Fatal(err)
	}
	files := make(map[string]string)
	for r := tar.NewReader(&b); ; {
		h, err := r.Next()
		if err == io.EOF {
			return files
		}
		if err != nil {
			t.Fatal(err)
		}
		text, err := io.ReadAll(r)
		if err != nil {
			t.Fatal(err)
		}
		files[h.Name] = string(text)
	}
}

func golden(t *testing.T, name, got string) {
	t.Helper()
	file := filepath.Join("testdata", name)
	if *update {
		if err := os.WriteFile(file, []byte(got), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	if got != string(want) {
		t.Errorf("%s is\n%s\nnot\n%s", name, got, want)
	}
}

// inner is a workflow to be put into another.
func inner() *scheduler.Workflow {
	return &scheduler.Workflow{Nodes: []scheduler.Node{node("x"), node("y", "x")}, Throttles: map[string]int{"io": 2}}
}

// Each statement that there is, in the text of a graph.
func TestGraphs(t *testing.T) {
	t.Parallel()
	for name, w := range map[string]scheduler.Workflow{
		"diamond.dag":  {Nodes: []scheduler.Node{node("d", "b", "c"), node("b", "a"), node("c", "a"), node("a")}},
		"retry.dag":    {Nodes: []scheduler.Node{with(node("a"), func(n *scheduler.Node) { n.Retries = 3 }), with(node("b"), func(n *scheduler.Node) { n.Retries, n.UnlessExit = 2, code(7) })}},
		"abort.dag":    {Nodes: []scheduler.Node{with(node("a"), func(n *scheduler.Node) { n.AbortOn = &scheduler.Abort{Exit: 3} }), with(node("b"), func(n *scheduler.Node) { n.AbortOn = &scheduler.Abort{Exit: 4, Return: code(0)} })}},
		"throttle.dag": {Throttles: map[string]int{"net": 4, "io": 1}, Nodes: []scheduler.Node{with(node("a"), func(n *scheduler.Node) { n.Category, n.Priority = "io", 5 }), with(node("b"), func(n *scheduler.Node) { n.Category, n.Priority = "net", -5 })}},
		"scripts.dag": {MaxNodes: 7, Nodes: []scheduler.Node{with(node("a"), func(n *scheduler.Node) {
			n.Pre, n.PreSkip, n.Post = &scheduler.Command{Command: "/bin/pre", Args: []string{"a\nJOB b"}}, code(9), &scheduler.Command{Command: "/bin/post"}
		})}},
		"kinds.dag": {Nodes: []scheduler.Node{node("a"), with(node("last"), func(n *scheduler.Node) { n.Kind = scheduler.FinalNode }), with(node("beside"), func(n *scheduler.Node) { n.Kind = scheduler.ServiceNode })}},
		"nested.dag": {Nodes: []scheduler.Node{
			{Name: "taken", Workflow: inner(), Splice: true}, {Name: "own", Workflow: inner(), Retries: 1, After: []string{"taken"}}, node("end", "own"),
		}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			w.Token = "t-1"
			if err := w.Check(); err != nil {
				t.Fatal(err)
			}
			files := written(t, w)
			golden(t, name, files["t-1/main.dag"])
			if name == "nested.dag" {
				golden(t, "spliced.dag", files["t-1/t-1-0.dag"])
				golden(t, "own.dag", files["t-1/t-1-1.dag"])
			}
			if name == "scripts.dag" {
				golden(t, "pre.sh", files["t-1-0/pre.sh"])
				golden(t, "post.sh", files["t-1-0/post.sh"])
				golden(t, "dagman.config", files["t-1/main.dag.config"])
			}
		})
	}
}

func TestNodeDescription(t *testing.T) {
	t.Parallel()
	w := scheduler.Workflow{Token: "t-1", Nodes: []scheduler.Node{node("a"), with(node("b", "a"), func(n *scheduler.Node) { n.Job.Array, n.Retries = &scheduler.Array{Count: 3}, 1 })}}
	files := written(t, w)
	golden(t, "node.sub", files["t-1-1/job.sub"])
	golden(t, "dagman.sub", dag.NewPlan(w).Head(place))
}

func TestPlanNumbersTasks(t *testing.T) {
	t.Parallel()
	wide := with(node("wide"), func(n *scheduler.Node) { n.Job.Array = &scheduler.Array{Count: 3} })
	p := dag.NewPlan(scheduler.Workflow{Token: "t", Nodes: []scheduler.Node{
		wide, {Name: "taken", Workflow: inner(), Splice: true}, {Name: "own", Workflow: inner(), Retries: 1}, node("end"),
	}})
	type leaf struct {
		token, name  string
		first, graph int
		judged       bool
	}
	want := []leaf{{"t-0", "wide", 0, 0, false}, {"t-1-0", "taken+x", 3, 0, false}, {"t-1-1", "taken+y", 4, 0, false}, {"t-2-0", "x", 5, 1, true}, {"t-2-1", "y", 6, 1, true}, {"t-3", "end", 7, 0, false}}
	for i, l := range p.Leaves {
		if got := (leaf{l.Job.Token, l.Name, l.First, l.Graph, l.Judged()}); got != want[i] {
			t.Errorf("%+v, not %+v", got, want[i])
		}
	}
	if p.Tasks() != 8 || p.LeafOf(2) != p.Leaves[0] || p.LeafOf(7) != p.Leaves[5] || p.LeafOf(8) != nil {
		t.Errorf("%d tasks", p.Tasks())
	}
}

func TestOptionsOfAllWorkflowsHoldUnlessANodeHasItsOwn(t *testing.T) {
	t.Parallel()
	in := inner()
	in.Options = map[string]any{"rank": "2"}
	in.Nodes[1].Job.Options = map[string]any{"RANK": "3"}
	p := dag.NewPlan(scheduler.Workflow{Token: "t", Options: map[string]any{"rank": "1", "nice_user": true}, Nodes: []scheduler.Node{node("a"), {Name: "b", Workflow: in}}})
	for i, want := range []map[string]any{{"rank": "1", "nice_user": true}, {"rank": "2", "nice_user": true}, {"RANK": "3", "nice_user": true}} {
		got := p.Leaves[i].Job.Options
		if len(got) != len(want) {
			t.Errorf("%v, not %v", got, want)
		}
		for name, value := range want {
			if got[name] != value {
				t.Errorf("%v, not %v", got, want)
			}
		}
	}
}

func TestRefuse(t *testing.T) {
	t.Parallel()
	final := with(node("f"), func(n *scheduler.Node) { n.Kind = scheduler.FinalNode })
	for name, c := range map[string]struct {
		node scheduler.Node
		kind fault.Kind
	}{
		"a name of DAGMan's":        {node("Child"), fault.Invalid},
		"a final that is taken in":  {scheduler.Node{Name: "s", Splice: true, Workflow: &scheduler.Workflow{Nodes: []scheduler.Node{node("a"), final}}}, fault.Unsupported},
		"a final with retries":      {with(final, func(n *scheduler.Node) { n.Retries = 1 }), fault.Unsupported},
		"too many tasks":            {with(node("a"), func(n *scheduler.Node) { n.Job.Array = &scheduler.Array{Count: 20_001} }), fault.Invalid},
		"a job that HTCondor can't": {with(node("a"), func(n *scheduler.Node) { n.Job.Command = "-x" }), fault.Invalid},
	} {
		if err := dag.NewPlan(scheduler.Workflow{Token: "t", Nodes: []scheduler.Node{c.node}}).Refuse(); !errors.Is(err, c.kind) {
			t.Errorf("%s: %v", name, err)
		}
	}
}

func TestNotes(t *testing.T) {
	t.Parallel()
	for _, n := range []dag.Note{{Token: "t-1", Tasks: 3}, {Token: "t-1", Node: true, First: 4, Tasks: 2, Judged: true}, {Token: "t", Node: true, Tasks: 1}} {
		if got, ok := dag.ParseNotes([]string{"    DAG Node: x", "    " + n.String()}); !ok || got != n {
			t.Errorf("%+v is read as %+v, %v", n, got, ok)
		}
	}
	for _, line := range []string{"", "oceanid:t:1", "oceanid-dag:t", "oceanid-dag:t:0", "oceanid-node:t:0:1", "oceanid-node:t:-1:1:0", "oceanid-dag:a b:1"} {
		if n, ok := dag.ParseNote(line); ok {
			t.Errorf("%q is taken for %+v", line, n)
		}
	}
}

// statement is any line of a graph of two nodes. No value of a user's is in one.
var statement = regexp.MustCompile(`^(CONFIG main.dag.config|JOBSTATE_LOG main.dag.jobstate.log|JOB (one|two) /home/ada/.oceanid/jobs/t-[01]/job.sub|` +
	`SCRIPT PRE one /bin/sh /home/ada/.oceanid/jobs/t-0/pre.sh \$RETRY|SCRIPT POST one /bin/sh /home/ada/.oceanid/jobs/t-0/post.sh \$RETRY \$RETURN|PARENT one CHILD two)$`)

// Whatever a user writes, it stays where it belongs.
func FuzzGraph(f *testing.F) {
	for _, s := range []string{"", "a", "\nJOB x y\n", `"`, "$(x) $ENV(HOME) $$([1])", `\`, "#", "é\xff", "'; rm -rf /; '", "$RETRY", "a\r\nb"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		w := scheduler.Workflow{Token: "t", Name: s, Options: map[string]any{"x": s}, Nodes: []scheduler.Node{
			{Name: "one", Vars: map[string]string{"v": s}, Pre: &scheduler.Command{Command: "/" + s, Args: []string{s, "$(v)"}}, Post: &scheduler.Command{Command: "/x", Args: []string{s}},
				Job: scheduler.Job{Name: s, Command: "x", Args: []string{s, "$(v)"}, Env: map[string]string{"A": s}}},
			{Name: "two", After: []string{"one"}, Job: scheduler.Job{Command: "x", Args: []string{s}}},
		}}
		w.Options = nil // package command's
		if w.Check() != nil || dag.NewPlan(w).Refuse() != nil {
			return
		}
		files := written(t, w)
		for line := range strings.Lines(files["t/main.dag"]) {
			if !statement.MatchString(strings.TrimSuffix(line, "\n")) {
				t.Errorf("the graph has the line %q", line)
			}
		}
		for name := range files {
			if !regexp.MustCompile(`^t(-[01])?/[a-z./]*$`).MatchString(name) {
				t.Errorf("there is a file %q", name)
			}
		}
	})
}

func FuzzJournal(f *testing.F) {
	f.Add("1795386664 fetch JOB_FAILURE 3 - - 4")
	f.Add("1795386660 INTERNAL *** DAGMAN_FINISHED 1 ***")
	f.Fuzz(func(t *testing.T, line string) {
		if e, ok := dag.ParseEntry(line); ok && e.What == "" {
			t.Errorf("%q is an entry without a word", line)
		}
	})
}

func TestJournal(t *testing.T) {
	t.Parallel()
	for line, want := range map[string]dag.Entry{
		"1795386664 fetch SUBMIT 3.0 - - 4":                {Node: "fetch", What: dag.Submitted, Cluster: 3},
		"1795386664 a+b JOB_FAILURE -9 - - 4":              {Node: "a+b", What: dag.JobFailure, Code: -9},
		"1795386660 INTERNAL *** DAGMAN_STARTED 1.0 ***":   {What: dag.Started},
		"1795386660 INTERNAL *** DAGMAN_FINISHED 1 ***":    {What: dag.Finished, Code: 1},
		"1795386660 F PRESKIP 0.2147483647 - - 2":          {Node: "F", What: dag.PreSkipped},
		"1795386660 E POST_SCRIPT_FAILURE 5.0 - - 6":       {Node: "E", What: dag.PostFailure, Cluster: 5},
		"1795386660 INTERNAL *** RECOVERY_STARTED ***":     {What: "RECOVERY_STARTED"},
		"1795386660 INTERNAL SUBMIT 7.0 - - 6":             {Node: "INTERNAL", What: dag.Submitted, Cluster: 7},
		"1795386660 D PRE_SCRIPT_FAILURE - - - 1":          {Node: "D", What: dag.PreFailure},
		"1795386660 D SUBMIT_FAILURE - - - 1":              {Node: "D", What: dag.NotTaken},
		"1795386660 D JOB_SUCCESS 0 - - 1":                 {Node: "D", What: dag.JobSuccess},
		"1795386660 D POST_SCRIPT_SUCCESS 5.0 - - 1 extra": {Node: "D", What: dag.PostSuccess, Cluster: 5},
	} {
		got, ok := dag.ParseEntry(line)
		if got.Time.IsZero() || !ok {
			t.Errorf("%q: %+v, %v", line, got, ok)
		}
		got.Time = want.Time
		if got != want {
			t.Errorf("%q is read as %+v", line, got)
		}
	}
	for _, line := range []string{"", "x y z w", "1795386660 a", "1795386660 a JOB_FAILURE x - - 1"} {
		if e, ok := dag.ParseEntry(line); ok {
			t.Errorf("%q is taken for %+v", line, e)
		}
	}
}
