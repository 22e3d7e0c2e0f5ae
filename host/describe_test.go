package host_test

import (
	"testing"

	"github.com/oceanid/oceanid/host"
	"github.com/oceanid/oceanid/host/hosttest"
	"github.com/oceanid/oceanid/sdk"
)

// A driver that can only do less than exactly once says so, and the host shows it.
func TestDescriptionSaysWhatADriverCannotPromise(t *testing.T) {
	t.Parallel()
	const why = "The pool cannot be asked for a token."
	pool := hosttest.NewPool(t)
	h, err := host.Open(t.Context(), host.Options{Config: config(t, ""), Drivers: []sdk.Plugin{pool.Driver("exact"), pool.Driver("loose").AtLeastOnce(why)}})
	if err != nil {
		t.Fatal(err)
	}
	defer h.Close(t.Context())
	for name, want := range map[string]string{"exact": "", "loose": why} {
		if d, err := h.DescribeDriver(t.Context(), name); err != nil || d.AtLeastOnce != want {
			t.Errorf("%s: %q, %v", name, d.AtLeastOnce, err)
		}
	}
}
