package call

import (
	"context"
	"math/rand/v2"
	"regexp"
	"strconv"

	"google.golang.org/grpc/metadata"

	"github.com/oceanid/oceanid/internal/wire"
)

type requestKey struct{}

var requestID = regexp.MustCompile(`^[A-Za-z0-9-]{1,64}$`)

// WithRequest makes the calls that are made with the context it gives known as id, in the log of the host and of the driver, so that a portal finds in
// both what one of its own requests did. An id that is not 1 to 64 bytes of [A-Za-z0-9-] is ignored.
func WithRequest(ctx context.Context, id string) context.Context {
	if !requestID.MatchString(id) {
		return ctx
	}
	return context.WithValue(ctx, requestKey{}, id)
}

// identified gives a call its request's id, for the driver as well.
func identified(ctx context.Context) (_ context.Context, id string) {
	id, ok := ctx.Value(requestKey{}).(string)
	if !ok {
		// It tells calls apart in a log, and protects nothing.
		id = strconv.FormatUint(rand.Uint64(), 36)
	}
	return metadata.AppendToOutgoingContext(ctx, wire.RequestID, id), id
}
