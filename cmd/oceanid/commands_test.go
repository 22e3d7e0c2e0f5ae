package main

import (
	"context"
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"testing"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"
)

// Every command says what it does, with an example, on lines that fit a terminal.
func TestHelp(t *testing.T) {
	t.Parallel()
	var visit func(*cobra.Command)
	visit = func(cmd *cobra.Command) {
		if cmd.Short == "" || strings.HasSuffix(cmd.Short, ".") {
			t.Errorf("%s: short help %q", cmd.CommandPath(), cmd.Short)
		}
		if cmd.Runnable() && !cmd.HasSubCommands() && cmd.Example == "" {
			t.Errorf("%s has no example", cmd.CommandPath())
		}
		for line := range strings.Lines(cmd.Long) {
			if len([]rune(line)) > 110 {
				t.Errorf("%s: a line of %d characters: %s", cmd.CommandPath(), len([]rune(line)), line)
			}
		}
		cmd.LocalFlags().VisitAll(func(f *pflag.Flag) {
			if f.Usage == "" {
				t.Errorf("%s: --%s says nothing", cmd.CommandPath(), f.Name)
			}
		})
		for _, c := range cmd.Commands() {
			visit(c)
		}
	}
	visit(newRoot(&app{}))
}

// Commands that hold others say which, and not that they could be used alone.
func TestHelpOfGroups(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	for _, args := range [][]string{{}, {"jobs"}, {"schedulers", "--help"}} {
		use := strings.Join(append([]string{"Usage:\n  oceanid"}, args...), " ")
		use = strings.TrimSuffix(use, " --help") + " [command]\n"
		if r := w.run(args...); r.code != exitOK || !strings.Contains(r.out, use) {
			t.Errorf("%q: exit code %d, not %q in\n%s", args, r.code, use, r.out)
		}
	}
}

func TestCompletion(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	id := w.must("jobs", "submit", "filed", "--name", "flood", "--wait", "--", "succeed")
	for _, c := range []struct {
		args []string
		want string
	}{
		{[]string{"jobs", "show", ""}, id + "\tflood, succeeded\n"},
		{[]string{"jobs", "show", id, ""}, ":4"},
		{[]string{"jobs", "cancel", id, ""}, id},
		{[]string{"jobs", "submit", ""}, "filed\tmemory\n"},
		{[]string{"jobs", "list", "--scheduler", ""}, "filed"},
		{[]string{"jobs", "list", "--state", "ru"}, "running\n"},
		{[]string{"schedulers", "test", ""}, "filed"},
		{[]string{"schedulers", "create", ""}, "memory"},
		{[]string{"schedulers", "create", "memory", "x", "--secret", ""}, "password=\tPassword of the account.\n"},
		{[]string{"schedulers", "create", "memory", "x", "--set", "po"}, "port=\tPort of the pool.\n"},
		{[]string{"drivers", "describe", ""}, "memory"},
		{[]string{"drivers", "conform", "./"}, ":0"},
		{[]string{"drivers", "docs", "memory", ""}, ":4"},
		{[]string{"drivers", "new", "x", "--dir", ""}, ":16"},
		{[]string{"jobs", "list", "-o", ""}, "table\njson\n"},
		{[]string{"jobs", "list", "--config", ""}, ":0"},
		{[]string{"jobs", "submit", "filed", "--input", ""}, ":0"},
		{[]string{"jobs", "download", id, "--dir", ""}, ":16"},
	} {
		r := w.run(append([]string{"__complete"}, c.args...)...)
		if r.code != exitOK || !strings.Contains(r.out, c.want) {
			t.Errorf("%q: exit code %d, want %q in\n%s", c.args, r.code, c.want, r.out)
		}
	}
	for _, shell := range []string{"bash", "zsh", "fish", "powershell"} {
		if out := w.must("completion", shell); !strings.Contains(out, "oceanid") {
			t.Errorf("%s: %q", shell, out)
		}
	}
}

// Somebody who presses Tab in a wrong place gets nothing, and nothing is made there.
func TestCompletionMakesNothing(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.run("--config", filepath.Join(w.dir, "none.hcl"), "__complete", "jobs", "show", "")
	if _, err := os.Stat(filepath.Join(w.dir, "oceanid.data")); err == nil {
		t.Error("a store was made")
	}
}

func TestConfigFromEnvironment(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.env["OCEANID_CONFIG"] = filepath.Join(w.dir, "config.hcl")
	var out, errs strings.Builder
	if code := w.app(&out, &errs).run(t.Context(), []string{"schedulers", "list"}); code != exitOK || !strings.Contains(out.String(), "filed") {
		t.Errorf("exit code %d, %s%s", code, out.String(), errs.String())
	}
}

func TestVersion(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	if out := w.must("version"); !strings.HasPrefix(out, "oceanid ") || !strings.Contains(out, "go1.") {
		t.Errorf("got %q", out)
	}
	if out := w.must("version", "-o", "json"); !strings.Contains(out, `"version": `) {
		t.Errorf("got %q", out)
	}
}

// Not in parallel: a signal is for the whole process.
func TestSignalEndsContext(t *testing.T) {
	for _, s := range []syscall.Signal{syscall.SIGINT, syscall.SIGTERM} {
		ctx, stop := untilSignal(t.Context())
		if err := syscall.Kill(os.Getpid(), s); err != nil {
			t.Fatal(err)
		}
		<-ctx.Done()
		stop()
		if code := codeOf(context.Cause(ctx)); code != 128+int(s) {
			t.Errorf("%v: exit code %d", s, code)
		}
	}
}
