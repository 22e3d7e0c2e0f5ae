package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"time"

	"github.com/prometheus/client_golang/prometheus"

	"github.com/oceanid/oceanid/host"
	"github.com/oceanid/oceanid/lab"
)

// idlePool is an HTCondor pool whose jobs stay queued, so that what is measured is what the schedd and we do.
var idlePool = lab.Options{Condor: true, SSH: true, CondorConfig: "START = False\nMAX_JOBS_PER_OWNER = 5000000\n"}

// pool is a real HTCondor pool, a host that reaches it over SSH as a portal does, with its store on disk, and a shell on the access point for the peer.
type pool struct {
	lab     *lab.Lab
	dir     string
	metrics *prometheus.Registry
	host    *host.Host
	on      *host.Scheduler
	*shell
}

// startPool starts all of it; the address of the access point is what through makes of it.
func startPool(ctx context.Context, o lab.Options, through func(address string) (host string, port int, err error)) (_ *pool, err error) {
	if err := lab.Missing(lab.Trixie); err != nil {
		return nil, errors.Join(errors.ErrUnsupported, err)
	}
	p := &pool{}
	defer func() {
		if err != nil {
			p.stop()
		}
	}()
	if p.lab, err = lab.Start(ctx, o); err != nil {
		return nil, err
	}
	if p.dir, err = os.MkdirTemp("", "oceanid-bench-"); err != nil {
		return nil, err
	}
	if p.shell, err = startShell(ctx, p.lab); err != nil {
		return nil, err
	}
	if out, err := exec.CommandContext(ctx, "go", "build", "-o", filepath.Join(p.dir, "oceanid-condor"), "./plugins/condor").CombinedOutput(); err != nil {
		return nil, fmt.Errorf("%w: %s", err, out)
	}
	address, port := p.lab.SSH().Host, p.lab.SSH().Port
	var extra []string
	if through != nil {
		if address, port, err = through(fmt.Sprintf("%s:%d", address, port)); err != nil {
			return nil, err
		}
		// The key is the lab's, the address somebody else's.
		key, err := p.hostKey()
		if err != nil {
			return nil, err
		}
		extra = append(extra, fmt.Sprintf("host_key = [%q]", key))
	} else {
		extra = append(extra, fmt.Sprintf("known_hosts = %q", p.lab.SSH().KnownHosts))
	}
	user := p.lab.SSH().Users["ben"]
	text := fmt.Sprintf("driver_dir = %q\nscheduler \"condor\" \"bench\" {\n  host = %q\n  port = %d\n  username = %q\n  private_key_path = %q\n  %s\n}\n",
		p.dir, address, port, user.Name, user.PrivateKey, strings.Join(extra, "\n  "))
	if err := os.WriteFile(p.config(), []byte(text), 0o600); err != nil {
		return nil, err
	}
	return p, p.open(ctx)
}

func (p *pool) config() string { return filepath.Join(p.dir, "config.hcl") }

// hostKey is one line of the lab's known_hosts, as authorized_keys has it.
func (p *pool) hostKey() (string, error) {
	text, err := os.ReadFile(p.lab.SSH().KnownHosts)
	if err != nil {
		return "", err
	}
	for line := range strings.Lines(string(text)) {
		if f := strings.Fields(line); len(f) >= 3 && f[1] == "ssh-ed25519" {
			return f[1] + " " + f[2], nil
		}
	}
	return "", errors.New("the lab's sshd has no ed25519 key")
}

// open starts the host, with what the one before it has left on the disk.
func (p *pool) open(ctx context.Context) (err error) {
	p.metrics = prometheus.NewRegistry()
	if p.host, err = host.Open(ctx, host.Options{Config: p.config(), Metrics: p.metrics}); err != nil {
		return err
	}
	p.on, err = p.host.GetScheduler(ctx, "bench")
	return err
}

// close ends the host and leaves the rest.
func (p *pool) close() error {
	if p.host == nil {
		return nil
	}
	ctx, cancel := context.WithTimeout(context.Background(), time.Minute)
	defer cancel()
	err := p.host.Close(ctx)
	p.host = nil
	return err
}

func (p *pool) stop() {
	p.close()
	if p.shell != nil {
		p.shell.end()
	}
	if p.lab != nil {
		p.lab.Stop()
	}
	os.RemoveAll(p.dir)
}

// put writes a file in the home of the peer's user.
func (p *pool) put(ctx context.Context, name, text string) error {
	put := p.lab.Command(ctx, peerUser, "sh", "-c", `cat >"$HOME/$0"`, name)
	put.Stdin = strings.NewReader(text)
	if out, err := put.CombinedOutput(); err != nil {
		return fmt.Errorf("write %s: %w: %s", name, err, out)
	}
	return nil
}

// count is the sum of a counter of the host's over all its labels that are these.
func (p *pool) count(name string, labels map[string]string) (sum float64, err error) {
	families, err := p.metrics.Gather()
	for _, f := range families {
		if f.GetName() != name {
			continue
		}
		for _, m := range f.GetMetric() {
			matches := 0
			for _, l := range m.GetLabel() {
				if v, asked := labels[l.GetName()]; asked && v == l.GetValue() {
					matches++
				}
			}
			if matches == len(labels) {
				sum += m.GetCounter().GetValue() + float64(m.GetHistogram().GetSampleCount())
			}
		}
	}
	return sum, err
}
