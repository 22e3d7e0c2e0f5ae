package drivertest

import (
	"strconv"

	"github.com/oceanid/oceanid/internal/wire/schedulerv1"
)

func number(n int64) string { return strconv.FormatInt(n, 10) }

// token is one that nobody has used.
func (s *suite) token() string { return "conform-" + s.id + "-" + number(s.tokens.Add(1)) }

// shell is a job that runs a script with arguments.
func (t *trial) shell(script string, args ...string) *schedulerv1.Job {
	return t.suite.shell(script, args...)
}

func (s *suite) shell(script string, args ...string) *schedulerv1.Job {
	return &schedulerv1.Job{
		Token: s.token(), Name: "conformance", Command: "/bin/sh", Args: append([]string{"-c", script, "sh"}, args...),
	}
}

// long is a job that does not end before it is cancelled, as far as any check is concerned.
func (t *trial) long() *schedulerv1.Job {
	return &schedulerv1.Job{Token: t.suite.token(), Name: "conformance", Command: "sleep", Args: []string{"3600"}}
}

// marking is a job that leaves its mark, where it can, and then runs a script.
func (t *trial) marking(script string) *schedulerv1.Job {
	job := t.shell(`[ -z "$1" ] || echo ran >> "$1"; ` + script)
	job.Args = append(job.Args, t.mark(job.GetToken()))
	return job
}

// array makes the job one of so many tasks.
func array(job *schedulerv1.Job, count int64, rows ...[]string) *schedulerv1.Job {
	job.Array = &schedulerv1.Array{Count: count}
	for _, row := range rows {
		job.Array.Args = append(job.Array.Args, &schedulerv1.Args{Args: row})
	}
	return job
}

// refTo is the reference to a job whose identifier is not known yet.
func refTo(job *schedulerv1.Job) *schedulerv1.JobRef {
	return &schedulerv1.JobRef{Token: job.GetToken(), Count: max(1, job.GetArray().GetCount())}
}
