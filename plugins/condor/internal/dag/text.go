package dag

import (
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/oceanid/oceanid/plugins/condor/internal/description"
	"github.com/oceanid/oceanid/sdk/scheduler"
)

// text is the DAG file of the group (manual, "DAGMan Input File Specifications"). at is where things are.
func (g *Group) text(at Place) string {
	var b strings.Builder
	line := func(words ...any) { b.WriteString(strings.TrimSuffix(fmt.Sprintln(words...), "\n") + "\n") }
	if !g.Spliced {
		line("CONFIG", g.File.config())
		line("JOBSTATE_LOG", g.File.Journal())
	}
	for i, m := range g.Members {
		token := g.Workflow.NodeToken(i)
		n := m.Node
		switch {
		case m.Group != nil && n.Splice:
			line("SPLICE", n.Name, m.Group.File)
		case m.Group != nil:
			line("SUBDAG", "EXTERNAL", n.Name, m.Group.File)
		default:
			line(statement(n.Kind), n.Name, at.file(token, subFile))
		}
		if n.Pre != nil {
			line("SCRIPT", "PRE", n.Name, "/bin/sh", at.file(token, preFile), "$RETRY")
		}
		if n.PreSkip != nil {
			line("PRE_SKIP", n.Name, *n.PreSkip)
		}
		if n.Post != nil {
			line("SCRIPT", "POST", n.Name, "/bin/sh", at.file(token, postFile), "$RETRY", "$RETURN")
		}
		switch {
		case n.UnlessExit != nil:
			line("RETRY", n.Name, n.Retries, "UNLESS-EXIT", *n.UnlessExit)
		case n.Retries > 0:
			line("RETRY", n.Name, n.Retries)
		}
		switch {
		case n.AbortOn == nil:
		case n.AbortOn.Return != nil:
			line("ABORT-DAG-ON", n.Name, n.AbortOn.Exit, "RETURN", *n.AbortOn.Return)
		default:
			line("ABORT-DAG-ON", n.Name, n.AbortOn.Exit)
		}
		if n.Priority != 0 {
			line("PRIORITY", n.Name, n.Priority)
		}
		if n.Category != "" {
			line("CATEGORY", n.Name, n.Category)
		}
	}
	for _, m := range g.Members {
		if len(m.Node.After) > 0 {
			line("PARENT", strings.Join(m.Node.After, " "), "CHILD", m.Node.Name)
		}
	}
	for _, category := range slices.Sorted(maps.Keys(g.Workflow.Throttles)) {
		line("MAXJOBS", category, g.Workflow.Throttles[category])
	}
	return b.String()
}

func statement(kind scheduler.NodeKind) string {
	switch kind {
	case scheduler.FinalNode:
		return "FINAL"
	case scheduler.ServiceNode:
		return "SERVICE"
	}
	return "JOB"
}

// config are the settings of each DAGMan (manual, "Configuration Macros for DAGMan"). By default it looks into its log every 5 seconds and hands over 100
// jobs then; it tells what it does only every 5 minutes; and it would take the user's own settings for how it treats failures.
func (g *Group) config(at Place, token string) string {
	lines := []string{
		"DAGMAN_USER_LOG_SCAN_INTERVAL = 1",
		"DAGMAN_MAX_SUBMITS_PER_INTERVAL = 1000",
		"DAGMAN_QUEUE_UPDATE_INTERVAL = 1",
		"DAGMAN_USE_DIRECT_SUBMIT = true",
		"DAGMAN_GENERATE_SUBDAG_SUBMITS = true",
		"DAGMAN_ALWAYS_RUN_POST = false",
		"DAGMAN_PUT_FAILED_JOBS_ON_HOLD = false",
		"DAGMAN_RESET_RETRIES_UPON_RESCUE = true",
		"DAGMAN_CONDOR_RM_EXE = " + at.file(token, removeFile),
	}
	if g.Workflow.MaxNodes > 0 {
		lines = append(lines, fmt.Sprint("DAGMAN_MAX_JOBS_SUBMITTED = ", g.Workflow.MaxNodes))
	}
	return strings.Join(lines, "\n") + "\n"
}

// remove is what DAGMan runs in place of condor_rm; see the package's comment.
const remove = `#!/bin/sh
# DAGMan removes by number the other tasks of a node of which one has failed. They are to come to their own ends.
case $1 in
[0-9]*) exit 0 ;;
esac
exec condor_rm "$@"
`

// script is a PRE or POST. It gets how often the node has been run before, and of a POST how it ended.
func script(c *scheduler.Command, work string) string {
	var b strings.Builder
	fmt.Fprintf(&b, "#!/bin/sh\ncd %s || exit 126\n", description.Quote(work))
	if name, found := strings.CutPrefix(c.Command, "./"); found {
		fmt.Fprintf(&b, "chmod u+x ./%s\n", description.Quote(name))
	}
	b.WriteString("OCEANID_NODE_RETRY=$1 OCEANID_NODE_EXIT=$2\nexport OCEANID_NODE_RETRY\n[ $# -lt 2 ] || export OCEANID_NODE_EXIT\n")
	fmt.Fprintf(&b, "exec %s </dev/null >>../logs/scripts 2>&1\n", description.Words(append([]string{c.Command}, c.Args...)...))
	return b.String()
}
