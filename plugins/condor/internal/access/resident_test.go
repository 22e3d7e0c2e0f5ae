package access

import (
	"crypto/ed25519"
	"crypto/rand"
	"errors"
	"io"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"golang.org/x/crypto/ssh"
)

// residentOf starts a resident shell at a server that lives in the test.
func residentOf(t *testing.T) *resident {
	t.Helper()
	_, key, err := ed25519.GenerateKey(rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	signer, err := ssh.NewSignerFromKey(key)
	if err != nil {
		t.Fatal(err)
	}
	config := &ssh.ServerConfig{NoClientAuth: true}
	config.AddHostKey(signer)
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer listener.Close()
	served := make(chan struct{})
	go func() {
		defer close(served)
		if conn, err := listener.Accept(); err == nil {
			serveShell(conn, config)
		}
	}()
	client, err := ssh.Dial("tcp", listener.Addr().String(), &ssh.ClientConfig{User: "x", HostKeyCallback: ssh.FixedHostKey(signer.PublicKey())})
	if err != nil {
		t.Fatal(err)
	}
	session, err := client.NewSession()
	if err != nil {
		t.Fatal(err)
	}
	r, err := newResident(session)
	if err != nil {
		t.Fatal(err)
	}
	attended := make(chan struct{})
	go func() {
		defer close(attended)
		r.attend()
	}()
	t.Cleanup(func() {
		r.stdin.Close()
		<-attended
		client.Close()
		<-served
	})
	return r
}

// serveShell serves one session, in which it runs a shell.
func serveShell(conn net.Conn, config *ssh.ServerConfig) {
	server, channels, requests, err := ssh.NewServerConn(conn, config)
	if err != nil {
		return
	}
	go ssh.DiscardRequests(requests)
	asked, ok := <-channels
	if !ok {
		return
	}
	channel, requests, err := asked.Accept()
	if err != nil {
		return
	}
	(<-requests).Reply(true, nil)
	go ssh.DiscardRequests(requests)
	cmd := exec.Command("/bin/sh", "-s")
	cmd.Stdout, cmd.Stderr = channel, channel.Stderr()
	stdin, err := cmd.StdinPipe()
	if err != nil || cmd.Start() != nil {
		return
	}
	go func() {
		io.Copy(stdin, channel)
		stdin.Close()
	}()
	cmd.Wait()
	channel.SendRequest("exit-status", false, ssh.Marshal(struct{ Status uint32 }{uint32(max(cmd.ProcessState.ExitCode(), 0))}))
	channel.Close()
	server.Wait()
}

// Scripts that share a shell do not see each other.
func TestScriptsOfOneShell(t *testing.T) {
	t.Parallel()
	r := residentOf(t)
	long := strings.Repeat("0123456789", 20_000)
	tests := []struct {
		name, text     string
		code           int
		stdout, stderr string
	}{
		{"what it prints", "echo out; echo err >&2", 0, "out\n", "err\n"},
		{"no newline at the end", "printf a; printf b >&2", 0, "a", "b"},
		{"newlines only", "echo; echo", 0, "\n\n", ""},
		{"nothing", ":", 0, "", ""},
		{"an exit code", "exit 7", 7, "", ""},
		{"a signal", "sh -c 'kill -KILL $$'", 137, "", ""},
		{"what it leaves", "cd /; X=1; exec 9>/dev/null; umask 0; false", 1, "", ""},
		{"is gone", `[ "$PWD" != / ] && echo "$X"; umask`, 0, "\n" + umask(t), ""},
		{"it has no input", "cat; read x || echo none", 0, "none\n", ""},
		{"a here-document", "cat <<'E'\n) $x\nE\n", 0, ") $x\n", ""},
		{"a comment at the end", "echo a # b", 0, "a\n", ""},
		{"a long line", "printf %s " + long, 0, long, ""},
	}
	for _, test := range tests {
		var stdout, stderr strings.Builder
		code, err := r.run(test.text, &stdout, &stderr)
		if err != nil || code != test.code || stdout.String() != test.stdout || !strings.HasPrefix(stderr.String(), test.stderr) {
			t.Fatalf("%s: %d, %.80q, %.80q, %v", test.name, code, stdout.String(), stderr.String(), err)
		}
	}
}

func umask(t *testing.T) string {
	out, err := exec.Command("sh", "-c", "umask").Output()
	if err != nil {
		t.Fatal(err)
	}
	return string(out)
}

// A script of which only a part arrives does nothing.
func TestScriptCutShortDoesNothing(t *testing.T) {
	t.Parallel()
	file := filepath.Join(t.TempDir(), "file")
	text := "(\n: >" + file + "\necho done\n) </dev/null"
	for _, most := range []int{len(text) / 2, len(text) - len(") </dev/null"), len(text) - len("</dev/null") - 2} {
		r := residentOf(t)
		if _, err := io.WriteString(r.stdin, text[:most]); err != nil {
			t.Fatal(err)
		}
		r.stdin.Close()
		<-r.ended
		if _, err := os.Stat(file); !errors.Is(err, os.ErrNotExist) {
			t.Errorf("after %q the file is there: %v", text[:most], err)
		}
	}
}

// A shell that ends in the midst of a script says so.
func TestShellEndsInMidScript(t *testing.T) {
	t.Parallel()
	r := residentOf(t)
	if _, err := r.run("echo begun; kill -KILL $$", io.Discard, io.Discard); !errors.Is(err, errShellEnded) {
		t.Errorf("%v", err)
	}
	<-r.ended
	if r.alive() {
		t.Error("it counts as alive")
	}
}
