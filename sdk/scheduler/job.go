package scheduler

import "time"

// ID is a pool's own identifier of a job: opaque to the host, made by the driver, at most 512 bytes.
type ID string

// Job is what to run. The zero value of every field but Command is usable.
type Job struct {
	// Token tags the job at the pool, for ever unique, [A-Za-z0-9-] and at most 64 bytes. The host makes it; what a portal writes here is replaced.
	Token string `json:"token,omitempty"`
	// Name is for people: any text without control characters. Default: the base name of Command.
	Name string `json:"name,omitempty"`
	// Command is the program: an absolute path on the pool, a name that is looked up on the PATH there, or "./NAME" of an input. It is never
	// given to a shell.
	Command string `json:"command"`
	// Args are its arguments, each arriving as it stands here.
	Args []string `json:"args,omitempty"`
	// Env is added to the environment that the pool gives a task. Names are [A-Za-z_][A-Za-z0-9_]*.
	Env map[string]string `json:"env,omitempty"`
	// Stdin names the input that every task reads as its standard input. Default: an empty one.
	Stdin string `json:"stdin,omitempty"`
	// Inputs are the files that each task finds in its working directory.
	Inputs []Input `json:"inputs,omitempty"`
	// Outputs are the files and folders, relative to a task's working directory, that Download brings back. Standard output and error are
	// kept besides; a task that leaves an output out has not failed by that.
	Outputs []string `json:"outputs,omitempty"`
	// Array runs the job as many tasks. Default: one.
	Array *Array `json:"array,omitempty"`
	// Resources are asked for each task.
	Resources Resources `json:"resources,omitzero"`
	// Options are what only this kind of pool understands, under the pool's own names: of HTCondor, submit commands. A value is a string, a boolean, a
	// number, or a list of strings. A driver that is no [OptionTaker] takes no job that has any.
	Options map[string]any `json:"options,omitempty"`
	// Labels are the portal's own; a driver may show them at the pool.
	Labels map[string]string `json:"labels,omitempty"`
	// User is who asked for the job, in the portal's words: for lists and accounting, not for authority.
	User string `json:"user,omitempty"`
	// Groups are who else may see it, in the portal's words: for lists. They do not cross to the driver.
	Groups []string `json:"groups,omitempty"`
	// Key is the portal's own name of this wish, at most 256 bytes: submitting to the same scheduler with the same key again, from any process at any
	// time, gives the job of the first time and runs nothing. It does not cross to the driver. Default: each submission is a wish of its own.
	Key string `json:"key,omitempty"`
	// Policy is what the host does about the job by itself. It does not cross to the driver.
	Policy Policy `json:"policy,omitzero"`
}

// Input is a file that the host brings to the pool before it submits the job.
type Input struct {
	// Name is the relative path, with "/", in the task's working directory. Default: the base name of Path.
	Name string `json:"name"`
	// Path is where the host reads it, on the host's machine. It does not cross to the driver.
	Path string `json:"path,omitempty"`
	// Data is the content itself, in place of Path. It does not cross with the job but as the upload's bytes.
	Data []byte `json:"data,omitempty"`
	// Mode holds the permission bits. Default: those of Path, or 0644.
	Mode uint32 `json:"mode,omitempty"`
	// Size and SHA256 (lower-case hex) describe the content; the host fills them in.
	Size   int64  `json:"size"`
	SHA256 string `json:"sha256,omitempty"`
}

// Array makes a job of many tasks. Task i, counted from 0, finds i (or Indices[i]) in the environment variable OCEANID_TASK_INDEX and Count in
// OCEANID_TASK_COUNT; a job without an array is task 0 of 1.
type Array struct {
	// Count is the number of tasks, at least 1.
	Count int `json:"count"`
	// Args, where it is not empty, has Count rows: what is added to the job's own arguments for that task.
	Args [][]string `json:"args,omitempty"`
	// Indices, where it is not empty, has Count numbers: what task i finds in OCEANID_TASK_INDEX in place of i. So some tasks of an array can be run once
	// more, and find themselves who they were.
	Indices []int `json:"indices,omitempty"`
}

// The environment variables that every driver sets for every task.
const (
	EnvTaskIndex = "OCEANID_TASK_INDEX"
	EnvTaskCount = "OCEANID_TASK_COUNT"
	EnvToken     = "OCEANID_JOB_TOKEN"
)

// Resources are what each task asks for. A zero field leaves the choice to the pool.
type Resources struct {
	// CPUs is the number of cores.
	CPUs float64 `json:"cpus,omitempty"`
	// Memory and Disk are bytes.
	Memory int64 `json:"memory,omitempty"`
	Disk   int64 `json:"disk,omitempty"`
	// GPUs is the number of graphics processors.
	GPUs int `json:"gpus,omitempty"`
	// RunTime is the longest that a task may run; then it is ended and has failed.
	RunTime time.Duration `json:"run_time,omitempty"`
}

// Tasks is the number of tasks of the job: that of its array, or 1.
func (j Job) Tasks() int {
	if j.Array == nil {
		return 1
	}
	return j.Array.Count
}

// TaskArgs are the whole arguments of one task.
func (j Job) TaskArgs(task int) []string {
	if j.Array == nil || len(j.Array.Args) == 0 {
		return j.Args
	}
	own := j.Array.Args[task]
	return append(append(make([]string, 0, len(j.Args)+len(own)), j.Args...), own...)
}

// TaskIndex is what one task finds in OCEANID_TASK_INDEX.
func (j Job) TaskIndex(task int) int {
	if j.Array == nil || len(j.Array.Indices) == 0 {
		return task
	}
	return j.Array.Indices[task]
}

// Ref names a job to a driver: by the pool's identifier, with what else the host knows, so that a driver needs no memory of its own.
type Ref struct {
	// ID is what Submit returned. It is empty where the host does not know whether Submit came through: the driver then goes by the token.
	ID ID `json:"id"`
	// Token is the job's token.
	Token string `json:"token"`
	// Tasks is the number of tasks that it was submitted with.
	Tasks int `json:"tasks"`
}
