package main

import (
	"maps"
	"os"
	"slices"
	"strconv"

	"github.com/oceanid/oceanid/sdk/scheduler"
)

// cleanEnvironment is what the pool gives every task: a few harmless variables of the driver's own environment, and nothing of the secrets that
// may be in the rest.
func cleanEnvironment() map[string]string {
	env := map[string]string{"PATH": "/usr/local/bin:/usr/bin:/bin"}
	for _, name := range []string{"PATH", "HOME", "USER", "LANG", "TZ", "TMPDIR"} {
		if value, ok := os.LookupEnv(name); ok && value != "" {
			env[name] = value
		}
	}
	return env
}

// ownVariables are what marks the processes of one task.
func (k *kept) ownVariables(task int) []string {
	return []string{scheduler.EnvToken + "=" + k.Job.Token, scheduler.EnvTaskIndex + "=" + strconv.Itoa(k.Job.TaskIndex(task))}
}

// environment is a task's whole one, in the order of the names.
func (k *kept) environment(task int) (list []string, path string) {
	env := maps.Clone(k.Base)
	maps.Copy(env, k.Env)
	for _, name := range slices.Sorted(maps.Keys(env)) {
		list = append(list, name+"="+string(env[name]))
	}
	list = append(list, k.ownVariables(task)...)
	return append(list, scheduler.EnvTaskCount+"="+strconv.Itoa(k.Job.Tasks())), string(env["PATH"])
}
