package main

import (
	"fmt"
	"regexp"
	"strings"
	"time"

	"github.com/oceanid/oceanid/sdk/scheduler"
)

// explanation puts into words why the task waits. What nothing can mend but a change of the job comes first, then what passes.
func (w *waiting) explanation() scheduler.Explanation {
	e := scheduler.Explanation{}
	for _, look := range []func() (summary, advice string){w.noSlots, w.tooBig, w.unmet, w.notYet, w.noNegotiator, w.limited, w.unwanted, w.busy, w.otherRefusal} {
		if summary, advice := look(); summary != "" {
			e.Summary, e.Advice = summary, advice
			break
		}
	}
	if e.Summary == "" {
		e.Summary = "A machine is free for it: it begins when the negotiator next gives machines to jobs."
	}
	e.Points = w.points()
	return e
}

func (w *waiting) noSlots() (string, string) {
	if len(w.slots) > 0 {
		return "", ""
	}
	return "The pool has no machine now.", "An operator should look after the pool's execution points: the collector knows of none."
}

// resource is one of the things that are asked for.
type resource struct {
	of   func(asked) float64
	text func(float64) string
}

var resources = []resource{
	{func(a asked) float64 { return a.cpus }, func(n float64) string { return count(n, "processor") }},
	{func(a asked) float64 { return a.memory }, func(n float64) string { return size(n*(1<<20)) + " of memory" }},
	{func(a asked) float64 { return a.disk }, func(n float64) string { return size(n*(1<<10)) + " of disk" }},
	{func(a asked) float64 { return a.gpus }, func(n float64) string { return count(n, "GPU") }},
}

func count(n float64, what string) string {
	if n == 1 {
		return "1 " + what
	}
	return fmt.Sprintf("%g %ss", n, what)
}

// size is in the units in which HTCondor takes them: 1 GB is 1024 MB.
func size(bytes float64) string {
	for _, unit := range []string{"B", "KB", "MB"} {
		if bytes < 1024 {
			return fmt.Sprintf("%.4g %s", bytes, unit)
		}
		bytes /= 1024
	}
	return fmt.Sprintf("%.4g GB", bytes)
}

const lessAdvice = "Ask for less, or ask the pool's administrators for a bigger machine."

// tooBig finds what no slot has, were it free.
func (w *waiting) tooBig() (string, string) {
	var wanted []string
	fits := false
	for _, o := range w.slots {
		fits = fits || w.asks.within(o.full)
	}
	if fits {
		return "", ""
	}
	for _, r := range resources {
		want, most := r.of(w.asks), 0.0
		for _, o := range w.slots {
			most = max(most, r.of(o.full))
		}
		switch {
		case want > most && most == 0:
			return fmt.Sprintf("It asks for %s, and no slot of this pool has any.", r.text(want)), lessAdvice
		case want > most:
			return fmt.Sprintf("It asks for %s; the biggest slot of this pool has %s.", r.text(want), r.text(most)), lessAdvice
		case want > 0:
			wanted = append(wanted, r.text(want))
		}
	}
	return fmt.Sprintf("It asks for %s together; this pool has slots with as much of each, but none with all of it.", strings.Join(wanted, ", ")), lessAdvice
}

// unmet finds conditions that no slot meets, of those that do not depend on the time.
func (w *waiting) unmet() (string, string) {
	var unmet []string
	for i, c := range w.conditions {
		if w.met(i) == 0 && !strings.Contains(c.Text, "Deferral") {
			unmet = append(unmet, plain(c.Text))
		}
	}
	const advice = "Change the job's requirements, or ask the pool's administrators which machines there are."
	if len(unmet) > 0 {
		return "No machine of this pool meets what the job requires: " + strings.Join(unmet, "; ") + ".", advice
	}
	for _, o := range w.slots {
		if o.could(w) || w.later() {
			return "", ""
		}
	}
	return "Machines of this pool meet each of the job's conditions, but none meets them all.", advice
}

func (w *waiting) met(condition int) int {
	n := 0
	for _, o := range w.slots {
		if o.meets[condition] {
			n++
		}
	}
	return n
}

var target = regexp.MustCompile(`(?i)\btarget\.`)

// plain leaves out of a condition what says nothing to people.
func plain(condition string) string { return target.ReplaceAllString(condition, "") }

// later tells whether the job itself says that it is to begin later.
func (w *waiting) later() bool { return w.begins.After(w.now) }

func (w *waiting) notYet() (string, string) {
	if !w.later() {
		return "", ""
	}
	return fmt.Sprintf("It is to begin at %s, and not before.", w.begins.UTC().Format(time.DateTime+" UTC")), ""
}

func (w *waiting) noNegotiator() (string, string) {
	if w.silent == "" {
		return "", ""
	}
	return "The pool's negotiator, which gives machines to jobs, does not answer: nothing new begins until it does.", "An operator should look after the pool's central manager."
}

func (w *waiting) limited() (string, string) {
	switch {
	case w.limit == "":
		return "", ""
	case w.most == "":
		return fmt.Sprintf("As many jobs as may use %q at once do so now: the pool's limit of it is reached.", w.limit), ""
	}
	return fmt.Sprintf("The pool's limit of %s for %q is reached: others use it now, or the job asks for more than there is.", w.most, w.limit), ""
}

// unwanted tells of machines whose own rules refuse the task.
func (w *waiting) unwanted() (string, string) {
	if w.refusing == 0 || w.willing > 0 {
		return "", ""
	}
	return "The machines that could run it refuse it by rules of their own, such as START.", "Ask the pool's administrators whom those machines are for, or when they are free."
}

// busy tells of machines that could run the task and have no room.
func (w *waiting) busy() (string, string) {
	could := 0
	for _, o := range w.slots {
		if !o.could(w) {
			continue
		}
		if o.isFree(w) {
			return "", ""
		}
		could++
	}
	where := "All slots that could run it are busy"
	if could == 1 {
		where = "The one slot that could run it is busy"
	}
	switch {
	case w.before == 1:
		return where + ", and 1 task of its owner is before it.", ""
	case w.before > 0:
		return fmt.Sprintf("%s, and %d tasks of its owner are before it.", where, w.before), ""
	}
	return where + "; of its owner's tasks it is the next.", ""
}

// quiet are refusals that say no more than what the slots do.
var quiet = regexp.MustCompile(`^(no match found)?$`)

func (w *waiting) otherRefusal() (string, string) {
	if quiet.MatchString(w.refused) {
		return "", ""
	}
	return "The negotiator gave it no machine when it last looked: " + w.refused + ".", "Quotas and shares are the pool's administrators' matter."
}

// points are what was looked at.
func (w *waiting) points() []string {
	var all []string
	add := func(format string, args ...any) { all = append(all, fmt.Sprintf(format, args...)) }
	for i, c := range w.conditions {
		if met := w.met(i); met < len(w.slots) {
			add("Its condition %s is met by %d of %s.", plain(c.Text), met, count(float64(len(w.slots)), "slot"))
		}
	}
	if len(w.slots) > 0 {
		could, free := 0, 0
		for _, o := range w.slots {
			if o.could(w) {
				could++
				if o.isFree(w) {
					free++
				}
			}
		}
		add("Of %s %d could run it, and %d of them could now.", count(float64(len(w.slots)), "slot"), could, free)
	}
	if w.refusing > 0 {
		add("By their own rules %s would refuse it.", count(float64(w.refusing), "slot"))
	}
	if w.silent != "" {
		add("The negotiator: %s.", w.silent)
	}
	if w.refused != "" {
		add("The negotiator said when it last looked at it: %s.", w.refused)
	}
	add("Before it %s of its owner; in all %s at this schedd.", wait(w.before), wait(w.everybody))
	return all
}

func wait(n int) string {
	if n == 1 {
		return "1 task waits"
	}
	return fmt.Sprintf("%d tasks wait", n)
}
