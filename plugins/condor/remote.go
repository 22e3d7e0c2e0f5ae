package main

import (
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"github.com/oceanid/oceanid/plugins/condor/internal/access"
	"github.com/oceanid/oceanid/plugins/condor/internal/tools"
	"github.com/oceanid/oceanid/sdk"
	"github.com/oceanid/oceanid/sdk/fault"
	"github.com/oceanid/oceanid/sdk/scheduler"
)

// remote runs jobs on a pool where it may use no shell: by the tools of this machine, which speak to a schedd elsewhere with a token.
//
// It is the driver of this machine, whose folder is on this machine, with tools that are not what they seem (package tools). What differs is what an access point
// gives for nothing: files go to the schedd with a job and wait there (remote_files.go), there is no event log (remote_watch.go), and a submission has two
// steps, between which it can break (scripts/remote.sh).
type remote struct {
	*driver
}

// elsewhere is the schedd of another machine.
type elsewhere struct {
	schedd tools.Schedd
}

// newRemote makes it. Everything that the tools need is in a folder of this scheduler's own.
func newRemote(c Config, env sdk.Env) (*remote, error) {
	if env.Dir == "" {
		return nil, fault.Invalid.New("the host gives this scheduler no folder of its own, in which its token could be kept")
	}
	e := &elsewhere{schedd: tools.Schedd{Name: c.Schedd, Collector: c.Collector, Token: c.Token.Reveal(), Folder: c.Tools}}
	if c.TokenPath != "" {
		path, err := expand(c.TokenPath)
		if err != nil {
			return nil, sdk.Invalid("token_path", "%v", err)
		}
		e.schedd.TokenPath = path
	}
	folder, err := filepath.Abs(env.Dir)
	if err != nil {
		return nil, err
	}
	scripts, err := tools.Install(filepath.Join(folder, "tools"), e.schedd)
	if err != nil {
		return nil, fault.Invalid.New("the folder of HTCondor's tools cannot be made: %w", err)
	}
	d := bare(c, env)
	if c.Directory == "" || c.Directory == defaultDirectory {
		// The default is that of an access point, where another scheduler of this host may be.
		d.wanted = filepath.Join(folder, "pool")
	}
	d.tools, d.elsewhere = scripts, e
	d.point = remotePoint{Local: access.NewLocal(), name: fmt.Sprintf("the schedd %s of %s", c.Schedd, c.Collector)}
	return &remote{d}, nil
}

// remotePoint is this machine, in whose errors the schedd is named.
type remotePoint struct {
	*access.Local
	name string
}

func (p remotePoint) String() string { return p.name }

// claims are what the token says now.
func (e *elsewhere) claims() (tools.Claims, error) {
	text := []byte(e.schedd.Token)
	if e.schedd.TokenPath != "" {
		var err error
		if text, err = os.ReadFile(e.schedd.TokenPath); err != nil {
			return tools.Claims{}, fmt.Errorf("the token cannot be read: %w", err)
		}
	}
	return tools.ReadClaims(text)
}

// wrongToken is what is wrong with the token, as far as that can be seen; nil: nothing. HTCondor's tools do not tell that: an expired one makes them say that they
// cannot find the schedd.
func (e *elsewhere) wrongToken() error {
	c, err := e.claims()
	switch {
	case err != nil:
		return err
	case !c.Expires.IsZero() && !time.Now().Before(c.Expires):
		return fmt.Errorf("the token of %s expired at %s: get a new one (condor_token_create or condor_token_fetch there) and set token, or replace the file of token_path",
			c.Subject, c.Expires.UTC().Format(time.RFC3339))
	case len(c.Lacks()) > 0:
		return fmt.Errorf("the token of %s does not authorize %s: get one that does (condor_token_create … -authz READ -authz WRITE)", c.Subject, strings.Join(c.Lacks(), " and "))
	}
	return nil
}

// mostSpooled is the largest array: the schedd keeps a folder for each task.
const mostSpooled = 10_000

// errNoShell says why something cannot be done, and what to do instead.
const noShell = "HTCondor offers no way to do it at a schedd that is reached by a token; reach the pool by SSH (host, in place of schedd), or run the host on the access point itself"

// SubmitWorkflow refuses: DAGMan is a job that runs on the access point, on files that must lie there.
func (r *remote) SubmitWorkflow(context.Context, scheduler.Workflow) (scheduler.ID, error) {
	return "", fault.Unsupported.New("workflows: DAGMan runs on the access point, on files that lie there: %s", noShell)
}

// Submit is that of one job.
func (r *remote) Submit(ctx context.Context, job scheduler.Job) (scheduler.ID, error) {
	var told scheduler.Submitted
	err := r.SubmitBatch(ctx, []scheduler.Job{job}, func(s scheduler.Submitted) error {
		told = s
		return nil
	})
	if err != nil {
		return "", err
	}
	return told.ID, told.Err
}

// SubmitBatch is the driver's, for jobs that the schedd has from no other machine.
func (r *remote) SubmitBatch(ctx context.Context, jobs []scheduler.Job, yield func(scheduler.Submitted) error) error {
	var good []scheduler.Job
	for _, job := range jobs {
		err := spoolable(job)
		if err == nil {
			good = append(good, job)
			continue
		}
		if err := yield(scheduler.Submitted{Token: job.Token, Err: err}); err != nil {
			return err
		}
	}
	if err := r.adopt(ctx, good); err != nil {
		return err
	}
	return r.driver.SubmitBatch(ctx, good, yield)
}

// adopt has the driver know of those jobs that another machine of the portal has handed over.
func (r *remote) adopt(ctx context.Context, jobs []scheduler.Job) error {
	if len(jobs) == 0 {
		return nil
	}
	if _, err := r.at(ctx); err != nil {
		return err
	}
	for some := range slices.Chunk(jobs, largestBatch) {
		call := []string{"adopt", strings.ToLower(rand.Text())}
		for _, job := range some {
			if !scheduler.ValidToken(job.Token) {
				return fault.Invalid.New("%q is no token", job.Token)
			}
			call = append(call, job.Token)
		}
		if _, err := r.ask(ctx, script{name: "condor_q", file: "fetch", call: words(call...), once: true}); err != nil {
			return err
		}
	}
	return nil
}

func spoolable(job scheduler.Job) error {
	if job.Tasks() > mostSpooled {
		return fault.Invalid.New("array: %d tasks are more than the %d that a schedd is given by a token: submit several arrays, or reach the pool by SSH", job.Tasks(), mostSpooled)
	}
	return nil
}

// Probe looks at the token first.
func (r *remote) Probe(ctx context.Context, report func(scheduler.Check)) error {
	check := scheduler.Check{Name: "token"}
	c, err := r.elsewhere.claims()
	if err == nil {
		err = r.elsewhere.wrongToken()
	}
	if err != nil {
		check.Text = err.Error()
		report(check)
		return fault.Denied.New("%s: %w", r.point, err)
	}
	check.OK, check.Text = true, c.Subject
	if !c.Expires.IsZero() {
		check.Text += ", until " + c.Expires.UTC().Format(time.RFC3339)
	}
	report(check)
	return r.driver.Probe(ctx, report)
}

// Remove deletes what is kept of jobs here, and lets what has ended leave the queue of the schedd.
func (r *remote) Remove(ctx context.Context, jobs []scheduler.Ref) error {
	err := r.driver.Remove(ctx, jobs)
	if err != nil && !errors.Is(err, fault.Conflict) {
		return err
	}
	var tokens []string
	for _, ref := range jobs {
		tokens = append(tokens, ref.Token)
	}
	if len(tokens) == 0 {
		return err
	}
	_, leaving := r.ask(ctx, script{name: "condor_qedit", file: "fetch", call: words(append([]string{"leave"}, tokens...)...)})
	return errors.Join(err, leaving)
}
