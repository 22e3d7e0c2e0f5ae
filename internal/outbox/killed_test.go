package outbox_test

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/hashicorp/go-hclog"

	"github.com/oceanid/oceanid/internal/outbox"
	"github.com/oceanid/oceanid/internal/store"
	"github.com/oceanid/oceanid/lab"
)

// The test binary is a portal's process as well: it serves a handler that writes down what it is told, until it is killed.
const (
	roleURL  = "OCEANID_OUTBOX_TEST_URL"
	roleFile = "OCEANID_OUTBOX_TEST_FILE"
	roleHold = "OCEANID_OUTBOX_TEST_HOLD"
	keeper   = "base64key://smGbjm71Nxd1Ig5FS0wj9SlbzAIrnolCz9bQQ6uAhl4="
)

func TestMain(m *testing.M) {
	if url := os.Getenv(roleURL); url != "" {
		if err := serve(url, os.Getenv(roleFile)); err != nil {
			fmt.Fprintln(os.Stderr, err)
			os.Exit(1)
		}
		return
	}
	os.Exit(m.Run())
}

func serve(url, path string) error {
	ctx := context.Background()
	s, err := store.Open(ctx, store.Options{URL: url, Keeper: keeper})
	if err != nil {
		return err
	}
	file, err := os.OpenFile(path, os.O_WRONLY|os.O_CREATE|os.O_APPEND, 0o600)
	if err != nil {
		return err
	}
	var through outbox.Store = s
	hold := os.Getenv(roleHold)
	if hold != "" {
		through = held{s, hold}
	}
	o := outbox.New(through, fmt.Sprint("process ", os.Getpid()), hclog.NewNullLogger())
	told := false
	err = o.Handle(ctx, outbox.Handler{Name: "h", Retry: time.Millisecond, Handle: func(_ context.Context, e store.Event) error {
		if hold != "" && !told {
			told = true
			return errors.New("not the first time")
		}
		_, err := file.WriteString(e.Job + "\n")
		return err
	}})
	if err != nil {
		return err
	}
	fmt.Println("ready")
	for uid := range s.Changes(ctx) {
		o.Changed(ctx, uid)
	}
	return nil
}

// process starts one, and waits until it serves.
func process(t *testing.T, url, file string, env ...string) *exec.Cmd {
	t.Helper()
	cmd := exec.Command(os.Args[0])
	cmd.Env = append(append(os.Environ(), roleURL+"="+url, roleFile+"="+file), env...)
	cmd.Stderr = os.Stderr
	out, err := cmd.StdoutPipe()
	if err == nil {
		err = cmd.Start()
	}
	if err != nil {
		t.Fatal(err)
	}
	if line, err := bufio.NewReader(out).ReadString('\n'); err != nil || line != "ready\n" {
		t.Fatalf("%q, %v", line, err)
	}
	return cmd
}

// Whatever process is killed in the middle of whatever, each end is told, and hardly any twice.
func TestKilled(t *testing.T) {
	t.Parallel()
	redis := lab.ForTest(t, lab.Options{Redis: true}).Redis()
	s, err := store.Open(t.Context(), store.Options{URL: redis.URL, Keeper: keeper})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { s.Close() })
	sch := made(t, s, "Default")
	file := filepath.Join(t.TempDir(), "told")
	one, two := process(t, redis.URL, file), process(t, redis.URL, file)
	kill := func(cmd *exec.Cmd) {
		if err := cmd.Process.Kill(); err != nil {
			t.Error(err)
		}
		cmd.Wait()
	}
	defer func() { kill(one); kill(two) }()
	const rounds, each = 6, 60
	var ids []string
	for range rounds {
		ended := make(chan []string)
		go func() { ended <- finish(t, s, sch, each) }()
		// Somewhere in the middle of it, as soon as some of them are told.
		before := len(tellings(t, file))
		eventually(t, "the first to be told", func() bool { return len(tellings(t, file)) > before })
		kill(one)
		one, two = two, process(t, redis.URL, file)
		ids = append(ids, <-ended...)
	}
	missing := func() (left int) {
		times := counts(tellings(t, file))
		for _, id := range ids {
			if times[id] == 0 {
				left++
			}
		}
		return left
	}
	for deadline := time.Now().Add(60 * time.Second); missing() > 0; time.Sleep(20 * time.Millisecond) {
		if time.Now().After(deadline) {
			t.Fatalf("%d of %d ends were never told", missing(), len(ids))
		}
	}
	twice := len(tellings(t, file)) - len(ids)
	t.Logf("%d of %d ends were told twice after %d kills", twice, len(ids), rounds)
	if twice > rounds*each/2 {
		t.Errorf("%d of %d ends were told twice", twice, len(ids))
	}
}

func tellings(t *testing.T, file string) []string {
	t.Helper()
	text, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	return strings.Fields(string(text))
}

func counts(words []string) map[string]int {
	n := map[string]int{}
	for _, w := range words {
		n[w]++
	}
	return n
}
