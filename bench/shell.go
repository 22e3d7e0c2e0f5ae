package main

import (
	"bufio"
	"context"
	"fmt"
	"io"
	"os/exec"
	"strings"

	"github.com/oceanid/oceanid/lab"
)

// peerUser is whose account the peer's commands run in.
const peerUser = "ada"

// shell is a shell on the access point that stays, so that a peer's command costs what it costs there and nothing more.
type shell struct {
	cmd *exec.Cmd
	in  io.WriteCloser
	out *bufio.Reader
}

func startShell(ctx context.Context, l *lab.Lab) (*shell, error) {
	s := &shell{cmd: l.Command(ctx, peerUser, "sh", "-c", "cd; exec sh 2>&1")}
	var err error
	if s.in, err = s.cmd.StdinPipe(); err != nil {
		return nil, err
	}
	out, err := s.cmd.StdoutPipe()
	if err != nil {
		return nil, err
	}
	s.out = bufio.NewReader(out)
	return s, s.cmd.Start()
}

// do runs a script in the shell and returns what it prints.
func (s *shell) do(script string) (string, error) {
	if _, err := fmt.Fprintf(s.in, "( %s\n) </dev/null\necho \"@@ $?\"\n", script); err != nil {
		return "", err
	}
	var said strings.Builder
	for {
		line, err := s.out.ReadString('\n')
		if err != nil {
			return "", fmt.Errorf("the shell on the access point: %w", err)
		}
		status, ended := strings.CutPrefix(line, "@@ ")
		if !ended {
			said.WriteString(line)
			continue
		}
		if status != "0\n" {
			return "", fmt.Errorf("%s: exit status %s%s", script, status, said.String())
		}
		return said.String(), nil
	}
}

// runs makes a script the peer's side of a row.
func (s *shell) runs(script string) func(context.Context) error {
	return func(context.Context) error {
		_, err := s.do(script)
		return err
	}
}

func (s *shell) end() {
	s.in.Close()
	s.cmd.Wait()
}
