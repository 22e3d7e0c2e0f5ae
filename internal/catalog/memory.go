package catalog

import (
	"sync"

	"github.com/oceanid/oceanid/internal/wire/pluginv1"
)

// memory is what is known of one candidate from its last start, or from the first look at it until it is started.
type memory struct {
	mu   sync.Mutex
	sum  string // of its executable; "": it has none, or nobody has looked
	said *pluginv1.DescribeResponse
}

func (m *memory) get() (sum string, said *pluginv1.DescribeResponse) {
	m.mu.Lock()
	defer m.mu.Unlock()
	return m.sum, m.said
}

// put remembers what was started and what it said of itself.
func (m *memory) put(sum string, said *pluginv1.DescribeResponse) {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.sum, m.said = sum, said
}

// tried remembers what is about to be started.
func (m *memory) tried(sum string) {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.sum = sum
}

// saw remembers what was there at the first look.
func (m *memory) saw(sum string) {
	m.mu.Lock()
	defer m.mu.Unlock()
	if m.sum == "" {
		m.sum = sum
	}
}
