package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"strings"
	"syscall"

	"golang.org/x/term"

	"github.com/oceanid/oceanid/sdk/fault"
)

// largestSecret is what is read from standard input at most.
const largestSecret = 1 << 20

// secrets brings the secrets that --secret asks for, by key. No error repeats what was written behind a key: it may be a secret that went astray.
func (a *app) secrets(ctx context.Context, given []string) (map[string]string, error) {
	all := map[string]string{}
	input := ""
	for _, g := range given {
		key, from, named := strings.Cut(g, "=")
		variable, fromEnv := strings.CutPrefix(from, "env:")
		if _, twice := all[key]; twice {
			return nil, fault.Invalid.New("--secret %s is given twice", key)
		}
		var err error
		switch {
		case key == "":
			return nil, fault.Invalid.New("--secret needs the name of an option, as in --secret password")
		case !named:
			all[key], err = a.prompt(ctx, key)
		case from == "-" && input != "":
			return nil, fault.Invalid.New("--secret %s=-: standard input holds %s already; give one of them with =env:VAR", key, input)
		case from == "-":
			input = key
			all[key], err = a.readSecret(ctx, key)
		case fromEnv:
			all[key], err = a.secretOf(key, variable)
		default:
			return nil, fault.Invalid.New("--secret %[1]s=…: a secret is never an argument; write --secret %[1]s to be asked for it, %[1]s=- for standard input, or %[1]s=env:VAR", key)
		}
		if err != nil {
			return nil, err
		}
	}
	return all, nil
}

func (a *app) secretOf(key, variable string) (string, error) {
	value, ok := a.env(variable)
	if !ok {
		return "", fault.Invalid.New("--secret %s=env:%s: that variable is not set", key, variable)
	}
	return value, nil
}

// readSecret reads all of standard input, or asks a person who sits there.
func (a *app) readSecret(ctx context.Context, key string) (string, error) {
	if _, ok := terminal(a.in); ok {
		return a.prompt(ctx, key)
	}
	b, err := io.ReadAll(io.LimitReader(a.in, largestSecret+1))
	switch {
	case err != nil:
		return "", fault.Invalid.New("--secret %s=-: read standard input: %w", key, err)
	case len(b) > largestSecret:
		return "", fault.Invalid.New("--secret %s=-: standard input is longer than %d bytes", key, largestSecret)
	}
	return strings.TrimSuffix(strings.TrimSuffix(string(b), "\n"), "\r"), nil
}

// prompt asks for a secret on the terminal, without showing what is typed.
func (a *app) prompt(ctx context.Context, key string) (string, error) {
	in, ok := terminal(a.in)
	if !ok {
		return "", fault.Invalid.New("--secret %[1]s: there is no terminal to ask at; write %[1]s=- for standard input or %[1]s=env:VAR", key)
	}
	// In raw mode Ctrl-C is a character like any other: no signal ends the process while the terminal does not echo.
	before, err := term.MakeRaw(int(in.Fd()))
	if err != nil {
		return "", fault.Internal.New("--secret %s: the terminal: %w", key, err)
	}
	restore := func() { _ = term.Restore(int(in.Fd()), before) }
	defer restore()
	defer context.AfterFunc(ctx, restore)()
	secret, err := term.NewTerminal(in, "").ReadPassword(clean(key) + ": ")
	if errors.Is(err, io.EOF) {
		fmt.Fprint(in, "\r\n")
		return "", &interruption{syscall.SIGINT}
	}
	return secret, err
}
