package results

import (
	"fmt"
	"strings"

	"github.com/oceanid/oceanid/sdk/fault"
	"github.com/oceanid/oceanid/sdk/scheduler"
)

// refusals are the files that were not brought: the first of them by name, the others by number.
type refusals struct {
	named []string
	more  int
}

const mostNamed = 20

func (r *refusals) add(f scheduler.File, reason string) {
	if len(r.named) == mostNamed {
		r.more++
		return
	}
	r.named = append(r.named, fmt.Sprintf("%.300q of task %d (%s)", f.Path, f.Task, reason))
}

func (r *refusals) err() error {
	if len(r.named) == 0 {
		return nil
	}
	text := strings.Join(r.named, ", ")
	if r.more > 0 {
		text += fmt.Sprintf(", and %d more", r.more)
	}
	return fault.By(fault.Driver, fault.Invalid.New("results that were not brought: %s", text))
}
