package store

import (
	"strconv"
	"time"
)

// How values stand in Redis and what they are in Go.

func millisecond(t time.Time) time.Time { return time.UnixMilli(t.UnixMilli()).UTC() }

func fromMillis(text string) time.Time {
	ms := integer(text)
	if ms == 0 {
		return time.Time{}
	}
	return time.UnixMilli(ms).UTC()
}

// integer reads what only the store itself has written.
func integer(text string) int64 {
	n, _ := strconv.ParseInt(text, 10, 64)
	return n
}

// texts are the values of an HMGET; "" stands for a field that is not there.
func texts(values []any) []string {
	t := make([]string, len(values))
	for i, v := range values {
		t[i], _ = v.(string)
	}
	return t
}

// anys are texts as arguments of a command.
func anys(texts []string) []any {
	all := make([]any, len(texts))
	for i, t := range texts {
		all[i] = t
	}
	return all
}

// lexAfter is the bound of a range in byte order that begins after a member; "" is before all.
func lexAfter(member string) string {
	if member == "" {
		return "-"
	}
	return "(" + member
}

func pageSize(asked, usual int) int {
	const most = 1000
	if asked <= 0 {
		return usual
	}
	return min(asked, most)
}
