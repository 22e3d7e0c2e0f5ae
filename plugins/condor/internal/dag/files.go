package dag

import (
	"archive/tar"
	"encoding/json"
	"fmt"
	"io"
	"path"
	"strings"

	"github.com/oceanid/oceanid/plugins/condor/internal/description"
	"github.com/oceanid/oceanid/sdk/scheduler"
)

// The files of a workflow, in its folder and in those of its nodes' jobs, beside those that any job has.
const (
	// SpecFile is the workflow as it was submitted.
	SpecFile   = "workflow.json"
	removeFile = "remove"
	subFile    = "job.sub"
	preFile    = "pre.sh"
	postFile   = "post.sh"
	factsFile  = "facts"
)

// Place says where on the access point jobs live. All paths are absolute and of harmless characters.
type Place struct {
	// Jobs holds the folders of jobs, each under its token.
	Jobs string
	// Log is the job event log.
	Log string
}

func (at Place) file(token, name string) string { return path.Join(at.Jobs, token, name) }

// Write writes a tar of all files of the workflow, whose names begin with the token of the job that they are of. facts makes what is kept of a job.
func (p *Plan) Write(w io.Writer, at Place, facts func(scheduler.Job) ([]byte, error)) error {
	a := archive{tar.NewWriter(w)}
	spec, err := json.Marshal(p.Root.Workflow)
	if err != nil {
		return err
	}
	a.folder(p.Token)
	a.file(p.Token, SpecFile, string(spec), 0o600)
	a.file(p.Token, removeFile, remove, 0o700)
	p.Root.write(a, p.Token, at)
	for _, l := range p.Leaves {
		kept, err := facts(l.Job)
		if err != nil {
			return err
		}
		token := l.Job.Token
		for _, folder := range []string{"", description.WorkDir, description.LogDir, description.ResultDir} {
			a.folder(path.Join(token, folder))
		}
		a.file(token, subFile, l.Submit(p.Token, at), 0o600)
		a.file(token, description.TaskFile, description.Task(l.Job), 0o600)
		a.file(token, factsFile, string(kept)+"\n", 0o600)
		if l.Node.Pre != nil {
			a.file(token, preFile, script(l.Node.Pre, at.file(token, description.WorkDir)), 0o600)
		}
		if l.Node.Post != nil {
			a.file(token, postFile, script(l.Node.Post, at.file(token, description.WorkDir)), 0o600)
		}
	}
	return a.Close()
}

// write writes the graphs. Those within other graphs lie in the folder of the whole, where each DAGMan works.
func (g *Group) write(a archive, token string, at Place) {
	a.file(token, string(g.File), g.text(at), 0o600)
	if !g.Spliced {
		a.file(token, g.File.config(), g.config(at, token), 0o600)
	}
	for i, m := range g.Members {
		if m.Group == nil {
			continue
		}
		m.Group.write(a, token, at)
		own := g.Workflow.NodeToken(i)
		for _, s := range []struct {
			name    string
			command *scheduler.Command
		}{{preFile, m.Node.Pre}, {postFile, m.Node.Post}} {
			if s.command != nil {
				a.folder(path.Join(own, description.WorkDir))
				a.folder(path.Join(own, description.LogDir))
				a.file(own, s.name, script(s.command, at.file(own, description.WorkDir)), 0o600)
			}
		}
	}
}

// Submit is the submit description of a node's job. It is that of the same job without a workflow, but for the marks by which it is found: a node's job is
// none that the host knows. DAGMan makes all tasks at once, whatever the description says of that.
func (l *Leaf) Submit(whole string, at Place) string {
	text := description.Submit(l.Job, description.Place{Dir: path.Join(at.Jobs, l.Job.Token), Log: at.Log})
	var b strings.Builder
	note := Note{Token: whole, Node: true, First: l.First, Judged: l.Judged(), Tasks: l.Job.Tasks()}
	fmt.Fprintf(&b, "submit_event_user_notes = %s\nMy.%s = %q\nMy.%s = %d\n", note, WorkflowAttribute, whole, FirstAttribute, l.First)
	for line := range strings.Lines(text) {
		if name, _, found := strings.Cut(line, " ="); !found || !replaced[name] {
			b.WriteString(line)
		}
	}
	return b.String()
}

// replaced are the commands of a description that are another one's in a node's.
var replaced = map[string]bool{
	"submit_event_notes": true, "submit_event_user_notes": true, "max_idle": true,
	"My." + description.TokenAttribute: true, "My." + description.TasksAttribute: true,
}

// Head is the end of the submit description of the DAGMan job, after what condor_submit_dag has written of it.
func (p *Plan) Head(at Place) string {
	note := Note{Token: p.Token, Tasks: p.Tasks()}
	return fmt.Sprintf("log = %s\nsubmit_event_user_notes = %s\nMy.%s = %q\nMy.%s = 1\nMy.JobBatchName = %q\nnotification = never\nqueue\n",
		at.Log, note, description.TokenAttribute, p.Token, description.TasksAttribute, batchName(p.Root.Workflow.Name))
}

// batchName is what can be shown of a workflow's name: DAGMan hands its own on to the descriptions of its nodes, in which it would be expanded.
func batchName(name string) string {
	if name == "" {
		return "workflow"
	}
	return strings.Map(func(r rune) rune {
		if r == ' ' || r == '-' || r == '_' || r == '.' || r >= '0' && r <= '9' || r >= 'A' && r <= 'Z' || r >= 'a' && r <= 'z' {
			return r
		}
		return '_'
	}, name)
}

// archive is a tar that grows. An error of it is told by Close.
type archive struct{ *tar.Writer }

func (a archive) folder(name string) {
	a.WriteHeader(&tar.Header{Typeflag: tar.TypeDir, Name: name + "/", Mode: 0o700})
}

func (a archive) file(token, name, content string, mode int64) {
	if a.WriteHeader(&tar.Header{Typeflag: tar.TypeReg, Name: path.Join(token, name), Size: int64(len(content)), Mode: mode}) == nil {
		io.WriteString(a, content)
	}
}
