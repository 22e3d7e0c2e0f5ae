package main

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"path"
	"strconv"

	"github.com/dustin/go-humanize"
	"github.com/dustin/go-humanize/english"
	"github.com/spf13/cobra"

	"github.com/oceanid/oceanid/host"
	"github.com/oceanid/oceanid/sdk/scheduler"
)

func newJobsDownload(a *app) *cobra.Command {
	var dir string
	var q scheduler.FileQuery
	cmd := &cobra.Command{
		Use:   "download ID",
		Short: "Bring a job's results to this machine",
		Long: `Brings the results of a job into a folder: those of a job of one task as they are named,
those of an array below the number of their task. Each file appears whole and checked,
or not at all; nothing is written outside the folder. SHA256SUMS there lists them all.`,
		Example:           "  oceanid jobs download $ID --dir results && (cd results && sha256sum --check SHA256SUMS)",
		Args:              arguments("ID"),
		ValidArgsFunction: a.completing(first(jobIDs)),
		RunE: func(cmd *cobra.Command, args []string) error {
			return a.withHost(cmd, lookAndGo, func(ctx context.Context, h *host.Host) error {
				job, err := h.GetJob(ctx, args[0])
				if err != nil {
					return err
				}
				return a.download(ctx, job, cmp.Or(dir, job.ID), q)
			})
		},
	}
	flags := cmd.Flags()
	flags.StringVar(&dir, "dir", "", "the folder, which is made if it is missing (default: one named like the ID)")
	flags.IntSliceVar(&q.Tasks, "task", nil, "only what this task left; repeatable")
	flags.StringArrayVar(&q.Paths, "path", nil, "only this output, as the job named it; repeatable")
	folders(cmd, "dir")
	return cmd
}

// download brings results and lists them, also those that came before something failed.
func (a *app) download(ctx context.Context, job *host.Job, dir string, q scheduler.FileQuery) error {
	progress := a.progress(job)
	files, err := job.DownloadWith(ctx, dir, q, progress.report)
	progress.close()
	if a.format == asJSON {
		if err != nil && len(files) == 0 {
			return err
		}
		return errors.Join(err, a.document(struct {
			Dir      string           `json:"dir"`
			Manifest string           `json:"manifest"`
			Files    []scheduler.File `json:"files"`
		}{dir, host.Sums, append([]scheduler.File{}, files...)}))
	}
	if len(files) > 0 {
		t := a.newTable("FILE", "SIZE", "SHA256")
		var size int64
		for _, f := range files {
			t.row(below(f, job.Tasks), humanize.IBytes(uint64(f.Size)), f.SHA256)
			size += f.Size
		}
		t.write(a.out)
		fmt.Fprintf(a.out, "\n%s, %s, in %s; %s there has the digests\n", english.Plural(len(files), "file", ""), humanize.IBytes(uint64(size)), clean(dir), host.Sums)
	} else if err == nil {
		a.note("there are no results")
	}
	return err
}

// below is where Download has put a file.
func below(f scheduler.File, tasks int) string {
	if tasks == 1 {
		return f.Path
	}
	return path.Join(strconv.Itoa(f.Task), f.Path)
}
