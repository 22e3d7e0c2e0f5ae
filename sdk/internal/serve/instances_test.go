package serve

import (
	"context"
	"fmt"
	"runtime"
	"sync"
	"sync/atomic"
	"testing"

	"github.com/oceanid/oceanid/internal/wire/pluginv1"
	"github.com/oceanid/oceanid/sdk/scheduler"
)

// Two configurations of one instance are never under way at once, another instance's waits for neither, and of a turn that is over nothing is kept.
func TestOneConfigurationOfAnInstanceAtATime(t *testing.T) {
	t.Parallel()
	s := only(plain{})
	var inside, most, opened atomic.Int64
	beside := make(chan struct{})
	s.open = func(_ context.Context, config []byte, _ Env) (scheduler.Driver, []*pluginv1.Diagnostic, error) {
		if string(config) == "beside" {
			close(beside)
			return plain{}, nil, nil
		}
		n := inside.Add(1)
		defer inside.Add(-1)
		most.Store(max(most.Load(), n))
		<-beside // it takes for as long as the other one needs
		for range 100 {
			runtime.Gosched()
		}
		opened.Add(1)
		return plain{}, nil, nil
	}
	configure := func(id, revision, config string) {
		_, err := s.configure(t.Context(), &pluginv1.ConfigureRequest{Instance: &pluginv1.Instance{Id: id, Revision: revision}, ConfigJson: []byte(config)})
		if err != nil {
			t.Error(err)
		}
	}
	var all sync.WaitGroup
	for i := range 5 {
		all.Go(func() { configure("a", fmt.Sprint(i+2), "alone") })
	}
	all.Go(func() { configure("b", "1", "beside") })
	all.Wait()
	if most.Load() != 1 || opened.Load() != 5 {
		t.Errorf("%d configurations of one instance at once, %d in all", most.Load(), opened.Load())
	}
	if len(s.configuring) != 0 {
		t.Errorf("%d turns are kept", len(s.configuring))
	}
	s.closeAll()
}
