package description

import (
	"fmt"
	"path"
	"strings"
	"time"

	"github.com/oceanid/oceanid/plugins/condor/internal/command"
	"github.com/oceanid/oceanid/sdk/scheduler"
)

// The files of a job, in its folder on the access point.
const (
	// TaskFile is the script of [Task].
	TaskFile = "task.sh"
	// WorkDir holds the inputs.
	WorkDir = "work"
	// LogDir holds N.out and N.err of each task N, once it has ended, and before that, where it [Streams], N.out.live and N.err.live. ResultDir holds
	// what it left: N.tar.
	LogDir     = "logs"
	LiveSuffix = ".live"
	ResultDir  = "results"
	// ManifestName is the first member of each N.tar.
	ManifestName = "manifest"
	resultFile   = "results.tar"
	// What a task writes, where it streams.
	stdoutFile = "stdout"
	stderrFile = "stderr"
)

// The job attributes that tell whose a job is. They can be asked for in constraints.
const (
	TokenAttribute = "OceanidToken"
	TasksAttribute = "OceanidTasks"
	// AttemptAttribute names the attempt that handed it over: what came of that can be asked for at once.
	AttemptAttribute = "OceanidAttempt"
	// FetchedAttribute is true of a spooled job whose outputs have been fetched: it may leave the queue.
	FetchedAttribute = "OceanidFetched"
)

// keptAtSchedd is how long the outputs of a spooled job wait to be fetched. It is condor_submit's own limit.
const keptAtSchedd = 10 * 24 * time.Hour

const (
	// Arrays beyond manyTasks are handed over as a factory, from which the schedd makes jobs as the queue drains (manual, "Submitting Lots of Jobs").
	// Making them all at once costs the schedd time that grows with the square of their number; its other users wait meanwhile.
	manyTasks = 500
	// MostIdle is how many of such an array wait in the queue at a time. Those that run are not counted: they are as many as there is room for.
	MostIdle = 200
)

// IsFactory tells whether an array of so many tasks comes into being little by little.
func IsFactory(tasks int) bool { return tasks > manyTasks }

// Streams tells whether what a task writes can be seen while it runs. Each write of a streamed output crosses from the execution point at once,
// which is cheap for hundreds of tasks and not for tens of thousands.
//
// Of an output that it streams HTCondor loses up to 64 KiB at the end, when a task writes faster than they cross (seen in 23.9.6, nine times in ten). So
// what is streamed is only for looking at meanwhile; the task writes to files, which are transferred when it has ended.
func Streams(tasks int) bool { return tasks <= manyTasks }

// Place says where on the access point a job lives. All paths are absolute and of harmless characters.
type Place struct {
	// Dir is the job's folder.
	Dir string
	// Log is the job event log.
	Log string
	// Attempt is the value of AttemptAttribute; "": it is left out.
	Attempt string
	// Spooled tells that the schedd has no part in these folders: what a job needs goes to it with the job, and what it leaves waits there until it is fetched.
	// There is no event log then, and nothing is streamed.
	Spooled bool
}

// Submit is the submit description (manual page of condor_submit).
func Submit(job scheduler.Job, at Place) string {
	d := &lines{}
	d.common(job, at, batchName(job))
	d.executable()
	d.queue(job)
	return d.String()
}

// executable comes just before the queue statement: a description that is cut short before it is none. Since HTCondor 24 one without a queue statement is that
// of one job.
func (d *lines) executable() { d.add("executable", "/bin/sh") }

// CutLast cuts a description before the lines that make it one. last is empty where they are longer than what a pipe takes whole or not at all.
func CutLast(text string) (first, last string) {
	const atomic = 4096 // PIPE_BUF of Linux; POSIX promises 512
	at := strings.LastIndex(text, "\nexecutable = /bin/sh\nqueue ") + 1
	if at == 0 || len(text)-at > atomic {
		return text, ""
	}
	return text[:at], text[at:]
}

// common are all commands but the queue statement.
func (d *lines) common(job scheduler.Job, at Place, name string) {
	d.add("universe", "vanilla")
	d.add("transfer_executable", "false")
	d.add("arguments", `"`+TaskFile+` `+index(job)+ownArguments(job)+`"`)
	d.add("initialdir", at.Dir)
	d.add("My.JobBatchName", name)

	d.add("should_transfer_files", "YES")
	d.add("when_to_transfer_output", "ON_EXIT")
	d.add("transfer_input_files", strings.Join(transferred(job), ", "))
	d.outputs(job, at.Spooled)

	if at.Spooled {
		d.add("leave_in_queue", fmt.Sprintf("JobStatus == 4 && %s =!= true && time() - EnteredCurrentStatus < %d", FetchedAttribute, int(keptAtSchedd.Seconds())))
	} else {
		d.add("log", at.Log)
	}
	// Of submit_event_notes HTCondor 25 tells nothing when a job has a JobBatchName.
	d.add("submit_event_user_notes", Note(job))
	d.add("My."+TokenAttribute, `"`+job.Token+`"`)
	d.add("My."+TasksAttribute, fmt.Sprint(job.Tasks()))
	if at.Attempt != "" {
		d.add("My."+AttemptAttribute, `"`+at.Attempt+`"`)
	}
	d.add("notification", "never")

	d.resources(job)
	// The jobs that a factory makes do not find what was spooled: they are held (HoldReasonCode 14, seen in 23.9.6).
	if IsFactory(job.Tasks()) && !at.Spooled {
		d.add("max_idle", fmt.Sprint(MostIdle))
	}
	for _, line := range command.Lines(job.Options) {
		d.WriteString(line + "\n")
	}
}

// Note is what the event log tells of whose a job is, in the events of its submission.
func Note(job scheduler.Job) string { return fmt.Sprintf("oceanid:%s:%d", job.Token, job.Tasks()) }

// ParseNote reads what Note wrote.
func ParseNote(note string) (token string, tasks int, ok bool) {
	rest, ok := strings.CutPrefix(note, "oceanid:")
	if !ok {
		return "", 0, false
	}
	token, count, _ := strings.Cut(rest, ":")
	n, err := fmt.Sscan(count, &tasks)
	return token, tasks, n == 1 && err == nil && tasks > 0
}

// index is what task.sh is given of the task's index, of each task.
func index(job scheduler.Job) string {
	switch {
	case job.Tasks() == 1:
		return fmt.Sprint(job.TaskIndex(0))
	case hasOwnIndices(job):
		return "$(oceanid_index)"
	}
	return "$(ProcId)"
}

// ownArguments is the place of the item that holds a task's own arguments.
func ownArguments(job scheduler.Job) string {
	if hasOwnArguments(job) {
		return " $(oceanid_packed)"
	}
	return ""
}

func hasOwnIndices(job scheduler.Job) bool { return job.Array != nil && len(job.Array.Indices) > 0 }

func hasOwnArguments(job scheduler.Job) bool { return job.Array != nil && len(job.Array.Args) > 0 }

func transferred(job scheduler.Job) []string {
	if len(job.Inputs) == 0 {
		return []string{TaskFile}
	}
	return []string{TaskFile, WorkDir}
}

// Name is the job's name, or what stands for it.
func Name(job scheduler.Job) string {
	if job.Name == "" {
		return path.Base(job.Command)
	}
	return job.Name
}

// lines is a submit description that grows.
type lines struct{ strings.Builder }

func (l *lines) add(command, value string) { fmt.Fprintf(l, "%s = %s\n", command, value) }

// outputs say what is brought back, and to where.
func (l *lines) outputs(job scheduler.Job, spooled bool) {
	var files, places []string
	back := func(file, place string) {
		files, places = append(files, file), append(places, file+" = "+place)
	}
	// A single job may be any process of its cluster.
	task := "$(ProcId)"
	if job.Tasks() == 1 {
		task = "0"
	}
	live := ""
	if Streams(job.Tasks()) {
		live = LiveSuffix
		back(stdoutFile, LogDir+"/"+task+".out")
		back(stderrFile, LogDir+"/"+task+".err")
	}
	if len(job.Outputs) > 0 {
		back(resultFile, ResultDir+"/"+task+".tar")
		l.add("My.PostCmd", `"/bin/sh"`)
		l.add("My.PostArguments", `"`+TaskFile+` gather"`)
	}
	if len(files) == 0 {
		l.add("transfer_output_files", `""`)
	} else {
		l.add("transfer_output_files", strings.Join(files, ", "))
		l.add("transfer_output_remaps", `"`+strings.Join(places, "; ")+`"`)
	}
	l.add("output", LogDir+"/"+task+".out"+live)
	l.add("error", LogDir+"/"+task+".err"+live)
	l.add("stream_output", fmt.Sprint(live != "" && !spooled))
	l.add("stream_error", fmt.Sprint(live != "" && !spooled))
}

// queue is the last line, or the last lines.
func (l *lines) queue(job scheduler.Job) {
	// With one task the index stands in the arguments.
	indices, rows := hasOwnIndices(job) && job.Tasks() > 1, hasOwnArguments(job)
	switch {
	case indices && rows:
		l.WriteString("queue oceanid_index, oceanid_packed from (\n")
	case indices:
		l.WriteString("queue oceanid_index from (\n")
	case rows:
		l.WriteString("queue oceanid_packed from (\n")
	default:
		fmt.Fprintf(l, "queue %d\n", job.Tasks())
		return
	}
	for task := range job.Tasks() {
		if indices {
			fmt.Fprintf(l, "%d ", job.TaskIndex(task))
		}
		if rows {
			l.WriteString(Pack(job.Array.Args[task]))
		}
		l.WriteByte('\n')
	}
	l.WriteString(")\n")
}
