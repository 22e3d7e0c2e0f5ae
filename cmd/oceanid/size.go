package main

import (
	"math"

	"github.com/dustin/go-humanize"

	"github.com/oceanid/oceanid/sdk/fault"
)

// size is a flag for a number of bytes: 2GiB, 500MB, 1.5 TiB, or just a number.
type size int64

func (s *size) String() string {
	if *s == 0 {
		return ""
	}
	return humanize.IBytes(uint64(*s))
}

// Type is how help shows the flag's value.
func (s *size) Type() string { return "SIZE" }

// Set reads a size.
func (s *size) Set(text string) error {
	n, err := humanize.ParseBytes(text)
	if err != nil || n == 0 || n > math.MaxInt64 {
		return fault.Invalid.New("want a size such as 2GiB or 500MB")
	}
	*s = size(n)
	return nil
}
