package store

import (
	"bytes"

	"github.com/oceanid/oceanid/sdk/scheduler"
)

// TaskStates is the state of each task of a job in one byte: what a follower keeps in mind.
type TaskStates []byte

// NewTaskStates are those of n tasks that are all in one state.
func NewTaskStates(n int, state scheduler.State) TaskStates {
	code, _ := stateCode(state)
	return bytes.Repeat([]byte{code}, n)
}

// At is the state of one task.
func (t TaskStates) At(task int) scheduler.State { return codeState(t[task]) }

// Set notes a change of count tasks from first on; tasks that there are not are left out.
func (t TaskStates) Set(first, count int, state scheduler.State) {
	code, ok := stateCode(state)
	if !ok {
		return
	}
	for i := max(first, 0); i < min(first+count, len(t)); i++ {
		t[i] = code
	}
}

// Counts is how many tasks are in each state; states without any are left out.
func (t TaskStates) Counts() map[scheduler.State]int {
	var by [256]int
	for _, code := range t {
		by[code]++
	}
	counts := map[scheduler.State]int{}
	for code, n := range by {
		if n > 0 {
			counts[codeState(byte(code))] += n
		}
	}
	return counts
}

// stateCode is the byte that stands for a state in Redis, for ever.
func stateCode(st scheduler.State) (code byte, ok bool) {
	switch st {
	case scheduler.Pending:
		return 'p', true
	case scheduler.Queued:
		return 'q', true
	case scheduler.Running:
		return 'r', true
	case scheduler.Held:
		return 'h', true
	case scheduler.Suspended:
		return 's', true
	case scheduler.Succeeded:
		return 'S', true
	case scheduler.Failed:
		return 'F', true
	case scheduler.Cancelled:
		return 'C', true
	case scheduler.Lost:
		return 'L', true
	}
	return 0, false
}

// codeState is the state for which a byte stands. It is asked of each of many tasks.
func codeState(code byte) scheduler.State {
	switch code {
	case 'q':
		return scheduler.Queued
	case 'r':
		return scheduler.Running
	case 'h':
		return scheduler.Held
	case 's':
		return scheduler.Suspended
	case 'S':
		return scheduler.Succeeded
	case 'F':
		return scheduler.Failed
	case 'C':
		return scheduler.Cancelled
	case 'L':
		return scheduler.Lost
	}
	return scheduler.Pending
}
