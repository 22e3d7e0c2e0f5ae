package main_test

import (
	"bufio"
	"context"
	"encoding/csv"
	"encoding/json"
	"fmt"
	"io"
	"math"
	"net"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"github.com/oceanid/oceanid/host"
	"github.com/oceanid/oceanid/sdk/scheduler"
)

// What `make run` shows: real programs, a real driver, real processes; the answer is the reference's.
func TestPortal(t *testing.T) {
	t.Parallel()
	bin := build(t)
	t.Run("runs the model and serves its result", func(t *testing.T) {
		t.Parallel()
		dir := configured(t)
		busy, err := net.Listen("tcp", "127.0.0.1:0")
		if err != nil {
			t.Fatal(err)
		}
		defer busy.Close()
		p := start(t, bin, "-config", filepath.Join(dir, "config.hcl"), "-listen", busy.Addr().String(), "-results", filepath.Join(dir, "results"))
		url := strings.TrimSpace(strings.TrimPrefix(p.until("Live page: "), "Live page: "))
		p.until("12 tasks: 12 succeeded")
		if line := p.until("Peak at the outlet"); !strings.Contains(line, "266 m³/s, 19 h 00 min after the storm began") {
			t.Error(line)
		}
		p.until("until Ctrl-C")

		var listed struct{ Jobs []host.Job }
		if err := json.Unmarshal([]byte(p.get(url+"api/jobs", 200)), &listed); err != nil || len(listed.Jobs) != 1 || listed.Jobs[0].State != scheduler.Succeeded {
			t.Fatalf("the job in the list: %v, %+v", err, listed)
		}
		id := listed.Jobs[0].ID
		page := p.get(url+"jobs/"+id, 200)
		for _, want := range []string{"flood", "succeeded", "12 tasks, 12 ended", "B01 Upper Merrow", "/results/" + id + "/hydrograph.svg"} {
			if !strings.Contains(page, want) {
				t.Errorf("%q is missing on the page", want)
			}
		}
		if svg := p.get(url+"results/"+id+"/hydrograph.svg", 200); !strings.Contains(svg, "266 m³/s after 19 h 00 min") {
			t.Error("the picture does not tell the peak")
		}
		table := p.get(url+"results/"+id+"/hydrograph.csv", 200)
		kept, err := os.ReadFile(filepath.Join(dir, "results", id, "hydrograph.csv"))
		if err != nil || string(kept) != table {
			t.Errorf("the file and what is served differ: %v", err)
		}
		check(t, table)
		p.ordersOnce(url)
		p.get(url+"results/"+id+"/tasks", 404)
		p.get(url+"results/..%2f..%2f/config.hcl", 404)
		p.get(strings.Replace(url, "127.0.0.1", "localhost", 1), 200)

		r, err := http.NewRequestWithContext(p.ctx, "GET", url, nil)
		if err != nil {
			t.Fatal(err)
		}
		r.Host = "evil.example:80"
		if answer, err := http.DefaultClient.Do(r); err != nil || answer.StatusCode != http.StatusMisdirectedRequest {
			t.Errorf("a request by a name that is not this machine's: %v, %v", answer, err)
		}
		p.interrupt()
		if err := p.wait(); err != nil {
			t.Errorf("after Ctrl-C: %v", err)
		}
	})
	t.Run("says why a model failed", func(t *testing.T) {
		t.Parallel()
		dir := configured(t)
		basins, err := os.ReadFile("data/subbasins.csv")
		if err != nil {
			t.Fatal(err)
		}
		write(t, filepath.Join(dir, "data", "subbasins.csv"), string(basins))
		write(t, filepath.Join(dir, "data", "storm.csv"), "time_min,rain_mm\n120,40\n240,56\n")
		p := start(t, bin, "-config", filepath.Join(dir, "config.hcl"), "-listen", "127.0.0.1:0", "-results", filepath.Join(dir, "results"), "-data", filepath.Join(dir, "data"), "-stay=false")
		p.until("portal: job")
		if line := p.until("wrote: model:"); !strings.Contains(line, "the storm's step of 120 min is too long for sub-basin B") {
			t.Error(line)
		}
		if err := p.wait(); err == nil {
			t.Error("it ended as if all were well")
		}
	})
	t.Run("says what is missing", func(t *testing.T) {
		t.Parallel()
		dir := configured(t)
		for _, c := range []struct {
			args []string
			want string
		}{
			{[]string{"-scheduler", "none"}, `-scheduler names one that`},
			{[]string{"-data", dir}, "subbasins.csv: no such file or directory: run make"},
			{[]string{"-listen", "nowhere"}, "-listen: "},
			{[]string{"run"}, `"run": there are only flags`},
		} {
			args := append([]string{"-config", filepath.Join(dir, "config.hcl"), "-listen", "127.0.0.1:0", "-results", filepath.Join(dir, "results"), "-data", "data"}, c.args...)
			out, err := exec.CommandContext(t.Context(), filepath.Join(bin, "portal"), args...).CombinedOutput()
			if err == nil || !strings.Contains(string(out), c.want) {
				t.Errorf("%v: %v\n%s", c.args, err, out)
			}
		}
	})
}

// check compares the table's peak with the reference's.
func check(t *testing.T, table string) {
	t.Helper()
	rows, err := csv.NewReader(strings.NewReader(table)).ReadAll()
	if err != nil {
		t.Fatal(err)
	}
	peak, at := 0.0, ""
	for _, row := range rows[1:] {
		if q, err := strconv.ParseFloat(row[1], 64); err != nil {
			t.Fatal(err)
		} else if q > peak {
			peak, at = q, row[0]
		}
	}
	expected, err := os.ReadFile("hydro/testdata/expected.csv")
	if err != nil {
		t.Fatal(err)
	}
	_, last, _ := strings.Cut(string(expected), "\noutlet,")
	want := strings.Split(last, ",") // runoff, lag, peak, minute of the peak, volume
	if wanted, err := strconv.ParseFloat(want[2], 64); err != nil || math.Abs(peak-wanted) > 0.004*wanted || at != want[3] {
		t.Errorf("peak %.2f m³/s at %s min, the reference says %s at %s", peak, at, want[2], want[3])
	}
	if len(rows[0]) != 14 {
		t.Errorf("columns: %v", rows[0])
	}
}

// build makes what `make build` makes of the portal.
func build(t *testing.T) (bin string) {
	t.Helper()
	bin = t.TempDir()
	for out, pkg := range map[string]string{"portal": ".", "model": "./model", "drivers/oceanid-local": "../../plugins/local"} {
		if text, err := exec.CommandContext(t.Context(), "go", "build", "-o", filepath.Join(bin, out), pkg).CombinedOutput(); err != nil {
			t.Fatalf("build %s: %v\n%s", pkg, err, text)
		}
	}
	return bin
}

// configured is a folder with the repository's own configuration.
func configured(t *testing.T) (dir string) {
	t.Helper()
	dir = t.TempDir()
	config, err := os.ReadFile("../../config.hcl")
	if err != nil {
		t.Fatal(err)
	}
	write(t, filepath.Join(dir, "config.hcl"), string(config))
	return dir
}

func write(t *testing.T, name, text string) {
	t.Helper()
	if err := os.MkdirAll(filepath.Dir(name), 0o755); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(name, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
}

// portal is a running one.
type portal struct {
	t     *testing.T
	ctx   context.Context
	cmd   *exec.Cmd
	in    *io.PipeWriter // what it says
	lines *bufio.Scanner
	said  strings.Builder
}

func start(t *testing.T, bin string, args ...string) *portal {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), 90*time.Second)
	t.Cleanup(cancel)
	if !strings.Contains(strings.Join(args, " "), "-data") {
		args = append(args, "-data", "data")
	}
	p := &portal{t: t, ctx: ctx, cmd: exec.CommandContext(ctx, filepath.Join(bin, "portal"), args...)}
	out, in := io.Pipe()
	p.in, p.cmd.Stdout, p.cmd.Stderr = in, in, in
	p.lines = bufio.NewScanner(out)
	if err := p.cmd.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { in.Close(); out.Close() })
	return p
}

// until reads on to a line that begins with, or has, a text.
func (p *portal) until(text string) string {
	p.t.Helper()
	for p.lines.Scan() {
		fmt.Fprintln(&p.said, p.lines.Text())
		if strings.Contains(p.lines.Text(), text) {
			return p.lines.Text()
		}
	}
	p.t.Fatalf("it never said %q, but:\n%s", text, p.said.String())
	return ""
}

func (p *portal) get(url string, code int) string {
	p.t.Helper()
	r, err := http.NewRequestWithContext(p.ctx, "GET", url, nil)
	if err != nil {
		p.t.Fatal(err)
	}
	answer, err := http.DefaultClient.Do(r)
	if err != nil {
		p.t.Fatal(err)
	}
	defer answer.Body.Close()
	body, err := io.ReadAll(answer.Body)
	if err != nil || answer.StatusCode != code {
		p.t.Errorf("%s: %s, %v", url, answer.Status, err)
	}
	return string(body)
}

// ordersOnce presses the button of the form twice, and waits for the one flood that comes of it.
func (p *portal) ordersOnce(url string) {
	p.t.Helper()
	_, rest, _ := strings.Cut(p.get(url+"order", 200), `name="key" value="`)
	key, _, _ := strings.Cut(rest, `"`)
	browser := &http.Client{CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }}
	var pages []string
	for range 2 {
		r, err := http.NewRequestWithContext(p.ctx, "POST", url+"order", strings.NewReader("key="+key))
		if err != nil {
			p.t.Fatal(err)
		}
		r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
		r.Header.Set("Origin", strings.TrimSuffix(url, "/"))
		answer, err := browser.Do(r)
		if err != nil {
			p.t.Fatal(err)
		}
		answer.Body.Close()
		if answer.StatusCode != http.StatusSeeOther {
			p.t.Fatalf("the order was answered with %s", answer.Status)
		}
		pages = append(pages, answer.Header.Get("Location"))
	}
	if key == "" || pages[0] != pages[1] {
		p.t.Errorf("one order with the key %q is %q", key, pages)
	}
	var listed struct{ Jobs []host.Job }
	if err := json.Unmarshal([]byte(p.get(url+"api/jobs", 200)), &listed); err != nil || len(listed.Jobs) != 2 {
		p.t.Errorf("there are %d jobs, %v", len(listed.Jobs), err)
	}
	// The handler makes its results, though nobody of the portal waits for it.
	if line := p.until("Peak at the outlet"); !strings.Contains(line, "266 m³/s") {
		p.t.Error(line)
	}
	if line := p.until("Picture:"); !strings.Contains(line, strings.TrimPrefix(pages[0], "/jobs/")) {
		p.t.Error(line)
	}
	evil, err := http.NewRequestWithContext(p.ctx, "POST", url+"order", strings.NewReader("key=x"))
	if err != nil {
		p.t.Fatal(err)
	}
	evil.Header.Set("Origin", "http://evil.example")
	if answer, err := browser.Do(evil); err != nil || answer.StatusCode != http.StatusForbidden {
		p.t.Errorf("an order from another site's page: %v, %v", answer, err)
	}
}

func (p *portal) interrupt() {
	p.t.Helper()
	if err := p.cmd.Process.Signal(syscall.SIGINT); err != nil {
		p.t.Error(err)
	}
}

// wait lets it end by itself, and forgets what it says meanwhile.
func (p *portal) wait() error {
	var rest sync.WaitGroup
	rest.Go(func() {
		for p.lines.Scan() {
		}
	})
	err := p.cmd.Wait()
	p.in.Close()
	rest.Wait()
	return err
}
