package process_test

import (
	"context"
	"encoding/json"
	"errors"
	"log/slog"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/oceanid/oceanid/sdk/internal/process"
)

func TestSlogWritesWhatHostsRead(t *testing.T) {
	t.Parallel()
	at := time.Date(2026, 1, 2, 3, 4, 5, 6, time.UTC)
	for name, c := range map[string]struct {
		log  func(*slog.Logger)
		want map[string]any
	}{
		"plain": {
			func(l *slog.Logger) { l.Info("hello", "n", 1, "s", "x") },
			map[string]any{"@level": "info", "@message": "hello", "n": 1.0, "s": "x"},
		},
		"trace": {
			func(l *slog.Logger) { l.Log(context.Background(), slog.LevelDebug-4, "deep") },
			map[string]any{"@level": "trace", "@message": "deep"},
		},
		"groups": {
			func(l *slog.Logger) {
				l.With("a", 1).WithGroup("g").With("b", 2).Warn("w", slog.Group("h", "c", 3), slog.Group("", "d", 4))
			},
			map[string]any{"@level": "warn", "@message": "w", "a": 1.0, "g.b": 2.0, "g.h.c": 3.0, "g.d": 4.0},
		},
		"values": {
			func(l *slog.Logger) {
				l.Error("e", "error", errors.New("broken"), "took", 90*time.Second, "at", at, "hidden", secret("x"), slog.Attr{}, "level", "mine")
			},
			map[string]any{"@level": "error", "@message": "e", "error": "broken", "took": "1m30s", "at": "2026-01-02T03:04:05.000000006Z", "hidden": "(secret)", "level": "mine"},
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			var out output
			c.log(process.NewLog(&out, "trace").Slog())
			var got map[string]any
			if err := json.Unmarshal([]byte(out.String()), &got); err != nil {
				t.Fatalf("%v in %q", err, out.String())
			}
			stamp, _ := got["@timestamp"].(string)
			if _, err := time.Parse("2006-01-02T15:04:05.000000Z07:00", stamp); err != nil {
				t.Error(err)
			}
			delete(got, "@timestamp")
			if diff := cmp.Diff(c.want, got); diff != "" {
				t.Errorf("-want +got\n%s", diff)
			}
		})
	}
}

type secret string

func (secret) LogValue() slog.Value { return slog.StringValue("(secret)") }

func TestSetLevel(t *testing.T) {
	t.Parallel()
	var out output
	log := process.NewLog(&out, "nonsense") // info
	derived := log.Slog().With("a", 1)
	derived.Debug("no 1")
	derived.Info("yes 1")
	if err := log.SetLevel("debug"); err != nil {
		t.Fatal(err)
	}
	derived.Debug("yes 2")
	log.HCLog().Named("x").Trace("no 2")
	if err := log.SetLevel("off"); err != nil {
		t.Fatal(err)
	}
	derived.Error("no 3")
	log.HCLog().Error("no 4")
	if err := log.SetLevel("loud"); err == nil {
		t.Error("a level that there is not was taken")
	}
	if got := out.String(); strings.Contains(got, "no ") || !strings.Contains(got, "yes 1") || !strings.Contains(got, "yes 2") {
		t.Error(got)
	}
}
