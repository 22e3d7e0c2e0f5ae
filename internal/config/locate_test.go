package config_test

import (
	"encoding/json"
	"errors"
	"path/filepath"
	"strings"
	"testing"

	"github.com/oceanid/oceanid/internal/config"
	"github.com/oceanid/oceanid/internal/wire/pluginv1"
	"github.com/oceanid/oceanid/sdk/fault"
)

// to is the path of a driver's diagnostic: strings are attributes, ints places in lists, key is a key of a map.
func to(steps ...any) []*pluginv1.Step {
	var p []*pluginv1.Step
	for _, s := range steps {
		switch s := s.(type) {
		case string:
			p = append(p, &pluginv1.Step{Step: &pluginv1.Step_Attribute{Attribute: s}})
		case int:
			p = append(p, &pluginv1.Step{Step: &pluginv1.Step_Index{Index: int64(s)}})
		case key:
			p = append(p, &pluginv1.Step{Step: &pluginv1.Step_Key{Key: string(s)}})
		default:
			p = append(p, &pluginv1.Step{})
		}
	}
	return p
}

type key string

func objection(summary string, steps ...any) *pluginv1.Diagnostic {
	return &pluginv1.Diagnostic{Severity: pluginv1.Diagnostic_SEVERITY_ERROR, Summary: summary, Path: to(steps...)}
}

// objections are what a driver might say of testdata/locate.
func objections() []*pluginv1.Diagnostic {
	all := []*pluginv1.Diagnostic{
		objection("nothing fits"),
		objection("no such host", "host"),
		objection(`the password "hunter2" is too short`, "password"),
		objection("no such queue", "queues", 1),
		objection("there is no fifth queue", "queues", 4),
		objection("no such colour", "tags", key("colour")),
		objection("no such key", "tags", key("a key")),
		objection("no such tag", "tags", key("shape")),
		objection("too small", "transfer", "chunk"),
		objection("too slow", "transfer", "mode"),
		objection("too often", "transfer", "retry", "max"),
		objection("name in use", "disk", 0, "name"),
		objection("the key hunter2 opens nothing", "disk", 1, "key"),
		objection("no room", "disk", 1, "size"),
		objection("a third disk is wanted", "disk", 2),
		objection("not set at all", "username"),
		objection("a path that makes no sense", "transfer", nil, "chunk"),
		objection("a name that makes no sense", "\x1b[2J"),
		objection("", "host"),
		{Summary: "severity\nunknown\x1b[31m", Detail: "two\r\nlines", Path: to("host")},
		{Severity: pluginv1.Diagnostic_SEVERITY_WARNING, Summary: "host is old", Detail: "move to a new one", Path: to("host")},
	}
	return all
}

func TestLocate(t *testing.T) {
	t.Parallel()
	for _, name := range []string{"config.hcl", "config.hcl.json"} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			file := filepath.Join("locate", name)
			f, err := config.Load(filepath.Join("testdata", file))
			if err != nil {
				t.Fatal(err)
			}
			warnings, err := f.Locate(f.Schedulers[0], demo(), objections())
			if warnings != nil || !errors.Is(err, fault.Invalid) {
				t.Fatalf("%v, %v", warnings, err)
			}
			golden(t, file+".golden", err.Error()+"\n")
		})
	}
}

func TestLocateWithoutSchema(t *testing.T) {
	t.Parallel()
	f, err := config.Load(filepath.Join("testdata", "locate", "config.hcl"))
	if err != nil {
		t.Fatal(err)
	}
	_, err = f.Locate(f.Schedulers[1], nil, []*pluginv1.Diagnostic{objection("no", "password"), objection("no")})
	if err == nil || strings.Contains(err.Error(), secret) {
		t.Error(err)
	}
}

func TestLocateWarnings(t *testing.T) {
	t.Parallel()
	f, err := config.Load(filepath.Join("testdata", "locate", "config.hcl"))
	if err != nil {
		t.Fatal(err)
	}
	if warnings, err := f.Locate(f.Schedulers[0], demo(), nil); warnings != nil || err != nil {
		t.Errorf("%v, %v", warnings, err)
	}
	all := objections()
	warnings, err := f.Locate(f.Schedulers[0], demo(), all[len(all)-1:])
	if err != nil || len(warnings) != 1 {
		t.Fatalf("%v, %v", warnings, err)
	}
	const want = `testdata/locate/config.hcl:2,14-32: warning: host is old; move to a new one
   2 |   host     = "pool.example.org"
     |              ^^^^^^^^^^^^^^^^^^`
	if got := warnings[0].String(); got != want {
		t.Errorf("got\n%s\nwant\n%s", got, want)
	}
	raw, err := json.Marshal(warnings[0])
	if err != nil || !strings.Contains(string(raw), `"place":{"file":"testdata/locate/config.hcl","line":2,"column":14,"end_line":2,"end_column":32}`) {
		t.Errorf("%s, %v", raw, err)
	}
}

func TestExplain(t *testing.T) {
	t.Parallel()
	_, err := config.Explain(`scheduler "flood"`, json.RawMessage(`{"password":"hunter2","disk":[{},{"key":"hunter2!"}]}`), []*pluginv1.Diagnostic{
		objection("the key hunter2! opens nothing, nor does hunter2", "disk", 1, "key"),
		objection("nothing fits"),
	})
	const want = `scheduler "flood": nothing fits` + "\n" + `scheduler "flood": disk[1].key: the key … opens nothing, nor does …`
	if err == nil || err.Error() != want {
		t.Errorf("got\n%v\nwant\n%s", err, want)
	}
}

func TestInvalid(t *testing.T) {
	t.Parallel()
	f, err := config.Load(filepath.Join("testdata", "good", "config.hcl"))
	if err != nil {
		t.Fatal(err)
	}
	for _, c := range []struct{ got, want error }{
		{f.Invalid(f.Drivers[0].Block, "checksum", "the program has another checksum", "was it replaced?"), errors.New(
			`testdata/good/config.hcl:12,14-87: the program has another checksum; was it replaced?
  12 |   checksum = "sha256:9F2C000000000000000000000000000000000000000000000000000000000000"
     |              ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^`)},
		{f.Invalid(f.Store.Block, "address", "no Redis answers", ""), errors.New(
			`testdata/good/config.hcl:4,14-49: no Redis answers
   4 |   address  = …
     |              ^`)},
		{f.Invalid(f.Schedulers[2], "", "the driver is broken", ""), errors.New(
			`testdata/good/config.hcl:68,1-26: the driver is broken
  68 | scheduler "local" "local" {}
     | ^^^^^^^^^^^^^^^^^^^^^^^^^`)},
	} {
		if c.got == nil || c.got.Error() != c.want.Error() {
			t.Errorf("got\n%v\nwant\n%v", c.got, c.want)
		}
	}
}
