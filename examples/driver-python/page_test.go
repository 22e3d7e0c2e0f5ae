package driverpython_test

import (
	"context"
	"fmt"
	"net"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/oceanid/oceanid/internal/scaffold"
	"github.com/oceanid/oceanid/sdk/drivertest"
)

// What docs/driver-authors.md teaches is a program, which passes the suite on the pool that it is for.
func TestDriverOfThePage(t *testing.T) {
	t.Parallel()
	page, err := os.ReadFile("../../docs/driver-authors.md")
	if err != nil {
		t.Fatal(err)
	}
	_, section, ok := strings.Cut(string(page), "\n## In Python\n")
	if !ok {
		t.Fatal("docs/driver-authors.md has no section \"In Python\"")
	}
	section, _, _ = strings.Cut(section, "\n## ")
	var program strings.Builder
	for _, block := range regexp.MustCompile("(?ms)^```python\n(.*?)^```$").FindAllStringSubmatch(section, -1) {
		program.WriteString(block[1] + "\n")
	}
	dir := t.TempDir()
	if err := os.CopyFS(filepath.Join(dir, "oceanid"), os.DirFS("oceanid")); err != nil {
		t.Fatal(err)
	}
	path := filepath.Join(dir, "flood.py")
	text := strings.Replace(program.String(), "#!/usr/bin/python3\n", "#!"+python(t)+"\n", 1)
	if err := os.WriteFile(path, []byte(text), 0o700); err != nil {
		t.Fatal(err)
	}
	pool := buildPool(t)
	// Whoever watches this pool from the beginning gets its whole record, so the checks of events have a pool of their own, whose record is short.
	var others []string
	for _, c := range drivertest.Checks() {
		if c.Group != "events" && !slices.Contains(others, c.Group) {
			others = append(others, c.Group)
		}
	}
	for name, groups := range map[string]string{"events": "events", "all else": strings.Join(others, "|")} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			config := fmt.Sprintf(`{"host": %q, "token": "s3cret", "timeout": "1m"}`, servePool(t, pool))
			drivertest.Binary(t, path, drivertest.Options{
				Config: []byte(config), Unreachable: []byte(`{"host": "127.0.0.1:1"}`), Only: regexp.MustCompile("^(" + groups + ")/"),
			})
		})
	}
}

// buildPool builds the pool of a new driver's scaffold.
func buildPool(t *testing.T) (path string) {
	t.Helper()
	root, err := filepath.Abs("../..")
	if err != nil {
		t.Fatal(err)
	}
	dir := filepath.Join(t.TempDir(), "oceanid-flood")
	if _, err := scaffold.Write(dir, scaffold.Options{Name: "flood", Module: "oceanid-flood", Version: "v0.0.0", SDK: root}); err != nil {
		t.Fatal(err)
	}
	build := exec.CommandContext(t.Context(), "go", "build", "-o", "pool", "./cmd/pool")
	build.Dir = dir
	if out, err := build.CombinedOutput(); err != nil {
		t.Fatalf("build the pool: %v\n%s", err, out)
	}
	return filepath.Join(dir, "pool")
}

// servePool serves a new pool, and gives its address.
func servePool(t *testing.T, program string) string {
	t.Helper()
	free, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	address := free.Addr().String()
	free.Close()
	ctx, stop := context.WithCancel(context.WithoutCancel(t.Context()))
	pool := exec.CommandContext(ctx, program, "-listen", address, "-token", "s3cret", "-slots", "4")
	pool.Cancel = func() error { return pool.Process.Signal(os.Interrupt) }
	pool.WaitDelay = 10 * time.Second
	if err := pool.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { stop(); _ = pool.Wait() })
	for until := time.Now().Add(30 * time.Second); ; time.Sleep(20 * time.Millisecond) {
		answer, err := http.Post("http://"+address+"/version", "application/json", strings.NewReader("null"))
		if err == nil {
			answer.Body.Close()
			return address
		}
		if time.Now().After(until) {
			t.Fatalf("the pool does not answer: %v", err)
		}
	}
}
