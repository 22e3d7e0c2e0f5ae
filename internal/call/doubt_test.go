package call_test

import (
	"errors"
	"testing"

	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/status"

	"github.com/oceanid/oceanid/internal/call"
	"github.com/oceanid/oceanid/sdk/fault"
)

// A driver that is not let in says nothing of what the one before has handed over.
func TestARefusalAfterADriverWentAway(t *testing.T) {
	t.Parallel()
	denied, invalid, broken := fault.Denied.New("no"), fault.Invalid.New("no"), status.Error(codes.Unavailable, "connection reset")
	var d call.Doubt
	for i, test := range []struct {
		err  error
		want fault.Kind
	}{{nil, ""}, {denied, fault.Denied}, {broken, fault.Unavailable}, {denied, fault.Unavailable}, {invalid, fault.Invalid}} {
		got := d.About(test.err)
		if (got == nil) != (test.err == nil) || test.want != "" && test.err != broken && fault.Of(got) != test.want || !errors.Is(got, test.err) {
			t.Errorf("%d: %v", i, got)
		}
	}
	if d.About(nil) != nil {
		t.Error("it was taken")
	}
}
