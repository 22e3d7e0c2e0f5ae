//go:build !linux

package main

import "errors"

func runBeside(_, _ []string) error { return errors.New("a lab runs on Linux alone") }
