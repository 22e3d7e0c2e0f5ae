package description

import (
	_ "embed"
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/oceanid/oceanid/sdk/scheduler"
)

//go:embed task.sh
var taskScript string

// Task is the script that runs each task of the job.
func Task(job scheduler.Job) string { return TaskHead() + TaskTail(job) }

// TaskHead is what the scripts of all jobs begin with: nearly all of them.
func TaskHead() string { return taskScript }

// TaskTail is the rest of the job's script.
func TaskTail(job scheduler.Job) string {
	var b strings.Builder
	fmt.Fprintf(&b, "\ntask() {\n")
	if name, found := strings.CutPrefix(job.Command, "./"); found {
		// An input's mode is 0644 unless its owner said otherwise; as the command it must be executable.
		fmt.Fprintf(&b, "\tchmod u+x ./%s\n", Quote(name))
	}
	stdin := "/dev/null"
	if job.Stdin != "" {
		stdin = "./" + job.Stdin
	}
	fmt.Fprintf(&b, "\texec env $reset %s%s \"$@\" <%s\n}\n", environment(job), commandLine(job), Quote(stdin))
	fmt.Fprintf(&b, "\noutputs() {\n\tpack %s\n}\n", Words(outputs(job)...))
	fmt.Fprintf(&b, "\nlive=%v\npacks=%v\nreset=\nmain \"$@\"\n", Streams(job.Tasks()), len(job.Outputs) > 0)
	return b.String()
}

// environment are the arguments of env that set the variables. env, and not the shell, sets them: some shells have read-only ones.
func environment(job scheduler.Job) string {
	var b strings.Builder
	for _, name := range slices.Sorted(maps.Keys(job.Env)) {
		b.WriteString(Quote(name+"="+job.Env[name]) + " ")
	}
	fmt.Fprintf(&b, "%s=\"$index\" %s=%d %s=%s ", scheduler.EnvTaskIndex, scheduler.EnvTaskCount, job.Tasks(), scheduler.EnvToken, job.Token)
	return b.String()
}

// commandLine is the command with the job's arguments. env takes a command with a "=" for a variable. nice, told to change nothing, does not, and hands
// on all else as it is; a shell would set variables of its own.
func commandLine(job scheduler.Job) string {
	words := Words(append([]string{job.Command}, job.Args...)...)
	if strings.Contains(job.Command, "=") {
		return `"$nice" -n 0 ` + words
	}
	return words
}

// outputs are the job's outputs, each once.
func outputs(job scheduler.Job) []string {
	var paths []string
	for _, out := range job.Outputs {
		if !slices.Contains(paths, out) {
			paths = append(paths, out)
		}
	}
	return paths
}
