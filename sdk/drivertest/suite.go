package drivertest

import (
	"context"
	"crypto/rand"
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/oceanid/oceanid/internal/launch"
	"github.com/oceanid/oceanid/internal/wire/pluginv1"
)

// suite is one run of the checks against one driver.
type suite struct {
	path      string
	o         Options
	config    json.RawMessage // with the defaults of the schema
	described *pluginv1.DescribeResponse
	id        string // of this run: in the names of everything that it makes
	place     string // folder of the instances
	marks     string // folder in which jobs may leave marks
	sums      launch.Checksums
	scouted   scouted
	tokens    counter
	instances counter

	mu     sync.Mutex
	shared *subject
}

// open starts the driver for the first time, asks it what it is, configures it, and tries whether a trivial job comes through. Close the suite.
func open(ctx context.Context, path string, o Options) (*suite, error) {
	path, err := filepath.Abs(path)
	if err != nil {
		return nil, err
	}
	s := &suite{path: path, o: o.withDefaults(), id: strings.ToLower(rand.Text())[:10]}
	if err := s.begin(ctx); err != nil {
		s.close()
		return nil, err
	}
	return s, nil
}

func (s *suite) begin(ctx context.Context) (err error) {
	if s.place, err = os.MkdirTemp("", "oceanid-conform-"); err != nil {
		return err
	}
	if s.marks, err = os.MkdirTemp("", "oceanid-conform-marks-"); err != nil {
		return err
	}
	// Jobs may run as somebody else.
	if err := os.Chmod(s.marks, 0o777|os.ModeSticky); err != nil {
		return err
	}
	p, err := s.start(ctx)
	if err != nil {
		return err
	}
	s.shared = &subject{suite: s, process: p, instance: &pluginv1.Instance{Id: s.name("main"), Revision: "1"}}
	if s.described, err = s.shared.describe(ctx); err != nil {
		return fmt.Errorf("the driver does not describe itself: %s", said(err))
	}
	if err := s.canRefuse(); err != nil {
		return err
	}
	if s.config, err = fill(s.described.GetConfig(), s.o.Config); err != nil {
		return fmt.Errorf("the configuration to test with: %w", err)
	}
	if err := s.shared.configure(ctx); err != nil {
		return fmt.Errorf("the driver does not take the configuration to test with: %w", err)
	}
	s.scouted = s.scout(ctx)
	return nil
}

// close ends the driver and removes what the suite has made.
func (s *suite) close() {
	if s.shared != nil {
		s.shared.stop()
	}
	for _, folder := range []string{s.place, s.marks} {
		if folder == "" {
			continue
		}
		if err := os.RemoveAll(folder); err != nil {
			s.o.Log.Warn("a folder of the conformance suite was left behind", "error", err)
		}
	}
}

// start starts one more process of the driver.
func (s *suite) start(ctx context.Context) (*launch.Process, error) {
	env := map[string]string{secretVariable: s.id}
	maps.Copy(env, s.o.Env)
	return launch.Start(ctx, launch.Spec{
		Name: filepath.Base(s.path), Path: s.path, Env: env, Log: s.o.Log, Checksums: &s.sums,
		// An interpreter may take long to load all that it needs, and longer on a machine that runs other checks.
		StartTimeout: max(30*time.Second, s.o.Patience),
	})
}

// main is the process that most checks share; where a check has brought it down there is a new one.
func (s *suite) main(ctx context.Context) (*subject, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	select {
	case <-s.shared.process.Done():
	default:
		return s.shared, nil
	}
	p, err := s.start(ctx)
	if err != nil {
		return nil, err
	}
	again := &subject{suite: s, process: p, instance: s.shared.instance}
	if err := again.configure(ctx); err != nil {
		again.stop()
		return nil, err
	}
	s.shared = again
	return again, nil
}

func (s *suite) name(what string) string { return "conform-" + s.id + "-" + what }

// serves tells whether the driver says that it serves a service.
func (s *suite) serves(service string) bool {
	return slices.Contains(s.described.GetServices(), service)
}

// try runs one check.
func (s *suite) try(ctx context.Context, c check) Result {
	began := time.Now()
	r := Result{Name: c.Name, Group: c.Group, Required: c.Required}
	err := s.attempt(ctx, c)
	r.Outcome, r.Problem = outcomeOf(err)
	if r.Outcome == Failed {
		r.Advice = c.advice + " Contract: " + c.Contract + "."
	}
	r.Took = time.Since(began)
	return r
}

func (s *suite) attempt(ctx context.Context, c check) error {
	if c.Service != "" && !s.serves(c.Service) {
		return notApplicable("the driver does not serve %s", c.Service)
	}
	if c.Group != groupErrors && s.refuses(c.Service) {
		return notApplicable("with this configuration the driver is said to refuse what %s is for; honesty/%s holds it to that", c.Service, nameOf(c.Service))
	}
	if why := s.described.GetAtLeastOnce(); why != "" && slices.Contains(exactlyOnce(), c.Name) {
		return notApplicable("the driver says that it may run a job twice: %s", why)
	}
	ctx, cancel := s.patientForAll(ctx)
	defer cancel()
	main, err := s.main(ctx)
	if err != nil {
		return saw("the driver's process had ended, and it did not start again: %v", err)
	}
	t := &trial{suite: s, subject: main}
	defer t.close()
	if err := c.run(ctx, t); err != nil {
		return errors.Join(err, t.crashes())
	}
	return nil
}
