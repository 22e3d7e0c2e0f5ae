package main

import (
	"time"

	"github.com/dustin/go-humanize"
)

// ago is how long ago something was, in words; "" if it never was.
func (a *app) ago(t time.Time) string {
	if t.IsZero() {
		return ""
	}
	return humanize.RelTime(t, a.now(), "ago", "from now")
}

// when is the time with how long ago that was.
func (a *app) when(t time.Time) string {
	if t.IsZero() {
		return ""
	}
	return t.In(a.now().Location()).Format(time.DateTime) + " (" + a.ago(t) + ")"
}

// lasted is how long something took, or has taken until now; "" if it never began.
func (a *app) lasted(from, to time.Time) string {
	if from.IsZero() {
		return ""
	}
	if to.IsZero() {
		to = a.now()
	}
	return max(to.Sub(from), 0).Round(time.Second).String()
}
