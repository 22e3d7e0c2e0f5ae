package scheduler

import (
	"context"
	"io"
	"time"
)

// Driver runs jobs on one pool. All methods are called concurrently. Each returns as soon as its ctx is done.
//
// Errors carry a kind of package fault: Invalid for a job that this pool can never run, Unavailable where trying again may help, Denied,
// Exhausted. An error of the transport to the pool is never told as a job's failure.
type Driver interface {
	// Submit hands a job to the pool and returns the pool's identifier. It is idempotent by job.Token: the pool's job is tagged with the token
	// and looked up before anything is submitted, so that a second call with the same token, at any time, from any process, after a
	// crash at any point, returns the first one's identifier and makes no second job.
	//
	// Submit refuses (fault.Invalid) what it cannot carry to the task exactly as it stands in the job. A token that was cancelled before it
	// was handed over may be refused for ever (fault.Conflict).
	Submit(ctx context.Context, job Job) (ID, error)
	// Query yields the state of the tasks of all the named jobs, asking the pool as seldom as it can (once, if possible). A job that the pool
	// does not know any more is yielded as Lost; of one that could not be asked about, or that is being handed over at this moment,
	// nothing is yielded. It stops with yield's error.
	Query(ctx context.Context, q Query, yield func(Status) error) error
	// Cancel ends jobs with all their tasks and processes. It returns when the pool has taken the request; the end comes as news. A job that
	// has ended, or that the pool does not know, is cancelled already.
	Cancel(ctx context.Context, jobs []Ref) error
}

// Holder is a driver whose pool can keep what waits from running.
type Holder interface {
	// Hold keeps the tasks of these jobs that have not begun from running; they are Held from then on, with a reason. It returns when the pool has
	// taken the request. What runs or has ended is left as it is.
	Hold(ctx context.Context, jobs []Ref) error
	// Release lets held tasks wait for their turn again, whoever held them. A job of which nothing is held stays as it is.
	Release(ctx context.Context, jobs []Ref) error
}

// WorkflowRunner is a driver whose pool runs a graph of jobs by an engine of its own.
type WorkflowRunner interface {
	// SubmitWorkflow hands a graph to the pool as one job, idempotent by its token as Submit is. The tasks of that job are those of all nodes, one node
	// after the other: Query, Cancel and the rest then speak of it as of any job.
	SubmitWorkflow(ctx context.Context, w Workflow) (ID, error)
}

// Watcher is a driver that tells changes as they happen. Without it the host polls Query.
type Watcher interface {
	// Watch yields events from the cursor on ("": from the oldest that it can tell) until ctx is done, and then returns nil or ctx's error. What was told
	// before a cursor need not be told again. If it cannot go on from the cursor it yields one Event with Reset and goes on from now.
	// It returns an error only when the pool cannot be watched now; the host comes back with the last cursor. yield blocks while the host is slow, and
	// returns an error as soon as ctx is done; Watch returns then.
	Watch(ctx context.Context, from Cursor, yield func(Event) error) error
}

// LogStreamer is a driver that shows what a task writes.
type LogStreamer interface {
	// Logs writes the task's stream to w from an offset on. Of a task that has not begun it writes nothing. With Follow it goes on until the task
	// has ended and everything is written.
	Logs(ctx context.Context, job Ref, o LogOptions, w io.Writer) error
}

// LogOptions says which bytes of a task's output are wanted.
type LogOptions struct {
	// Task is the task's index.
	Task int
	// Stream is Stdout unless it says Stderr.
	Stream LogStream
	// Offset is the first byte wanted.
	Offset int64
	// Follow waits for more until the task has ended.
	Follow bool
}

// LogStream is one of a task's two outputs.
type LogStream string

// The streams.
const (
	Stdout LogStream = "stdout"
	Stderr LogStream = "stderr"
)

// Uploader is a driver that can bring inputs to the pool. Without it a job with inputs is refused.
type Uploader interface {
	// Upload stages one input for the job with that token, before Submit. r gives exactly in.Size bytes, whose digest the SDK has checked when r
	// ends with io.EOF: on any other error the input must not be used. The same name again replaces the earlier one.
	Upload(ctx context.Context, token string, in Input, r io.Reader) error
}

// Downloader is a driver that can bring results back.
type Downloader interface {
	// Download yields the files that the job left, one after the other in a stable order: the outputs that it named, and nothing but regular
	// files; anything else among them (a link, a device, a pipe) is an error that names it, returned after all the rest was yielded. The reader is
	// valid during the call of yield only.
	Download(ctx context.Context, job Ref, q FileQuery, yield func(File, io.Reader) error) error
}

// FileQuery says which results are wanted. The zero value wants all.
type FileQuery struct {
	// Tasks are the tasks wanted; empty: all.
	Tasks []int
	// Paths are the outputs wanted, as the job named them; empty: all.
	Paths []string
}

// File is one result file.
type File struct {
	// Task is the task that left it.
	Task int `json:"task"`
	// Path is relative to the task's working directory, with "/", without "..".
	Path string `json:"path"`
	// Size is in bytes.
	Size int64 `json:"size"`
	// Mode holds the permission bits.
	Mode uint32 `json:"mode"`
	// Modified is when it was last written; zero: unknown.
	Modified time.Time `json:"modified,omitzero"`
	// SHA256 of the content, lower-case hex; known when the file has been read.
	SHA256 string `json:"sha256,omitempty"`
}

// Prober is a driver that can test its connection.
type Prober interface {
	// Probe really connects to the pool and reports one check after the other ("resolve", "connect", "host key", "authenticate", "version",
	// "queue"). It returns the error of the first that fails, reported as well.
	Probe(ctx context.Context, report func(Check)) error
}

// Check is one step of a probe.
type Check struct {
	// Name is the step.
	Name string `json:"name"`
	// OK tells whether it went well.
	OK bool `json:"ok"`
	// Text is what was found ("HTCondor 23.9.6"), or what is wrong and what to do.
	Text string `json:"text"`
}
