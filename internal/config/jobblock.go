package config

import (
	"cmp"
	"math"
	"path/filepath"
	"slices"
	"strconv"

	"github.com/dustin/go-humanize"
	"github.com/hashicorp/hcl/v2"

	"github.com/oceanid/oceanid/sdk/scheduler"
)

// wantedText is what a job and a workflow have in common, as it is decoded.
type wantedText struct {
	Scheduler, Name, User, Key string
	Groups                     []string
	Labels                     map[string]string
	Options                    map[string]any
	Policy                     policyText
}

// taskText is what a job and a node have in common.
type taskText struct {
	Command, Stdin        string
	Args, Inputs, Outputs []string
	Env                   map[string]string
	Input                 []inputText
	Array                 *arrayText
	Resources             struct {
		CPUs         float64
		GPUs         int
		Memory, Disk *string
		RunTime      *string `json:"run_time"`
	}
}

type inputText struct {
	Name, Path string
	Content    *string
	Mode       *string
}

type arrayText struct {
	Count   *int64
	Args    [][]string
	Indices []int
}

type policyText struct {
	Results      *string
	QueueWait    *string `json:"queue_wait"`
	RunTime      *string `json:"run_time"`
	ResultsLimit *string `json:"results_limit"`
	Retry        []struct {
		Codes, Signals []int
		Causes         []scheduler.Cause
		Limit          *int64
		Delay          *string
		MemoryFactor   float64 `json:"memory_factor"`
		RunTimeFactor  float64 `json:"run_time_factor"`
	}
}

// job takes a block "job".
func (l *loader) job(b *Block) (scheduler string, j scheduler.Job) {
	var given struct {
		wantedText
		taskText
	}
	l.decode(b, &given)
	j = l.task(b, given.taskText)
	j.Name, j.User, j.Groups, j.Labels, j.Key, j.Options = given.Name, given.User, given.Groups, given.Labels, given.Key, given.Options
	if j.Name == "" {
		j.Name = b.Name
	}
	j.Policy = l.policy(b, given.Policy)
	return given.Scheduler, j
}

// task is the job of a block, as far as a node has it as well.
func (l *loader) task(b *Block, given taskText) scheduler.Job {
	r := given.Resources
	return scheduler.Job{
		Command: given.Command, Args: given.Args, Env: given.Env, Stdin: given.Stdin, Outputs: given.Outputs,
		Inputs: l.inputs(b, given), Array: l.array(b, given.Array),
		Resources: scheduler.Resources{
			CPUs: r.CPUs, GPUs: r.GPUs, Memory: l.bytes(b.at("resources", "memory"), "resources.memory", r.Memory),
			Disk:    l.bytes(b.at("resources", "disk"), "resources.disk", r.Disk),
			RunTime: l.span(b.at("resources", "run_time"), "resources.run_time", r.RunTime, "leave it out for no limit"),
		},
	}
}

// inputs are those of the attribute inputs and of the blocks input.
func (l *loader) inputs(b *Block, given taskText) (all []scheduler.Input) {
	add := func(at hcl.Range, in scheduler.Input) {
		if slices.ContainsFunc(all, func(other scheduler.Input) bool { return other.Name == in.Name }) {
			l.mark(at, "give one of them another name", "inputs: %q is there twice", in.Name)
		} else if err := in.Check(); err != nil {
			l.mark(at, "", "%s", oneLine(err.Error()))
		}
		all = append(all, in)
	}
	for i, p := range given.Inputs {
		at := b.find(path{}.attribute("inputs").at(i), false)
		add(at, scheduler.Input{Name: filepath.Base(p), Path: l.local(at, p)})
	}
	for i, in := range given.Input {
		here := path{}.attribute("input").at(i)
		at := func(name string) hcl.Range { return b.find(here.attribute(name), false) }
		one, before := scheduler.Input{Name: in.Name}, len(l.marks)
		switch {
		case in.Path != "" && in.Content != nil:
			l.mark(at("content"), "keep one of them", "an input has a path or a content, not both")
		case in.Content != nil && in.Name == "":
			l.mark(b.find(here, false), `add name = "…", by which the job finds it`, "an input with a content needs a name")
		case in.Content != nil:
			one.Data = []byte(*in.Content)
		case in.Path != "":
			one.Path = l.local(at("path"), in.Path)
			one.Name = cmp.Or(in.Name, filepath.Base(in.Path))
		case b.given(here.attribute("path")) || b.given(here.attribute("content")):
			// What is wrong with it was said.
			continue
		default:
			l.mark(b.find(here, false), "add path = \"…\", or name and content", "an input needs a path or a content")
		}
		if in.Mode != nil {
			mode, err := strconv.ParseUint(*in.Mode, 8, 32)
			if err != nil || mode > 0o777 {
				l.mark(at("mode"), `write it as chmod takes it: "0644", "0755"`, "mode must be the permissions of a file")
			}
			one.Mode = uint32(mode)
		}
		if len(l.marks) == before {
			add(at("name"), one)
		}
	}
	return all
}

// local is the absolute path of a file that must be there when the job is submitted.
func (l *loader) local(at hcl.Range, given string) string {
	p := l.path(at, given)
	l.locals = append(l.locals, local{at: at, path: p})
	return p
}

// array has as many tasks as it says, or else as it has rows.
func (l *loader) array(b *Block, given *arrayText) *scheduler.Array {
	if given == nil {
		return nil
	}
	a := &scheduler.Array{Args: given.Args, Indices: given.Indices}
	a.Count = max(len(a.Args), len(a.Indices))
	switch {
	case given.Count != nil:
		a.Count = int(l.count(b.at("array", "count"), "array.count", given.Count, 1, mostJobs, "leave array out for one task"))
	case a.Count == 0 && !b.given(path{}.attribute("array").attribute("count")):
		l.mark(b.at("array"), "add count = …, or args with a row for each task", "an array needs a number of tasks")
	}
	return a
}

func (l *loader) policy(b *Block, given policyText) scheduler.Policy {
	const none = "leave it out for no limit"
	p := scheduler.Policy{
		QueueWait:    l.span(b.at("policy", "queue_wait"), "policy.queue_wait", given.QueueWait, none),
		RunTime:      l.span(b.at("policy", "run_time"), "policy.run_time", given.RunTime, none),
		ResultsLimit: l.bytes(b.at("policy", "results_limit"), "policy.results_limit", given.ResultsLimit),
	}
	if given.Results != nil {
		p.Results = l.path(b.at("policy", "results"), *given.Results)
	}
	for i, r := range given.Retry {
		here := path{}.attribute("policy").attribute("retry").at(i)
		name := func(attribute string) string { return here.attribute(attribute).String() }
		at := func(attribute string) hcl.Range { return b.find(here.attribute(attribute), false) }
		p.Retry = append(p.Retry, scheduler.RetryRule{
			Codes: r.Codes, Signals: r.Signals, Causes: r.Causes, MemoryFactor: r.MemoryFactor, RunTimeFactor: r.RunTimeFactor,
			Limit: int(l.count(at("limit"), name("limit"), r.Limit, 1, math.MaxInt32, "leave it out for once")),
			Delay: l.span(at("delay"), name("delay"), r.Delay, "leave it out for none"),
		})
	}
	return p
}

// bytes is a number of bytes that is written with its unit, and is more than nothing.
func (l *loader) bytes(at hcl.Range, name string, text *string) int64 {
	if text == nil {
		return 0
	}
	n, err := humanize.ParseBytes(*text)
	if _, unitless := number(*text); err != nil || unitless || n < 1 || n > math.MaxInt64 {
		l.mark(at, `write a number and its unit: "512MiB", "2GiB"`, "%s must be a size", name)
		return 0
	}
	return int64(n)
}

// integer is a whole number of a workflow that fits into an int of any machine.
func (l *loader) integer(at hcl.Range, name string, n *int64, least int64) int {
	if n == nil {
		return 0
	}
	return int(l.count(at, name, n, least, math.MaxInt32, "leave it out for the default"))
}
