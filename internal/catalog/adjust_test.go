package catalog_test

import (
	"testing"
	"time"

	"github.com/oceanid/oceanid/internal/catalog"
	"github.com/oceanid/oceanid/internal/supervise"
)

// How long a driver may be idle and how its crashes are answered is no matter of its process.
func TestReloadOfHowADriverIsTreated(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	release(t, dir+"/oceanid-x", "x", "1.0.0")
	o := catalog.Options{Dirs: []string{dir}, Builtins: []catalog.Builtin{{Name: "test", Server: builtin}}}
	c := open(t, o)
	pid := use(t, driver(t, c, "x"))
	use(t, driver(t, c, "test"))
	o.Blocks = []catalog.Block{{Name: "x", Idle: -1, Restart: catalog.Restart{Budget: -1}}, {Name: "test", Idle: -1}}
	wantChanges(t, reload(t, c, o), "upgraded test", "upgraded x")
	for name, pid := range map[string]int{"x": pid, "test": 0} {
		d := driver(t, c, name)
		said, err := d.Describe(t.Context())
		if k := candidate(t, c, name); use(t, d) != pid || k.Generation != 1 || k.Version == "" || err != nil || said.GetVersion() != k.Version {
			t.Errorf("%s was touched: %+v, %v", name, k, err)
		}
	}
	wantChanges(t, reload(t, c, o))

	o.Blocks[0].Version = ">= 2"
	wantChanges(t, reload(t, c, o), "kept x")
	o.Blocks = []catalog.Block{{Name: "x", Idle: time.Millisecond}}
	wantChanges(t, reload(t, c, o), "upgraded test", "upgraded x")
	for until := time.Now().Add(time.Minute); candidate(t, c, "x").State != supervise.Stopped; time.Sleep(time.Millisecond) {
		if time.Now().After(until) {
			t.Fatalf("%+v", candidate(t, c, "x"))
		}
	}
	if k := candidate(t, c, "x"); k.Generation != 1 || k.Kept != "" || k.Crash != nil {
		t.Errorf("%+v", k)
	}
	use(t, driver(t, c, "x"))
}
