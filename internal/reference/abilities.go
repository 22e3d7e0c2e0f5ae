package reference

import (
	"slices"
	"strings"
)

// abilities says what the driver can do, in the words of somebody who uses it, and what it cannot.
func (p *page) abilities() {
	p.linef("\n## What it can do\n")
	p.linef("- **Jobs**: submits them, exactly once each, tells their states, and cancels them; single ones and arrays")
	var lacks []string
	known := map[string]bool{"oceanid.plugin.v1.Plugin": true, "oceanid.scheduler.v1.Scheduler": true}
	for _, c := range capabilities() {
		known[c.service] = true
		if slices.Contains(p.said.GetServices(), c.service) {
			p.linef("- **%s**: %s", c.name, c.does)
		} else {
			lacks = append(lacks, c.lack)
		}
	}
	for _, s := range p.said.GetServices() {
		// Those of gRPC and go-plugin themselves are nobody's capability.
		if !known[s] && strings.HasPrefix(s, "oceanid.") {
			p.linef("- `%s`", s)
		}
	}
	if len(lacks) > 0 {
		p.linef("\nWhat it cannot:\n")
		for _, l := range lacks {
			p.linef("- %s", l)
		}
	}
}

// capability is an optional service in words.
type capability struct{ service, name, does, lack string }

func capabilities() []capability {
	const in = "oceanid.scheduler.v1."
	return []capability{
		{in + "Events", "Events", "tells changes as they happen, so that nothing has to be asked for again and again", "tell changes as they happen: the host asks for them, every few seconds"},
		{in + "Logs", "Logs", "shows what a task writes, also while it runs", "show what a task writes"},
		{in + "Uploads", "Inputs", "brings a job's input files to where it runs", "bring input files along: jobs with inputs are refused"},
		{in + "Downloads", "Results", "brings back the files that a job leaves", "bring results back"},
		{in + "Holds", "Holds", "keeps waiting jobs from running, and lets them go again", "hold jobs"},
		{in + "Suspends", "Suspends", "stops running tasks where they are, and lets them go on", "suspend jobs"},
		{in + "Batches", "Batches", "takes many jobs in one go", "take many jobs in one go: they are submitted one by one"},
		{in + "Finds", "Finds", "finds jobs of this portal that its store has lost", "find jobs that the store has lost"},
		{in + "Removals", "Removals", "clears away what jobs that have ended left at the pool", "clear away what jobs left at the pool"},
		{in + "Explanations", "Explanations", "says in plain words what a job waits for", "say what a job waits for"},
		{in + "Inspections", "Inspections", "shows what the pool is made of, and how busy it is", "show what the pool is made of"},
		{in + "Workflows", "Workflows", "hands a graph of jobs to the pool's own engine", "run workflows"},
		{in + "Probes", "Test", "really connects, and says step by step what works and what does not", "test its connection"},
	}
}

// commands says how to go on.
func (p *page) commands() {
	p.linef("\n## To begin with\n")
	p.linef("```console")
	p.linef("$ oceanid config check              # is the block right?")
	if slices.Contains(p.said.GetServices(), "oceanid.scheduler.v1.Probes") {
		p.linef("$ oceanid schedulers test NAME      # does it connect?")
	}
	p.linef("$ oceanid jobs submit NAME --wait -- hostname")
	p.linef("```")
}
