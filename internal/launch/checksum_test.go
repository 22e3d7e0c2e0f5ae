package launch_test

import (
	"crypto/sha256"
	"fmt"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"testing"
	"time"

	"github.com/oceanid/oceanid/internal/launch"
)

func TestChecksums(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	path := filepath.Join(dir, "file")
	write := func(text string) {
		if err := os.WriteFile(path, []byte(text), 0o755); err != nil {
			t.Fatal(err)
		}
	}
	kept := filepath.Join(dir, "kept")
	sums := &launch.Checksums{File: kept}
	want := func(sums *launch.Checksums, text string) {
		t.Helper()
		if got, err := sums.Of(path); err != nil || got != fmt.Sprintf("sha256:%x", sha256.Sum256([]byte(text))) {
			t.Errorf("%s, %v: not that of %q", got, err, text)
		}
	}
	write("one")
	want(sums, "one")
	write("two") // same size, perhaps within one tick of the clock
	want(sums, "two")

	if runtime.GOOS != "linux" {
		return // nothing is remembered elsewhere
	}
	info, err := os.Stat(path)
	if err != nil {
		t.Fatal(err)
	}
	time.Sleep(time.Until(info.ModTime().Add(2100 * time.Millisecond))) // until its times are telling
	want(sums, "two")
	data, err := os.ReadFile(kept)
	if err != nil {
		t.Fatal(err)
	}
	// Another process believes what is written down, as long as the file is the same.
	forged := strings.Repeat("0", 64)
	sum := fmt.Sprintf("%x", sha256.Sum256([]byte("two")))
	if err := os.WriteFile(kept, []byte(strings.ReplaceAll(string(data), sum, forged)), 0o600); err != nil {
		t.Fatal(err)
	}
	if got, err := (&launch.Checksums{File: kept}).Of(path); err != nil || got != "sha256:"+forged {
		t.Errorf("%s, %v: not the one that is kept", got, err)
	}
	if err := os.Chtimes(path, time.Now(), info.ModTime()); err != nil { // does not set back the time of change
		t.Fatal(err)
	}
	want(&launch.Checksums{File: kept}, "two")
	if err := os.WriteFile(kept, data[:len(data)/2], 0o600); err != nil {
		t.Fatal(err)
	}
	want(&launch.Checksums{File: kept}, "two")
	want(&launch.Checksums{File: filepath.Join(dir, "no", "such", "folder")}, "two")

	if _, err := sums.Of(dir); err == nil {
		t.Error("a folder has a checksum")
	}
}
