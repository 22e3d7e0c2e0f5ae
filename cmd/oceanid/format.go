package main

import (
	"encoding/json"

	"github.com/oceanid/oceanid/sdk/fault"
)

// format is how a command shows its result.
type format string

const (
	asTable format = "table"
	asJSON  format = "json"
)

func (f format) String() string { return string(f) }

// Type is how help shows the flag's value.
func (f format) Type() string { return "table|json" }

// Set makes format a flag.
func (f *format) Set(s string) error {
	switch format(s) {
	case asTable, asJSON:
		*f = format(s)
		return nil
	}
	return fault.Invalid.New("want table or json")
}

// document prints the one JSON document of a command.
func (a *app) document(v any) error { return a.encode(v, "  ") }

// line prints one JSON object of a stream, on a line of its own.
func (a *app) line(v any) error { return a.encode(v, "") }

func (a *app) encode(v any, indent string) error {
	e := json.NewEncoder(a.out)
	e.SetEscapeHTML(false)
	e.SetIndent("", indent)
	return e.Encode(v)
}
