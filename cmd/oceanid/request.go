package main

import (
	"encoding/json"
	"slices"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"github.com/oceanid/oceanid/sdk/fault"
	"github.com/oceanid/oceanid/sdk/scheduler"
)

// request is what flags say of a job.
type request struct {
	name, stdin, user            string
	env, inputs, outputs, labels []string
	options                      []string
	array                        counted
	gpus                         int
	cpus                         float64
	memory, disk                 size
	runTime                      lasting
}

func (r *request) flags(cmd *cobra.Command) {
	f := cmd.Flags()
	f.StringVar(&r.name, "name", "", "a `TEXT` for people (default: that of the command)")
	f.StringVar(&r.user, "user", "", "`WHO` asks for it, for lists")
	f.StringArrayVar(&r.labels, "label", nil, "a label, as `KEY=VALUE`; repeatable")
	f.StringArrayVar(&r.env, "env", nil, "an environment variable, as `NAME=VALUE`; repeatable")
	f.StringArrayVar(&r.inputs, "input", nil, "a file to bring along, as `PATH[:NAME]`, with the name that the job finds it by; repeatable")
	f.StringArrayVar(&r.outputs, "output", nil, "a result to keep: the `PATH` of a file or folder where the job runs; repeatable")
	f.StringVar(&r.stdin, "stdin", "", "the `NAME` of the input that is the standard input")
	f.Var(&r.array, "array", "run it as `N` tasks, each with its number from 0 in OCEANID_TASK_INDEX")
	f.Float64Var(&r.cpus, "cpus", 0, "`N` cores for each task")
	f.Var(&r.memory, "memory", "memory for each task, such as 2GiB")
	f.Var(&r.disk, "disk", "disk space for each task, such as 10GB")
	f.IntVar(&r.gpus, "gpus", 0, "`N` graphics processors for each task")
	f.Var(&r.runTime, "run-time", "the longest `TIME` that a task may run, such as 1h30m or 2d")
	f.StringArrayVar(&r.options, "option", nil, "an option of this kind of pool, as `KEY=VALUE` (at HTCondor +NAME=VALUE is an attribute of your own); JSON is what it looks like; repeatable")
	files(cmd, "input")
}

// job is the job that is asked for.
func (r *request) job(command []string) (scheduler.Job, error) {
	j := scheduler.Job{
		Name: r.name, Command: command[0], Args: command[1:], Stdin: r.stdin, Outputs: r.outputs, User: r.user,
		Resources: scheduler.Resources{CPUs: r.cpus, Memory: int64(r.memory), Disk: int64(r.disk), GPUs: r.gpus, RunTime: time.Duration(r.runTime)},
	}
	switch {
	case r.cpus < 0:
		return j, fault.Invalid.New("--cpus cannot be negative")
	case r.gpus < 0:
		return j, fault.Invalid.New("--gpus cannot be negative")
	}
	if r.array > 0 {
		j.Array = &scheduler.Array{Count: int(r.array)}
	}
	var err error
	if j.Env, err = pairs("--env", r.env); err != nil {
		return j, err
	}
	if j.Labels, err = pairs("--label", r.labels); err != nil {
		return j, err
	}
	if j.Options, err = options(r.options); err != nil {
		return j, err
	}
	for _, given := range r.inputs {
		j.Inputs = append(j.Inputs, input(given))
	}
	return j, nil
}

// options are the pool's own: what is JSON of a number, a bool, a text or a list of texts is that, and all else is text.
func options(given []string) (map[string]any, error) {
	texts, err := pairs("--option", given)
	if err != nil || texts == nil {
		return nil, err
	}
	all := make(map[string]any, len(texts))
	for k, text := range texts {
		var v any
		if json.Unmarshal([]byte(text), &v) != nil {
			v = text
		}
		switch v := v.(type) {
		case nil, map[string]any:
			all[k] = text
		case []any:
			if slices.ContainsFunc(v, func(item any) bool { _, ok := item.(string); return !ok }) {
				return nil, fault.Invalid.New("--option %[1]s: a list holds texts only, as in %[1]s='[\"a\", \"b\"]'", k)
			}
			all[k] = v
		default:
			all[k] = v
		}
	}
	return all, nil
}

// input takes PATH[:NAME] apart at its last colon. Without a name the file keeps its own.
func input(given string) scheduler.Input {
	if i := strings.LastIndexByte(given, ':'); i >= 0 {
		return scheduler.Input{Path: given[:i], Name: given[i+1:]}
	}
	return scheduler.Input{Path: given}
}
