package main

import (
	"maps"
	"math/rand/v2"
	"os"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/oceanid/oceanid/sdk/scheduler"
)

// nasty are values that a shell, a submit file, JSON or C would read as something else than they are.
var nasty = []string{
	"", " ", "  a  b ", "'", `"`, `\`, `\\"`, "`id`", "$(id)", "$HOME", "${HOME}", "$(x)", "$ENV(HOME)", "%s%n", "a;b", "a&b|c>d<e", "*", "~", "#", "!", "-n", "--", "a=b",
	"line\nline", "\r\n", "\t\v\f\b\a\x1b[31m", "\x01\x7f", "ünïcödé 水 🌊", "\u2028\ufeff", "\xff\xfe", "\xc3(", "<>&\u003c", "{\"base64\":\"QQ==\"}", strings.Repeat("x", 100_000),
}

func TestArgumentsAndEnvironmentArriveExactly(t *testing.T) {
	t.Parallel()
	p := newPool(t, 2)
	random := rand.New(rand.NewPCG(1, 2))
	anything := func() string {
		b := make([]byte, random.IntN(200))
		for i := range b {
			b[i] = byte(1 + random.IntN(255))
		}
		return string(b)
	}
	rows := make([][]string, 4)
	for i := range rows {
		for range 50 {
			rows[i] = append(rows[i], anything())
		}
	}
	env := make(map[string]string)
	for i, s := range append(slices.Clone(nasty), rows[0]...) {
		env["V_"+strconv.Itoa(i)] = s
	}
	job := scheduler.Job{
		Token: newToken(), Command: testProgram(t), Args: append([]string{"dump"}, nasty...), Env: env,
		Array: &scheduler.Array{Count: len(rows), Args: rows},
	}
	ref := p.submit(job)
	for task, s := range p.wait(ref) {
		if s.State != scheduler.Succeeded {
			t.Fatalf("task %d: %+v", task, s)
		}
		wantEnv := cleanEnvironment()
		maps.Copy(wantEnv, env)
		maps.Copy(wantEnv, map[string]string{
			scheduler.EnvToken: job.Token, scheduler.EnvTaskIndex: strconv.Itoa(task), scheduler.EnvTaskCount: "4",
		})
		want := append(slices.Clone(nasty), rows[task]...)
		got := strings.Split(strings.TrimSuffix(p.output(ref, task), "\x00"), "\x00")
		if !slices.Equal(got[:len(want)], want) {
			t.Errorf("task %d: arguments %q, want %q", task, got[:len(want)], want)
		}
		gotEnv := make(map[string]string)
		for _, variable := range got[len(want):] {
			name, value, _ := strings.Cut(variable, "=")
			gotEnv[name] = value
		}
		if !maps.Equal(gotEnv, wantEnv) {
			t.Errorf("task %d: environment %q, want %q", task, gotEnv, wantEnv)
		}
	}
}

func TestSecretsOfTheDriverStayThere(t *testing.T) {
	t.Parallel()
	p := newPool(t, 1)
	if os.Getenv(secretVariable) == "" {
		t.Fatal("the driver has no secret")
	}
	// The keeper is the task's parent.
	ref := p.submit(shell(`env; tr '\0' '\n' < /proc/$PPID/environ; tr '\0' '\n' < /proc/$PPID/cmdline`))
	if s := p.wait(ref)[0]; s.State != scheduler.Succeeded {
		t.Fatalf("%+v", s)
	}
	out := p.output(ref, 0)
	if strings.Contains(out, secretVariable) || !strings.Contains(out, "keeper\nrun") {
		t.Errorf("the task and its keeper have:\n%s", out)
	}
}

// testProgram is this very program.
func testProgram(t *testing.T) string {
	t.Helper()
	path, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	return path
}
