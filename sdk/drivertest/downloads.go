package drivertest

import (
	"bytes"
	"context"
	"slices"
	"strings"

	"github.com/oceanid/oceanid/internal/wire/schedulerv1"
	"github.com/oceanid/oceanid/sdk/fault"
)

func downloadChecks() []check {
	return group("downloads", serviceDownloads, "scheduler.Downloader; scheduler.proto, service Downloads",
		of("come-back", "The outputs that a job named come back to the byte, empty and large ones too, each with a header, chunks of at most 256 KiB and a trailer.", "scheduler.proto, messages File and FileTrailer",
			"Send size and digest of exactly what you send.", outputsComeBack),
		of("folders", "An output that is a folder comes back with all regular files in it, hidden ones and those in its folders too.", "", "Walk the folder.", outputsFolders),
		of("keep-their-mode", "A file comes back with its permission bits.", "scheduler.File, Mode", "Tell the bits as the file system has them.", outputsKeepMode),
		of("missing-is-no-error", "An output that the task has left out is no error, and the rest comes.", "scheduler.Job, Outputs", "Leave out what is not there.", outputsMissing),
		of("nothing-else", "What the job did not name as an output does not come back.", "", "Send the named outputs only.", outputsNothingElse),
		of("of-each-task", "The files of each task come with its number.", "scheduler.File, Task", "Tell the task in each header.", outputsOfEachTask),
		of("only-some-tasks", "Only the tasks that are asked for are sent.", "scheduler.FileQuery, Tasks", "Look at DownloadRequest.tasks.", outputsSomeTasks),
		of("only-some-paths", "Only the outputs that are asked for are sent.", "scheduler.FileQuery, Paths", "Look at DownloadRequest.paths.", outputsSomePaths),
		of("refuse-what-is-no-file", "A symbolic link or a pipe among the outputs is an error that names it, after all the rest has come; what the link leads to does not come.", "",
			"Open nothing through a link (openat2, O_NOFOLLOW, os.Root), and go on with the rest first.", outputsRefuseLinks),
		of("strange-names", "Files with any name that is UTF-8 come back under it.", "scheduler.File, Path", "Send names as they are.", outputsStrangeNames),
		of("of-nobody", "Download for a job that nobody knows is NOT_FOUND.", "", "Answer NOT_FOUND; the host can tell that from a job without results.", outputsOfNobody),
	)
}

// left runs a job and gives the files that came back.
func (t *trial) left(ctx context.Context, job *schedulerv1.Job, q *schedulerv1.DownloadRequest) ([]result, error) {
	ref, err := t.submit(ctx, job)
	if err != nil {
		return nil, err
	}
	now, err := t.ended(ctx, ref)
	if err != nil {
		return nil, err
	}
	if !now.all(schedulerv1.State_STATE_SUCCEEDED) {
		return nil, saw("the job that leaves the files came to %s", now.show())
	}
	q.Job = ref
	files, problem, err := t.download(ctx, q)
	if problem != nil {
		return files, problem
	}
	if err != nil {
		return files, saw("Download: %w", &callError{err})
	}
	return files, nil
}

// named are the files as "TASK PATH", in order.
func named(files []result) []string {
	names := make([]string, len(files))
	for i, f := range files {
		names[i] = number(f.GetTask()) + " " + f.GetPath()
	}
	slices.Sort(names)
	return names
}

func wantNames(files []result, want ...string) error {
	if got := named(files); !slices.Equal(got, want) {
		return saw("files came back as %q (task and path); they should have been %q", got, want)
	}
	return nil
}

func outputsComeBack(ctx context.Context, t *trial) error {
	job := t.shell(`printf 'a\000\377' > small; : > empty; head -c 1500000 /dev/zero | tr '\0' x > large`)
	job.Outputs = []string{"small", "empty", "large"}
	files, err := t.left(ctx, job, &schedulerv1.DownloadRequest{})
	if err != nil {
		return err
	}
	for name, content := range map[string][]byte{"small": []byte("a\x00\xff"), "empty": nil, "large": bytes.Repeat([]byte("x"), 1_500_000)} {
		if f := find(files, 0, name); !f.is(content) {
			return saw("%q did not come back as it was left; what came: %q", name, named(files))
		}
	}
	return nil
}

func outputsFolders(ctx context.Context, t *trial) error {
	job := t.shell(`mkdir -p out/deep/er && echo 1 > out/one && echo 2 > out/deep/er/two && echo 3 > out/.hidden`)
	job.Outputs = []string{"out"}
	files, err := t.left(ctx, job, &schedulerv1.DownloadRequest{})
	if err != nil {
		return err
	}
	return wantNames(files, "0 out/.hidden", "0 out/deep/er/two", "0 out/one")
}

func outputsKeepMode(ctx context.Context, t *trial) error {
	job := t.shell(`echo > run && chmod 755 run && echo > own && chmod 600 own`)
	job.Outputs = []string{"run", "own"}
	files, err := t.left(ctx, job, &schedulerv1.DownloadRequest{})
	if err != nil {
		return err
	}
	for name, mode := range map[string]uint32{"run": 0o755, "own": 0o600} {
		f := find(files, 0, name)
		if f == nil || f.GetMode() != mode {
			return saw("%q was left with mode %o and came back as %v", name, mode, f)
		}
	}
	return nil
}

func outputsMissing(ctx context.Context, t *trial) error {
	job := t.shell(`echo > there`)
	job.Outputs = []string{"not-there", "there", "no/folder"}
	files, err := t.left(ctx, job, &schedulerv1.DownloadRequest{})
	if err != nil {
		return err
	}
	return wantNames(files, "0 there")
}

func outputsNothingElse(ctx context.Context, t *trial) error {
	job := t.shell(`echo > wanted; echo > other; mkdir d; echo > d/other`)
	job.Outputs = []string{"wanted"}
	files, err := t.left(ctx, job, &schedulerv1.DownloadRequest{})
	if err != nil {
		return err
	}
	return wantNames(files, "0 wanted")
}

func outputsOfEachTask(ctx context.Context, t *trial) error {
	job := array(t.shell(`echo $OCEANID_TASK_INDEX > out`), 3)
	job.Outputs = []string{"out"}
	files, err := t.left(ctx, job, &schedulerv1.DownloadRequest{})
	if err != nil {
		return err
	}
	for i := range int64(3) {
		if !find(files, i, "out").is([]byte(number(i) + "\n")) {
			return saw("the file of task %d did not come back as it was left; what came: %q", i, named(files))
		}
	}
	return wantNames(files, "0 out", "1 out", "2 out")
}

func outputsSomeTasks(ctx context.Context, t *trial) error {
	job := array(t.shell(`echo > out`), 4)
	job.Outputs = []string{"out"}
	files, err := t.left(ctx, job, &schedulerv1.DownloadRequest{Tasks: []int64{1, 3}})
	if err != nil {
		return err
	}
	return wantNames(files, "1 out", "3 out")
}

func outputsSomePaths(ctx context.Context, t *trial) error {
	job := t.shell(`echo > a; echo > b; echo > c`)
	job.Outputs = []string{"a", "b", "c"}
	files, err := t.left(ctx, job, &schedulerv1.DownloadRequest{Paths: []string{"b"}})
	if err != nil {
		return err
	}
	return wantNames(files, "0 b")
}

func outputsRefuseLinks(ctx context.Context, t *trial) error {
	job := t.shell(`mkdir out && ln -s /etc/passwd out/link && mkfifo out/pipe && echo > out/file && echo > z && ln -s /etc folder`)
	job.Outputs = []string{"out", "folder", "z"}
	ref, err := t.submit(ctx, job)
	if err != nil {
		return err
	}
	if _, err := t.ended(ctx, ref); err != nil {
		return err
	}
	files, problem, err := t.download(ctx, &schedulerv1.DownloadRequest{Job: ref})
	switch {
	case problem != nil:
		return problem
	case err == nil:
		return saw("a link and a pipe are among the outputs, and Download ended without an error; what came: %q", named(files))
	case infoOf(err) == nil || !strings.Contains(err.Error(), "link") || !strings.Contains(err.Error(), "pipe"):
		return saw("a link out/link and a pipe out/pipe are among the outputs, and the error does not name them: %s", said(err))
	}
	return wantNames(files, "0 out/file", "0 z")
}

func outputsStrangeNames(ctx context.Context, t *trial) error {
	job := t.shell(`mkdir out && cd out && for f; do echo > "./$f" || exit 1; done`)
	var want []string
	for _, name := range []string{"with space", `quo'te"s`, "$(x)", "-n", "#", "a,b;c", "水", `back\slash`, "*", "%"} {
		job.Args = append(job.Args, name)
		want = append(want, "0 out/"+name)
	}
	job.Outputs = []string{"out"}
	files, err := t.left(ctx, job, &schedulerv1.DownloadRequest{})
	if err != nil {
		return err
	}
	slices.Sort(want)
	return wantNames(files, want...)
}

func outputsOfNobody(ctx context.Context, t *trial) error {
	_, _, err := t.download(ctx, &schedulerv1.DownloadRequest{Job: t.stranger()})
	if kindOf(err) != fault.NotFound {
		return saw("Download gave %s instead of %s", orNothing(err), fault.NotFound)
	}
	return nil
}
