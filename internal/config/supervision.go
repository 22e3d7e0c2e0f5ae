package config

import (
	"math"
	"time"

	"github.com/dustin/go-humanize"
	"github.com/hashicorp/hcl/v2"

	"github.com/oceanid/oceanid/internal/wire/pluginv1"
)

// Limits is the block "limits" of a driver: what the driver may use of the host. Zero is what was left out.
type Limits struct {
	// Calls is how many calls may be under way in the driver, SchedulerCalls how many of them for one scheduler, and Queue how many may wait. 0: the
	// usual.
	Calls, SchedulerCalls, Queue int
	// Memory is in bytes; Files are open files of a process; Processes are processes and their threads. 0: unlimited.
	Memory, Files, Processes int64
}

// Restart is the block "restart" of a driver: how often and how fast it is started again after crashes. Zero is what was left out: the usual.
type Restart struct {
	// Max is how many crashes within Within are followed by a restart.
	Max    int
	Within time.Duration
	// Backoff is the longest delay before the first restart, which doubles up to MaxBackoff.
	Backoff, MaxBackoff time.Duration
}

// Bounds of what an operator may set: below them no driver starts, above them the number is a mistake.
const (
	leastMemory    = 32 << 20
	leastFiles     = 32
	leastProcesses = 32
	mostCalls      = 100_000
)

// limitsGrammar and restartGrammar are the two blocks in the words of a driver's schema.
func limitsGrammar() *pluginv1.Block {
	str, number := &pluginv1.Type{Base: pluginv1.Type_BASE_STRING}, &pluginv1.Type{Base: pluginv1.Type_BASE_INT}
	return &pluginv1.Block{Attributes: []*pluginv1.Attribute{
		{Name: "calls", Type: number, Doc: "Calls under way in the driver at most."},
		{Name: "queue", Type: number, Doc: "Calls that may wait for their turn."},
		{Name: "scheduler_calls", Type: number, Doc: "Calls under way for one scheduler at most."},
		{Name: "memory", Type: str, Doc: "Memory of the driver, as in \"512MiB\"; left out: unlimited."},
		{Name: "files", Type: number, Doc: "Open files of the driver; left out: as many as the host may."},
		{Name: "processes", Type: number, Doc: "Processes and threads of the driver; left out: unlimited."},
	}}
}

func restartGrammar() *pluginv1.Block {
	number, duration := &pluginv1.Type{Base: pluginv1.Type_BASE_INT}, &pluginv1.Type{Base: pluginv1.Type_BASE_DURATION}
	return &pluginv1.Block{Attributes: []*pluginv1.Attribute{
		{Name: "max", Type: number, Doc: "Crashes within the time below that are followed by a restart."},
		{Name: "within", Type: duration, Doc: "The time in which crashes are counted."},
		{Name: "backoff", Type: duration, Doc: "Longest delay before the first restart; it doubles with each crash."},
		{Name: "max_backoff", Type: duration, Doc: "Where the doubling ends."},
	}}
}

// supervision is what a driver's block says of them, as it is decoded. What was left out is nil.
type supervision struct {
	Idle   *string
	Limits struct {
		Calls, Queue, Files, Processes *int64
		SchedulerCalls                 *int64 `json:"scheduler_calls"`
		Memory                         *string
	}
	Restart struct {
		Max             *int64
		Within, Backoff *string
		MaxBackoff      *string `json:"max_backoff"`
	}
}

// supervision fills in a driver's life and limits.
func (l *loader) supervision(d *Driver, given supervision) {
	const usual = "leave it out for the default"
	at := d.Block.at
	count := func(block, name string, n *int64, least, most int64) int64 {
		return l.count(at(block, name), block+"."+name, n, least, most, usual)
	}
	span := func(block, name string, text *string) time.Duration {
		return l.span(at(block, name), block+"."+name, text, usual)
	}
	if given.Idle != nil {
		// The check before has seen that it is a duration.
		if v, err := time.ParseDuration(*given.Idle); err == nil {
			d.Idle = &v
		}
	}
	g := given.Limits
	d.Limits = Limits{
		Calls:          int(count("limits", "calls", g.Calls, 1, mostCalls)),
		SchedulerCalls: int(count("limits", "scheduler_calls", g.SchedulerCalls, 1, mostCalls)),
		Queue:          int(count("limits", "queue", g.Queue, 1, mostCalls)),
		Memory:         l.size(at("limits", "memory"), "limits.memory", g.Memory, leastMemory),
		Files:          count("limits", "files", g.Files, leastFiles, math.MaxInt32),
		Processes:      count("limits", "processes", g.Processes, leastProcesses, math.MaxInt32),
	}
	r := given.Restart
	d.Restart = Restart{
		Max:        int(count("restart", "max", r.Max, 1, mostCalls)),
		Within:     span("restart", "within", r.Within),
		Backoff:    span("restart", "backoff", r.Backoff),
		MaxBackoff: span("restart", "max_backoff", r.MaxBackoff),
	}
	if r := d.Restart; r.Backoff > 0 && r.MaxBackoff > 0 && r.Backoff > r.MaxBackoff {
		l.mark(at("restart", "max_backoff"), "make it the longer of the two", "restart.max_backoff must not be less than restart.backoff")
	}
	if d.Limits.Calls > 0 && d.Limits.SchedulerCalls > d.Limits.Calls {
		l.mark(at("limits", "scheduler_calls"), "make calls more, or scheduler_calls less", "limits.scheduler_calls must not be more than limits.calls")
	}
}

// size is a number of bytes that is written with its unit.
func (l *loader) size(at hcl.Range, name string, text *string, least int64) int64 {
	if text == nil {
		return 0
	}
	n, err := humanize.ParseBytes(*text)
	_, unitless := number(*text)
	switch {
	case err != nil || unitless || n > math.MaxInt64:
		l.mark(at, `write a number and its unit: "512MiB", "2GiB"`, "%s must be a size", name)
		return 0
	case n < uint64(least):
		l.mark(at, "leave it out for no limit", "%s must be at least %s: with less no driver starts", name, humanize.IBytes(uint64(least)))
		return 0
	}
	return int64(n)
}
