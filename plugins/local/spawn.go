package main

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"runtime"
	"strings"
	"syscall"
	"time"

	"github.com/oceanid/oceanid/sdk/fault"
)

// The keeper is this very program with other arguments: "keeper run FOLDER". It must outlive the driver, whose whole process group is killed
// with its host, and should not become a child that nobody waits for: so the driver runs "keeper start FOLDER", which starts the keeper
// in a session of its own, waits until it has taken the folder, and ends.
const (
	keeperWord  = "keeper"
	keeperStart = "start"
	keeperRun   = "run"
)

// asKeeper is what this program does first of all: where its arguments (without its name) make it a keeper, it is one until there is nothing left to do, and ok tells that
// main must end with the code.
func asKeeper(args []string) (code int, ok bool) {
	if len(args) != 3 || args[0] != keeperWord {
		return 0, false
	}
	keepDescriptors()
	var err error
	switch args[1] {
	case keeperStart:
		err = startKeeper(args[2])
	case keeperRun:
		err = runKeeper(args[2])
	default:
		err = fmt.Errorf("keeper: %q is neither %q nor %q", args[1], keeperStart, keeperRun)
	}
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		return 1, true
	}
	return 0, true
}

// wake makes the keeper look for work, and starts one if there is none.
func (d *driver) wake(ctx context.Context) error {
	// The folder's own times are a change in it, which the keeper is told of.
	now := time.Now()
	if err := os.Chtimes(d.folder.control(""), now, now); err != nil {
		return err
	}
	return d.ensureKeeper(ctx)
}

// revive starts a keeper if there is work and none: the last one was killed, or the machine was restarted.
func (d *driver) revive(ctx context.Context) error {
	if kept, err := locked(d.folder.lock()); kept || err != nil {
		return err
	}
	notes, err := os.ReadDir(d.folder.control(""))
	if err != nil {
		return err
	}
	for _, note := range notes {
		token, _, _ := strings.Cut(note.Name(), ".")
		if open, err := d.unfinished(token); open || err != nil {
			return errors.Join(err, d.ensureKeeper(ctx))
		}
	}
	return nil
}

// ensureKeeper starts a keeper if there is none.
func (d *driver) ensureKeeper(ctx context.Context) error {
	ctx, cancel := context.WithTimeout(ctx, 20*time.Second)
	defer cancel()
	select {
	case d.starting <- struct{}{}:
		defer func() { <-d.starting }()
	case <-ctx.Done():
		return ctx.Err()
	}
	if kept, err := locked(d.folder.lock()); kept || err != nil {
		return err
	}
	program, err := ownProgram()
	if err != nil {
		return err
	}
	start := exec.CommandContext(ctx, program, keeperWord, keeperStart, d.folder.path)
	start.Env = []string{}
	for name, value := range cleanEnvironment() {
		start.Env = append(start.Env, name+"="+value)
	}
	var said bytes.Buffer
	start.Stderr = &said
	start.WaitDelay = time.Second
	if err := start.Run(); err != nil {
		return fault.By(fault.Host, fault.Unavailable.New("start the keeper of %s: %w: %s", d.folder.path, err, bytes.TrimSpace(said.Bytes())))
	}
	return nil
}

// ownProgram is the file that this process runs, also when another has taken its name since.
func ownProgram() (string, error) {
	if runtime.GOOS == "linux" {
		return "/proc/self/exe", nil
	}
	return os.Executable()
}

// readyFile is the descriptor on which the keeper says that it has the folder, by closing it, or why not.
const readyFile = 3

// startKeeper starts the keeper and waits until it is one.
func startKeeper(path string) error {
	f, err := openFolder(path)
	if err != nil {
		return err
	}
	log, err := openKeeperLog(f)
	if err != nil {
		return err
	}
	defer log.Close()
	answer, ready, err := os.Pipe()
	if err != nil {
		return err
	}
	defer answer.Close()
	program, err := ownProgram()
	if err != nil {
		return err
	}
	keeper := exec.Command(program, keeperWord, keeperRun, path)
	keeper.Args[0] = "oceanid-local"
	keeper.Dir = "/"
	keeper.Stdout, keeper.Stderr = log, log
	keeper.ExtraFiles = []*os.File{ready}
	keeper.SysProcAttr = &syscall.SysProcAttr{Setsid: true}
	err = keeper.Start()
	ready.Close()
	if err != nil {
		return err
	}
	text := new(bytes.Buffer)
	if _, err := text.ReadFrom(answer); err != nil {
		return err
	}
	if text.Len() > 0 {
		return errors.New(text.String())
	}
	return keeper.Process.Release()
}

// openKeeperLog opens the keeper's log for appending, anew when it has grown long.
func openKeeperLog(f folder) (*os.File, error) {
	const long = 1 << 20
	flags := os.O_WRONLY | os.O_CREATE | os.O_APPEND
	if info, err := os.Stat(f.log()); err == nil && info.Size() > long {
		flags |= os.O_TRUNC
	}
	return os.OpenFile(f.log(), flags, 0o600)
}
