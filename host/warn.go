package host

import (
	"context"
	"errors"

	"github.com/oceanid/oceanid/internal/config"
	"github.com/oceanid/oceanid/sdk/fault"
)

// warn logs what is probably not meant in a configuration that has been taken over.
func (h *Host) warn(ctx context.Context, file *config.File) {
	made := func(scheduler string) bool {
		_, err := h.store.Scheduler(ctx, scheduler)
		return !errors.Is(err, fault.NotFound)
	}
	for _, w := range file.Warnings(made) {
		// The log has its own word for a warning, and no room for an excerpt.
		w.Warning, w.Excerpt = false, ""
		h.log.Warn(w.String())
	}
}
