package main

import (
	"cmp"
	"encoding/json"
	"fmt"
	"maps"
	"slices"
	"strconv"
	"strings"
	"unicode"

	"github.com/dustin/go-humanize"
	"github.com/dustin/go-humanize/english"

	"github.com/oceanid/oceanid/host"
	"github.com/oceanid/oceanid/sdk/scheduler"
)

// jobFields are all that a job is, a line each.
func (a *app) jobFields(job *host.Job) *table {
	t := a.newTable()
	t.field("ID", job.ID)
	t.field("Name", job.Name)
	t.field("Scheduler", job.Scheduler+" ("+job.Type+")")
	t.field("User", job.User)
	t.field("Groups", strings.Join(job.Groups, ", "))
	t.field("Labels", assignments(job.Labels))
	t.field("Key", job.Key)
	t.field("State", state(job.State))
	t.field("Reason", job.Reason)
	t.field("Stale", painted{job.Stale, yellow})
	t.field("Cause", string(job.Cause))
	t.field("Pool's word", job.Native)
	t.field("Exit", exitWords(job.Exit))
	t.field("Node", job.Node)
	if job.Tasks > 1 {
		t.field("Tasks", fmt.Sprintf("%d: %s", job.Tasks, tally(job.Counts)))
	}
	if job.Run > 0 {
		t.field("Run", fmt.Sprintf("%d", job.Run+1))
	}
	a.askedFields(t, job)
	t.field("ID at pool", string(job.PoolID))
	t.field("Created", a.when(job.Created))
	t.field("Submitted", a.when(job.Submitted))
	t.field("Started", a.when(job.Started))
	t.field("Ended", a.when(job.Ended))
	t.field("Ran for", a.lasted(job.Started, job.Ended))
	t.field("Last heard", heard(a.when(job.Observed), job.Source))
	if !job.State.Terminal() {
		t.field("Cancel asked", a.when(job.CancelRequested))
	}
	t.field("Results", a.resultsWords(job.Results))
	t.field("Run again of", job.Of)
	t.field("Run again as", job.Next)
	return t
}

// heard is when, and how, the pool told the state.
func heard(when, source string) string {
	how := map[string]string{"submit": "when it was submitted", "events": "by its events", "query": "when it was asked"}[source]
	if when == "" || how == "" {
		return when
	}
	return when + " " + how
}

// askedFields are what was asked for.
func (a *app) askedFields(t *table, job *host.Job) {
	spec := job.Spec
	if w := job.Workflow; w != nil {
		t.field("Workflow", english.Plural(len(w.Nodes), "node", ""))
		spec.Options, spec.Policy = w.Options, w.Policy
	} else {
		t.field("Command", commandLine(spec))
	}
	if spec.Array != nil && len(spec.Array.Indices) > 0 {
		t.field("Task indices", strings.Trim(fmt.Sprint(spec.Array.Indices), "[]"))
	}
	t.field("Environment", assignments(spec.Env))
	t.field("Inputs", inputNames(spec.Inputs))
	t.field("Outputs", strings.Join(spec.Outputs, ", "))
	t.field("Resources", resources(spec.Resources))
	t.field("Options", optionWords(spec.Options))
	t.field("Policy", policyWords(spec.Policy))
}

func exitWords(e *scheduler.Exit) string {
	switch {
	case e == nil:
		return ""
	case e.Signal != 0:
		return fmt.Sprintf("signal %d", e.Signal)
	}
	return fmt.Sprintf("code %d", e.Code)
}

// assignments are KEY=VALUE in order.
func assignments(m map[string]string) string {
	var words []string
	for _, k := range slices.Sorted(maps.Keys(m)) {
		words = append(words, k+"="+word(m[k]))
	}
	return strings.Join(words, " ")
}

// commandLine shows where one argument ends and the next begins.
func commandLine(j scheduler.Job) string {
	words := []string{word(j.Command)}
	for _, arg := range j.Args {
		words = append(words, word(arg))
	}
	if j.Stdin != "" {
		words = append(words, "<", word(j.Stdin))
	}
	return strings.Join(words, " ")
}

// word is text as it is, or quoted if it has anything that could be misread: as a shell reads it back, whatever is in it.
func word(s string) string {
	switch {
	case strings.ContainsFunc(s, func(r rune) bool { return !unicode.IsPrint(r) }):
		// Bash's own form, with the escapes that Go has as well.
		inner := strconv.Quote(s)
		inner = strings.ReplaceAll(inner[1:len(inner)-1], `\"`, `"`)
		return "$'" + strings.ReplaceAll(inner, "'", `\'`) + "'"
	case s == "" || strings.ContainsFunc(s, func(r rune) bool { return r > '~' || strings.ContainsRune(" \"'\\$`<>|&;()*?[]{}!#~^", r) }):
		return "'" + strings.ReplaceAll(s, "'", `'\''`) + "'"
	}
	return s
}

func inputNames(inputs []scheduler.Input) string {
	var words []string
	for _, in := range inputs {
		words = append(words, fmt.Sprintf("%s (%s)", in.Name, humanize.IBytes(uint64(max(in.Size, 0)))))
	}
	return strings.Join(words, ", ")
}

func resources(r scheduler.Resources) string {
	var words []string
	if r.CPUs > 0 {
		words = append(words, fmt.Sprintf("CPUs: %g", r.CPUs))
	}
	if r.Memory > 0 {
		words = append(words, "memory: "+humanize.IBytes(uint64(r.Memory)))
	}
	if r.Disk > 0 {
		words = append(words, "disk: "+humanize.IBytes(uint64(r.Disk)))
	}
	if r.GPUs > 0 {
		words = append(words, fmt.Sprintf("GPUs: %d", r.GPUs))
	}
	if r.RunTime > 0 {
		words = append(words, "run time: "+r.RunTime.String())
	}
	return strings.Join(words, ", ")
}

// optionWords are a pool's own options as --option takes them.
func optionWords(options map[string]any) string {
	var words []string
	for _, k := range slices.Sorted(maps.Keys(options)) {
		text, isText := options[k].(string)
		if !isText {
			// A value that is no JSON never got so far.
			raw, _ := json.Marshal(options[k])
			text = string(raw)
		}
		words = append(words, k+"="+word(text))
	}
	return strings.Join(words, " ")
}

func policyWords(p scheduler.Policy) string {
	var words []string
	if p.QueueWait > 0 {
		words = append(words, "begins within "+p.QueueWait.String())
	}
	if p.RunTime > 0 {
		words = append(words, "ends within "+p.RunTime.String())
	}
	for _, r := range p.Retry {
		words = append(words, retryWords(r))
	}
	if p.Results != "" {
		words = append(words, "results to "+word(p.Results))
	}
	return strings.Join(words, ", ")
}

// retryWords tell one rule: "2 retries on memory, signal 9, after 30s".
func retryWords(r scheduler.RetryRule) string {
	text := english.Plural(r.Times(), "retry", "retries")
	var on []string
	for _, c := range r.Causes {
		on = append(on, string(c))
	}
	for _, n := range r.Codes {
		on = append(on, fmt.Sprintf("code %d", n))
	}
	for _, n := range r.Signals {
		on = append(on, fmt.Sprintf("signal %d", n))
	}
	if len(on) > 0 {
		text += " on " + strings.Join(on, ", ")
	}
	if r.Delay > 0 {
		text += " after " + r.Delay.String()
	}
	return text
}

// resultsWords tell how the bringing of results stands; "": nobody asked for it.
func (a *app) resultsWords(r host.Results) string {
	text := r.State
	switch {
	case r.State == "fetched":
		text += ": " + english.Plural(r.Files, "file", "") + ", " + humanize.IBytes(uint64(max(r.Bytes, 0)))
	case r.Reason != "":
		text += ": " + r.Reason
	}
	if r.State == "waiting" && r.Attempts > 0 {
		text += fmt.Sprintf(" (attempt %d, again %s)", r.Attempts, cmp.Or(a.ago(r.RetryAt), "soon"))
	}
	return text
}
