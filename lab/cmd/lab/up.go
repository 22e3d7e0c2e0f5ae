package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"strconv"

	"github.com/oceanid/oceanid/lab"
)

// up starts a lab and stops it when the command has ended, or without a
// command when ctx has.
func up(ctx context.Context, o lab.Options, command []string) (err error) {
	l, err := lab.Start(ctx, o)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, l.Stop()) }()
	environment := variables(l)
	if len(command) > 0 {
		return runBeside(command, append(os.Environ(), environment...))
	}
	for _, variable := range environment {
		fmt.Println(variable)
	}
	fmt.Fprintln(os.Stderr, "lab: up; Ctrl-C stops it")
	<-ctx.Done()
	return nil
}

// variables is what a command beside the lab is told. The user is one with
// both a password and a key.
func variables(l *lab.Lab) []string {
	var all []string
	add := func(name, value string) { all = append(all, "OCEANID_LAB_"+name+"="+value) }
	if ssh := l.SSH(); ssh.Host != "" {
		ben := ssh.Users["ben"]
		add("SSH_HOST", ssh.Host)
		add("SSH_PORT", strconv.Itoa(ssh.Port))
		add("SSH_USER", ben.Name)
		add("SSH_PASSWORD", ben.Password)
		add("SSH_KEY", ben.PrivateKey)
		add("SSH_KNOWN_HOSTS", ssh.KnownHosts)
	}
	if redis := l.Redis(); redis.URL != "" {
		add("REDIS_URL", redis.URL)
	}
	return all
}

// shell runs one in the lab, on this terminal.
func shell(ctx context.Context, o lab.Options, user string) (err error) {
	l, err := lab.Start(ctx, o)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, l.Stop()) }()
	cmd := l.Command(context.WithoutCancel(ctx), user, "bash")
	cmd.Stdin, cmd.Stdout, cmd.Stderr = os.Stdin, os.Stdout, os.Stderr
	// In this terminal's foreground, not in a process group behind it.
	cmd.SysProcAttr = nil
	return cmd.Run()
}
