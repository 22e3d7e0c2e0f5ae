package main

import (
	"bufio"
	"errors"
	"net"
	"os"
	"os/exec"
	"strings"
	"syscall"
	"testing"

	"github.com/oceanid/oceanid/lab"
)

const mainVariable = "OCEANID_LAB_TEST_MAIN"

func TestMain(m *testing.M) {
	if os.Getenv(mainVariable) != "" {
		main()
		return
	}
	os.Exit(m.Run())
}

func command(args ...string) *exec.Cmd {
	cmd := exec.Command(os.Args[0], args...)
	cmd.Env = append(os.Environ(), mainVariable+"=1")
	return cmd
}

func TestExitStatus(t *testing.T) {
	t.Parallel()
	lab.Require(t)
	for _, tt := range []struct {
		name string
		args []string
		want int
		says string
	}{
		{"help", []string{"--help"}, 0, "lab up [SERVICES]"},
		{"help of a command", []string{"up", "--help"}, 0, "lab up [SERVICES]"},
		{"nothing", nil, 2, "build, up, shell or clean"},
		{"unknown command", []string{"frobnicate"}, 2, "frobnicate"},
		{"unknown flag", []string{"up", "--frobnicate"}, 2, "frobnicate"},
		{"argument too many", []string{"build", "it"}, 2, "it"},
		{"the command's own", []string{"up", "--redis", "--", "sh", "-c", "exit 7"}, 7, ""},
		{"of a signal", []string{"up", "--redis", "--", "sh", "-c", "kill -TERM $$"}, 143, ""},
		{"no such command", []string{"up", "--redis", "--", "frobnicate"}, 1, "frobnicate"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			cmd := command(tt.args...)
			out, err := cmd.CombinedOutput()
			var exit *exec.ExitError
			if err != nil && !errors.As(err, &exit) {
				t.Fatal(err)
			}
			if got := cmd.ProcessState.ExitCode(); got != tt.want || !strings.Contains(string(out), tt.says) {
				t.Errorf("exit status %d, want %d; it says: %s", got, tt.want, out)
			}
		})
	}
}

func TestVariables(t *testing.T) {
	t.Parallel()
	lab.Require(t)
	out, err := command("up", "--redis", "--sshd", "--", "env").Output()
	if err != nil {
		t.Fatal(err)
	}
	for _, name := range []string{"SSH_HOST", "SSH_PORT", "SSH_USER", "SSH_PASSWORD", "SSH_KEY", "SSH_KNOWN_HOSTS", "REDIS_URL"} {
		if _, value, found := strings.Cut(string(out), "\nOCEANID_LAB_"+name+"="); !found || strings.HasPrefix(value, "\n") {
			t.Errorf("no %s in %s", name, out)
		}
	}
}

// A signal reaches the command, and the lab outlives the command's farewell.
func TestSignal(t *testing.T) {
	t.Parallel()
	lab.Require(t)
	const script = `trap 'read -r address; echo farewell to $address; exit 5' INT; echo "$OCEANID_LAB_REDIS_URL"; while :; do sleep 0.05; done`
	cmd := command("up", "--redis", "--", "bash", "-c", script)
	in, err := cmd.StdinPipe()
	if err != nil {
		t.Fatal(err)
	}
	pipe, err := cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	out := bufio.NewReader(pipe)
	url, err := out.ReadString('\n')
	if err != nil {
		t.Fatal(err)
	}
	_, address, _ := strings.Cut(strings.TrimSuffix(strings.TrimSpace(url), "/0"), "@")
	if err := cmd.Process.Signal(syscall.SIGINT); err != nil {
		t.Fatal(err)
	}
	conn, err := net.Dial("tcp", address)
	if err != nil {
		t.Fatalf("the lab is gone before the command: %v", err)
	}
	link, _, _ := net.SplitHostPort(conn.LocalAddr().String())
	conn.Close()
	if _, err := in.Write([]byte("you\n")); err != nil {
		t.Fatal(err)
	}
	if line, err := out.ReadString('\n'); err != nil || line != "farewell to you\n" {
		t.Errorf("%q, %v", line, err)
	}
	var exit *exec.ExitError
	if err := cmd.Wait(); !errors.As(err, &exit) || exit.ExitCode() != 5 {
		t.Errorf("%v", err)
	}
	addrs, err := net.InterfaceAddrs()
	if err != nil {
		t.Fatal(err)
	}
	for _, addr := range addrs {
		if strings.HasPrefix(addr.String(), link+"/") {
			t.Error("the lab outlives the command")
		}
	}
}
