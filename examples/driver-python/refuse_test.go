package driverpython_test

import (
	"os/exec"
	"testing"
)

// What the package refuses before a driver's author has to think of it, as Go's SDK does.
func TestRefusals(t *testing.T) {
	t.Parallel()
	const head = `
import contextlib, hashlib, types
from oceanid import check, fault, protocol, verbs
s = protocol.scheduler

def refused(kind, do):
    try:
        do()
    except kind:
        return
    raise AssertionError(f"not refused as {kind.reason}")

def job(**fields):
    refused(fault.Invalid, lambda: check.job(s.Job(token="t", command="true", **fields)))

class Instances:
    @contextlib.contextmanager
    def use(self, *_):
        yield types.SimpleNamespace(upload=lambda call, token, input, content: next(content))

def upload(*chunks, said=b"ab"):
    header = s.UploadHeader(token="t", input=s.Input(name="in", size=len(said), sha256=hashlib.sha256(said).hexdigest()))
    messages = [s.UploadRequest(header=header), *(s.UploadRequest(chunk=c) for c in chunks)]
    return verbs.Verbs(None, Instances(), None, None).Upload(None, iter(messages))
`
	for name, script := range map[string]string{
		"resources below nothing":        `job(resources=s.Resources(cpus=-1)); job(resources=s.Resources(memory_bytes=-1)); job(resources=s.Resources(gpus=-1))`,
		"CPUs that are no number":        `job(resources=s.Resources(cpus=float("nan"))); job(resources=s.Resources(cpus=float("inf")))`,
		"a run time below nothing":       `d = s.Resources(); d.run_time.seconds = -1; job(resources=d)`,
		"control characters in labels":   `job(labels={"a": "\x1b[31m"})`,
		"an input in an input":           `job(inputs=[s.Input(name="a"), s.Input(name="a/b")])`,
		"an upload read in part":         `refused(fault.Internal, lambda: upload(b"a", b"b"))`,
		"an upload whose end is missing": `refused(fault.Invalid, lambda: upload(b"a"))`,
		"a driver without a verb":        `p = type("Driver", (), dict(submit=1, query=1)); assert verbs.lacking(p) == ["cancel"]`,
		"half a capability":              `p = type("Driver", (), dict(submit=1, query=1, cancel=1, hold=1, tail=1)); assert verbs.lacking(p) == ["release"]`,
		"a cause that there is not":      `refused(fault.Internal, lambda: check.status(s.Status(token="t", state=protocol.State.FAILED, cause=77)))`,
		"nothing of a good status":       `check.status(s.Status(token="t", state=protocol.State.FAILED, cause=protocol.Cause.RUN_TIME)); check.status(s.Status(token="t", state=protocol.State.RUNNING))`,
		"nothing of a good one":          `upload(b"ab"); check.job(s.Job(token="t", command="true", resources=s.Resources(cpus=0.5), labels={"a": "ä"}, inputs=[s.Input(name="a"), s.Input(name="ab/c")]))`,
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			if out, err := exec.CommandContext(t.Context(), python(t), "-c", head+script).CombinedOutput(); err != nil {
				t.Errorf("%v\n%s", err, out)
			}
		})
	}
}
