package main

import (
	"encoding/json"
	"fmt"
	"path"
	"slices"
	"strings"

	"github.com/oceanid/oceanid/plugins/condor/internal/description"
	"github.com/oceanid/oceanid/sdk/scheduler"
)

// handing is what one run of submit.sh hands over: the jobs' folders, and the description of each condor_submit.
type handing struct {
	place   *place
	attempt string
	groups  []*group
	shapes  map[string]*group
	of      map[string]*group // by token
	inputs  []string          // "SIZE PATH"
	paths   []string
	bytes   int64 // of the inputs
	files   []handed
}

// group is one condor_submit.
type group struct {
	kind  string // "many": single jobs of one shape; "one": a job of its own
	tasks int
	// checked is for jobs with options: what the pool does not know of them must be told before the job is in its queue.
	checked bool
	text    string
	items   []string
	jobs    []scheduler.Job
}

func newHanding(p *place, attempt string) *handing {
	return &handing{place: p, attempt: attempt, shapes: make(map[string]*group), of: make(map[string]*group)}
}

// add adds a job; alone, it shares its condor_submit with no other.
func (h *handing) add(job scheduler.Job, alone bool) error {
	at := h.at(job)
	g := &group{kind: "one", tasks: job.Tasks(), checked: len(job.Options) > 0}
	if description.HasShape(job) && !alone {
		shape := description.Shape(job, path.Dir(at.Dir), "", at)
		if h.shapes[shape] == nil {
			g.kind, g.text = "many", description.Shape(job, path.Dir(at.Dir), path.Join(h.place.dir, h.file(len(h.groups), "items")), at)
			h.shapes[shape] = g
			h.groups = append(h.groups, g)
		}
		g = h.shapes[shape]
		g.items = append(g.items, description.Item(job))
	} else {
		g.text, g.items = description.Submit(job, at), []string{job.Token}
		h.groups = append(h.groups, g)
	}
	g.jobs = append(g.jobs, job)
	h.of[job.Token] = g
	for _, in := range job.Inputs {
		file := path.Join("jobs", job.Token, description.WorkDir, in.Name)
		h.bytes += in.Size
		h.inputs, h.paths = append(h.inputs, fmt.Sprintf("%d %s", in.Size, file)), append(h.paths, file)
	}
	return h.folder(job)
}

// at is where the job lives.
func (h *handing) at(job scheduler.Job) description.Place {
	return description.Place{Dir: h.place.job(job.Token), Log: h.place.log(), Attempt: h.attempt, Spooled: h.place.spooled}
}

// shares tells whether the job's condor_submit was that of others as well.
func (h *handing) shares(token string) bool { return len(h.of[token].jobs) > 1 }

// folder packs the job's folder.
func (h *handing) folder(job scheduler.Job) error {
	kept, err := json.Marshal(facts{Tasks: job.Tasks(), Outputs: job.Outputs})
	if err != nil {
		return err
	}
	spec, err := json.Marshal(withoutData(job))
	if err != nil {
		return err
	}
	dir := path.Join("jobs", job.Token)
	folders := []string{"", description.LogDir}
	if len(job.Outputs) > 0 {
		folders = append(folders, description.ResultDir)
	}
	for _, name := range folders {
		h.files = append(h.files, handed{name: path.Join(dir, name), token: job.Token, dir: true})
	}
	h.files = append(h.files,
		handed{name: path.Join(dir, description.TaskFile), token: job.Token, head: description.TaskHead(), text: description.TaskTail(job)},
		handed{name: path.Join(dir, factsFile), token: job.Token, text: string(kept) + "\n"},
		handed{name: path.Join(dir, specFile), token: job.Token, text: string(spec) + "\n"},
	)
	return nil
}

// withoutData is the job as it is kept: the inputs' content is in its folder, and what does not cross to a driver is not there.
func withoutData(job scheduler.Job) scheduler.Job {
	job.Inputs = slices.Clone(job.Inputs)
	for i := range job.Inputs {
		job.Inputs[i].Data = nil
	}
	return job
}

// define defines the functions that submit.sh calls.
func (h *handing) define() (string, error) {
	var groups strings.Builder
	for i, g := range h.groups {
		if g.kind == "many" && len(g.jobs) == 1 {
			// Alone it is written out.
			job := g.jobs[0]
			g.kind, g.items = "one", []string{job.Token}
			g.text = description.Submit(job, h.at(job))
		}
		fmt.Fprintf(&groups, "%d %s %d %v\n", i, g.kind, g.tasks, g.checked)
		h.files = append(h.files, handed{name: h.file(i, "sub"), text: g.text}, handed{name: h.file(i, "items"), text: strings.Join(g.items, "\n") + "\n"})
	}
	h.files = append(h.files, handed{name: path.Join("batches", h.attempt, "groups"), text: groups.String()})
	files, err := making(h.files)
	if err != nil {
		return "", err
	}
	expected := "expected() {\n\t:\n}\n"
	if len(h.inputs) > 0 {
		expected = heredoc("expected", strings.Join(h.inputs, "\n"))
	}
	return files + expected + h.present() + h.early() + fmt.Sprintf("patience=%d\n", h.patience()), nil
}

// patience is how many seconds a condor_submit may take. One that gives the inputs to a schedd elsewhere has a second more for each megabyte.
func (h *handing) patience() int64 {
	const least = 300
	if !h.place.spooled {
		return least
	}
	return least + h.bytes>>20
}

// file is the name of a file of a group.
func (h *handing) file(group int, suffix string) string {
	return path.Join("batches", h.attempt, fmt.Sprintf("%d.%s", group, suffix))
}

// early lets a condor_submit that is the only one start while the files are being made: half of its time goes before it reads its description. It gets that by
// a pipe, what makes it a description at all last, and whole or not at all.
func (h *handing) early() string {
	first, last := "", ""
	if len(h.groups) == 1 && !h.groups[0].checked && !h.place.spooled {
		first, last = description.CutLast(h.groups[0].text)
	}
	if last == "" {
		return "early=false\n"
	}
	return "early=true\ndescribe() {\n\tprintf %s " + description.Quote(first) + " && printf %s " + description.Quote(last) + "\n}\n"
}

// present is a function that prints size and path of those inputs that are there.
func (h *handing) present() string {
	var b strings.Builder
	b.WriteString("present() {\n\t:\n")
	for some := range slices.Chunk(h.paths, 500) {
		fmt.Fprintf(&b, "\tstat -c '%%s %%n' -- %s 2>/dev/null\n", words(some...))
	}
	b.WriteString("}\n")
	return b.String()
}
