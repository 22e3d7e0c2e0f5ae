package dag_test

import (
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/oceanid/oceanid/sdk/scheduler"
)

// C12: a node's statements ran into the next line, RETRY UNLESS-EXIT and ABORT-DAG-ON were never written, and quotes in variables were not escaped.
func TestTethysC12EachLineIsWhole(t *testing.T) {
	t.Parallel()
	w := scheduler.Workflow{Token: "t-1", Throttles: map[string]int{"io": 1}, Nodes: []scheduler.Node{
		with(node("a"), func(n *scheduler.Node) {
			n.Retries, n.UnlessExit, n.AbortOn = 2, code(7), &scheduler.Abort{Exit: 4, Return: code(1)}
			n.Category, n.Priority = "io", 3
			n.Vars, n.Job.Args = map[string]string{"x": "say \"no\"\nJOB evil /bin/sh"}, []string{"$(x)"}
			n.Pre, n.PreSkip = &scheduler.Command{Command: "/bin/pre", Args: []string{"\"\nABORT-DAG-ON b 0"}}, code(9)
		}),
		node("b", "a"),
	}}
	if err := w.Check(); err != nil {
		t.Fatal(err)
	}
	text := written(t, w)["t-1/main.dag"]
	if !strings.HasSuffix(text, "\n") {
		t.Errorf("its last line has no end: %q", text)
	}
	lines := strings.Split(strings.TrimSuffix(text, "\n"), "\n")
	statement := regexp.MustCompile(`^(CONFIG \S+|JOBSTATE_LOG \S+|JOB [ab] \S+|SCRIPT PRE a /bin/sh \S+/pre\.sh \$RETRY|PRE_SKIP a 9|RETRY a 2 UNLESS-EXIT 7|ABORT-DAG-ON a 4 RETURN 1|CATEGORY a io|PRIORITY a 3|MAXJOBS io 1|PARENT a CHILD b)$`)
	for _, line := range lines {
		if !statement.MatchString(line) {
			t.Errorf("%q is no statement of this graph", line)
		}
	}
	for _, want := range []string{"RETRY a 2 UNLESS-EXIT 7", "ABORT-DAG-ON a 4 RETURN 1", "PARENT a CHILD b"} {
		if !slices.Contains(lines, want) {
			t.Errorf("no %s in\n%s", want, text)
		}
	}
}
