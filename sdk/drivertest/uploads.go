package drivertest

import (
	"bytes"
	"context"
	"strings"

	"github.com/oceanid/oceanid/internal/wire/schedulerv1"
	"github.com/oceanid/oceanid/sdk/fault"
)

func uploadChecks() []check {
	return group("uploads", serviceUploads, "scheduler.Uploader; scheduler.proto, service Uploads",
		of("arrive", "An input arrives in every task's working directory, to the byte, empty and large ones too.", "scheduler.Input; scheduler.proto, message Input",
			"Write each chunk as it comes, and put the file where the task runs.", inputsArrive),
		of("in-folders", "An input whose name has folders is found in these folders.", "scheduler.Input, Name", "Make the folders of the name.", inputsInFolders),
		of("keep-their-mode", "An input has the permission bits that it is described with.", "scheduler.Input, Mode", "Set the mode when the file is written, whatever the umask.", inputsKeepMode),
		of("strange-names", "Inputs may have any name without control characters.", "scheduler.Input, Name", "Quote names for whatever the pool puts between, or refuse the job as INVALID.", inputsStrangeNames),
		of("are-replaced", "The same name again replaces what was uploaded before.", "", "Write to another file and rename it.", inputsAreReplaced),
		of("command", "A command \"./NAME\" runs the input of that name.", "scheduler.Job, Command", "Run it from the working directory.", inputIsCommand),
		of("standard-input", "The input that stdin names is the task's standard input.", "scheduler.Job, Stdin", "Open it as descriptor 0 of every task.", inputIsStdin),
		of("refuse-a-wrong-digest", "An upload whose bytes have another digest than was said is refused as INVALID and not used.", "scheduler.Uploader, Upload", "Compare when the last byte has come, and throw the file away.", uploadWrongDigest),
		of("refuse-a-wrong-size", "An upload with fewer or more bytes than was said is refused as INVALID.", "scheduler.Uploader, Upload", "Count the bytes.", uploadWrongSize),
		of("refuse-hostile-names", "An upload under a name that leads out of the task's directory is refused as INVALID.", "scheduler.Uploader, Upload", "Refuse absolute names and names with \"..\" before you touch a file.", uploadHostile),
		of("missing", "A job whose input was never uploaded is refused, or fails; it never succeeds without it.", "scheduler.Driver.Submit", "Look for the inputs before the job is handed over: CONFLICT.", inputMissing),
	)
}

// uploaded adds an input to the job and uploads it.
func (t *trial) uploaded(ctx context.Context, s *subject, job *schedulerv1.Job, name string, content []byte, mode uint32) error {
	in := describe(name, content, mode)
	job.Inputs = append(job.Inputs, in)
	if err := s.upload(ctx, job.GetToken(), in, content); err != nil {
		return saw("Upload of %q: %w", name, &callError{err})
	}
	return nil
}

func inputsArrive(ctx context.Context, t *trial) error {
	contents := [][]byte{nil, []byte("line\n"), {0, 1, 255, 254, '\r', '\n'}, bytes.Repeat([]byte("0123456789abcdef"), 1<<16)}
	var script strings.Builder
	job := t.shell("")
	for i, content := range contents {
		name := "input-" + number(int64(i))
		if err := t.uploaded(ctx, t.subject, job, name, content, 0o644); err != nil {
			return err
		}
		script.WriteString(`[ "$(sha256sum < ` + name + `)" = "` + digest(content) + `  -" ] || exit ` + number(int64(90+i)) + `; `)
	}
	job.Args[1] = script.String() + "exit 0"
	now, err := t.run(ctx, array(job, 2))
	if err != nil {
		return err
	}
	if !now.all(schedulerv1.State_STATE_SUCCEEDED) {
		return saw("inputs of 0, 5, 6 bytes and 1 MiB; the job that compares them came to %s (exit code 90 and the input's place: it is not what was uploaded)", now.show())
	}
	return nil
}

func inputsInFolders(ctx context.Context, t *trial) error {
	job := t.shell(`[ "$(cat a/b/c.txt)" = deep ] && [ "$(cat a/d.txt)" = flat ]`)
	if err := t.uploaded(ctx, t.subject, job, "a/b/c.txt", []byte("deep"), 0o644); err != nil {
		return err
	}
	if err := t.uploaded(ctx, t.subject, job, "a/d.txt", []byte("flat"), 0o644); err != nil {
		return err
	}
	return t.succeeds(ctx, job)
}

func inputsKeepMode(ctx context.Context, t *trial) error {
	job := t.shell(`[ "$(stat -c %a run)" = 755 ] || exit 1; [ "$(stat -c %a own)" = 600 ] || exit 2; ./run`)
	if err := t.uploaded(ctx, t.subject, job, "run", []byte("#!/bin/sh\nexit 0\n"), 0o755); err != nil {
		return err
	}
	if err := t.uploaded(ctx, t.subject, job, "own", []byte("x"), 0o600); err != nil {
		return err
	}
	return t.succeeds(ctx, job)
}

func inputsStrangeNames(ctx context.Context, t *trial) error {
	job := t.shell(`for f; do [ -f "./$f" ] || exit 1; [ "$(cat "./$f")" = "$f" ] || exit 2; done`)
	for _, name := range []string{"with space", `quo'te"s`, "$(x)", "-n", "#", "a,b;c", "水", `back\slash`, "*", "%", "=", "~"} {
		if err := t.uploaded(ctx, t.subject, job, name, []byte(name), 0o644); err != nil {
			if kindOf(err) == fault.Invalid {
				continue
			}
			return err
		}
		job.Args = append(job.Args, name)
	}
	err := t.succeeds(ctx, job)
	if kindOf(err) == fault.Invalid {
		return notApplicable("the driver refuses such names: %v", err)
	}
	return err
}

func inputsAreReplaced(ctx context.Context, t *trial) error {
	job := t.shell(`[ "$(cat input)" = second ]`)
	if err := t.uploaded(ctx, t.subject, job, "input", []byte("the first one"), 0o644); err != nil {
		return err
	}
	job.Inputs = nil
	if err := t.uploaded(ctx, t.subject, job, "input", []byte("second"), 0o644); err != nil {
		return err
	}
	return t.succeeds(ctx, job)
}

func inputIsCommand(ctx context.Context, t *trial) error {
	job := &schedulerv1.Job{Token: t.suite.token(), Name: "conformance", Command: "./bin/run", Args: []string{"an argument"}}
	if err := t.uploaded(ctx, t.subject, job, "bin/run", []byte("#!/bin/sh\n[ \"$1\" = 'an argument' ] && [ $# = 1 ]\n"), 0o755); err != nil {
		return err
	}
	return t.succeeds(ctx, job)
}

func inputIsStdin(ctx context.Context, t *trial) error {
	content := []byte("line\n\x00no line end")
	job := t.shell(`[ "$(sha256sum)" = "` + digest(content) + `  -" ]`)
	job.Stdin = "standard input"
	if err := t.uploaded(ctx, t.subject, job, job.GetStdin(), content, 0o644); err != nil {
		return err
	}
	return t.succeeds(ctx, job)
}

// refusesUpload tells what is wrong where an upload should be refused as INVALID.
func (t *trial) refusesUpload(ctx context.Context, what string, in *schedulerv1.Input, content []byte) error {
	if err := t.upload(ctx, t.suite.token(), in, content); kindOf(err) != fault.Invalid {
		return saw("%s: Upload gave %s instead of %s", what, orNothing(err), fault.Invalid)
	}
	return nil
}

func uploadWrongDigest(ctx context.Context, t *trial) error {
	return t.refusesUpload(ctx, "bytes with another digest", describe("input", []byte("meant"), 0o644), []byte("other"))
}

func uploadWrongSize(ctx context.Context, t *trial) error {
	if err := t.refusesUpload(ctx, "3 bytes of 5", describe("input", []byte("meant"), 0o644), []byte("mea")); err != nil {
		return err
	}
	return t.refusesUpload(ctx, "10 bytes in place of 5", describe("input", []byte("meant"), 0o644), []byte("meantmeant"))
}

func uploadHostile(ctx context.Context, t *trial) error {
	for _, name := range []string{"../out", "/etc/conformance", "a/../../out", "..", ".", ""} {
		if err := t.refusesUpload(ctx, "name "+name, describe(name, []byte("x"), 0o644), []byte("x")); err != nil {
			return err
		}
	}
	return nil
}

func inputMissing(ctx context.Context, t *trial) error {
	job := t.shell("exit 0")
	job.Inputs = []*schedulerv1.Input{describe("never-uploaded", []byte("x"), 0o644)}
	ref, err := t.submit(ctx, job)
	if err != nil {
		if infoOf(err) == nil {
			return err
		}
		return nil
	}
	now, err := t.ended(ctx, ref)
	if err == nil && now.all(schedulerv1.State_STATE_SUCCEEDED) {
		return saw("the job succeeded without its input")
	}
	return err
}
