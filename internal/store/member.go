package store

import (
	"context"
	"time"
)

// A job stands in its scheduler's indexes as a member: 10 characters of time, whose byte order is that of time to the millisecond, and the 26 of its
// identifier, whose order says nothing. Members are the cursors of lists as well. The time is that of the job's making, but in the index of ended jobs,
// where it is when the store was told that the job had ended.
const (
	instantLength = 10
	memberLength  = instantLength + tailLength
)

// instant is a time as members have it.
func instant(t time.Time) string {
	ms := max(t.UnixMilli(), 0)
	var text [instantLength]byte
	for i := instantLength - 1; i >= 0; i-- {
		text[i] = alphabet[ms&31]
		ms >>= 5
	}
	return string(text[:])
}

// member is the place of a job in its scheduler's indexes.
func (j Job) member() string { return instant(j.Created) + jobTail(j.ID) }

func validMember(m string) bool { return len(m) == memberLength && inAlphabet(m) }

// jobOfMember is the identifier of the job that stands in an index of the scheduler.
func jobOfMember(uid, member string) string { return uid + "-" + member[instantLength:] }

func jobsOfMembers(uid string, members []string) []string {
	ids := make([]string, len(members))
	for i, m := range members {
		ids[i] = jobOfMember(uid, m)
	}
	return ids
}

// memberAfter is the bound of a range that begins after a job; field names which of its members: "member", or "ended". Without a job, and when it is gone,
// that is the beginning.
func (s *Store) memberAfter(ctx context.Context, uid, id, field string) (string, error) {
	if owner, ok := JobScheduler(id); !ok || owner != uid {
		return "-", nil
	}
	read := s.client.HGet(ctx, slot(uid)+"job:"+id, field)
	if err := s.explained(read); err != nil {
		return "", err
	}
	return lexAfter(read.Val()), nil
}
