package main

import (
	"bytes"
	"testing"

	"github.com/hashicorp/go-hclog"
)

// What becomes of connections to a Redis is for who looks for causes, on one line like every other log.
func TestLogOfConnections(t *testing.T) {
	t.Parallel()
	for level, want := range map[hclog.Level]bool{hclog.Warn: false, hclog.Info: false, hclog.Debug: true} {
		var out bytes.Buffer
		(&app{err: &out, level: logLevel(level)}).connection("failed to dial pool:\n\x1b[2Jno route")
		if got := bytes.Contains(out.Bytes(), []byte("[DEBUG] oceanid.redis: failed to dial pool: no route\n")); got != want || !want && out.Len() > 0 {
			t.Errorf("%v: %q", level, out.String())
		}
	}
}
