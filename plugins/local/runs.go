package main

import (
	"slices"
	"sort"
)

// runs are the states of all tasks of a job, as records without gap or overlap in the order of the tasks. Neighbours that are alike are one
// record, whose time is that of the latest of them: a million tasks that succeeded are one record.
type runs []record

// at is the record that speaks of the task.
func (rs runs) at(task int) record { return rs[rs.index(task)] }

// index is the place of the record that speaks of the task, or len(rs).
func (rs runs) index(task int) int {
	return sort.Search(len(rs), func(i int) bool { return rs[i].end() > task })
}

// set puts r in the place of what was known about its tasks. Tasks that rs does not have are left out.
func (rs runs) set(r record) runs {
	if len(rs) == 0 {
		return rs
	}
	first, last := max(r.Task, 0), min(r.end(), rs[len(rs)-1].end())
	if first >= last {
		return rs
	}
	r.Task, r.Count = first, last-first
	i, j := rs.index(first), rs.index(last-1)
	parts := make([]record, 0, 5)
	add := func(p record) {
		if n := len(parts); n > 0 && parts[n-1].alike(p) {
			parts[n-1].Count += p.Count
			if p.Time.After(parts[n-1].Time) {
				parts[n-1].Time = p.Time
			}
			return
		}
		parts = append(parts, p)
	}
	lo, hi := i, j+1
	if i > 0 {
		lo--
		add(rs[lo])
	}
	if before := rs[i]; before.Task < first {
		before.Count = first - before.Task
		add(before)
	}
	add(r)
	if after := rs[j]; after.end() > last {
		after.Count = after.end() - last
		after.Task = last
		add(after)
	}
	if hi < len(rs) {
		add(rs[hi])
		hi++
	}
	return slices.Replace(rs, lo, hi, parts...)
}

// ended tells whether every task has.
func (rs runs) ended() bool {
	for _, r := range rs {
		if !r.State.Terminal() {
			return false
		}
	}
	return true
}
