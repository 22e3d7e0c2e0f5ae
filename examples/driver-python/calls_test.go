package driverpython_test

import (
	"os/exec"
	"testing"
)

// What the package does between two steps of two threads, which no test over the wire hits at will.
func TestCalls(t *testing.T) {
	t.Parallel()
	const head = `
import contextlib, hashlib, types
from oceanid import calls, fault, files, protocol
log = types.SimpleNamespace(extra={}, having=lambda **_: log)
context = types.SimpleNamespace(add_callback=lambda _: True)
ref = protocol.plugin.Instance(id="a", revision="1")
known, call = calls.Instances(), calls.Call(context, log)
instance = calls.Instance("1", object(), log)
known.configure(ref, lambda: instance)
`
	for name, script := range map[string]string{
		"a stream that comes in while its driver drains is ended": `
known.end_streams()
with contextlib.suppress(fault.Unavailable), known.use(ref, call, endless=True):
    assert not call.active(), "it would go on for ever"
assert call.moved
`,
		"a revision that was replaced at this moment is not known": `
instance.retire()
try:
    with known.use(ref, call):
        raise AssertionError("it was let in")
except fault.Unconfigured:
    pass
`,
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			if out, err := exec.CommandContext(t.Context(), python(t), "-c", head+script).CombinedOutput(); err != nil {
				t.Errorf("%v\n%s", err, out)
			}
		})
	}
}
