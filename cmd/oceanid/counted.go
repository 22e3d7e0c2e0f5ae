package main

import (
	"strconv"

	"github.com/oceanid/oceanid/sdk/fault"
)

// counted is a flag for how many of something there are to be: one at least.
type counted int

func (c *counted) String() string {
	if *c == 0 {
		return ""
	}
	return strconv.Itoa(int(*c))
}

// Type is how help shows the flag's value.
func (c *counted) Type() string { return "N" }

// Set reads a number.
func (c *counted) Set(text string) error {
	n, err := strconv.Atoi(text)
	if err != nil || n < 1 {
		return fault.Invalid.New("want a whole number, 1 or more")
	}
	*c = counted(n)
	return nil
}
