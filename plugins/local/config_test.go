package main

import (
	"errors"
	"log/slog"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/oceanid/oceanid/sdk"
	"github.com/oceanid/oceanid/sdk/fault"
	"github.com/oceanid/oceanid/sdk/scheduler"
)

func TestSchema(t *testing.T) {
	t.Parallel()
	if err := sdk.Scheduler("local", version, New).Err(); err != nil {
		t.Error(err)
	}
}

func TestConfigIsChecked(t *testing.T) {
	t.Parallel()
	err := Config{Slots: -1, Directory: "jobs", Keep: -1}.Validate()
	for _, field := range []string{"slots: ", "directory: ", "keep: "} {
		if !errors.Is(err, fault.Invalid) || !strings.Contains(err.Error(), field) {
			t.Errorf("%s is not in: %v", field, err)
		}
	}
	if err := (Config{}).Validate(); err != nil {
		t.Errorf("the zero value: %v", err)
	}
}

func TestNew(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	file, shared, good := filepath.Join(dir, "file"), filepath.Join(dir, "shared"), filepath.Join(dir, "deep", "good")
	if err := os.WriteFile(file, nil, 0o600); err != nil {
		t.Fatal(err)
	}
	if err := os.Mkdir(shared, 0o700); err != nil {
		t.Fatal(err)
	}
	if err := os.Chmod(shared, 0o777); err != nil {
		t.Fatal(err)
	}
	env := sdk.Env{Name: "x", Dir: filepath.Join(dir, "own"), Log: slog.New(slog.DiscardHandler)}
	for name, c := range map[string]struct {
		config Config
		want   string
	}{
		"own folder":            {Config{}, env.Dir},
		"a folder that is made": {Config{Directory: good}, good},
	} {
		d, err := New(t.Context(), c.config, env)
		if err != nil || d.folder.path != c.want || d.settings.Slots < 1 {
			t.Errorf("%s: %+v, %v", name, d, err)
			continue
		}
		var checks []scheduler.Check
		if err := d.Probe(t.Context(), func(c scheduler.Check) { checks = append(checks, c) }); err != nil {
			t.Errorf("%s: %v", name, err)
		}
		if len(checks) != 2 || checks[0].Name != "directory" || checks[0].Text != c.want || !checks[1].OK || checks[1].Name != "slots" {
			t.Errorf("%s: %+v", name, checks)
		}
		if err := os.RemoveAll(d.folder.path); err != nil {
			t.Error(err)
		}
		checks = nil
		err = d.Probe(t.Context(), func(c scheduler.Check) { checks = append(checks, c) })
		if !errors.Is(err, fault.Unavailable) || len(checks) != 1 || checks[0].OK {
			t.Errorf("%s, removed: %+v, %v", name, checks, err)
		}
	}
	for name, c := range map[string]struct {
		config Config
		text   string
	}{
		"a file":               {Config{Directory: file}, "directory: "},
		"a folder of everyone": {Config{Directory: shared}, "chmod go-w"},
		"slots":                {Config{Slots: -1}, "slots: "},
	} {
		if _, err := New(t.Context(), c.config, env); !errors.Is(err, fault.Invalid) || !strings.Contains(err.Error(), c.text) {
			t.Errorf("%s: %v", name, err)
		}
	}
}
