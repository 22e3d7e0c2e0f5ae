package drivertest_test

import (
	"context"
	"os"
	"slices"
	"strings"
	"sync"

	"github.com/oceanid/oceanid/internal/wire/schedulerv1"
	"github.com/oceanid/oceanid/sdk/scheduler"
)

// submitted lets a defect change every job before the driver sees it.
func submitted(change func(*schedulerv1.Job)) func(string, any) {
	return func(_ string, m any) {
		if r, ok := m.(*schedulerv1.SubmitRequest); ok && r.GetJob() != nil {
			change(r.GetJob())
		}
	}
}

// eachArg changes every argument but the script, which the suite writes.
func eachArg(change func(string) string) func(string, any) {
	return submitted(func(j *schedulerv1.Job) {
		for i, a := range j.GetArgs() {
			if i != 1 {
				j.Args[i] = change(a)
			}
		}
	})
}

func replaced(from, to string) func(string, any) {
	return eachArg(func(a string) string { return strings.ReplaceAll(a, from, to) })
}

func jobDefects() map[string]defect {
	return map[string]defect{
		"submits without looking":         {driver: func(d *poolDriver) scheduler.Driver { return &blind{d} }},
		"remembers tokens in memory only": {driver: func(d *poolDriver) scheduler.Driver { return &shortMemory{poolDriver: d} }},
		"gives every job one identifier":  {out: func(_ string, m any) bool { return sameIdentifier(m) }},
		"turns line ends into spaces":     {in: replaced("\n", " ")},
		"loses quotes":                    {in: replaced(`"`, "")},
		"loses backslashes":               {in: replaced(`\`, "")},
		"expands variables":               {in: eachArg(os.ExpandEnv)},
		"trims arguments":                 {in: eachArg(strings.TrimSpace)},
		"loses empty arguments": {in: submitted(func(j *schedulerv1.Job) {
			j.Args = slices.DeleteFunc(j.GetArgs(), func(a string) bool { return a == "" })
		})},
		"loses what is not ASCII": {in: eachArg(func(a string) string { return strings.Map(func(r rune) rune { return min(r, 127) }, a) })},
		"cuts long arguments":     {in: eachArg(func(a string) string { return a[:min(len(a), 1023)] })},
		"ignores the environment": {in: submitted(func(j *schedulerv1.Job) { j.Env = nil })},
		"ignores the indices of an array": {in: submitted(func(j *schedulerv1.Job) {
			if j.GetArray() != nil {
				j.Array.Indices = nil
			}
		})},
		"ignores the rows of an array":      {in: submitted(func(j *schedulerv1.Job) { dropRows(j) })},
		"hands its own environment on":      {driver: func(d *poolDriver) scheduler.Driver { return &leaky{d} }},
		"ignores the limit of the run time": {in: submitted(func(j *schedulerv1.Job) { j.Resources = nil })},
		"gives commands to a shell": {in: submitted(func(j *schedulerv1.Job) {
			if j.GetCommand() == "true;true" {
				j.Command, j.Args = "/bin/sh", []string{"-c", j.GetCommand()}
			}
		})},
		"cancels nothing":            {roomy: true, driver: func(d *poolDriver) scheduler.Driver { return &immortal{d} }},
		"cancels the first job only": {in: func(method string, m any) { firstOnly(method, m) }},
	}
}

func sameIdentifier(m any) bool {
	if r, ok := m.(*schedulerv1.SubmitResponse); ok {
		r.Id = "job"
	}
	return true
}

func firstOnly(_ string, m any) {
	if r, ok := m.(*schedulerv1.CancelRequest); ok && len(r.GetJobs()) > 1 {
		r.Jobs = r.Jobs[:1]
	}
}

// blind never looks whether a token is known.
type blind struct{ *poolDriver }

func (d *blind) Submit(ctx context.Context, job scheduler.Job) (scheduler.ID, error) {
	var id string
	err := d.ask(ctx, "Submit", Graph{Token: job.Token, Nodes: []scheduler.Node{{Name: "job", Job: job}}, Blind: true}, &id)
	return scheduler.ID(id), err
}

// shortMemory knows the tokens that its own process has submitted.
type shortMemory struct {
	*poolDriver
	seen sync.Map // of token to *sync.Once
}

func (d *shortMemory) Submit(ctx context.Context, job scheduler.Job) (id scheduler.ID, err error) {
	once, _ := d.seen.LoadOrStore(job.Token, new(sync.Once))
	once.(*sync.Once).Do(func() { id, err = (&blind{d.poolDriver}).Submit(ctx, job) })
	if id != "" || err != nil {
		return id, err
	}
	return d.poolDriver.Submit(ctx, job)
}

// leaky gives tasks the environment of its own process.
type leaky struct{ *poolDriver }

func (d *leaky) Submit(ctx context.Context, job scheduler.Job) (scheduler.ID, error) {
	env := map[string]string{}
	for _, pair := range os.Environ() {
		name, value, _ := strings.Cut(pair, "=")
		env[name] = value
	}
	for name, value := range job.Env {
		env[name] = value
	}
	job.Env = env
	return d.poolDriver.Submit(ctx, job)
}

// immortal cancels nothing.
type immortal struct{ *poolDriver }

func (d *immortal) Cancel(context.Context, []scheduler.Ref) error { return nil }

func dropRows(j *schedulerv1.Job) {
	if j.GetArray() != nil {
		j.Array.Args = nil
	}
}
