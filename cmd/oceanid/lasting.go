package main

import (
	"time"

	"github.com/oceanid/oceanid/internal/span"
	"github.com/oceanid/oceanid/sdk/fault"
)

// lasting is a flag for how long something takes: 30s, 1h30m, 2d. It is more than nothing.
type lasting time.Duration

func (l *lasting) String() string {
	if *l == 0 {
		return ""
	}
	return time.Duration(*l).String()
}

// Type is how help shows the flag's value.
func (l *lasting) Type() string { return "TIME" }

// Set reads it as configurations do.
func (l *lasting) Set(text string) error {
	d, err := span.Parse(text)
	if err != nil || d <= 0 {
		return fault.Invalid.New("want a time such as 30s, 1h30m or 2d")
	}
	*l = lasting(d)
	return nil
}
