package main

import (
	"context"
	"io"

	"github.com/spf13/cobra"

	"github.com/oceanid/oceanid/host"
	"github.com/oceanid/oceanid/sdk/scheduler"
)

func newJobsLogs(a *app) *cobra.Command {
	var o scheduler.LogOptions
	var stderr bool
	cmd := &cobra.Command{
		Use:   "logs ID",
		Short: "Show what a task wrote to its standard output or error",
		Long: `Shows what a task wrote, byte by byte as it is; only a terminal is spared what could do
more than be read. With -o json each line becomes an object with the number of its first
byte, which --offset takes to go on from there.`,
		Example:           "  oceanid jobs logs $ID --follow\n  oceanid jobs logs $ID --task 3 --stderr",
		Args:              arguments("ID"),
		ValidArgsFunction: a.completing(first(jobIDs)),
		RunE: func(cmd *cobra.Command, args []string) error {
			if o.Offset < 0 {
				return wrongUsage(cmd, "--offset cannot be negative")
			}
			o.Stream = scheduler.Stdout
			if stderr {
				o.Stream = scheduler.Stderr
			}
			return a.withHost(cmd, lookAndGo, func(ctx context.Context, h *host.Host) error { return a.showLogs(ctx, h, args[0], o) })
		},
	}
	flags := cmd.Flags()
	flags.IntVar(&o.Task, "task", 0, "the task's number, from 0")
	flags.BoolVar(&stderr, "stderr", false, "standard error in place of standard output")
	flags.BoolVarP(&o.Follow, "follow", "f", false, "go on until the task has ended")
	flags.Int64Var(&o.Offset, "offset", 0, "begin with the byte of this number, from 0")
	return cmd
}

func (a *app) showLogs(ctx context.Context, h *host.Host, id string, o scheduler.LogOptions) error {
	job, err := h.GetJob(ctx, id)
	if err != nil {
		return err
	}
	if a.format == asTable {
		return job.Logs(ctx, o, a.safe(a.out))
	}
	lines := &logLines{print: func(l logLine) error { return a.line(l) }, next: logLine{Task: o.Task, Stream: o.Stream, Offset: o.Offset}}
	err = job.Logs(ctx, o, lines)
	if printing := lines.end(); err == nil {
		err = printing
	}
	return err
}

// logLine is a line of a log, with its end; a very long one comes in pieces. All texts together are the log, as far as it is UTF-8.
type logLine struct {
	Task   int                 `json:"task"`
	Stream scheduler.LogStream `json:"stream"`
	// Offset is the number of the first byte.
	Offset int64  `json:"offset"`
	Text   string `json:"text"`
}

// longestLine is when a line is cut.
const longestLine = 64 << 10

// logLines cuts a log into lines.
type logLines struct {
	print func(logLine) error
	next  logLine
	rest  []byte
}

var _ io.Writer = (*logLines)(nil)

func (l *logLines) Write(b []byte) (int, error) {
	for _, c := range b {
		l.rest = append(l.rest, c)
		if c == '\n' || len(l.rest) == longestLine {
			if err := l.end(); err != nil {
				return 0, err
			}
		}
	}
	return len(b), nil
}

// end prints what there is of the current line.
func (l *logLines) end() error {
	if len(l.rest) == 0 {
		return nil
	}
	l.next.Text = string(l.rest)
	err := l.print(l.next)
	l.next.Offset += int64(len(l.rest))
	l.rest = l.rest[:0]
	return err
}
