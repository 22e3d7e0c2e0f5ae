package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"regexp"

	"github.com/oceanid/oceanid/plugins/condor/internal/access"
)

// unclear is all that most of HTCondor's tools say when they have not come to the schedd at all: because the collector is away, because it does not know the name, or
// because it does not believe the token.
var unclear = regexp.MustCompile(`(?s)^(ERROR: |Error: |condor_\w+: )?(\(null\)|Can't find address[^\n]*|Unable to locate[^\n]*)(\s.*)?$`)

// unbelieved is what condor_status says when the pool does not believe the token.
var unbelieved = regexp.MustCompile(`AUTHENTICATE:100[34]:`)

// clearer has a failure say why it failed where it says nothing. At an access point the tools have nobody to ask.
func (d *driver) clearer(ctx context.Context, err error) error {
	var failed *access.ScriptError
	if d.elsewhere == nil || !errors.As(err, &failed) || !unclear.MatchString(failed.Stderr) || d.elsewhere.wrongToken() != nil {
		return err
	}
	text, _, problem := d.text(script{name: "condor_status", file: "probe", call: words("locate", d.elsewhere.schedd.Name)})
	if problem != nil {
		return err
	}
	var why *access.ScriptError
	if !errors.As(d.point.Shell(ctx, access.Script{Name: "condor_status", Text: text, Stdout: io.Discard}), &why) || why.Stderr == "" {
		return err
	}
	said := why.Stderr
	if unbelieved.MatchString(said) {
		said = fmt.Sprintf("the pool does not believe the token of %s: it was revoked, or the pool has not the key any more with which it was signed; get a new one (%s)", d.elsewhere.subject(), said)
	}
	return &access.ScriptError{Name: failed.Name, Code: failed.Code, Stderr: said}
}

// subject is whose token it is, as far as that can be seen.
func (e *elsewhere) subject() string {
	c, err := e.claims()
	if err != nil || c.Subject == "" {
		return "nobody"
	}
	return c.Subject
}
