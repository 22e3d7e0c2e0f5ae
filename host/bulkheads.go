package host

import (
	"sync"

	"github.com/oceanid/oceanid/internal/call"
	"github.com/oceanid/oceanid/internal/config"
)

// bulkheads are those of the drivers: one each, until the file gives it other limits.
type bulkheads struct {
	metrics *call.Metrics

	mu    sync.Mutex
	known map[string]bulkhead
}

type bulkhead struct {
	*call.Bulkhead
	limits call.Limits
}

// of gives the bulkhead of a driver.
func (b *bulkheads) of(driver string, l call.Limits) *call.Bulkhead {
	b.mu.Lock()
	defer b.mu.Unlock()
	if now, ok := b.known[driver]; ok && now.limits == l {
		return now.Bulkhead
	}
	if b.known == nil {
		b.known = map[string]bulkhead{}
	}
	made := bulkhead{call.NewBulkhead(driver, l, b.metrics), l}
	b.known[driver] = made
	return made.Bulkhead
}

// bulkhead is that of a driver, by the limits that the file gives it now.
func (h *Host) bulkhead(driver string) *call.Bulkhead {
	return h.bulkheads.of(driver, callLimits(h.file.Load(), driver))
}

func callLimits(file *config.File, driver string) call.Limits {
	for _, d := range file.Drivers {
		if d.Type == driver {
			return call.Limits{Calls: d.Limits.Calls, SchedulerCalls: d.Limits.SchedulerCalls, Queue: d.Limits.Queue}
		}
	}
	return call.Limits{}
}
