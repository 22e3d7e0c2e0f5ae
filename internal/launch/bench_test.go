package launch_test

import (
	"os"
	"os/exec"
	"testing"
	"time"

	"github.com/hashicorp/go-hclog"
	"github.com/hashicorp/go-plugin"
	"google.golang.org/grpc"

	"github.com/oceanid/oceanid/internal/launch"
	"github.com/oceanid/oceanid/internal/launch/launchtest"
	"github.com/oceanid/oceanid/internal/wire/handshake"
)

// BenchmarkColdStart starts the same driver to its first answer, in turn as go-plugin does by itself (no transport security, no checksum) and as package
// launch does (mutual TLS, and the checksum of a file that is known).
func BenchmarkColdStart(b *testing.B) {
	sums := knownSums(b)
	var plain, ours, stop time.Duration
	for b.Loop() {
		begin := time.Now()
		conn, kill := startPlain(b)
		ask(b, conn)
		plain += time.Since(begin)
		kill()

		begin = time.Now()
		p := startOurs(b, sums)
		ask(b, p.Conn())
		ours += time.Since(begin)

		begin = time.Now()
		if err := p.Stop(b.Context()); err != nil {
			b.Fatal(err)
		}
		stop += time.Since(begin)
	}
	report(b, plain, ours)
	b.ReportMetric(float64(stop)/float64(b.N)/1e6, "stop-ms")
}

// BenchmarkCall makes a small call in turn over both connections.
func BenchmarkCall(b *testing.B) {
	conn, kill := startPlain(b)
	defer kill()
	p := startOurs(b, nil)
	defer func() { _ = p.Stop(b.Context()) }()
	for range 100 {
		ask(b, conn)
		ask(b, p.Conn())
	}
	var plain, ours time.Duration
	for b.Loop() {
		begin := time.Now()
		ask(b, conn)
		between := time.Now()
		ask(b, p.Conn())
		plain, ours = plain+between.Sub(begin), ours+time.Since(between)
	}
	report(b, plain, ours)
}

func report(b *testing.B, plain, ours time.Duration) {
	n := float64(b.N) * 1e6
	b.ReportMetric(float64(plain)/n, "plain-ms")
	b.ReportMetric(float64(ours)/n, "ours-ms")
	b.ReportMetric(float64(ours)/float64(plain), "ratio")
}

func ask(b *testing.B, conn grpc.ClientConnInterface) {
	b.Helper()
	if _, err := launchtest.Command(b.Context(), conn, ""); err != nil {
		b.Fatal(err)
	}
}

func executable(b *testing.B) string {
	b.Helper()
	self, err := os.Executable()
	if err != nil {
		b.Fatal(err)
	}
	return self
}

// knownSums knows this program's checksum, which takes until its file is not brand new.
func knownSums(b *testing.B) *launch.Checksums {
	b.Helper()
	info, err := os.Stat(executable(b))
	if err != nil {
		b.Fatal(err)
	}
	time.Sleep(time.Until(info.ModTime().Add(3 * time.Second)))
	sums := new(launch.Checksums)
	begin := time.Now()
	if _, err := sums.Of(executable(b)); err != nil {
		b.Fatal(err)
	}
	b.Logf("the first checksum of %d MiB took %v", info.Size()>>20, time.Since(begin).Round(time.Millisecond))
	return sums
}

func startOurs(b *testing.B, sums *launch.Checksums) *launch.Process {
	b.Helper()
	p, err := launch.Start(b.Context(), launch.Spec{Name: "test", Path: executable(b), Env: launchtest.Env(launchtest.Good), Checksums: sums})
	if err != nil {
		b.Fatal(err)
	}
	return p
}

func startPlain(b *testing.B) (conn grpc.ClientConnInterface, kill func()) {
	b.Helper()
	cmd := exec.Command(executable(b))
	cmd.Env = append(os.Environ(), launchtest.EnvMode+"="+string(launchtest.Plain))
	client := plugin.NewClient(&plugin.ClientConfig{
		HandshakeConfig:  handshake.Config(),
		Plugins:          handshake.Plugins(nil),
		Cmd:              cmd,
		AllowedProtocols: []plugin.Protocol{plugin.ProtocolGRPC},
		Logger:           hclog.NewNullLogger(),
	})
	protocol, err := client.Client()
	if err != nil {
		b.Fatal(err)
	}
	return protocol.(*plugin.GRPCClient).Conn, client.Kill
}
