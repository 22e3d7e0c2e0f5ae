package drivertest

import (
	"context"
	"fmt"
	"strings"

	"github.com/oceanid/oceanid/internal/wire/schedulerv1"
	"github.com/oceanid/oceanid/sdk/fault"
)

func exactChecks() []check {
	const contract = "scheduler.Job; scheduler.Driver.Submit; scheduler.proto, message Job, args and env"
	const advice = "Give the program and its arguments to exec as a list, never as a line to a shell; quote for whatever the pool puts between, or refuse the job as INVALID."
	var all []check
	for _, v := range values() {
		all = append(all, of("arguments-"+v.name, "Arguments and variables with "+v.what+" arrive at the task to the byte.", "", advice, exactly(v.values)))
	}
	return group("exact", "", contract, append(all,
		of("command-by-name", "A command that is a bare name is found on the PATH of the pool.", "scheduler.Job, Command", "Look bare names up on the PATH where the task runs.", commandByName),
		of("command-is-no-shell-line", "A command is never given to a shell.", "scheduler.Job, Command", advice, commandIsNoShellLine),
		of("empty-standard-input", "Without an input for it, standard input is empty.", "scheduler.Job, Stdin", "Open /dev/null as the task's standard input.", emptyStdin),
		of("working-directory", "A task may write to its working directory.", "scheduler.Job, Outputs", "Run each task in a folder that belongs to its user.", writableDirectory),
		of("names-and-labels", "A name, user and labels of any text without control characters hinder no job.", "scheduler.Job, Name, Labels and User; scheduler.proto, message Job",
			"Quote the name for the pool, or shorten and replace what it cannot show; it is for people.", namesAndLabels),
		of("keeps-its-own-secrets", "A task does not get the environment of the driver's process: not the host's handshake, nor what the operator has set for the driver.", "scheduler.Job, Env",
			"Begin a task's environment from the pool's and the job's, never from your own.", keepsOwnEnvironment),
	)...)
}

// value is a class of values that somebody on the way might read as something else.
type value struct {
	name, what string
	values     []string
}

func values() []value {
	return []value{
		{"empty", "nothing in them", []string{"", "", "x", ""}},
		{"spaces", "spaces and tabs", []string{" ", "  two  ", " lead", "trail ", "a b", "\t", "a\tb"}},
		{"newlines", "line ends", []string{"\n", "a\nb", "\nqueue 5\n", "\r\n", "trail\n", "\n\n"}},
		{"quotes", "quotes", []string{"'", `"`, "''", `""`, `it's "so"`, `'a'`, `"a"`, "`", `'"'"'`}},
		{"backslashes", "backslashes", []string{`\`, `\\`, `a\`, `\n`, `\"`, `\'`, `\0`, `C:\dir\`}},
		{"dollars", "dollar signs and substitutions", []string{"$", "$$", "$(x)", "$(id)", "${HOME}", "$HOME", "$1", "`id`", "$ENV(HOME)", "$$(x)"}},
		{"shell-signs", "what shells read", []string{";", "a;b", "&", "&&", "|", "<", ">", ">>x", "*", "?", "[a]", "{a,b}", "~", "!", "!!", "(", ")", "#", "# x"}},
		{"percents", "percent, equals and comma signs", []string{"%", "%%", "%s", "%040", "=", "a=b", ",", "a,b", ":", "@", "^"}},
		{"dashes", "leading dashes", []string{"-", "--", "-n", "-c", "--help", "-x=1", "+x"}},
		{"utf8", "letters of all languages", []string{"é", "e\u0301", "日本語", "水🌊", "\u00a0", "\u2028", "\ufeff", "ß"}},
		{"control", "control characters", []string{"\x01", "\x02\x1f", "\x1b[31m", "\x7f", "\a\b\f\v"}},
		{"long", "4 KiB in one", []string{strings.Repeat("x", 4096), strings.Repeat("ä ", 1365)}},
		{"many", "two hundred of them", strings.Split(strings.Repeat("a b,", 200), ",")},
	}
}

// What a job that compares says by its exit code.
const (
	otherArguments = 81
	otherNumber    = 82
	otherVariable  = 83
)

// exactly is the check of values: the job compares digests of what it was given with those of what was meant.
func exactly(values []string) func(context.Context, *trial) error {
	return func(ctx context.Context, t *trial) error {
		script := `[ $# = ` + fmt.Sprint(len(values)) + ` ] || exit 82; ` +
			`[ "$(printf "%s\0" "$@" | sha256sum)" = "` + digest([]byte(strings.Join(values, "\x00")+"\x00")) + `  -" ] || exit 81; ` +
			`[ "$(printf "%s\0" "$CONFORMANCE_A" "$CONFORMANCE_B" | sha256sum)" = "` + digest([]byte(values[0]+"\x00"+values[1]+"\x00")) + `  -" ] || exit 83; exit 0`
		job := t.shell(script, values...)
		job.Env = map[string]string{"CONFORMANCE_A": values[0], "CONFORMANCE_B": values[1]}
		now, err := t.run(ctx, job)
		if kindOf(err) == fault.Invalid {
			return notApplicable("the driver refuses such a job: %v", err)
		}
		if err != nil {
			return err
		}
		return compared(now)
	}
}

// compared reads the exit code of a job that compares.
func compared(now tasks) error {
	switch now[0].GetExit().GetCode() {
	case otherArguments:
		return saw("the arguments arrived changed")
	case otherNumber:
		return saw("another number of arguments arrived")
	case otherVariable:
		return saw("the environment variables arrived changed")
	}
	if !now.all(schedulerv1.State_STATE_SUCCEEDED) {
		return saw("the job that compares what it was given came to %s", now.show())
	}
	return nil
}

func commandByName(ctx context.Context, t *trial) error {
	job := t.shell("exit 0")
	job.Command = "sh"
	return t.succeeds(ctx, job)
}

func commandIsNoShellLine(ctx context.Context, t *trial) error {
	job := &schedulerv1.Job{Token: t.suite.token(), Name: "conformance", Command: "true;true"}
	now, err := t.run(ctx, job)
	if kindOf(err) == fault.Invalid {
		return nil
	}
	if err == nil && !now.all(schedulerv1.State_STATE_FAILED) {
		return saw("the command \"true;true\", of which there is no program, came to %s", now.show())
	}
	return err
}

func emptyStdin(ctx context.Context, t *trial) error {
	return t.succeeds(ctx, t.shell(`[ -z "$(cat)" ]`))
}

func writableDirectory(ctx context.Context, t *trial) error {
	return t.succeeds(ctx, t.shell(`echo text > conformance-file && mkdir conformance-folder && [ "$(cat conformance-file)" = text ]`))
}

func namesAndLabels(ctx context.Context, t *trial) error {
	for _, text := range []string{`it's "so" $(x) $$(y) \`, "-n", "a,b;c=d|e&f", "水 🌊 é", strings.Repeat("long ", 60)} {
		job := t.shell("exit 0")
		job.Name, job.User, job.Labels = text, text, map[string]string{"label": text, text: "x"}
		if err := t.succeeds(ctx, job); err != nil {
			return saw("name, user and label %q: %w", text, err)
		}
	}
	return nil
}

// secretVariable is what the suite sets for the driver's processes, as an operator would a password.
const secretVariable = "CONFORMANCE_DRIVERS_OWN"

func keepsOwnEnvironment(ctx context.Context, t *trial) error {
	now, err := t.run(ctx, t.shell(`[ -z "$`+secretVariable+`" ] || exit 1; [ -z "$OCEANID_TLS$OCEANID_PLUGIN$PLUGIN_UNIX_SOCKET_DIR" ] || exit 2`))
	if err != nil {
		return err
	}
	switch now[0].GetExit().GetCode() {
	case 1:
		return saw("the task has the variable %s, which was set for the driver", secretVariable)
	case 2:
		return saw("the task has variables of the handshake between host and driver")
	}
	if !now.all(schedulerv1.State_STATE_SUCCEEDED) {
		return saw("the job came to %s", now.show())
	}
	return nil
}
