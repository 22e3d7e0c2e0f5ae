package drivertest_test

import (
	"encoding/json"
	"os/exec"
	"path/filepath"
	"testing"

	"github.com/oceanid/oceanid/sdk/drivertest"
)

// build builds a driver of this module.
func build(t *testing.T, pkg string) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), "driver")
	if out, err := exec.Command("go", "build", "-o", path, "github.com/oceanid/oceanid/"+pkg).CombinedOutput(); err != nil {
		t.Fatalf("%v\n%s", err, out)
	}
	return path
}

func TestLocalConforms(t *testing.T) {
	t.Parallel()
	drivertest.Binary(t, build(t, "plugins/local"), drivertest.Options{Config: json.RawMessage(`{"slots": 32}`)})
}
