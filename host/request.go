package host

import (
	"context"

	"github.com/oceanid/oceanid/internal/call"
)

// WithRequest makes the calls to drivers that are made with the context it gives known as id, such as that of the portal's own request: in the log of the
// host, at debug level, and in that of the driver, which both have it as "request". An id that is not 1 to 64 bytes of [A-Za-z0-9-] is ignored. Default:
// each call has an id of its own.
func WithRequest(ctx context.Context, id string) context.Context { return call.WithRequest(ctx, id) }
