package lab_test

import (
	"context"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/oceanid/oceanid/lab"
)

func TestBuildThatFailsLeavesNoRoot(t *testing.T) {
	lab.Require(t)
	t.Setenv("OCEANID_LAB_CACHE", t.TempDir())
	t.Setenv("OCEANID_LAB_MIRROR", "http://127.0.0.1:1/debian")
	var progress strings.Builder
	err := lab.Build(t.Context(), &progress)
	if err == nil || !strings.Contains(err.Error(), "127.0.0.1:1") {
		t.Fatalf("the error does not tell the mirror: %v", err)
	}
	if !strings.Contains(progress.String(), "lab: Debian trixie from http://127.0.0.1:1/debian") {
		t.Errorf("progress: %s", progress.String())
	}
	if left := directories(t, lab.CacheDir()); len(left) > 0 {
		t.Errorf("left: %q", left)
	}
	if lab.Missing(lab.Trixie) == nil {
		t.Error("the root that was not made is not missing")
	}
}

func TestBuildWaitsForAnother(t *testing.T) {
	lab.Require(t)
	t.Setenv("OCEANID_LAB_CACHE", t.TempDir())
	lab.LockShared(t, lab.RootDir(lab.Trixie))
	ctx, cancel := context.WithTimeout(t.Context(), 200*time.Millisecond)
	defer cancel()
	var progress strings.Builder
	if err := lab.Build(ctx, &progress); err == nil {
		t.Fatal("built what another holds")
	}
	if !strings.Contains(progress.String(), "waiting") {
		t.Errorf("progress: %s", progress.String())
	}
}

func TestBuildOfARootInUse(t *testing.T) {
	lab.Require(t)
	t.Setenv("OCEANID_LAB_CACHE", t.TempDir())
	for _, release := range []lab.Debian{lab.Trixie, lab.Sid} {
		if err := os.Mkdir(lab.RootDir(release), 0o755); err != nil {
			t.Fatal(err)
		}
		lab.LockShared(t, lab.RootDir(release))
	}
	if err := lab.Build(t.Context(), nil); err != nil {
		t.Errorf("labs run on the root, and so it cannot be built: %v", err)
	}
}

func TestHalfBuiltRootIsNotUsed(t *testing.T) {
	t.Setenv("OCEANID_LAB_CACHE", t.TempDir())
	if err := os.MkdirAll(lab.RootDir(lab.Trixie)+".building/usr", 0o755); err != nil {
		t.Fatal(err)
	}
	if lab.Missing(lab.Trixie) == nil {
		t.Error("a half-built root counts as one")
	}
}

func TestCleanKeepsRootsInUse(t *testing.T) {
	lab.Require(t)
	t.Setenv("OCEANID_LAB_CACHE", t.TempDir())
	cache := lab.CacheDir()
	for _, name := range []string{"old/usr", "used/usr", "broken.building/usr"} {
		if err := os.MkdirAll(filepath.Join(cache, name), 0o755); err != nil {
			t.Fatal(err)
		}
	}
	lab.LockShared(t, filepath.Join(cache, "used"))
	if err := lab.Clean(t.Context()); err == nil || !strings.Contains(err.Error(), "used is in use") {
		t.Errorf("%v", err)
	}
	if left := directories(t, cache); len(left) != 1 || left[0] != "used" {
		t.Errorf("left: %q", left)
	}
}

func directories(t *testing.T, dir string) []string {
	t.Helper()
	entries, err := os.ReadDir(dir)
	if err != nil {
		t.Fatal(err)
	}
	var names []string
	for _, entry := range entries {
		if entry.IsDir() {
			names = append(names, entry.Name())
		}
	}
	return names
}
