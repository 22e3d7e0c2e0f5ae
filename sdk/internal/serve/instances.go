package serve

import (
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"runtime/debug"
	"sync"

	"github.com/oceanid/oceanid/internal/wire/pluginv1"
	"github.com/oceanid/oceanid/sdk/fault"
	"github.com/oceanid/oceanid/sdk/scheduler"
)

// instances are the configured schedulers of this process, one revision of each.
type instances struct {
	open func(ctx context.Context, config []byte, env Env) (scheduler.Driver, []*pluginv1.Diagnostic, error)
	log  *slog.Logger

	mu          sync.Mutex
	known       map[string]*instance
	configuring map[string]*turn // one configuration of an instance at a time: a driver's open may be slow, and others must not wait for it
	closing     sync.WaitGroup   // instances that have been replaced, until their last call has ended; closeAll waits for them
}

// turn is that of configuring one instance, for as long as somebody does or waits to.
type turn struct {
	sync.Mutex
	users int
}

// take waits for the turn of configuring an instance; the caller must call leave.
func (s *instances) take(id string) (leave func()) {
	s.mu.Lock()
	t := s.configuring[id]
	if t == nil {
		t = &turn{}
		s.configuring[id] = t
	}
	t.users++
	s.mu.Unlock()
	t.Lock()
	return func() {
		t.Unlock()
		s.mu.Lock()
		defer s.mu.Unlock()
		if t.users--; t.users == 0 {
			delete(s.configuring, id)
		}
	}
}

// instance is one revision of one scheduler. It is closed when it has been replaced and the last call on it has ended.
type instance struct {
	revision string
	driver   scheduler.Driver
	log      *slog.Logger
	calls    sync.WaitGroup
	// retired ends the calls that would go on for ever: streams.
	retired context.Context
	retire  context.CancelFunc
}

// use finds the instance that a request names; the caller must call done when the call has ended.
func (s *instances) use(ref *pluginv1.Instance) (i *instance, done func(), err error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	i = s.known[ref.GetId()]
	if i == nil || i.revision != ref.GetRevision() {
		return nil, nil, fault.By(fault.Host, fault.Unconfigured.New("instance %q at revision %q is not configured", ref.GetId(), ref.GetRevision()))
	}
	i.calls.Add(1)
	return i, i.calls.Done, nil
}

// endless is use for a call that goes on until its caller goes away: its context ends when the instance is replaced or the driver drains.
func (s *instances) endless(ctx context.Context, ref *pluginv1.Instance) (i *instance, during context.Context, done func(), err error) {
	i, release, err := s.use(ref)
	if err != nil {
		return nil, nil, nil, err
	}
	during, cancel := context.WithCancel(ctx)
	stop := context.AfterFunc(i.retired, cancel)
	return i, during, func() { stop(); cancel(); release() }, nil
}

func (s *instances) configure(ctx context.Context, req *pluginv1.ConfigureRequest) ([]*pluginv1.Diagnostic, error) {
	ref := req.GetInstance()
	if ref.GetId() == "" || ref.GetRevision() == "" {
		return nil, fault.By(fault.Host, fault.Invalid.New("an instance needs an id and a revision"))
	}
	leave := s.take(ref.GetId())
	defer leave()
	s.mu.Lock()
	old := s.known[ref.GetId()]
	s.mu.Unlock()
	if old != nil && old.revision == ref.GetRevision() {
		return nil, nil
	}
	log := s.log.With("scheduler", req.GetName())
	driver, diagnostics, err := s.open(ctx, req.GetConfigJson(), Env{Name: req.GetName(), Dir: req.GetDirectory(), Log: log})
	if err != nil || driver == nil {
		return diagnostics, err
	}
	retired, retire := context.WithCancel(context.Background())
	s.mu.Lock()
	s.known[ref.GetId()] = &instance{revision: ref.GetRevision(), driver: driver, log: log, retired: retired, retire: retire}
	s.mu.Unlock()
	if old != nil {
		// The last call on it may take long, and nobody's configuration may wait for that.
		s.closing.Go(old.close)
	}
	return diagnostics, nil
}

func (s *instances) forget(id string) {
	s.mu.Lock()
	i := s.known[id]
	delete(s.known, id)
	s.mu.Unlock()
	if i != nil {
		i.close()
	}
}

func (s *instances) closeAll() {
	s.mu.Lock()
	all := s.known
	s.known = map[string]*instance{}
	s.mu.Unlock()
	for _, i := range all {
		i.close()
	}
	s.closing.Wait()
}

// endStreams makes every stream of every instance return.
func (s *instances) endStreams() {
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, i := range s.known {
		i.retire()
	}
}

// ended is the error of an endless call: one that ended because the instance was replaced or the driver drains tells the host to come back, also
// where the driver calls that a good end.
func (i *instance) ended(err error) error {
	if i.retired.Err() != nil && (err == nil || errors.Is(err, context.Canceled)) {
		return fault.After(fault.By(fault.Host, fault.Unavailable.New("the stream moves to another process")), 0)
	}
	return err
}

// close waits for the last call and closes the driver, whose panic is no reason to end the process for the other instances.
func (i *instance) close() {
	defer func() {
		if p := recover(); p != nil {
			i.log.Error("panic while the driver's instance was closed", "panic", fmt.Sprint(p), "stack", string(debug.Stack()))
		}
	}()
	i.retire()
	i.calls.Wait()
	if c, ok := i.driver.(io.Closer); ok {
		if err := c.Close(); err != nil {
			i.log.Warn("closing the driver's instance", "error", err)
		}
	}
}
