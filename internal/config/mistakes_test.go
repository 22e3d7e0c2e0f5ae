package config_test

import (
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/oceanid/oceanid/internal/config"
	"github.com/oceanid/oceanid/sdk/fault"
)

// TestMistakes reads every file of testdata/mistakes as a host does and compares what is said with the golden file beside it.
func TestMistakes(t *testing.T) {
	t.Parallel()
	entries, err := os.ReadDir(filepath.Join("testdata", "mistakes"))
	if err != nil {
		t.Fatal(err)
	}
	for _, e := range entries {
		if strings.HasSuffix(e.Name(), ".golden") {
			continue
		}
		t.Run(e.Name(), func(t *testing.T) {
			t.Parallel()
			file := filepath.Join("mistakes", e.Name())
			err := check(filepath.Join("testdata", file))
			if err == nil {
				t.Fatal("nothing is wrong")
			}
			if !errors.Is(err, fault.Invalid) || fault.Blame(err) != fault.User {
				t.Errorf("kind %q, blame %q", fault.Of(err), fault.Blame(err))
			}
			golden(t, file+".golden", err.Error()+"\n")
		})
	}
}

// check is what a host does before it starts anything.
func check(path string) error {
	f, err := config.Load(path)
	errs := []error{err}
	for _, b := range f.Schedulers {
		switch b.Type {
		case "demo":
			_, err = f.Decode(b, demo())
		case "local":
			_, err = f.Decode(b, nil)
		default:
			err = f.NoDriver(b, []string{"demo", "local"})
		}
		errs = append(errs, err)
	}
	return config.WithWarnings(config.Join(errs...), f.Warnings(nil))
}
