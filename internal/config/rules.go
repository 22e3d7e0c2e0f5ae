package config

import (
	"time"

	"github.com/hashicorp/hcl/v2"

	"github.com/oceanid/oceanid/internal/wire/pluginv1"
)

// JobRules is the block "jobs": what the host does about all jobs by itself. Zero is what was left out.
type JobRules struct {
	// Keep is how long the record of a job is kept after its end, KeepFiles how long what it left at the pool; never more than Keep where both are there.
	// 0: for ever.
	Keep, KeepFiles time.Duration
	// LostAfter is how long a pool must deny a job before it counts as lost, Stale after which time without news a state is shown as stale. 0: the usual.
	LostAfter, Stale time.Duration
	// Results is the absolute path of a folder: the outputs of a job that does not say where they go are brought to a folder below it that has the job's
	// ID as its name. "": they stay at the pool.
	Results string
	// Block is where it stands; nil when the file has no such block.
	Block *Block
}

// Quota is a block "quota": how much may be unended at once of each scheduler that it is for. A job is held to all quotas that fit it.
type Quota struct {
	// Scheduler is a name; "": every scheduler, each by itself.
	Scheduler string
	// User is a name; "": all jobs together, "*": each user by itself.
	User string
	// Jobs and Tasks are the limits; 0: none. One of them is there.
	Jobs, Tasks int
	// Block is where it stands.
	Block *Block
}

// EachUser is the User of a quota that each user has.
const EachUser = "*"

// jobsGrammar and quotaGrammar are the two blocks in the words of a driver's schema.
func jobsGrammar() *pluginv1.Block {
	str, duration := &pluginv1.Type{Base: pluginv1.Type_BASE_STRING}, &pluginv1.Type{Base: pluginv1.Type_BASE_DURATION}
	return &pluginv1.Block{Attributes: []*pluginv1.Attribute{
		{Name: "keep", Type: duration, Doc: "How long the record of a job is kept after its end; left out: for ever."},
		{Name: "keep_files", Type: duration, Doc: "How long what a job left at the pool is kept; left out: as long as its record."},
		{Name: "lost_after", Type: duration, Doc: "How long a pool must deny a job before it counts as lost."},
		{Name: "stale", Type: duration, Doc: "After which time without news a state is shown as stale."},
		{Name: "results", Type: str, Doc: "Folder that outputs are brought to; left out: they stay at the pool."},
	}}
}

func quotaGrammar() *pluginv1.Block {
	str, number := &pluginv1.Type{Base: pluginv1.Type_BASE_STRING}, &pluginv1.Type{Base: pluginv1.Type_BASE_INT}
	return &pluginv1.Block{Attributes: []*pluginv1.Attribute{
		{Name: "scheduler", Type: str, Doc: "Name of a scheduler; left out: every one, each by itself."},
		{Name: "user", Type: str, Doc: "Name of a user, or \"*\" for each one by itself; left out: all together."},
		{Name: "jobs", Type: number, Doc: "Jobs that have not ended, at most."},
		{Name: "tasks", Type: number, Doc: "Their tasks, at most."},
	}}
}

// LeastStale is the least that a file may say for stale: what a pool without events is asked comes in about so often when it is slow.
const LeastStale = 30 * time.Second

// jobs takes the block "jobs".
func (l *loader) jobs(b *Block) {
	if first := l.file.Jobs.Block; first != nil {
		l.mark(b.head, "keep one of them", "there is a block jobs already at %s", first.Place())
		return
	}
	var given struct {
		Keep, Stale, Results *string
		KeepFiles            *string `json:"keep_files"`
		LostAfter            *string `json:"lost_after"`
	}
	l.decode(b, &given)
	const ever, usual = "leave it out to keep them for ever", "leave it out for the default"
	l.file.Jobs = JobRules{
		Keep:      l.span(b.at("keep"), "keep", given.Keep, ever),
		KeepFiles: l.span(b.at("keep_files"), "keep_files", given.KeepFiles, ever),
		LostAfter: l.span(b.at("lost_after"), "lost_after", given.LostAfter, usual),
		Stale:     l.span(b.at("stale"), "stale", given.Stale, usual),
		Block:     b,
	}
	if r := l.file.Jobs; r.Stale > 0 && r.Stale < LeastStale {
		l.mark(b.at("stale"), usual, "stale must be at least %v: pools are heard every few seconds, and a state would be shown as stale at most times", LeastStale)
	}
	if given.Results != nil {
		l.file.Jobs.Results = l.path(b.at("results"), *given.Results)
	}
	if r := l.file.Jobs; r.Keep > 0 && r.KeepFiles > r.Keep {
		l.mark(b.at("keep_files"), "without its record nobody knows what a job has left", "keep_files must not be longer than keep")
	}
}

// quota takes a block "quota".
func (l *loader) quota(b *Block) {
	var given struct {
		Scheduler, User string
		Jobs, Tasks     *int64
	}
	l.decode(b, &given)
	q := Quota{Scheduler: given.Scheduler, User: given.User, Block: b}
	for _, other := range l.file.Quotas {
		if other.Scheduler == q.Scheduler && other.User == q.User {
			l.mark(b.head, "keep one of them", "there is a quota for the same at %s", other.Block.Place())
			return
		}
	}
	q.Jobs = int(l.count(b.at("jobs"), "jobs", given.Jobs, 1, mostJobs, "leave it out for no limit"))
	q.Tasks = int(l.count(b.at("tasks"), "tasks", given.Tasks, 1, mostJobs, "leave it out for no limit"))
	if !b.has("jobs") && !b.has("tasks") {
		l.mark(b.head, "add jobs = … or tasks = …", "a quota limits jobs or tasks")
	}
	l.file.Quotas = append(l.file.Quotas, q)
}

// mostJobs is above what any store holds: a greater number is a mistake.
const mostJobs = 1_000_000_000

// at is the range of what an attribute of the block is set to, or of the header if it is not there.
func (b *Block) at(names ...string) hcl.Range {
	var p path
	for _, n := range names {
		p = p.attribute(n)
	}
	return b.find(p, false)
}

// has tells whether a name stands in the block, whatever its value, given whether a path leads to something there.
func (b *Block) has(name string) bool { return b.given(path{}.attribute(name)) }

func (b *Block) given(p path) bool {
	_, exact := inBody(b.body, b.head, p, false)
	return exact
}

// span is a duration that must be more than nothing; hint says what leaving it out means.
func (l *loader) span(at hcl.Range, name string, text *string, hint string) time.Duration {
	if text == nil {
		return 0
	}
	v, err := time.ParseDuration(*text)
	if err != nil || v <= 0 {
		l.mark(at, hint, "%s must be more than nothing", name)
		return 0
	}
	return v
}

// count is a number within bounds.
func (l *loader) count(at hcl.Range, name string, n *int64, least, most int64, hint string) int64 {
	switch {
	case n == nil:
		return 0
	case *n < least:
		l.mark(at, hint, "%s must be at least %d", name, least)
		return 0
	case *n > most:
		l.mark(at, hint, "%s must be at most %d", name, most)
		return 0
	}
	return *n
}
