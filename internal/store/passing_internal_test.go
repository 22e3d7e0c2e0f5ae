package store

import (
	"bufio"
	"fmt"
	"io"
	"path/filepath"
	"testing"
	"time"

	"github.com/alicebob/miniredis/v2/server"
)

// BenchmarkLeases takes and gives back a lease among many others of the embedded store.
func BenchmarkLeases(b *testing.B) {
	for _, others := range []int{10, 10_000} {
		b.Run(fmt.Sprint(others), func(b *testing.B) {
			s, err := Open(b.Context(), Options{Path: filepath.Join(b.TempDir(), "store")})
			if err != nil {
				b.Fatal(err)
			}
			defer s.Close()
			lease := func(i int) Lease {
				l, ok, err := s.AcquireLease(b.Context(), fmt.Sprintf("uid%05d", i), "me", time.Hour)
				if err != nil || !ok {
					b.Fatal(ok, err)
				}
				return l
			}
			for i := range others {
				lease(i)
			}
			b.ResetTimer()
			for b.Loop() {
				if err := s.Release(b.Context(), lease(others)); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}

// The clock of leases goes on when it is behind, and only then.
func TestTheClockOfLeases(t *testing.T) {
	t.Parallel()
	p, err := newPassing()
	if err != nil {
		t.Fatal(err)
	}
	defer p.close()
	peer := server.NewPeer(bufio.NewWriter(io.Discard))
	p.dispatch(peer, []string{"SET", "lease", "mine", "PX", "3600000"})
	ahead := time.Now().Add(time.Hour)
	p.now = ahead
	p.dispatch(peer, []string{"GET", "lease"})
	if !p.now.Equal(ahead) || !p.redis.Exists("lease") {
		t.Error("the clock was looked at although it was not behind")
	}
	p.now = time.Now().Add(-time.Hour - time.Minute)
	p.dispatch(peer, []string{"GET", "lease"})
	if p.redis.Exists("lease") {
		t.Error("the lease has not run out")
	}
}
