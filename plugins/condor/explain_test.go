package main

import (
	"encoding/base64"
	"errors"
	"testing"

	"github.com/oceanid/oceanid/plugins/condor/internal/access"
	"github.com/oceanid/oceanid/plugins/condor/internal/tools"
	"github.com/oceanid/oceanid/sdk/fault"
)

// HTCondor's tools all exit with 1; what they mean is in their words. These were seen with 23.9.6.
func TestWhatTheToolsSay(t *testing.T) {
	t.Parallel()
	d := &driver{point: access.NewLocal()}
	for says, want := range map[string]fault.Kind{
		"ERROR: Can't find address of local schedd":                                                                         fault.Unavailable,
		"ERROR: Failed to connect to local queue manager\nCEDAR:6001:Failed to connect to <127.0.0.1:9618>":                 fault.Unavailable,
		"ERROR: Failed to connect to local queue manager\nSECMAN:2007:Failed to end classad message.":                       fault.Unavailable,
		"SECMAN:2011:Connection closed during command authorization. Probably due to an unknown command.":                   fault.Unavailable,
		"-- Failed to fetch ads from: <127.0.0.1:9618> : lab":                                                               fault.Unavailable,
		"ERROR: Failed submission for job 7.0 - aborting entire submit":                                                     fault.Unavailable,
		"ERROR: Failed to commit job submission into the queue.":                                                            fault.Unavailable,
		"ERROR: Failed to create proc\nNumber of submitted jobs would exceed MAX_JOBS_PER_SUBMISSION":                       fault.Exhausted,
		"ERROR: Failed to commit job submission into the queue.\nERROR: no job has the priority 13 here":                    fault.Denied,
		"sh: 1: cannot create cluster.new: No space left on device":                                                         fault.Exhausted,
		"SECMAN:2010:Received \"DENIED\" from server for user ada@pool using method IDTOKENS.":                              fault.Denied,
		"ERROR: Failed to connect to local queue manager\nAUTHENTICATE:1005:Failed to securely exchange session key":        fault.Unavailable,
		"AUTHENTICATE:1003:Failed to authenticate with any method\nAUTHENTICATE:1004:Failed to authenticate using IDTOKENS": fault.Unavailable,
		"mkdir: cannot create directory '/opt/x': Permission denied":                                                        fault.Denied,
		"/bin/sh: 80: condor_submit: not found":                                                                             fault.Invalid,
		"timeout: failed to run command 'condor_submit': No such file or directory":                                         fault.Invalid,
		"ERROR: Parse error in expression: \n\trequirements = (":                                                            fault.Invalid,
		"ERROR: No 'queue' commands found in the submit description":                                                        fault.Invalid,
		"something that nobody has heard of":                                                                                fault.Unavailable,
		"":                                                                                                                  fault.Unavailable,
	} {
		err := refusal(d.explain(&access.ScriptError{Name: "condor_submit", Code: 1, Stderr: says}))
		if got := fault.Of(err); got != want {
			t.Errorf("%q is %q, not %q", says, got, want)
		}
		var failed *access.ScriptError
		if !errors.As(err, &failed) || failed.Stderr != says {
			t.Errorf("%q: the script's own words are lost: %v", says, err)
		}
	}
}

// A token that is no good any more does not refuse what was submitted by it: the job may be in the queue.
func TestTokenThatExpiresMeanwhile(t *testing.T) {
	t.Parallel()
	claims := base64.RawURLEncoding.EncodeToString([]byte(`{"iss":"lab","sub":"ada@lab","exp":1}`))
	d := &driver{point: access.NewLocal(), elsewhere: &elsewhere{schedd: tools.Schedd{Token: "e30." + claims + ".c2ln"}}}
	for code, want := range map[int]fault.Kind{1: fault.Denied, 69: fault.Denied, exitUnknown: fault.Unavailable} {
		err := refusal(d.explain(&access.ScriptError{Name: "condor_submit", Code: code, Stderr: "ERROR: SECMAN:2010:Received \"DENIED\""}))
		if fault.Of(err) != want {
			t.Errorf("code %d: %v, not %s", code, err, want)
		}
	}
}

// Where something was handed over before, and nothing tells whether it was taken, a refusal is not the last word.
func TestRefusalInDoubt(t *testing.T) {
	d := &driver{}
	denied, missing := fault.Denied.New("x"), fault.Invalid.New("y")
	for _, test := range []struct {
		doubt    bool
		err      error
		wantKind fault.Kind
	}{{false, denied, fault.Denied}, {true, denied, fault.Unavailable}, {true, missing, fault.Invalid}} {
		if got := fault.Of(d.doubtful(test.doubt, test.err)); got != test.wantKind {
			t.Errorf("%v: %v is %s, want %s", test.doubt, test.err, got, test.wantKind)
		}
	}
	if d.doubtful(true, nil) != nil {
		t.Error("nothing is wrong")
	}
}
