package dag

import (
	"fmt"
	"strings"

	"github.com/oceanid/oceanid/sdk/scheduler"
)

// WorkflowAttribute is the job attribute of node jobs that holds the token of the whole workflow; FirstAttribute the number of their first task in it.
const (
	WorkflowAttribute = "OceanidWorkflow"
	FirstAttribute    = "OceanidFirst"
)

// Note is what the event log tells of a job's submission: of a DAGMan, or of the job of a node.
type Note struct {
	// Token is the whole workflow's.
	Token string
	// Node tells that it is a node's job; First is then the number of its first task in the whole, and Judged as [Leaf.Judged] says.
	Node   bool
	First  int
	Judged bool
	// Tasks is the number of the job's tasks, or of the whole.
	Tasks int
}

const (
	dagSign  = "oceanid-dag:"
	nodeSign = "oceanid-node:"
)

func (n Note) String() string {
	if !n.Node {
		return fmt.Sprintf("%s%s:%d", dagSign, n.Token, n.Tasks)
	}
	judged := 0
	if n.Judged {
		judged = 1
	}
	return fmt.Sprintf("%s%s:%d:%d:%d", nodeSign, n.Token, n.First, n.Tasks, judged)
}

// ParseNotes finds a note among the lines of an event; ok is false where there is none.
func ParseNotes(lines []string) (n Note, ok bool) {
	for _, line := range lines {
		if n, ok = ParseNote(strings.TrimSpace(line)); ok {
			return n, true
		}
	}
	return n, false
}

// ParseNote reads what String wrote.
func ParseNote(s string) (n Note, ok bool) {
	if rest, is := strings.CutPrefix(s, dagSign); is {
		token, numbers, _ := strings.Cut(rest, ":")
		n.Token = token
		got, _ := fmt.Sscanf(numbers, "%d", &n.Tasks)
		return n, got == 1 && n.Tasks > 0 && scheduler.ValidToken(token)
	}
	rest, is := strings.CutPrefix(s, nodeSign)
	if !is {
		return n, false
	}
	token, numbers, _ := strings.Cut(rest, ":")
	var judged int
	got, _ := fmt.Sscanf(numbers, "%d:%d:%d", &n.First, &n.Tasks, &judged)
	n.Token, n.Node, n.Judged = token, true, judged != 0
	return n, got == 3 && n.Tasks > 0 && n.First >= 0 && scheduler.ValidToken(token)
}
