package launch_test

import (
	"runtime"
	"testing"

	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/status"

	"github.com/oceanid/oceanid/internal/launch/launchtest"
)

// A message that is too large is refused by its length, before anything of it is held.
func TestAReplyOfAGigabyte(t *testing.T) { // alone, for it looks at the memory of the whole test
	p, beside := start(t, spec(t, launchtest.Bulky)), start(t, spec(t, launchtest.Good))
	var before, after runtime.MemStats
	runtime.ReadMemStats(&before)
	for range 3 {
		if _, err := launchtest.Command(t.Context(), p.Conn(), "gigabyte"); status.Code(err) != codes.ResourceExhausted {
			t.Fatalf("a gigabyte: %v", err)
		}
	}
	runtime.ReadMemStats(&after)
	if grown := (after.TotalAlloc - before.TotalAlloc) >> 20; grown > 64 {
		t.Errorf("the host allocated %d MiB", grown)
	}
	for name, driver := range map[string]interface{ PID() int }{"it": p, "the driver beside it": beside} {
		if !alive(driver.PID()) {
			t.Errorf("%s is gone", name)
		}
	}
	if _, err := launchtest.Command(t.Context(), p.Conn(), ""); err != nil {
		t.Errorf("the driver is of no more use: %v", err)
	}
}
