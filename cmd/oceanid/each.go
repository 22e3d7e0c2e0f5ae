package main

import (
	"errors"
	"fmt"
)

// each does something to each of several things, whatever becomes of the others, and tells which it was done to: word is what was done to them. do answers false for
// a thing to which nothing had to be done.
func (a *app) each(word string, names []string, do func(name string) (done bool, err error)) error {
	var failed []error
	well := []string{}
	for _, name := range names {
		done, err := do(name)
		failed = append(failed, err)
		if err != nil || !done {
			continue
		}
		well = append(well, name)
		if a.format == asTable {
			fmt.Fprintln(a.out, word, clean(name))
		}
	}
	if a.format == asJSON {
		failed = append(failed, a.document(map[string][]string{word: well}))
	}
	return errors.Join(failed...)
}
