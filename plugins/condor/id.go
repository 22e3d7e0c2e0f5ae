package main

import (
	"fmt"
	"strconv"
	"strings"

	"github.com/oceanid/oceanid/sdk/fault"
	"github.com/oceanid/oceanid/sdk/scheduler"
)

// number is how the schedd counts: a job of many tasks is a cluster, whose process i is its task i; a job of one task is one process, alone in its cluster or
// among other jobs that were handed over with it.
type number struct {
	cluster int
	// proc is -1 for a cluster.
	proc int
}

// numberOf is that of a job with so many tasks, which this process belongs to.
func numberOf(cluster, proc, tasks int) number {
	if tasks != 1 {
		proc = -1
	}
	return number{cluster, proc}
}

// id is the number as the host's identifier: "123.4", or "123" for a cluster.
func (n number) id() scheduler.ID {
	if n.proc < 0 {
		return scheduler.ID(strconv.Itoa(n.cluster))
	}
	return scheduler.ID(fmt.Sprintf("%d.%d", n.cluster, n.proc))
}

// task is which of the job's tasks a process is.
func (n number) task(proc int) int {
	if n.proc < 0 {
		return max(proc, 0)
	}
	return 0
}

// parseNumber reads an identifier. That of a job of one task may lack its process, which is then the first.
func parseNumber(id scheduler.ID, tasks int) (number, error) {
	c, p, found := strings.Cut(string(id), ".")
	cluster, err := strconv.Atoi(c)
	proc := 0
	if err == nil && found {
		proc, err = strconv.Atoi(p)
	}
	if err != nil || cluster < 0 || proc < 0 {
		return number{}, fault.Invalid.New("job %q: an identifier of this driver is a number, CLUSTER or CLUSTER.PROC", id)
	}
	return numberOf(cluster, proc, max(tasks, 1)), nil
}

// sameJob tells whether two identifiers of a job with so many tasks are the same.
func sameJob(a, b scheduler.ID, tasks int) bool {
	if a == b {
		return true
	}
	m, err1 := parseNumber(a, tasks)
	n, err2 := parseNumber(b, tasks)
	return err1 == nil && err2 == nil && m == n
}
