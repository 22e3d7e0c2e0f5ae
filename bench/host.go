package main

import (
	"bufio"
	"bytes"
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"

	"github.com/oceanid/oceanid/host"
)

// hostRows measure a host that has five drivers configured and none started, in a process of its own, beside this same program doing nothing.
func hostRows() []row {
	const peer = "this program, doing nothing"
	return []row{
		{name: "idle host: resident", peer: peer, unit: "MB", most: 40, rounds: 3, figures: idleRow(resident)},
		{name: "idle host: wake-ups in 10 s", peer: peer, unit: "times", most: 0, rounds: 1, figures: idleRow(wakeups)},
		{name: "idle host: CPU in 10 s", peer: peer, unit: "ms", most: 0, rounds: 1, figures: idleRow(processor)},
	}
}

// This program is an idle host when this variable names its configuration, and does nothing when it is "none".
const idleEnv = "OCEANID_BENCH_IDLE"

// runIdle is that process, until its standard input ends.
func runIdle(config string) error {
	if config != "none" {
		h, err := host.Open(context.Background(), host.Options{Config: config})
		if err != nil {
			return err
		}
		defer h.Close(context.Background())
	}
	fmt.Println("ready")
	_, err := bufio.NewReader(os.Stdin).ReadByte()
	return err
}

// idleRow starts both processes and lets them come to rest.
func idleRow(figure func(ctx context.Context, pid int) (float64, error)) func(context.Context) (ours, peer sample, stop func(), err error) {
	return func(ctx context.Context) (ours, peer sample, stop func(), err error) {
		dir, link, err := self()
		if err != nil {
			return nil, nil, nil, err
		}
		var config bytes.Buffer
		fmt.Fprintf(&config, "driver_dir = %q\n", filepath.Join(dir, "drivers"))
		for _, name := range []string{"a", "b", "c", "d", "e"} {
			fmt.Fprintf(&config, "driver %q {\n  path = %q\n}\n", name, link)
		}
		file := filepath.Join(dir, "config.hcl")
		if err := errors.Join(os.Mkdir(filepath.Join(dir, "drivers"), 0o700), os.WriteFile(file, config.Bytes(), 0o600)); err != nil {
			return nil, nil, nil, err
		}
		host, stopHost, err := startIdle(ctx, link, file)
		if err != nil {
			return nil, nil, nil, err
		}
		nothing, stopNothing, err := startIdle(ctx, link, "none")
		if err != nil {
			return nil, nil, nil, errors.Join(err, stopHost())
		}
		side := func(pid int) sample { return func(ctx context.Context) (float64, error) { return figure(ctx, pid) } }
		return side(host), side(nothing), func() { stopHost(); stopNothing(); os.RemoveAll(dir) }, nil
	}
}

func startIdle(ctx context.Context, program, config string) (pid int, stop func() error, err error) {
	cmd := exec.CommandContext(ctx, program)
	cmd.Dir, cmd.Stderr = filepath.Dir(program), os.Stderr
	cmd.Env = append(os.Environ(), idleEnv+"="+config)
	in, err := cmd.StdinPipe()
	if err != nil {
		return 0, nil, err
	}
	out, err := cmd.StdoutPipe()
	if err != nil {
		return 0, nil, err
	}
	if err := cmd.Start(); err != nil {
		return 0, nil, err
	}
	stop = func() error { in.Close(); return cmd.Wait() }
	if line, err := bufio.NewReader(out).ReadString('\n'); line != "ready\n" {
		return 0, nil, errors.Join(fmt.Errorf("the idle process says %q: %w", line, err), stop())
	}
	return cmd.Process.Pid, stop, nil
}
