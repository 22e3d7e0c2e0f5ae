package config_test

import (
	"path/filepath"
	"strings"
	"testing"

	"github.com/oceanid/oceanid/internal/config"
)

// What a file alone gives away, and what is left of it for one who knows the schedulers that were made by hand.
func TestWarnings(t *testing.T) {
	t.Parallel()
	file := filepath.Join("warnings", "quota.hcl")
	f, err := config.Load(filepath.Join("testdata", file))
	if err != nil {
		t.Fatal(err)
	}
	words := func(all []config.Diagnostic) string {
		var b strings.Builder
		for _, d := range all {
			b.WriteString(d.String() + "\n")
		}
		return b.String()
	}
	golden(t, file+".golden", words(f.Warnings(nil)))
	golden(t, file+".known.golden", words(f.Warnings(func(name string) bool { return name == "made by hand" })))
	if err := config.WithWarnings(nil, f.Warnings(nil)); err != nil {
		t.Errorf("warnings alone are an error: %v", err)
	}
}
