package main

import (
	"fmt"
	"io"
	"os"
	"strings"
	"time"

	"github.com/oceanid/oceanid/host"
)

// view shows what happens to one job. close ends it; nothing is shown after that.
type view interface {
	show(host.Event) error
	close()
}

// watchView shows a job on standard output, as the result of a command.
func (a *app) watchView(job *host.Job) view {
	if a.format == asJSON {
		return &lineView{print: func(e host.Event) error { return a.line(e) }}
	}
	return a.viewOn(a.out, job)
}

// waitView shows a job beside the result of a command.
func (a *app) waitView(job *host.Job) view {
	if a.format == asJSON {
		return &lineView{print: func(host.Event) error { return nil }}
	}
	return a.viewOn(a.err, job)
}

func (a *app) viewOn(w io.Writer, job *host.Job) view {
	if f, ok := terminal(w); ok {
		return a.newLiveView(f, job)
	}
	told := ""
	return &lineView{print: func(e host.Event) error {
		// What changed may be nothing that a person sees here.
		news := story(a.painter(w), e, job.Tasks)
		if news == told {
			return nil
		}
		told = news
		_, err := fmt.Fprintln(w, e.Time.In(a.now().Location()).Format(time.DateTime), news)
		return err
	}}
}

// lineView shows each change on a line of its own.
type lineView struct{ print func(host.Event) error }

func (v *lineView) show(e host.Event) error { return v.print(e) }
func (v *lineView) close()                  {}

// liveView shows a job in one line of a terminal.
type liveView struct {
	*liveLine
	last host.Event
}

func (a *app) newLiveView(to *os.File, job *host.Job) *liveView {
	v := &liveView{last: host.Event{State: job.State, Reason: job.Reason, Counts: job.Counts}}
	v.liveLine = newLiveLine(to, func() string {
		end := job.Ended
		if v.last.State.Terminal() && end.IsZero() {
			end = v.last.Time
		}
		return fmt.Sprintf("%s  %s  %s", clean(job.Name), a.lasted(job.Created, end), story(a.painter(to), v.last, job.Tasks))
	})
	return v
}

func (v *liveView) show(e host.Event) error {
	v.change(func() { v.last = e })
	return nil
}

// story is what an event tells: the state, how far the tasks are, and the reason.
func story(paint painter, e host.Event, tasks int) string {
	words := []string{paint(state(e.State))}
	if tasks > 1 {
		words = append(words, bar(e, tasks), done(e.Counts, tasks), "("+tally(e.Counts)+")")
	}
	if reason := why(e.State, e.Reason, e.Native); reason != "" {
		words = append(words, clean(reason))
	}
	return strings.Join(words, " ")
}

// bar draws how many tasks have ended.
func bar(e host.Event, tasks int) string {
	const length = 20
	n := 0
	for s, count := range e.Counts {
		if s.Terminal() {
			n += count
		}
	}
	full := length * n / tasks
	return "[" + strings.Repeat("#", full) + strings.Repeat(".", length-full) + "]"
}
