package store

import (
	"context"

	"github.com/oceanid/oceanid/sdk/fault"
)

// Quota is how much of a scheduler may be in use at once: what has not ended counts, from the making of a job to the commit that ends it.
type Quota struct {
	// Of is the user whose jobs count; "": those of all.
	Of string
	// Jobs and Tasks are the limits; 0: none.
	Jobs, Tasks int
}

// Usage is what has not ended.
type Usage struct{ Jobs, Tasks int }

// Usage is what users have at a scheduler that has not ended; the user "" stands for all. Those asked for are all in the answer.
func (s *Store) Usage(ctx context.Context, uid string, of []string) (map[string]Usage, error) {
	if err := checkUID(uid); err != nil {
		return nil, err
	}
	usage := make(map[string]Usage, len(of))
	if len(of) == 0 {
		return usage, nil
	}
	fields := make([]string, 0, 2*len(of))
	for _, user := range of {
		fields = append(fields, "j:"+user, "t:"+user)
	}
	read := s.client.HMGet(ctx, slot(uid)+"usage", fields...)
	if err := s.explained(read); err != nil {
		return nil, err
	}
	values := texts(read.Val())
	for i, user := range of {
		usage[user] = Usage{Jobs: int(integer(values[2*i])), Tasks: int(integer(values[2*i+1]))}
	}
	return usage, nil
}

// full says that a job finds no room. what is "jobs" or "tasks", used how many there are.
func (q Quota) full(what, used string, tasks int) error {
	whose, limit, more := "all users together have", q.Jobs, 1
	if q.Of != "" {
		whose = "user " + q.Of + " has"
	}
	if what == "tasks" {
		limit, more = q.Tasks, tasks
	}
	return fault.Exhausted.New("quota: %s %s %s that have not ended, of at most %d; this job would add %d: wait until some have ended, or ask for less", whose, used, what, limit, more)
}
