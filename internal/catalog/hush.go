package catalog

import (
	"context"
	"slices"
	"sync"

	"google.golang.org/grpc"

	"github.com/oceanid/oceanid/internal/config"
	"github.com/oceanid/oceanid/internal/wire/pluginv1"
)

// mostSecrets is how many secrets are known of one process: those that it was told last.
const mostSecrets = 4096

// hush takes out of what one process of a driver writes the secrets that it was told. It overhears all of them on the way there, whoever sends them.
type hush struct {
	mu      sync.RWMutex
	schema  *pluginv1.Block
	secrets []string // in the order in which they were told
	hider   func(string) string
}

// overhear is an interceptor of the calls to the driver.
func (h *hush) overhear(ctx context.Context, method string, req, reply any, conn *grpc.ClientConn, call grpc.UnaryInvoker, o ...grpc.CallOption) error {
	switch r := req.(type) {
	case *pluginv1.ConfigureRequest:
		h.learn(r.GetConfigJson())
	case *pluginv1.ValidateRequest:
		h.learn(r.GetConfigJson())
	}
	err := call(ctx, method, req, reply, conn, o...)
	if said, ok := reply.(*pluginv1.DescribeResponse); ok && err == nil {
		h.mu.Lock()
		h.schema = said.GetConfig()
		h.mu.Unlock()
	}
	return err
}

// learn takes in the secrets of a configuration that the driver is about to be told.
func (h *hush) learn(whole []byte) {
	h.mu.Lock()
	defer h.mu.Unlock()
	changed := false
	for _, s := range config.SecretsIn(h.schema, whole) {
		if !slices.Contains(h.secrets, s) {
			h.secrets, changed = append(h.secrets, s), true
		}
	}
	if !changed {
		return
	}
	if more := len(h.secrets) - mostSecrets; more > 0 {
		h.secrets = slices.Delete(h.secrets, 0, more)
	}
	h.hider = config.Hider(h.secrets)
}

// hide is what the line is without secrets.
func (h *hush) hide(line string) string {
	h.mu.RLock()
	hider := h.hider
	h.mu.RUnlock()
	if hider == nil {
		return line
	}
	return hider(line)
}
