package main

import (
	"strings"

	"github.com/hashicorp/go-hclog"

	"github.com/oceanid/oceanid/sdk/fault"
)

// logLevel is from which level on logs are shown.
type logLevel hclog.Level

func (l logLevel) String() string { return hclog.Level(l).String() }

// Type is how help shows the flag's value.
func (l logLevel) Type() string { return strings.Join(levels(), "|") }

// Set makes logLevel a flag.
func (l *logLevel) Set(s string) error {
	v := hclog.LevelFromString(s)
	if v == hclog.NoLevel {
		return fault.Invalid.New("want one of %s", strings.Join(levels(), ", "))
	}
	*l = logLevel(v)
	return nil
}

// connection logs what becomes of connections to a Redis. That is for who looks for a cause: what comes of it the store tells.
func (a *app) connection(text string) {
	hclog.New(&hclog.LoggerOptions{Name: "oceanid.redis", Level: hclog.Level(a.level), Output: a.safe(a.err)}).Debug(clean(text))
}

func levels() []string { return []string{"trace", "debug", "info", "warn", "error", "off"} }
